"""What is found beside the path: clean events → gaps, verdicts, and what these set in motion.

clean events → ScoreAnomalies → JoinExemplars, if there are spans → ToVerdicts → ToIncidents; FindGaps;
with changes of events and of the catalogue: ToInvalidations.
"""

from typing import NamedTuple

import apache_beam as beam

from anomaly.verdicts import is_scored
from pipelines.settings import Settings
from transforms import (
    DecodeSpans,
    FindGaps,
    JoinExemplars,
    ScoreAnomalies,
    ToIncidents,
    ToInvalidations,
    ToVerdicts,
)


class Beside(NamedTuple):
    """What is found beside the path. ``clean``: the events, with exemplars if there are spans."""

    clean: beam.PCollection
    gaps: beam.PCollection
    verdicts: beam.PCollection
    invalidations: beam.PCollection
    opened: beam.PCollection
    closed: beam.PCollection
    late_spans: beam.PCollection | None
    dead: tuple[beam.PCollection, ...]
    tallies: tuple[beam.PCollection, ...]


def look_beside(
    clean: beam.PCollection,
    changes: beam.PCollection,
    catalogue: beam.PCollection,
    settings: Settings,
    seen: beam.PCollection | None = None,
    declared: beam.PCollection | None = None,
    spans: beam.PCollection | None = None,
) -> Beside:
    """From clean events, changes of events and of the catalogue to gaps, verdicts, and what these cause.

    ``seen``, ``declared``: these with what is known of earlier runs.
    """
    gaps = (seen or clean, declared or catalogue) | "FindGaps" >> FindGaps(
        entity_tag=settings.entity_tag,
        interval_seconds=settings.interval_seconds,
        lateness_seconds=settings.lateness_seconds,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )
    scored = clean | "ScoreAnomalies" >> _score_anomalies(settings)
    explained = _explain(clean, scored.anomalies, spans, settings)
    verdicts = explained.anomalies | "ToVerdicts" >> ToVerdicts(
        detector=settings.detector, entity_tag=settings.entity_tag
    )
    incidents = verdicts | "ToIncidents" >> _to_incidents(settings, with_spans=spans is not None)
    return Beside(
        clean=explained.clean,
        gaps=gaps,
        verdicts=verdicts,
        invalidations=(clean, changes, catalogue) | "ToInvalidations" >> _to_invalidations(settings),
        opened=incidents.opened,
        closed=incidents.closed,
        late_spans=explained.late_spans,
        dead=explained.dead,
        tallies=(scored.tally, *explained.tallies),
    )


def _score_anomalies(settings: Settings) -> ScoreAnomalies:
    return ScoreAnomalies(
        detector=settings.detector,
        shards=settings.shards,
        interval_seconds=settings.interval_seconds,
        lateness_seconds=settings.lateness_seconds,
        disorder_seconds=settings.disorder_seconds,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )


def _to_incidents(settings: Settings, *, with_spans: bool) -> ToIncidents:
    held = settings.hold_seconds + (settings.span_wait_seconds if with_spans else 0.0)
    return ToIncidents(
        min_verdicts=settings.incident_verdicts,
        min_series=settings.incident_series,
        window_seconds=settings.incident_window_seconds,
        quiet_seconds=settings.incident_quiet_seconds,
        hold_seconds=held,
        streaming=settings.streaming,
    )


def _to_invalidations(settings: Settings) -> ToInvalidations:
    return ToInvalidations(
        coalesce_seconds=settings.coalesce_seconds,
        invalidations_per_window=settings.invalidations_per_window,
        hold_seconds=_invalidation_hold(settings),
        pod_tag=settings.entity_tag,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )


class _Explained(NamedTuple):
    """Clean events and anomalies with their exemplars, and what became of the spans."""

    clean: beam.PCollection
    anomalies: beam.PCollection
    late_spans: beam.PCollection | None = None
    dead: tuple[beam.PCollection, ...] = ()
    tallies: tuple[beam.PCollection, ...] = ()


def _explain(
    clean: beam.PCollection,
    anomalies: beam.PCollection,
    spans: beam.PCollection | None,
    settings: Settings,
) -> _Explained:
    """Tie clean events and anomalies, in one join, to the spans that explain them, if there are spans."""
    if spans is None:
        return _Explained(clean, anomalies)
    decoded = spans | "DecodeSpans" >> DecodeSpans()
    masked = decoded.ok | "RedactSpans" >> settings.redact()
    both = (clean, anomalies) | "SamplesAndAnomalies" >> beam.Flatten()
    joined = (both, masked.ok) | "JoinExemplars" >> JoinExemplars(
        shards=settings.shards,
        interval_seconds=settings.interval_seconds,
        entity_tag=settings.entity_tag,
        wait_seconds=settings.span_wait_seconds,
        lateness_seconds=settings.lateness_seconds,
        streaming=settings.streaming,
    )
    return _Explained(
        clean=joined.ok | "Clean" >> beam.Filter(lambda batch: not is_scored(batch)),
        anomalies=joined.ok | "Anomalies" >> beam.Filter(is_scored),
        late_spans=joined.late,
        dead=(decoded.dead,),
        tallies=(decoded.tally, masked.tally, joined.tally),
    )


def _invalidation_hold(settings: Settings) -> float:
    """Longer than events are held for order; what waited for its series counts for a later window."""
    if settings.streaming:
        return 2 * settings.hold_seconds
    return settings.disorder_seconds
