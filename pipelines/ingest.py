"""The ingest job: a change stream goes in, trusted telemetry comes out.

records → DecodeChanges → DropReplays → Redact → SplitChanges → Validate → DropDuplicates → JoinExemplars →
clean events, with every other record in an output of its own: changes, duplicates, conflicts, dead letters.
Beside the path, from the clean events: ScoreAnomalies → verdicts; FindGaps → gaps.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apache_beam as beam
import msgspec

from anomaly.detector import detector_named
from anomaly.verdicts import is_scored
from connectors.files import ReadFiles, ReadSpans
from connectors.marks import read_marks
from connectors.recordfiles import find_files
from connectors.sinks import CollectJson, FileWritten, WriteFiles
from connectors.spanfiles import find_span_files
from connectors.staging import staged, take_over
from pipelines.actions import act, open_ledgers
from pipelines.reconcile import Tally
from pipelines.settings import SettingError, Settings
from pipelines.summary import RunResult, check_balance, summarise
from runners import direct
from schemas.contract import Contract
from schemas.names import SPANS_TOPIC, Output
from security.seal import Seal
from telemetry.selftrace import part, watched
from transforms import (
    DecodeChanges,
    DecodeSpans,
    DropDuplicates,
    DropReplays,
    FindGaps,
    JoinExemplars,
    Redact,
    ScoreAnomalies,
    SplitChanges,
    Timeline,
    ToIncidents,
    ToInvalidations,
    ToVerdicts,
    Validate,
)
from transforms.ending import AtTheEnd
from transforms.history import WithHistory
from transforms.rows import clean_rows, is_new, only_table, with_partition

TALLY_FILE: Final = "tally.json"
TIMELINE_FILE: Final = "timeline.json"
FILES_FILE: Final = "files.json"
_ANY_DISORDER: Final = 1e9  # seconds: some thirty years


class Ingested(NamedTuple):
    """The named outputs of the job."""

    clean: beam.PCollection
    changes: beam.PCollection
    tables: beam.PCollection
    duplicates: beam.PCollection
    conflicts: beam.PCollection
    dead: beam.PCollection
    audit: beam.PCollection
    gaps: beam.PCollection
    verdicts: beam.PCollection
    invalidations: beam.PCollection
    opened: beam.PCollection
    closed: beam.PCollection
    late_spans: beam.PCollection | None
    timeline: beam.PCollection
    tally: beam.PCollection


def build(
    records: beam.PCollection,
    settings: Settings,
    *,
    spans: beam.PCollection | None = None,
    history: beam.PCollection | None = None,
) -> Ingested:
    """The path from raw records to the outputs; the same graph in batch, streaming and replay.

    ``spans``: documents of spans, which explain samples.
    ``history``: events that were clean in an earlier run; they are known, and do not come out again. Those
    whose series comes again are held in memory.
    """
    decoded = records | "DecodeChanges" >> DecodeChanges(
        events_table=settings.events_table,
        max_value_bytes=settings.max_value_bytes,
        seal_key_file=settings.seal_key_file,
    )
    events = decoded.events | "DropReplays" >> DropReplays()
    tables = decoded.tables | "DropTableReplays" >> DropReplays()

    masked = events.ok | "Redact" >> Redact()
    masked_tables = tables.ok | "RedactTables" >> Redact()
    catalogue = masked_tables.ok | "Catalogue" >> beam.Filter(only_table, settings.catalogue_table)

    inserts = masked.ok | "SplitChanges" >> SplitChanges()
    valid = (inserts.ok, catalogue) | "Validate" >> Validate(
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
    seen = clean if history is None else (history, clean) | "Seen" >> beam.Flatten()
    gaps = (seen, catalogue) | "FindGaps" >> FindGaps(
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
    invalidations = (clean, inserts.changes, catalogue) | "ToInvalidations" >> _to_invalidations(settings)
    tallies = [decoded, events, tables, masked, masked_tables, inserts, valid, first, scored]
    return Ingested(
        clean=explained.clean,
        changes=inserts.changes,
        tables=masked_tables.ok,
        duplicates=first.duplicates,
        conflicts=first.conflicts,
        dead=(decoded.dead, valid.dead, *explained.dead) | "Dead" >> beam.Flatten(),
        audit=valid.audit,
        gaps=gaps,
        verdicts=verdicts,
        invalidations=invalidations,
        opened=incidents.opened,
        closed=incidents.closed,
        late_spans=explained.late_spans,
        timeline=clean | "Timeline" >> Timeline(),
        tally=[*(step.tally for step in tallies), *explained.tallies]
        | "Tallies" >> beam.Flatten()
        | "TallyAtEnd" >> AtTheEnd()
        | "SumTally" >> beam.CombinePerKey(sum),
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


def write(out: Ingested, settings: Settings, staging: Path) -> None:
    """Write every output into ``staging``; nothing there counts until the job has ended well."""
    clean = out.clean | "CleanRows" >> beam.Map(clean_rows)
    duplicates = out.duplicates | "DuplicateRows" >> beam.Map(clean_rows)
    conflicts = out.conflicts | "ConflictRows" >> beam.Map(clean_rows)
    changes = out.changes | "ChangeRows" >> beam.Map(with_partition)
    tables = out.tables | "TableRows" >> beam.Map(with_partition)
    folder, analysed = str(staging), settings.format
    files: tuple[beam.PCollection, ...] = (
        clean | "WriteClean" >> WriteFiles(folder=folder, output=Output.CLEAN, format=analysed),
        duplicates
        | "WriteDuplicates" >> WriteFiles(folder=folder, output=Output.DUPLICATES, format=analysed),
        changes | "WriteChanges" >> WriteFiles(folder=folder, output=Output.CHANGES, format=analysed),
        tables | "WriteTables" >> WriteFiles(folder=folder, output=Output.TABLES, format=analysed),
        conflicts | "WriteConflicts" >> WriteFiles(folder=folder, output=Output.CONFLICTS, format="jsonl"),
        out.dead | "WriteDead" >> WriteFiles(folder=folder, output=Output.DEAD, format="jsonl"),
        out.audit | "WriteAudit" >> WriteFiles(folder=folder, output=Output.AUDIT, format="jsonl"),
        out.gaps | "WriteGaps" >> WriteFiles(folder=folder, output=Output.GAPS, format="jsonl"),
        out.verdicts | "WriteVerdicts" >> WriteFiles(folder=folder, output=Output.VERDICTS, format="jsonl"),
        out.invalidations
        | "WriteInvalidations" >> WriteFiles(folder=folder, output=Output.INVALIDATIONS, format="jsonl"),
        (out.opened, out.closed)
        | "Incidents" >> beam.Flatten()
        | "WriteIncidents" >> WriteFiles(folder=folder, output=Output.INCIDENTS, format="jsonl"),
    )
    if out.late_spans is not None:
        late = out.late_spans | "WriteLateSpans" >> WriteFiles(
            folder=folder, output=Output.LATE_SPANS, format=analysed
        )
        files = (*files, late)
    files | "Files" >> beam.Flatten() | "SaveFiles" >> CollectJson(path=f"{folder}/{FILES_FILE}")
    out.tally | "SaveTally" >> CollectJson(path=f"{folder}/{TALLY_FILE}")
    out.timeline | "SaveTimeline" >> CollectJson(path=f"{folder}/{TIMELINE_FILE}")


def _quiet(settings: Settings) -> tuple[float, float]:
    """First all that is held comes out, then all waits and horizons are over."""
    held = settings.hold_seconds + settings.span_wait_seconds + 1
    quiet = settings.incident_quiet_seconds + 2 * (settings.hold_seconds + settings.span_wait_seconds)
    waits = (settings.wait_seconds, settings.lateness_seconds, 2 * settings.horizon_seconds, quiet)
    return held, held + max(waits) + 1


def graph(pipeline: beam.Pipeline, settings: Settings, staging: Path) -> None:
    """The whole job: source, path and sinks."""
    files = [str(file) for file in find_files(settings.input)]
    span_files = [str(file) for file in find_span_files(settings.spans)]
    records = pipeline | "ReadFiles" >> ReadFiles(
        files=files,
        spans=span_files if settings.streaming else [],
        batch_rows=settings.batch_rows,
        span_seconds=settings.disorder_seconds / 2,
        streaming=settings.streaming,
        quiet_seconds=_quiet(settings),
    )
    spans = None
    if span_files and settings.streaming:  # one rehearsal, so that the two come in an order
        spans = records | "Spans" >> beam.Filter(lambda batch: batch.topic == SPANS_TOPIC)
        records = records | "Records" >> beam.Filter(lambda batch: batch.topic != SPANS_TOPIC)
    elif span_files:
        spans = pipeline | "ReadSpans" >> ReadSpans(files=span_files)
    write(build(records, settings, spans=spans), settings, staging)


@watched("ingest")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job to its end and take over its results; the summary of what became of every record."""
    with part("preflight"):
        preflight(settings)
    return run_graph(
        lambda pipeline, staging: graph(pipeline, settings, staging),
        settings,
        beam_options,
        {"job": "ingest"},
    )


