"""Event batches → records a minute of event time, and lag a second of commit time, in bounded space.

Times are put into buckets. When there are too many buckets for a picture their width doubles, and neighbours
become one; so a course is as large for a year as for an hour.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import numbers

EVENTS: Final = "events"
LAG: Final = "lag"
MOST_BUCKETS: Final = 600
_MINUTE_US: Final = 60_000_000
_SECOND_US: Final = 1_000_000

#: By number of the bucket: (records, sum, maximum).
Buckets = dict[int, tuple[int, float, float]]


class Line(msgspec.Struct):
    """Sums by bucket of ``width_us`` microseconds."""

    width_us: int
    buckets: Buckets = {}


class Course(msgspec.Struct):
    """What is kept of a stream of events over time."""

    events: Line = msgspec.field(default_factory=lambda: Line(_MINUTE_US))
    lag: Line = msgspec.field(default_factory=lambda: Line(_SECOND_US))


def course_of(batch: pa.RecordBatch) -> Course:
    """The course of one batch. Lag: milliseconds from the commit in the database to the append."""
    times = batch.column("timestamp").to_numpy(zero_copy_only=False).view(np.int64)
    committed = numbers(batch, "committed_us")
    lag_ms = np.maximum(numbers(batch, "appended_ms") - committed / 1000, 0.0)
    zeros = np.zeros(len(batch))
    return Course(_line(times, zeros, _MINUTE_US), _line(committed, lag_ms, _SECOND_US))


def merge_courses(courses: Iterable[Course]) -> Course:
    """All of ``courses`` in one."""
    total = Course()
    for course in courses:
        total.events = _merged(total.events, course.events)
        total.lag = _merged(total.lag, course.lag)
    return total


def points(course: Course) -> Iterator[dict[str, Any]]:
    """One point a bucket: ``line``, begin (epoch seconds), length, records; of the lag mean and maximum."""
    for name, line in ((EVENTS, course.events), (LAG, course.lag)):
        seconds = line.width_us / _SECOND_US
        for bucket, (records, total, highest) in sorted(line.buckets.items()):
            point = {"line": name, "at": int(bucket * seconds), "seconds": seconds, "records": records}
            if name == LAG:
                point |= {"mean_ms": round(total / records, 1), "max_ms": round(highest, 1)}
            yield point


def _line(times: np.ndarray, values: np.ndarray, width_us: int) -> Line:
    buckets, group = np.unique(times // width_us, return_inverse=True)
    highest = np.full(len(buckets), -np.inf)
    np.maximum.at(highest, group, values)
    sums = zip(
        np.bincount(group).tolist(), np.bincount(group, values).tolist(), highest.tolist(), strict=True
    )
    return _bounded(Line(width_us, dict(zip(buckets.tolist(), sums, strict=True))))


def _merged(one: Line, other: Line) -> Line:
    width_us = max(one.width_us, other.width_us)
    one, other = _widened(one, width_us), _widened(other, width_us)
    buckets = dict(one.buckets)
    for bucket, sums in other.buckets.items():
        buckets[bucket] = _added(buckets.get(bucket), sums)
    return _bounded(Line(width_us, buckets))


def _bounded(line: Line) -> Line:
    while len(line.buckets) > MOST_BUCKETS:
        line = _widened(line, 2 * line.width_us)
    return line


def _widened(line: Line, width_us: int) -> Line:
    if line.width_us == width_us:
        return line
    factor = width_us // line.width_us
    buckets: Buckets = {}
    for bucket, sums in line.buckets.items():
        buckets[bucket // factor] = _added(buckets.get(bucket // factor), sums)
    return Line(width_us, buckets)


def _added(one: tuple[int, float, float] | None, other: tuple[int, float, float]) -> tuple[int, float, float]:
    if one is None:
        return other
    return one[0] + other[0], one[1] + other[1], max(one[2], other[2])
