"""The critical path: every rule by a case of its own, and what holds for any trace at all."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given

from schemas.spans import Kind, Span
from tests.traces.making import span, traces
from traces.criticalpath import SEMANTICS, Semantics, critical_path
from traces.tree import NONE, Tree, tree_of

JAEGER: Semantics = "jaeger"
CRISP: Semantics = "crisp"


def path(semantics: Semantics, *spans: Span) -> list[tuple[str, int, int]]:
    return [(s.span_id, s.start_ns, s.end_ns) for s in critical_path(spans, semantics)]


A = span("a", None, 100, 200)


@pytest.mark.parametrize("semantics", SEMANTICS)
class TestBoth:
    def test_a_span_alone(self, semantics: Semantics) -> None:
        assert path(semantics, A) == [("a", 100, 200)]

    def test_no_spans_and_no_time(self, semantics: Semantics) -> None:
        assert path(semantics) == []
        assert path(semantics, span("a", None, 5, 5)) == []

    def test_children_after_one_another(self, semantics: Semantics) -> None:
        children = span("b", "a", 120, 140), span("c", "a", 150, 180)
        expected = [("a", 180, 200), ("c", 150, 180), ("a", 140, 150), ("b", 120, 140), ("a", 100, 120)]
        assert path(semantics, A, *children) == expected
        assert path(semantics, *children[::-1], A) == expected

    def test_of_children_side_by_side_the_last_to_finish(self, semantics: Semantics) -> None:
        found = path(semantics, A, span("b", "a", 110, 150), span("c", "a", 120, 190))
        assert found == [("a", 190, 200), ("c", 120, 190), ("a", 100, 120)]

    def test_grandchildren(self, semantics: Semantics) -> None:
        found = path(semantics, A, span("b", "a", 110, 190), span("c", "b", 120, 180))
        assert found == [("a", 190, 200), ("b", 180, 190), ("c", 120, 180), ("b", 110, 120), ("a", 100, 110)]

    def test_a_child_that_ends_after_its_parent_is_cut(self, semantics: Semantics) -> None:
        assert path(semantics, A, span("b", "a", 150, 250)) == [("b", 150, 200), ("a", 100, 150)]

    def test_a_child_that_begins_before_its_parent_is_cut(self, semantics: Semantics) -> None:
        assert path(semantics, A, span("b", "a", 50, 150)) == [("a", 150, 200), ("b", 100, 150)]

    def test_what_is_cut_cuts_what_is_below_it(self, semantics: Semantics) -> None:
        found = path(semantics, A, span("b", "a", 150, 250), span("c", "b", 160, 240))
        assert found == [("c", 160, 200), ("b", 150, 160), ("a", 100, 150)]

    @pytest.mark.parametrize(("start", "end"), [(10, 40), (10, 100), (210, 250), (200, 250)])
    def test_a_child_outside_is_left_out_with_all_below(
        self, semantics: Semantics, start: int, end: int
    ) -> None:
        found = path(semantics, A, span("b", "a", start, end), span("c", "b", 110, 190))
        assert found == [("a", 100, 200)]

    def test_a_child_that_follows_is_not_waited_for(self, semantics: Semantics) -> None:
        found = path(semantics, A, span("b", "a", 110, 190, follows=True), span("c", "b", 120, 180))
        assert found == [("a", 100, 200)]

    def test_orphans_are_left_out(self, semantics: Semantics) -> None:
        found = path(semantics, A, span("o", "missing", 90, 500), span("p", "o", 100, 400))
        assert found == [("a", 100, 200)]

    def test_of_several_roots_the_first_to_begin_then_the_longest(self, semantics: Semantics) -> None:
        late, short = span("late", None, 120, 999), span("short", None, 100, 150)
        assert path(semantics, late, short, A) == [("a", 100, 200)]

    def test_without_a_root_an_orphan_takes_its_place(self, semantics: Semantics) -> None:
        found = path(semantics, span("o", "missing", 100, 200), span("p", "o", 150, 180))
        assert found == [("o", 180, 200), ("p", 150, 180), ("o", 100, 150)]

    def test_cycles_end(self, semantics: Semantics) -> None:
        assert path(semantics, span("x", "x", 100, 200)) == [("x", 100, 200)]
        found = path(semantics, span("x", "y", 100, 200), span("y", "x", 120, 180))
        assert found == [("x", 180, 200), ("y", 120, 180), ("x", 100, 120)]
        assert path(semantics, A, span("x", "y", 100, 200), span("y", "x", 120, 180)) == [("a", 100, 200)]

    def test_a_second_span_of_the_same_id_is_a_leaf_beside_it(self, semantics: Semantics) -> None:
        first, again = span("b", "a", 110, 130), span("b", "a", 140, 190)
        below = span("c", "b", 115, 120)
        assert path(semantics, A, first, again, below) == [
            ("a", 190, 200), ("b", 140, 190), ("a", 130, 140), ("b", 120, 130), ("c", 115, 120),
            ("b", 110, 115), ("a", 100, 110),
        ]  # fmt: skip

    def test_a_span_that_ends_before_it_begins_takes_no_time(self, semantics: Semantics) -> None:
        assert path(semantics, A, span("b", "a", 150, 120)) == [("a", 150, 200), ("a", 100, 150)]

    @pytest.mark.parametrize("shape", ["deep", "wide"])
    def test_large_traces(self, semantics: Semantics, shape: str) -> None:
        number = 10_000
        if shape == "deep":
            spans = [span(str(i), str(i - 1) if i else None, i, 3 * number - i) for i in range(number)]
        else:
            spans = [span(str(i), "0" if i else None, 2 * i, 2 * i + 1) for i in range(number)]
            spans[0] = span("0", None, 0, 3 * number)
        sections = critical_path(spans, semantics)
        assert sum(s.end_ns - s.start_ns for s in sections) == 3 * number
        assert len({s.span_id for s in sections}) == number


def test_jaeger_cuts_a_child_that_reaches_over_both_edges_and_crisp_leaves_it_out() -> None:
    both = span("b", "a", 50, 250)
    assert path(JAEGER, A, both) == [("b", 100, 200)]
    assert path(CRISP, A, both) == [("a", 100, 200)]


def test_in_jaeger_a_producer_does_not_wait_for_its_consumer() -> None:
    producer = span("a", None, 100, 200, kind=Kind.PRODUCER)
    consumer, below = span("b", "a", 110, 190, kind=Kind.CONSUMER), span("c", "b", 120, 180)
    assert path(JAEGER, producer, consumer, below) == [("a", 100, 200)]
    assert ("c", 120, 180) in path(CRISP, producer, consumer, below)
    assert ("b", 110, 120) in path(JAEGER, A, consumer, below)  # nobody but a producer produces


def test_in_jaeger_a_child_must_end_before_the_next_begins_and_in_crisp_it_may_touch() -> None:
    children = span("b", "a", 120, 150), span("c", "a", 150, 180)
    assert path(JAEGER, A, *children) == [("a", 180, 200), ("c", 150, 180), ("a", 100, 150)]
    assert path(CRISP, A, *children) == [("a", 180, 200), ("c", 150, 180), ("b", 120, 150), ("a", 100, 120)]


def test_of_children_that_end_together() -> None:
    children = span("late", "a", 150, 180), span("early", "a", 120, 180), span("last", "a", 160, 180)
    assert path(JAEGER, A, *children)[1] == ("early", 120, 180)
    assert path(CRISP, A, *children)[1] == ("last", 160, 180)


class TestCrispTolerance:
    PARENT = span("a", None, 0, 1000)

    def test_siblings_may_overlap_by_less_than_one_per_cent(self) -> None:
        later = span("c", "a", 500, 900)
        assert path(CRISP, self.PARENT, span("b", "a", 100, 509), later) == [
            ("a", 900, 1000), ("c", 500, 900), ("b", 100, 500), ("a", 0, 100),
        ]  # fmt: skip
        assert ("a", 0, 500) in path(CRISP, self.PARENT, span("b", "a", 100, 510), later)
        assert ("a", 0, 500) in path(JAEGER, self.PARENT, span("b", "a", 100, 509), later)

    def test_not_if_another_sibling_begins_or_ends_in_between(self) -> None:
        before, later = span("b", "a", 100, 509), span("c", "a", 500, 900)
        for other in (span("d", "a", 505, 880), span("d", "a", 50, 503), span("d", "a", 500, 600)):
            assert ("b", 100, 500) not in path(CRISP, self.PARENT, before, later, other), other

    def test_not_if_it_did_not_begin_and_end_before(self) -> None:
        later = span("c", "a", 500, 900)
        assert ("a", 0, 500) in path(CRISP, self.PARENT, span("b", "a", 500, 505), later)
        assert ("a", 0, 897) in path(CRISP, self.PARENT, span("b", "a", 0, 900), span("c", "a", 897, 900))


class TestCrispCalls:
    """The clock of a called side need not agree with the caller's: it is not cut, but counts within it."""

    @staticmethod
    def called(caller: Span, server: Span, *more: Span) -> bool:
        root = span("r", None, 0, 1000, kind=Kind.SERVER)
        below = span("x", server.span_id, server.start_ns + 10, server.end_ns - 10)
        return any(s[0] in ("b", "x") for s in path(CRISP, root, caller, server, below, *more))

    def test_a_server_below_a_client(self) -> None:
        client, server = span("a", "r", 100, 200, kind=Kind.CLIENT), span("b", "a", 50, 150, kind=Kind.SERVER)
        assert path(CRISP, client, server) == [("a", 150, 200), ("b", 100, 150)]
        over = span("b", "a", 99, 200, kind=Kind.SERVER)  # over no edge as long as it lasts
        assert path(CRISP, client, over) == [("b", 100, 200)]
        assert self.called(client, span("b", "a", 99, 200, kind=Kind.SERVER))

    def test_not_one_that_lasts_longer_or_has_siblings(self) -> None:
        client = span("a", "r", 100, 300, kind=Kind.CLIENT)
        assert self.called(client, span("b", "a", 99, 301, kind=Kind.SERVER))  # 1 % longer
        assert not self.called(client, span("b", "a", 98, 301, kind=Kind.SERVER))
        assert not self.called(client, span("b", "a", 99, 301, kind=Kind.SERVER), span("c", "a", 110, 120))

    def test_a_server_with_a_server_above_its_caller(self) -> None:
        assert self.called(span("a", "r", 100, 300), span("b", "a", 99, 301, kind=Kind.SERVER))
        assert not self.called(span("a", "r", 100, 300), span("b", "a", 99, 301))
        server = span("a", "r", 100, 300, kind=Kind.SERVER)
        assert not self.called(server, span("b", "a", 99, 301, kind=Kind.SERVER))

    def test_anything_on_another_pod(self) -> None:
        here = span("a", "r", 100, 300, pod="p")
        assert self.called(here, span("b", "a", 99, 301, pod="q"))
        assert not self.called(here, span("b", "a", 99, 301, pod="p"))
        assert not self.called(here, span("b", "a", 99, 301))


