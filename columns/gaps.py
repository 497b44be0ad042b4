"""Times at which an entity sent samples → intervals in which it should have and did not.

An entity (a pod) samples all its series at one moment, once an interval. A gap is a stretch between two
samples that is longer than one and a half intervals. Single series that are silent now and then (a latency
without a request) make no gap; a series that is in the catalogue and never sent anything is reported as such.

What is kept of an entity is not its sample times but the runs without a gap that they form, so that it does
not grow with time, and does not depend on the order in which samples come.
"""

from bisect import bisect_left
from datetime import UTC, datetime
from typing import Final

import msgspec

_LATE: Final = 1.5  # a sample this many intervals after the one before leaves one out


class Gap(msgspec.Struct, frozen=True, kw_only=True, tag="interval", tag_field="kind"):
    """Missing intervals of an entity; ISO 8601 UTC, ``end`` exclusive. ``missing_rows`` counts its series;
    ``open``: the entity sent nothing more before the input ended.
    """

    entity: str
    start: str
    end: str
    intervals: int
    missing_rows: int
    open: bool = False


class SilentSeries(msgspec.Struct, frozen=True, kw_only=True, tag="series", tag_field="kind"):
    """A series of the catalogue that never sent a sample, although its entity did."""

    entity: str
    metric_id: str


class Run(msgspec.Struct, array_like=True):
    """Samples without a gap, from ``start`` to ``end`` (epoch microseconds of event time).

    ``since_ms``: when the first of them was appended to its topic, epoch milliseconds.
    """

    start: int
    end: int
    since_ms: int


class Presence(msgspec.Struct, array_like=True):
    """What is kept of one entity: its declared and its seen series, and its runs in order."""

    version: int = 1
    series: set[str] = set()
    seen: set[str] = set()
    runs: list[Run] = []


def reach_of(interval_us: int) -> float:
    """How far apart, in microseconds, two samples of an entity can be without a gap between them."""
    return _LATE * interval_us


def merge(presence: Presence, other: Presence, *, interval_us: int) -> None:
    """Add what ``other`` holds. Runs within one and a half intervals of each other become one."""
    presence.series |= other.series
    presence.seen |= other.seen
    reach = reach_of(interval_us)
    for run in other.runs:
        runs = presence.runs
        low = bisect_left(runs, run.start - reach, key=_end)
        high = low
        while high < len(runs) and runs[high].start <= run.end + reach:
            high += 1
        runs[low:high] = [_joined([*runs[low:high], run])]


def _end(run: Run) -> int:
    return run.end


def _joined(runs: list[Run]) -> Run:
    return Run(min(r.start for r in runs), max(r.end for r in runs), min(r.since_ms for r in runs))


def confirm(presence: Presence, entity: str, *, interval_us: int, until_ms: int | None) -> list[Gap]:
    """Report the gaps whose far side was appended at ``until_ms`` or before (``None``: all), once each."""
    found: list[Gap] = []
    kept = presence.runs[:1]
    for run in presence.runs[1:]:
        if until_ms is None or run.since_ms <= until_ms:
            found.append(_gap(presence, entity, kept[-1].end, run.start, interval_us))
            kept[-1] = _joined([kept[-1], run])
        else:
            kept.append(run)
    presence.runs = kept
    return found


def unfinished(presence: Presence, entity: str, *, interval_us: int, now_us: int) -> list[Gap]:
    """The gap from the last sample of an entity to ``now_us``, the newest sample of all, if there is one."""
    if not presence.runs or now_us - presence.runs[-1].end <= reach_of(interval_us):
        return []
    return [_gap(presence, entity, presence.runs[-1].end, now_us, interval_us, is_open=True)]


def _gap(
    presence: Presence, entity: str, before: int, after: int, interval_us: int, *, is_open: bool = False
) -> Gap:
    start = (before + interval_us) // interval_us * interval_us
    intervals = round((after - before) / interval_us) - 1
    return Gap(
        entity=entity,
        start=_iso(start),
        end=_iso(start + intervals * interval_us),
        intervals=intervals,
        missing_rows=intervals * len(presence.series or presence.seen),
        open=is_open,
    )


def _iso(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1e6, UTC).isoformat().replace("+00:00", "Z")
