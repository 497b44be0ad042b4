"""The course of events over time: the same however it is cut, and no larger for a year than for an hour."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from columns.timeline import MOST_BUCKETS, course_of, merge_courses, points
from tests.columns.test_duplicates import batch, row

MINUTE_US, SECOND_US = 60_000_000, 1_000_000


def events(*times: tuple[int, int, int]) -> list[dict[str, Any]]:
    """(minute of the event, second of the commit, lag in ms) each."""
    return [
        row(i) | {"timestamp": m * MINUTE_US, "committed_us": s * SECOND_US, "appended_ms": s * 1000 + lag}
        for i, (m, s, lag) in enumerate(times)
    ]


def test_records_by_minute_and_lag_by_second() -> None:
    found = list(points(course_of(batch(events((1, 100, 20), (1, 100, 40), (3, 101, 5))))))
    assert found == [
        {"line": "events", "at": 60, "seconds": 60.0, "records": 2},
        {"line": "events", "at": 180, "seconds": 60.0, "records": 1},
        {"line": "lag", "at": 100, "seconds": 1.0, "records": 2, "mean_ms": 30.0, "max_ms": 40.0},
        {"line": "lag", "at": 101, "seconds": 1.0, "records": 1, "mean_ms": 5.0, "max_ms": 5.0},
    ]


TIMES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**7), st.integers(0, 999)), min_size=1)


@given(TIMES, st.integers(0, 50))
def test_cuts_change_nothing_and_the_size_is_bounded(times: list[tuple[int, int, int]], cut: int) -> None:
    rows = events(*times)
    parts = [course_of(batch(part)) for part in (rows[:cut], rows[cut:]) if part]
    whole, joined = course_of(batch(rows)), merge_courses(parts)
    assert (whole.events, whole.lag.buckets.keys()) == (joined.events, joined.lag.buckets.keys())
    for line in (whole.events, whole.lag):
        assert len(line.buckets) <= MOST_BUCKETS
        assert sum(records for records, _, _ in line.buckets.values()) == len(rows)


def test_a_year_is_no_larger_than_an_hour() -> None:
    course = course_of(batch(events(*((m, 60 * m, 1) for m in range(0, 525_600, 131)))))
    assert len(course.events.buckets) <= MOST_BUCKETS
    assert max(p["seconds"] for p in points(course) if p["line"] == "events") == 60 * 1024
