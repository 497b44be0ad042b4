"""Partitions side by side: nothing lost, in order, and none too far ahead."""

import math
import time

from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.alignment import Alignment
from schemas.records import RawRecords

DRIFT = 10.0


def records(partition: int, first: int, *seconds: float) -> RawRecords:
    """Records from offset ``first`` on, appended at these seconds after 1970."""
    rows = len(seconds)
    values = [b"%d" % (first + row) for row in range(rows)]
    return RawRecords(
        topic="t",
        partition=partition,
        offsets=list(range(first, first + rows)),
        timestamps=[int(at * 1000) for at in seconds],
        keys=[None] * rows,
        values=values,
    )


def offsets(given_ones: list[RawRecords]) -> list[tuple[int, list[int]]]:
    return [(one.partition, one.offsets) for one in given_ones]


def test_who_is_ahead_waits_for_who_is_behind() -> None:
    both = Alignment(drift_seconds=DRIFT)
    both.add(records(0, 0, 100, 105, 111, 130))
    assert offsets(both.ready({("t", 1): 100_000})) == [(0, [0, 1])]
    assert both.waiting(2) == {("t", 0)}
    assert both.waiting(3) == set()
    both.add(records(1, 0, 101, 121))
    assert offsets(both.ready({})) == [(0, [2]), (1, [0]), (0, [3]), (1, [1])]
    assert not both.waiting()


def test_alone_or_without_a_bound_all_is_given_at_once() -> None:
    alone, unbound = Alignment(drift_seconds=DRIFT), Alignment(drift_seconds=math.inf)
    for one in (alone, unbound):
        one.add(records(0, 0, 100, 105))
    assert offsets(unbound.ready({("t", 1): -1})) == [(0, [0, 1])]
    assert offsets(alone.ready({})) == [(0, [0, 1])]


def test_a_clock_that_is_ahead_stops_nobody() -> None:
    one = Alignment(drift_seconds=DRIFT)
    now_ms = int(time.time() * 1000)
    one.add(records(0, 0, now_ms / 1000 + 1e8, 100))
    assert offsets(one.ready({("t", 1): now_ms})) == [(0, [0, 1])]


def test_what_is_dropped_is_not_given() -> None:
    one = Alignment(drift_seconds=DRIFT)
    one.add(records(0, 0, 100))
    one.add(records(1, 0, 100))
    one.drop(("t", 0))
    assert offsets(one.ready({})) == [(1, [0])]
    one.add(records(1, 1, 100))
    one.clear()
    assert one.ready({}) == []


@given(
    st.lists(st.lists(st.integers(0, 200), max_size=12), min_size=1, max_size=4),
    st.data(),
)
def test_each_record_is_given_once_in_order_and_none_too_far_ahead(
    times: list[list[int]], data: st.DataObject
) -> None:
    """However the records of the partitions come, and whatever their clocks say."""
    one = Alignment(drift_seconds=DRIFT)
    left = {number: sorted(at) for number, at in enumerate(times)}
    given_ones: dict[int, list[int]] = {number: [] for number in left}
    fronts = {number: -1 for number in left}
    read = dict.fromkeys(left, 0)
    while any(read[number] < len(at) for number, at in left.items()):
        number = data.draw(st.sampled_from([n for n, at in left.items() if read[n] < len(at)]))
        rows = data.draw(st.integers(1, len(left[number]) - read[number]))
        one.add(records(number, read[number], *left[number][read[number] : read[number] + rows]))
        read[number] += rows
        open_ones = {("t", n): fronts[n] for n, at in left.items() if read[n] < len(at)}
        for batch in one.ready(open_ones):
            behind = [
                at[len(given_ones[n])] if len(given_ones[n]) < read[n] else fronts[n] / 1000
                for n, at in left.items()
                if len(given_ones[n]) < len(at)
            ]
            assert batch.timestamps[-1] / 1000 <= min(behind) + DRIFT + 0.001
            given_ones[batch.partition] += batch.offsets
            fronts[batch.partition] = batch.timestamps[-1]
    given_last = one.ready({})
    for batch in given_last:
        given_ones[batch.partition] += batch.offsets
    assert given_ones == {number: list(range(len(at))) for number, at in left.items()}
