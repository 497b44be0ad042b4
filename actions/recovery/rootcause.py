"""A case → the series that most likely shows what it comes from, and why.

First the service: among those that are anomalous and that the incident's service calls, the one furthest
downstream, for faults travel from callee to caller. Then the series: who was first, who is furthest out, and
whether its kind is rather a cause (saturation) or a symptom (latency). A plain weighted sum, so that
the reason can be said in a sentence.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from actions.recovery.callgraph import CallGraph
from actions.recovery.debounce import Case, SeriesCase
from actions.times import iso
from schemas.actions import MetricKind, RootCause

_ONSET: Final = 0.4
_STRENGTH: Final = 0.35
_KIND: Final = 0.25
#: How much a kind is a cause rather than a symptom.
_CAUSAL: Final = {
    MetricKind.SATURATION: 1.0,
    MetricKind.ERRORS: 0.8,
    MetricKind.LATENCY: 0.5,
    MetricKind.TRAFFIC: 0.3,
    MetricKind.OTHER: 0.1,
}


class Suspect(NamedTuple):
    """A series and how much speaks for it, 0 to 1."""

    weight: float
    series: SeriesCase


def suspects(series: Iterable[SeriesCase]) -> list[Suspect]:
    """All ``series``, the likeliest first."""
    found = list(series)
    if not found:
        return []
    first = min(s.onset_us for s in found)
    span = max(max(s.onset_us for s in found) - first, 1)
    weighed = [Suspect(_weight(s, (s.onset_us - first) / span), s) for s in found]
    return sorted(weighed, key=lambda s: (-s.weight, s.series.onset_us, s.series.peak.metric_id))


def root_cause(case: Case, service: str, graph: CallGraph, *, min_series: int) -> RootCause:
    """The root cause of a case of ``service``.

    A service that is called counts as anomalous with ``min_series`` series, as for an incident of its own.
    """
    by_service: dict[str, list[SeriesCase]] = {}
    for series in case.nearby.values():
        by_service.setdefault(series.peak.service, []).append(series)
    below = graph.below(service)
    anomalous = {s: found for s, found in by_service.items() if s in below and len(found) >= min_series}
    anomalous[service] = list(case.series.values())
    ends = graph.most_downstream(anomalous)
    # Of several ends, and of a circle, the one whose foremost suspect is the strongest.
    ranked = [suspects(anomalous[end]) for end in sorted(ends)]
    chosen = max(ranked, key=lambda found: found[0].weight)
    return _explained(chosen, service)


def _weight(series: SeriesCase, lateness: float) -> float:
    strength = 1 - 1 / max(series.strength, 1.0)
    return _ONSET * (1 - lateness) + _STRENGTH * strength + _KIND * _CAUSAL[series.kind]


def _explained(found: list[Suspect], service: str) -> RootCause:
    series = found[0].series
    peak = series.peak
    others = [s.series.onset_us for s in found[1:]]
    ahead_seconds = (min(others) - series.onset_us) / 1e6 if others else 0.0
    if not others:
        order = "the only anomalous series"
    elif ahead_seconds > 0:
        order = f"anomalous {ahead_seconds:.0f} s before any other series"
    elif ahead_seconds == 0:
        order = "among the first anomalous series"
    else:
        order = f"anomalous {-ahead_seconds:.0f} s after the first series, but more telling"
    why = f"{order}; {series.strength:.1f} times its threshold; kind: {series.kind}"
    downstream = peak.service != service
    if downstream:
        why += f"; {peak.service} is the most downstream anomalous service that {service} calls"
    return RootCause(
        service=peak.service,
        pod=peak.pod,
        metric=peak.metric,
        metric_id=peak.metric_id,
        kind=series.kind,
        onset_at=iso(series.onset_us),
        score=round(series.strength, 3),
        downstream=downstream,
        why=why,
    )
