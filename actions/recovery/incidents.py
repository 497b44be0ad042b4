"""A case → the incident that is told: severity, root cause, evidence and plan."""

from typing import Final

from actions.recovery.callgraph import CallGraph
from actions.recovery.debounce import Case, SeriesCase, Turn
from actions.recovery.metrickinds import kinds_of
from actions.recovery.playbooks import Facts, choose
from actions.recovery.rootcause import root_cause, suspects
from actions.times import iso
from schemas.actions import Evidence, Incident, IncidentState, MetricKind, Severity

_MOST_EVIDENCE: Final = 20
_BY_FAR: Final = 3.0  # times the threshold


def incident_of(case: Case, service: str, turn: Turn, graph: CallGraph, *, min_series: int) -> Incident:
    """What is known of ``case`` at this turn."""
    cause = root_cause(case, service, graph, min_series=min_series)
    of_cause = [s for s in (*case.series.values(), *case.nearby.values()) if s.peak.service == cause.service]
    severity = severity_of(list(case.series.values()))
    facts = Facts(
        service=service,
        severity=severity,
        root_cause=cause,
        kinds=kinds_of(series.kind for series in case.series.values()),
        pods=frozenset(series.peak.pod for series in of_cause),
    )
    shown = [suspect.series for suspect in suspects(case.series.values())]
    if cause.downstream:
        shown = [suspect.series for suspect in suspects(of_cause)] + shown
    return Incident(
        id=case.id,
        state=IncidentState.OPEN if turn is Turn.OPENED else IncidentState.CLOSED,
        service=service,
        severity=severity,
        started_at=iso(case.started_us),
        opened_at=iso(case.opened_us),
        last_seen_at=iso(case.last_us),
        verdicts=case.verdicts,
        suppressed_verdicts=case.verdicts - case.at_opening,
        series=len(case.series),
        root_cause=cause,
        evidence=tuple(_evidence(series) for series in shown[:_MOST_EVIDENCE]),
        trace_ids=tuple(case.trace_ids),
        plan=choose(facts),
    )


def severity_of(series: list[SeriesCase]) -> Severity:
    """How bad it is for callers: see :class:`schemas.actions.Severity`."""
    errors = [s.strength for s in series if s.kind is MetricKind.ERRORS]
    slow = any(s.kind is MetricKind.LATENCY for s in series)
    if errors and (slow or max(errors) >= _BY_FAR):
        return Severity.CRITICAL
    return Severity.MAJOR if errors or slow else Severity.MINOR


def _evidence(series: SeriesCase) -> Evidence:
    peak = series.peak
    return Evidence(
        metric_id=peak.metric_id,
        service=peak.service,
        kind=series.kind,
        onset_at=iso(series.onset_us),
        timestamp=peak.timestamp,
        value=peak.value,
        expected=peak.expected,
        score=peak.score,
        anomalies=series.anomalies,
        trace_id=peak.exemplar.trace_id if peak.exemplar else None,
    )
