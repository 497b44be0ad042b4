"""The spans of a trace → the self time of each: what it did itself while none of its children was running."""

from collections.abc import Sequence

from schemas.spans import Span
from traces.tree import Tree, tree_of


def self_times(spans: Sequence[Span]) -> list[int]:
    """The self time of each of ``spans``, the spans of one trace, in nanoseconds."""
    return self_times_of(tree_of(spans))


def self_times_of(tree: Tree) -> list[int]:
    """Nanoseconds a span: its duration minus the union of its children's, as far as they lie within it.

    Orphans have a self time too. n log n in the spans of the trace.
    """
    starts, ends = tree.starts, tree.ends
    times = []
    for low, high, children in zip(starts, ends, tree.children, strict=True):
        if not children:
            times.append(high - low)
            continue
        own, covered = high - low, low
        for child in children if len(children) == 1 else sorted(children, key=starts.__getitem__):
            start = max(starts[child], covered)
            end = min(ends[child], high)
            if end > start:
                own -= end - start
                covered = end
        times.append(own)
    return times
