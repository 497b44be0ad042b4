"""Self time: a span's own, whatever its children do."""

from collections.abc import Sequence

from hypothesis import given

from schemas.spans import Span
from tests.traces.making import span, traces
from traces.selftime import self_times
from traces.tree import NONE, tree_of


def test_children_that_overlap_count_once_and_only_within_their_parent() -> None:
    parent = span("a", None, 100, 200)
    children = [span("b", "a", 110, 150), span("c", "a", 120, 130), span("d", "a", 140, 160)]
    assert self_times([parent, *children]) == [50, 40, 10, 20]
    assert self_times([parent, span("b", "a", 50, 110), span("c", "a", 190, 400)]) == [80, 60, 210]
    assert self_times([parent, span("b", "a", 300, 400)]) == [100, 100]


def test_orphans_and_cycles_have_self_times_too() -> None:
    root, orphan, below = span("a", None, 0, 10), span("o", "missing", 0, 50), span("p", "o", 10, 20)
    assert self_times([root, orphan, below]) == [10, 40, 10]
    assert self_times([span("x", "y", 0, 10), span("y", "x", 2, 5), root]) == [7, 0, 10]
    assert self_times([]) == []


@given(spans=traces())
def test_it_is_what_no_child_covers(spans: Sequence[Span]) -> None:
    tree = tree_of(spans)
    for place, own in enumerate(self_times(spans)):
        covered: set[int] = set()
        for child in tree.children[place]:
            covered.update(range(tree.starts[child], tree.ends[child]))
        assert own == len(set(range(tree.starts[place], tree.ends[place])) - covered)


@given(spans=traces())
def test_a_tree_of_spans_is_one(spans: Sequence[Span]) -> None:
    tree = tree_of(spans)
    assert len(set(tree.order)) == len(tree.order)
    assert tree.orphans() == len(spans) - len(tree.order)
    depths = tree.depths()
    for place in tree.order[1:]:
        assert depths[place] == depths[tree.parents[place]] + 1
    assert depths.count(NONE) == tree.orphans()
    assert depths[tree.root] == 0
