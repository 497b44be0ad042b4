"""The spans of a trace → its critical path: the sections of time in which only making one span faster helps.

Walked from the end of the root back to its start: what finished last is what the root was waiting for; before
that began, it waited for what had finished last until then; and so on in each span on the way.

``jaeger``, as Jaeger's user interface draws it (jaeger-ui, components/TracePage/CriticalPath, as of 2026-08):

- a child that lies outside of its parent is left out with all below it, one that reaches over an edge of it
  is cut there; a child that begins when its parent ends lies outside, one that ends when its parent begins
  too;
- a parent does not wait for a child that follows from it (as Jaeger had it until 2025), nor as a producer for
  its consumer (as it has it since): they are left out with all below them;
- the next child on the path ends *before* the one after it begins; one that ends at that very nanosecond is
  not on it. Of children that end together the one that began first is.

``crisp``, as Uber's CRISP finds it (Zhang et al.: CRISP: Critical Path Analysis of Large-Scale Microservice
Architectures, USENIX ATC 2022; uber-research/CRISP, crisp/graph.py, as of 2026-07), which allows for clocks
that do not agree:

- children are cut and left out likewise, but one that reaches over both edges is left out, one that touches
  an edge from inside stays, and a called span is not touched if its caller has no other child and it lasts at
  most 1 % longer: a server below a client, or below any span but a server that has a server above it, or any
  span on another pod;
- only ``follows`` tells that a parent does not wait;
- the next child may end after the one after it begins, if it began and ends earlier, by less than 1 % of the
  parent's duration, and if no other child of the parent begins or ends in between. Of children that end
  together the last that was sent is taken.

Sections come in the order of the walk, the last first. They cover the root without a hole and never overlap:
in a tolerated overlap the time belongs to the later child (in CRISP to both).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, Literal, get_args

import msgspec

from schemas.spans import Kind, Span
from traces.tree import NONE, Tree, tree_of

Semantics = Literal["jaeger", "crisp"]
SEMANTICS: Final[tuple[Semantics, ...]] = get_args(Semantics)
_TOLERANCE_PER_CENT: Final = 1  # of the parent's duration: how far siblings may overlap
_LONGER_PER_CENT: Final = 101  # of the caller's duration: how long a called span may last
_TWO: Final = 2  # the events that make an overlap: a child begins, another ends


class Section(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a critical path in which ``span_id`` was what everything waited for; epoch nanoseconds."""

    span_id: str
    start_ns: int
    end_ns: int


class Piece(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A section by the place of its span."""

    place: int
    start_ns: int
    end_ns: int


def critical_path(spans: Sequence[Span], semantics: Semantics = "jaeger") -> list[Section]:
    """The critical path of the trace that ``spans`` form; empty if its root takes no time."""
    return [Section(spans[p.place].span_id, p.start_ns, p.end_ns) for p in path_of(tree_of(spans), semantics)]


def path_of(tree: Tree, semantics: Semantics = "jaeger") -> list[Piece]:
    """The critical path of ``tree``; n log n in its spans, and no deeper in calls for a deeper tree."""
    if tree.root == NONE:
        return []
    walk = _Jaeger(tree) if semantics == "jaeger" else _Crisp(tree)
    pieces: list[Piece] = []
    starts, ends, chosen = walk.starts, walk.ends, walk.chosen
    # Of each span on the way: its place, its start within those above it, where the walk is, who is to come.
    stack = [(tree.root, starts[tree.root], ends[tree.root], iter(chosen(tree.root)))]
    while stack:
        place, low, at, children = stack.pop()
        child, child_end = next(children, (NONE, low))
        child_end = max(low, min(child_end, at))
        if child_end < at:
            pieces.append(Piece(place, child_end, at))
        if child != NONE:
            child_start = max(low, min(starts[child], child_end))
            stack.append((place, low, child_start, children))
            if child_start < child_end:
                stack.append((child, child_start, child_end, iter(chosen(child))))
    return pieces


class _Jaeger:
    """The tree as Jaeger cuts it, and whom a span waited for."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.starts, self.ends = list(tree.starts), list(tree.ends)

    def chosen(self, place: int) -> list[tuple[int, int]]:
        """The children of ``place`` on the path; ``place`` itself has been cut before."""
        starts, ends, spans = self.starts, self.ends, self._tree.spans
        low, high = starts[place], ends[place]
        produces = spans[place].kind == Kind.PRODUCER
        inside: list[int] = []
        for child in self._tree.children[place]:
            start, end = starts[child], ends[child]
            if start >= high or (start < low and end <= low):
                continue
            if spans[child].follows or (produces and spans[child].kind == Kind.CONSUMER):
                continue
            inside.append(child)
            if end > high:
                ends[child] = high
        if len(inside) > 1:
            inside.sort(key=starts.__getitem__)
            inside.sort(key=ends.__getitem__, reverse=True)  # stable: first in start order among equals
        found = []
        before = high + 1
        for child in inside:
            end = ends[child]
            starts[child] = max(starts[child], low)
            if end < before:
                found.append((child, end))
                before = starts[child]
        return found


class _Crisp:
    """The tree as CRISP cuts it, and whom a span waited for."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.starts, self.ends = list(tree.starts), list(tree.ends)

    def chosen(self, place: int) -> list[tuple[int, int]]:
        """The children of ``place`` on the path; ``place`` itself has been cut before."""
        children = self._cut(place)
        if not children:
            return []
        starts, ends = self.starts, self.ends
        children.sort(key=ends.__getitem__)
        children.reverse()
        begins, finishes = sorted([starts[c] for c in children]), [ends[c] for c in reversed(children)]
        most = (ends[place] - starts[place]) * _TOLERANCE_PER_CENT
        later = children[0]
        found = [(later, ends[later])]
        for child in children[1:]:
            end, start = ends[child], starts[later]
            if end >= start:
                if end >= ends[later] or starts[child] >= start or (end - start) * 100 >= most:
                    continue
                events = bisect_right(begins, end) - bisect_left(begins, start)
                events += bisect_right(finishes, end) - bisect_left(finishes, start)
                if events != _TWO:
                    continue
            found.append((child, end))
            later = child
        return found

    def _cut(self, place: int) -> list[int]:
        starts, ends, spans = self.starts, self.ends, self._tree.spans
        low, high = starts[place], ends[place]
        kept = []
        waited = [child for child in self._tree.children[place] if not spans[child].follows]
        for child in waited:
            start, end = starts[child], ends[child]
            if len(waited) == 1 and self._is_call(place, child):
                kept.append(child)
            elif start >= low and end <= high:
                kept.append(child)
            elif start < low < end <= high:
                starts[child] = low
                kept.append(child)
            elif low <= start < high < end:
                ends[child] = high
                kept.append(child)
        return kept

    def _is_call(self, place: int, child: int) -> bool:
        """Whether ``child`` is the called side of ``place``, whose clock need not agree with its own."""
        spans, above = self._tree.spans, self._tree.parents[place]
        caller, called = spans[place], spans[child]
        if (self.ends[child] - self.starts[child]) * 100 > (
            self.ends[place] - self.starts[place]
        ) * _LONGER_PER_CENT:
            return False
        if caller.pod and called.pod and caller.pod != called.pod:
            return True
        if called.kind != Kind.SERVER or caller.kind == Kind.SERVER:
            return False
        return caller.kind == Kind.CLIENT or (above != NONE and spans[above].kind == Kind.SERVER)
