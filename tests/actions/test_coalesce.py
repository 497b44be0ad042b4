"""Coalescing: no order, no size of batches and no restart matters, nor how much is told apart."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.cache import coalesce
from actions.cache.changes import Touched, touched_changes, touched_events
from actions.cache.coalesce import Coalescer, restored
from schemas.actions import Invalidation, Scope
from tests.actions.batches import BEGIN_US, Row, change, event_changes, events, tags

SECOND = 1_000_000


def row(number: int, at_us: int) -> Row:
    pod = f"p{number % 5}"
    return change(f"{pod}:m{number}", at_us, tags(pod, f"s{number % 3}"))


def touched(rows: list[Row]) -> Touched:
    return touched_events(events(rows), width_us=SECOND)


def run(rows: list[Row], size: int, limit: int) -> list[Invalidation]:
    coalescer = Coalescer(width_us=SECOND, limit=limit)
    for start in range(0, len(rows), size):
        coalescer.add(touched(rows[start : start + size]))
        coalescer = restored(coalescer.encode(), width_us=SECOND, limit=limit)
    return coalescer.release(None)


rows_of = st.lists(st.builds(row, st.integers(0, 20), st.integers(0, 3 * SECOND)), min_size=1, max_size=60)


@given(rows_of, st.integers(1, 12), st.integers(1, 60), st.randoms())
def test_any_order_and_any_batches_give_the_same_invalidations(
    rows: list[Row], limit: int, size: int, dice: random.Random
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coalesce, "_DETAIL", 2)
        first = run(rows, len(rows), limit)
        shuffled = dice.sample(rows, len(rows))
        assert run(shuffled, size, limit) == first
    assert max(Counter(i.window_start for i in first).values()) <= limit
    assert len({i.id for i in first}) == len(first)
    starts = [i.window_start for i in first]
    assert starts == sorted(starts)


def test_a_storm_is_held_to_the_limit() -> None:
    storm = touched([row(number, number * 9) for number in range(20_000)])
    coalescer = Coalescer(width_us=SECOND, limit=100)
    coalescer.add(storm)
    found = coalescer.release(None)
    assert len(found) <= 100
    assert {(i.scope, i.key) for i in found if i.scope is Scope.PREFIX} == {
        (Scope.PREFIX, f"series:p{pod}:") for pod in range(5)
    }
    assert sum(i.changes for i in found if i.scope is Scope.PREFIX) == 20_000


def test_windows_are_released_when_they_have_ended() -> None:
    coalescer = Coalescer(width_us=SECOND, limit=100)
    assert coalescer.due_us is None
    coalescer.add(touched([row(1, 0), row(1, SECOND)]))
    assert coalescer.due_us == BEGIN_US + SECOND
    assert coalescer.release(BEGIN_US + SECOND - 1) == []
    first = coalescer.release(BEGIN_US + SECOND)
    assert {i.window_start for i in first} == {"2023-11-14T22:13:20.000000Z"}
    assert {i.last_committed_us for i in first} == {BEGIN_US}


def test_what_comes_late_counts_for_the_next_window() -> None:
    coalescer = Coalescer(width_us=SECOND, limit=100)
    coalescer.add(touched([row(1, 0)]))
    early = coalescer.release(BEGIN_US + SECOND)
    coalescer = restored(coalescer.encode(), width_us=SECOND, limit=100)
    coalescer.add(touched([row(1, 5)]))
    late = coalescer.release(None)
    assert {i.id for i in early}.isdisjoint({i.id for i in late})
    assert {(i.scope, i.key) for i in early} == {(i.scope, i.key) for i in late}
    assert {i.window_start for i in late} == {"2023-11-14T22:13:21.000000Z"}


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalesce, "MOST_DUES", 10)
    coalescer = Coalescer(width_us=SECOND, limit=100)
    coalescer.add(touched([row(number, number * SECOND) for number in range(10)]))
    assert coalescer.overflow() == []
    coalescer.add(touched([row(10, 10 * SECOND)]))
    released = {i.window_start for i in coalescer.overflow()}
    assert len(released) == 6
    assert coalescer.due_us == BEGIN_US + 7 * SECOND


def test_changes_that_run_ahead_of_the_events_release_nothing() -> None:
    """Events are held on their way to become clean; an update of the same second comes before them."""
    coalescer = Coalescer(width_us=SECOND, limit=100)
    coalescer.add(touched([row(1, 0)]))
    coalescer.add(touched_changes(event_changes([row(1, 50 * SECOND)]), width_us=SECOND))
    assert (coalescer.newest_us, coalescer.appended_us) == (BEGIN_US, BEGIN_US + 1000)
    assert len({i.window_start for i in coalescer.release(None)}) == 2