def run_graph(
    make: Callable[[beam.Pipeline, Path], None],
    settings: Settings,
    beam_options: Sequence[str],
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Run the graph that ``make`` builds, check that every record is accounted for, take over the results.

    ``facts``: what else the summary says of the run, first of all which ``job`` it is.
    """
    output = Path(settings.output)
    with staged(output) as staging:
        began = time.monotonic()
        direct.run(
            lambda pipeline: make(pipeline, staging),
            streaming=settings.streaming,
            spill_folder=staging / "spill",
            beam_options=beam_options,
        )
        seconds = time.monotonic() - began
        with part("summarise"):
            summary = facts | summarise(_results(staging, seconds), settings)
            check_balance(summary)
            files = _load(staging / FILES_FILE, list[FileWritten])
        with part("act"):
            summary["actions"] = act(files, staging, output)
        with part("take over"):
            take_over(output, staging, files, msgspec.json.format(msgspec.json.encode(summary)))
    return summary


def preflight(settings: Settings) -> None:
    """Prove what can be proved before the graph is built: inputs, detector, contract and key."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders of records")
    find_files(settings.input)
    find_span_files(settings.spans)
    read_marks(settings.marks_file)
    detector_named(settings.detector)
    open_ledgers(Path(settings.output))
    Contract.load(settings.contract_file)
    Seal.from_file(settings.seal_key_file)


def _results(staging: Path, seconds: float) -> RunResult:
    return RunResult(
        tally=_load(staging / TALLY_FILE, Tally),
        files=_load(staging / FILES_FILE, list[FileWritten]),
        timeline=_load(staging / TIMELINE_FILE, list[dict[str, Any]]),
        seconds=seconds,
    )


def _load(path: Path, kind: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=kind)
