"""The ingest job: a change stream goes in, trusted telemetry comes out.

records → DecodeChanges → DropReplays → Redact → SplitChanges → Validate → DropDuplicates → JoinExemplars →
clean events, with every other record in an output of its own: changes, duplicates, conflicts, dead letters.
Beside the path, from the clean events: ScoreAnomalies → verdicts; FindGaps → gaps. From all changes:
CheckTransactions → losses; FindNotices → notices.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apache_beam as beam

from anomaly.detector import detector_named
from anomaly.verdicts import is_scored
from connectors.marks import read_marks
from pipelines import sources
from pipelines.actions import open_ledgers
from pipelines.bounded import run_graph
from pipelines.outputs import Ingested, write_files
from pipelines.publish import publish
from pipelines.settings import Settings
from pipelines.streaming import run_stream
from schemas.contract import Contract
from security.seal import Seal
from telemetry.selftrace import part, watched
from transforms import (
    CheckTransactions,
    DecodeChanges,
    DecodeSpans,
    DropDuplicates,
    DropReplays,
    FindGaps,
    FindNotices,
    JoinExemplars,
    Redact,
    ScoreAnomalies,
    SplitChanges,
    ToIncidents,
    ToInvalidations,
    ToVerdicts,
    Validate,
)
from transforms.archive import ToArchive
from transforms.history import WithHistory
from transforms.rows import is_new, only_table

_ANY_DISORDER: Final = 1e9  # seconds: some thirty years


class Walked(NamedTuple):
    """What comes of the path itself. ``declared``: all that is known of the catalogue."""

    clean: beam.PCollection
    seen: beam.PCollection
    changes: beam.PCollection
    tables: beam.PCollection
    catalogue: beam.PCollection
    declared: beam.PCollection
    duplicates: beam.PCollection
    conflicts: beam.PCollection
    dead: beam.PCollection
    audit: beam.PCollection
    losses: beam.PCollection
    notices: beam.PCollection
    tallies: tuple[beam.PCollection, ...]
    archive: beam.PCollection | None


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


def build(
    records: beam.PCollection,
    settings: Settings,
    *,
    spans: beam.PCollection | None = None,
    history: beam.PCollection | None = None,
    known: beam.PCollection | None = None,
) -> Ingested:
    """The path from raw records to the outputs; the same graph in batch, streaming and replay.

    ``spans``: documents of spans, which explain samples. ``history``, ``known``: see :func:`walk`.
    """
    path = walk(records, settings, history=history, known=known)
    found = look_beside(path.clean, path.changes, path.catalogue, settings, path.seen, path.declared, spans)
    return Ingested(
        clean=found.clean,
        changes=path.changes,
        tables=path.tables,
        duplicates=path.duplicates,
        conflicts=path.conflicts,
        dead=(path.dead, *found.dead) | "Dead" >> beam.Flatten(),
        audit=path.audit,
        gaps=found.gaps,
        verdicts=found.verdicts,
        invalidations=found.invalidations,
        opened=found.opened,
        closed=found.closed,
        late_spans=found.late_spans,
        losses=path.losses,
        notices=path.notices,
        counts=(*path.tallies, *found.tallies) | "Tallies" >> beam.Flatten(),
        archive=path.archive,
    )


def walk(
    records: beam.PCollection,
    settings: Settings,
    *,
    history: beam.PCollection | None = None,
    known: beam.PCollection | None = None,
) -> Walked:
    """From raw records to clean events, and to what is not clean.

    ``history``: events that were clean in an earlier run; they are known, and do not come out again. Those
    whose key comes again are held in memory.
    ``known``: changes of the catalogue that were dealt with in an earlier run, for reference alone.
    """
    decoded = records | "DecodeChanges" >> DecodeChanges(
        events_table=settings.events_table,
        max_value_bytes=settings.max_value_bytes,
        seal_key_file=settings.seal_key_file,
    )
    events = decoded.events | "DropReplays" >> DropReplays()
    tables = decoded.tables | "DropTableReplays" >> DropReplays()
    sent = (events.ok, tables.ok) | "AllChanges" >> beam.Flatten()
    checked = (sent, decoded.transactions) | "CheckTransactions" >> CheckTransactions(
        wait_seconds=settings.wait_seconds, streaming=settings.streaming
    )
    noticed = (sent, decoded.shapes) | "FindNotices" >> FindNotices()

    masked = events.ok | "Redact" >> Redact()
    masked_tables = tables.ok | "RedactTables" >> Redact()
    catalogue = masked_tables.ok | "Catalogue" >> beam.Filter(only_table, settings.catalogue_table)
    declared = catalogue if known is None else (known, catalogue) | "Declared" >> beam.Flatten()

    inserts = masked.ok | "SplitChanges" >> SplitChanges()
    valid = (inserts.ok, declared) | "Validate" >> Validate(
        contract_file=settings.contract_file,
        shards=settings.shards,
        wait_seconds=settings.wait_seconds,
        streaming=settings.streaming,
    )
    judged = valid.ok if history is None else (history, valid.ok) | "WithHistory" >> WithHistory()
    first = judged | "DropDuplicates" >> DropDuplicates(
        shards=settings.shards,
        horizon_seconds=settings.horizon_seconds,
        disorder_seconds=_disorder(settings, history is not None),
        streaming=settings.streaming,
    )
    clean = first.ok if history is None else first.ok | "OnlyNew" >> beam.Filter(is_new)
    steps = (decoded, events, tables, checked, noticed, masked, masked_tables, inserts, valid, first)
    return Walked(
        clean=clean,
        seen=clean if history is None else (history, clean) | "Seen" >> beam.Flatten(),
        changes=inserts.changes,
        tables=masked_tables.ok,
        catalogue=catalogue,
        declared=declared,
        duplicates=first.duplicates,
        conflicts=first.conflicts,
        dead=(decoded.dead, valid.dead) | "Refused" >> beam.Flatten(),
        audit=valid.audit,
        losses=checked.losses,
        notices=noticed.notices,
        tallies=tuple(step.tally for step in steps),
        archive=None
        if settings.archive is None
        else (masked.ok, masked_tables.ok, decoded.transactions) | "ToArchive" >> _to_archive(settings),
    )


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


def _to_archive(settings: Settings) -> ToArchive:
    return ToArchive(
        seconds=settings.archive_seconds, file_rows=settings.archive_rows, streaming=settings.endless
    )


def _score_anomalies(settings: Settings) -> ScoreAnomalies:
    return ScoreAnomalies(
        detector=settings.detector,
        shards=settings.shards,
        interval_seconds=settings.interval_seconds,
        lateness_seconds=settings.lateness_seconds,
        disorder_seconds=settings.disorder_seconds,
        streaming=settings.streaming,
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
    masked = decoded.ok | "RedactSpans" >> Redact()
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


def _disorder(settings: Settings, with_history: bool) -> float:
    """How far apart events are read; an earlier result lies anywhere before the events that meet it."""
    if settings.streaming:
        return settings.hold_seconds
    return _ANY_DISORDER if with_history else settings.disorder_seconds


def _quiet(settings: Settings) -> tuple[float, float]:
    """First all that is held comes out, then all waits and horizons are over."""
    held = settings.hold_seconds + settings.span_wait_seconds + 1
    quiet = settings.incident_quiet_seconds + 2 * (settings.hold_seconds + settings.span_wait_seconds)
    waits = (settings.wait_seconds, settings.lateness_seconds, 2 * settings.horizon_seconds, quiet)
    return held, held + max(waits) + 1


def graph(pipeline: beam.Pipeline, settings: Settings, staging: Path) -> None:
    """The whole job, bounded or rehearsed: source, path and files."""
    found = sources.read(pipeline, settings, quiet_seconds=_quiet(settings))
    write_files(build(found.records, settings, spans=found.spans), settings, staging)


def stream(pipeline: beam.Pipeline, settings: Settings) -> None:
    """The whole job, endless: topics, path and topics."""
    found = sources.read(pipeline, settings)
    publish(build(found.records, settings, spans=found.spans), settings)


@watched("ingest")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job; the summary of what became of every record, or where an endless one was stopped."""
    with part("preflight"):
        preflight(settings)
    if settings.endless:
        return run_stream(lambda pipeline: stream(pipeline, settings), settings)
    return run_graph(
        lambda pipeline, staging: graph(pipeline, settings, staging),
        settings,
        beam_options,
        {"job": "ingest"},
    )


def preflight(settings: Settings) -> None:
    """Prove what can be proved before the graph is built: sources, sinks, detector, contract and key."""
    sources.preflight(settings)
    read_marks(settings.marks_file)
    detector_named(settings.detector)
    if not settings.endless:
        open_ledgers(Path(settings.output))
    Contract.load(settings.contract_file)
    Seal.from_file(settings.seal_key_file)
