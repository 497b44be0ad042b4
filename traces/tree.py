"""The spans of one trace → the tree that they form, whatever is wrong with them.

Telemetry of a trace is seldom whole: spans are lost, sent twice, or name a parent that nobody sent. Here is
decided, once for all that is computed of a trace, what counts then.

- The root is a span without a parent; if there is none, one whose parent is missing; if there is none either
  (all spans lie on cycles), any. Among several: the one that starts first, then the one that ends last, then
  the one with the smallest id.
- Of spans with one id the first is the parent of those that name it; the others are leaves beside it.
- What cannot be reached from the root (orphans, cycles and what is below them) is in no tree, but every span
  keeps its children.
- A span that ends before it starts takes no time: it ends when it starts.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.spans import Span

NONE: Final = -1  # no span


class Tree(NamedTuple):
    """Spans by their place in ``spans``. ``order``: the root and those below it, parents before children."""

    spans: Sequence[Span]
    starts: list[int]
    ends: list[int]
    parents: list[int]
    children: list[list[int]]
    root: int
    order: list[int]

    def orphans(self) -> int:
        """Spans that cannot be reached from the root."""
        return len(self.spans) - len(self.order)

    def depths(self) -> list[int]:
        """Of each span the steps from the root; ``NONE`` where it cannot be reached."""
        depths = [NONE] * len(self.spans)
        if self.order:
            depths[self.root] = 0
        for place in self.order[1:]:
            depths[place] = depths[self.parents[place]] + 1
        return depths


def tree_of(spans: Sequence[Span]) -> Tree:
    """The tree of the spans of one trace; linear in their number."""
    places: dict[str, int] = {}
    for place, span in enumerate(spans):
        places.setdefault(span.span_id, place)
    starts, ends, parents = [], [], []
    children: list[list[int]] = [[] for _ in spans]
    for place, span in enumerate(spans):
        start, end = span.start_ns, span.end_ns
        starts.append(start)
        ends.append(end if end > start else start)
        parent = NONE if span.parent_id is None else places.get(span.parent_id, NONE)
        parents.append(parent)
        if parent != NONE:
            children[parent].append(place)
    root = _root(spans, starts, ends, parents)
    return Tree(spans, starts, ends, parents, children, root, _below(root, parents, children))


def _root(spans: Sequence[Span], starts: list[int], ends: list[int], parents: list[int]) -> int:
    candidates = [place for place, span in enumerate(spans) if span.parent_id is None]
    if not candidates:
        candidates = [place for place, parent in enumerate(parents) if parent == NONE]
    if not candidates:
        candidates = list(range(len(spans)))
    if len(candidates) > 1:
        return min(candidates, key=lambda place: (starts[place], -ends[place], spans[place].span_id))
    return candidates[0] if candidates else NONE


def _below(root: int, parents: list[int], children: list[list[int]]) -> list[int]:
    """A root that lies on a cycle is below nothing any more, so that no walk comes back to it."""
    if root == NONE:
        return []
    if parents[root] != NONE:
        children[parents[root]].remove(root)
        parents[root] = NONE
    order = [root]
    for place in order:
        order += children[place]
    return order
