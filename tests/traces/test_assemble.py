"""Spans → whole traces: the same ones however the input is cut, and bounded whatever comes."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.spans import Span
from tests.traces.making import BEGIN_NS, SECOND, batch_of, request, span
from traces import assemble as module
from traces.assemble import Assembler, Released

WAIT = 30 * SECOND


def one(trace: str, end: float, span_id: str = "a", *, start: float = 0.0) -> Span:
    begin, finish = (BEGIN_NS + int(second * SECOND) for second in (start, end))
    return span(span_id, None, begin, finish, trace_id=trace)


def names(released: Released | None) -> list[str]:
    return [] if released is None else [spans[0].trace_id for spans in released.traces()]


def test_a_trace_leaves_when_its_last_span_is_old_enough() -> None:
    shard = Assembler(WAIT)
    shard.add(batch_of([one("t1", 1.0), one("t2", 5.0)]))
    assert shard.release() is None
    shard.add(batch_of([one("t1", 3.0, "b"), one("t3", 32.9)]))
    assert shard.release() is None
    shard.add(batch_of([one("t4", 33.0)]))
    released = shard.release()
    assert released is not None
    assert [[s.span_id for s in spans] for spans in released.traces()] == [["b", "a"]]  # the longer one first
    assert shard.rows == 3
    assert names(shard.release(everything=True)) == ["t2", "t3", "t4"]
    assert shard.release(everything=True) is None


def test_spans_of_a_trace_that_has_left_are_late() -> None:
    shard = Assembler(WAIT)
    shard.add(batch_of([one("t1", 1.0)]))
    shard.add(batch_of([one("t2", 60.0)]))
    assert names(shard.release()) == ["t1"]
    added = shard.add(batch_of([one("t1", 2.0, "b"), one("t2", 61.0, "b")]))
    assert added.late is not None and added.held is not None
    assert added.late.column("span_id").to_pylist() == ["b"]
    assert added.held.column("trace_id").to_pylist() == ["t2"]
    assert shard.add(batch_of([one("t1", 2.0, "c")])).held is None
    assert shard.add(batch_of([])) == (None, None)


def test_spans_that_came_twice_count_once() -> None:
    shard = Assembler(WAIT)
    again = one("t1", 1.0)
    other = span("a", None, BEGIN_NS, again.end_ns, trace_id="t1", name="another name")
    shard.add(batch_of([again, one("t1", 1.0, "b")], attributes='{"a":1}'))
    shard.add(batch_of([again, other]))
    released = shard.release(everything=True)
    assert released is not None
    assert (len(released.batch), released.duplicates) == (3, 1)
    assert released.batch.column("attributes").to_pylist().count('{"a":1}') == 2


@given(st.randoms(), st.integers(1, 12), st.sampled_from([1, 7, 60]))
def test_the_traces_do_not_depend_on_how_the_input_is_cut(
    dice: random.Random, size: int, seconds_apart: int
) -> None:
    spans = [s for i in range(20) for s in request(i, BEGIN_NS + i * seconds_apart * SECOND, dice=dice)]
    spans.sort(key=lambda s: s.end_ns)
    whole, cut = Assembler(WAIT), Assembler(WAIT)
    whole.add(batch_of(spans))
    expected = [list(spans) for spans in _traces([whole.release(everything=True)])]
    found: list[Released | None] = []
    for begin in range(0, len(spans), size):
        part = spans[begin : begin + size]
        assert cut.add(batch_of(dice.sample(part, len(part)))).late is None
        if cut.due():
            found.append(cut.release())
    found.append(cut.release(everything=True))
    assert _traces(found) == expected
    assert len(expected) == 20


def _traces(released: Iterable[Released | None]) -> list[list[Span]]:
    return [spans for part in released if part is not None for spans in part.traces()]


def test_a_clock_that_runs_ahead_does_not_end_the_traces_of_others() -> None:
    shard = Assembler(WAIT)
    ahead = one("t2", 10.0**6, "b")
    shard.add(batch_of([one("t1", 1.0), one("t2", 2.0), ahead]))
    shard.add(batch_of([one("t3", 20.0), one("t3", 21.0, "b")]))
    assert shard.release() is None
    shard.add(batch_of([one("t4", 45.0), one("t4", 46.0, "b")]))
    assert names(shard.release()) == ["t1", "t2"]


def test_time_comes_back_after_a_batch_of_a_wrong_clock() -> None:
    shard = Assembler(WAIT)
    shard.add(batch_of([one("t1", 1.0)]))
    shard.add(batch_of([one("t9", 10.0**6)]))
    assert names(shard.release()) == ["t1"]
    shard.add(batch_of([one("t2", 3.0)]))
    assert shard.release() is None
    shard.add(batch_of([one("t3", 40.0)]))
    assert names(shard.release()) == ["t2"]
    assert names(shard.release(everything=True)) == ["t3", "t9"]


def test_a_trace_that_goes_on_for_ever_is_cut() -> None:
    shard = Assembler(WAIT)
    for second in range(0, 700, 10):
        shard.add(batch_of([one("t1", second, f"s{second}")]))
        released = shard.release()
        if released is not None:
            break
    assert second == 610
    assert shard.add(batch_of([one("t1", 620.0)])).late is not None


def test_what_is_held_and_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SPANS_HELD", 100)
    monkeypatch.setattr(module, "MOST_SPANS_OF_A_TRACE", 50)
    monkeypatch.setattr(module, "MOST_IDS", 200)
    shard = Assembler(WAIT)
    shard.add(batch_of(one("large", 1.0, f"s{i}") for i in range(51)))
    assert names(shard.release()) == ["large"]
    for batch in range(40):
        shard.add(batch_of(one(f"t{batch}-{i}", 2 + batch / 100 + i / 10**4) for i in range(20)))
        if shard.due():
            shard.release()
        assert shard.rows <= 120
        assert len(shard.gone) + len(shard.gone_before) <= 400
    assert shard.generation > 0


def test_ids_that_no_row_has_make_no_trace() -> None:
    shard = Assembler(WAIT)
    batch = batch_of([one("t1", 1.0), one("t2", 100.0)])
    shard.add(batch.slice(1))
    assert shard.release() is None
    assert names(shard.release(everything=True)) == ["t2"]