@pytest.mark.parametrize("semantics", SEMANTICS)
@given(spans=traces())
def test_sections_cover_the_root_without_a_hole_and_never_overlap(
    semantics: Semantics, spans: Sequence[Span]
) -> None:
    tree = tree_of(spans)
    sections = critical_path(spans, semantics)
    low, high = tree.starts[tree.root], tree.ends[tree.root]
    if low == high:
        assert sections == []
        return
    assert (sections[-1].start_ns, sections[0].end_ns) == (low, high)
    assert all(after.start_ns == before.end_ns for after, before in pairwise(sections))
    assert all(s.start_ns < s.end_ns for s in sections)
    reachable = {tree.spans[place].span_id for place in tree.order}
    assert {s.span_id for s in sections} <= reachable


@given(spans=traces())
def test_jaeger_is_what_its_rules_say_when_they_are_followed_step_by_step(spans: Sequence[Span]) -> None:
    found = [(s.span_id, s.start_ns, s.end_ns) for s in critical_path(spans, "jaeger")]
    assert found == _by_the_rules(tree_of(spans))


def _by_the_rules(tree: Tree) -> list[tuple[str, int, int]]:
    """Cut the whole tree first, then look for the last finishing child again at every step; quadratic."""
    low, high, kept = list(tree.starts), list(tree.ends), {tree.root}
    for place in tree.order[1:]:
        span_, above = tree.spans[place], tree.parents[place]
        apart = span_.kind == Kind.CONSUMER and tree.spans[above].kind == Kind.PRODUCER
        outside = low[place] >= high[above] or (low[place] < low[above] and high[place] <= low[above])
        if above in kept and not span_.follows and not apart and not outside:
            kept.add(place)
            low[place], high[place] = max(low[place], low[above]), min(high[place], high[above])
    sections: list[tuple[str, int, int]] = []

    def walk(place: int, until: int | None) -> None:
        while place != NONE:
            end = high[place] if until is None else until
            below = [c for c in tree.children[place] if c in kept and (until is None or high[c] < until)]
            below.sort(key=lambda c: tree.starts[c])
            last = max(below, key=high.__getitem__, default=NONE)
            begin = low[place] if last == NONE else high[last]
            if begin != end:
                sections.append((tree.spans[place].span_id, begin, end))
            if last == NONE:
                until, place = low[place], tree.parents[place]
            else:
                until, place = None, last

    walk(tree.root, None)
    return sections
