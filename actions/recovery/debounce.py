"""Verdicts of one service, in the order of event time → cases that open and close.

One anomaly is no incident. A case opens when enough anomalies of enough series fall into one stretch of time,
takes in all that follows, and closes after a time of quiet: so an outage is told once, and not by every
sample (as alerts are grouped by Prometheus' Alertmanager, and debounced before anything is done about them).
"""

import hashlib
import re
from collections.abc import Iterable
from copy import deepcopy
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from actions.recovery.metrickinds import kind_of
from actions.times import micros_of
from schemas.actions import MetricKind
from schemas.verdicts import Label, Verdict

_MOST_RECENT: Final = 1000  # anomalies kept that have not made a case
_QUANTILE: Final = re.compile(r"[_.:]p\d+(?=[_.:]|$)")
_MOST_SERIES: Final = 500  # series kept of a case; of more only the count goes on
_MOST_TRACES: Final = 10


class Rules(NamedTuple):
    """When a case opens and closes; times in microseconds of event time."""

    min_verdicts: int = 3
    min_series: int = 2
    window_us: int = 180_000_000
    quiet_us: int = 600_000_000


class SeriesCase(msgspec.Struct, array_like=True):
    """What a case knows of one series: since when it is anomalous, and its strongest sample."""

    kind: MetricKind
    onset_us: int
    anomalies: int
    peak: Verdict

    @property
    def strength(self) -> float:
        """The highest score as a multiple of its threshold."""
        return abs(self.peak.score) / max(abs(self.peak.threshold), 1e-9)


class Case(msgspec.Struct, array_like=True):
    """An incident in the making; times are epoch microseconds. ``nearby``: series of services it calls."""

    id: str
    started_us: int
    opened_us: int
    last_us: int
    verdicts: int = 0
    at_opening: int = 0
    series: dict[str, SeriesCase] = {}
    nearby: dict[str, SeriesCase] = {}
    trace_ids: list[str] = []


class Watch(msgspec.Struct, array_like=True):
    """All that is kept of one service: anomalies that have made no case yet, and the open case."""

    recent: list[Verdict] = []
    nearby: list[Verdict] = []
    case: Case | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to wait for."""
        return not (self.recent or self.nearby or self.case)


class Turn(StrEnum):
    """What a verdict did to a case."""

    OPENED = "opened"
    CLOSED = "closed"


def in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Each anomaly once, by event time; equal times in an order that is always the same."""
    once = {verdict.id: verdict for verdict in verdicts if verdict.label is Label.ANOMALY}
    return sorted(once.values(), key=lambda v: (micros_of(v.timestamp), v.metric_id, v.id))


def take(watch: Watch, service: str, verdict: Verdict, rules: Rules) -> list[tuple[Turn, Case]]:
    """Take in the next anomaly of ``service``, or of a service that it calls."""
    at_us = micros_of(verdict.timestamp)
    turns: list[tuple[Turn, Case]] = []
    case = watch.case
    if case is not None and at_us - case.last_us > rules.quiet_us:
        turns += close(watch)
        case = None
    if verdict.service != service:
        _take_nearby(watch, verdict, at_us, rules)
    elif case is not None:
        _add(case, verdict, at_us)
    else:
        newest_us = max([at_us, *(micros_of(v.timestamp) for v in watch.recent)])  # one may come late
        watch.recent = _within([*watch.recent, verdict], newest_us, rules.window_us)[-_MOST_RECENT:]
        enough = len(watch.recent) >= rules.min_verdicts
        if enough and len({_measured(v.metric_id) for v in watch.recent}) >= rules.min_series:
            turns.append((Turn.OPENED, deepcopy(_open(watch, service, rules))))  # the case goes on
    return turns


def close(watch: Watch) -> list[tuple[Turn, Case]]:
    """Close the open case, if there is one, and forget what made none."""
    case = watch.case
    watch.case, watch.recent, watch.nearby = None, [], []
    return [] if case is None else [(Turn.CLOSED, case)]


def _take_nearby(watch: Watch, verdict: Verdict, at_us: int, rules: Rules) -> None:
    if watch.case is None:
        watch.nearby = [*_within(watch.nearby, at_us, rules.window_us), verdict][-_MOST_RECENT:]
    elif at_us - watch.case.last_us <= rules.window_us:
        _note(watch.case.nearby, verdict, at_us)


def _open(watch: Watch, service: str, rules: Rules) -> Case:
    times = [micros_of(verdict.timestamp) for verdict in watch.recent]
    _, first = min(zip(times, watch.recent, strict=True), key=lambda pair: (pair[0], pair[1].id))
    case = Case(_id(service, first), min(times), max(times), max(times))
    for verdict, at_us in zip(watch.recent, times, strict=True):
        _add(case, verdict, at_us)
    for verdict in _within(watch.nearby, case.opened_us, rules.window_us):
        _note(case.nearby, verdict, micros_of(verdict.timestamp))
    case.at_opening = case.verdicts
    watch.case, watch.recent, watch.nearby = case, [], []
    return case


def _add(case: Case, verdict: Verdict, at_us: int) -> None:
    case.verdicts += 1
    case.last_us = max(case.last_us, at_us)
    _note(case.series, verdict, at_us)
    trace_id = verdict.exemplar.trace_id if verdict.exemplar else None
    if trace_id and trace_id not in case.trace_ids and len(case.trace_ids) < _MOST_TRACES:
        case.trace_ids.append(trace_id)


def _measured(metric_id: str) -> str:
    """The series without its quantile: p90, p95 and p99 of one latency are one witness, not three."""
    return _QUANTILE.sub("", metric_id)


def _note(series: dict[str, SeriesCase], verdict: Verdict, at_us: int) -> None:
    known = series.get(verdict.metric_id)
    if known is None:
        if len(series) < _MOST_SERIES:
            kind = kind_of(verdict.metric, verdict.reason)
            series[verdict.metric_id] = SeriesCase(kind, at_us, 1, verdict)
        return
    known.anomalies += 1
    known.onset_us = min(known.onset_us, at_us)
    if abs(verdict.score) > abs(known.peak.score):
        known.peak, known.kind = verdict, kind_of(verdict.metric, verdict.reason)


def _within(verdicts: list[Verdict], at_us: int, window_us: int) -> list[Verdict]:
    return [v for v in verdicts if abs(at_us - micros_of(v.timestamp)) <= window_us]


def _id(service: str, first: Verdict) -> str:
    text = f"incident|{service}|{first.timestamp}|{first.id}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
