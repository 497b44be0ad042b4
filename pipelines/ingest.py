"""The ingest job: a change stream goes in, trusted telemetry comes out.

records → DecodeChanges → DropReplays → Redact → SplitChanges → Validate → DropDuplicates → JoinExemplars →
clean events, with every other record in an output of its own: changes, duplicates, conflicts, dead letters.
Beside the path, from the clean events: ScoreAnomalies → verdicts; FindGaps → gaps. From all changes:
CheckTransactions → losses; FindNotices → notices.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam

from anomaly.detector import detector_named
from connectors.marks import read_marks
from pipelines import sources
from pipelines.actions import open_ledgers
from pipelines.beside import look_beside
from pipelines.bounded import run_graph
from pipelines.outputs import Ingested, write_files
from pipelines.path import walk
from pipelines.publish import publish
from pipelines.settings import Settings
from pipelines.streaming import run_stream
from schemas.contract import Contract
from security.seal import Seal
from telemetry.selftrace import part, watched


def build(
    records: beam.PCollection,
    settings: Settings,
    *,
    spans: beam.PCollection | None = None,
    history: beam.PCollection | None = None,
) -> Ingested:
    """The path from raw records to the outputs; the same graph in batch, streaming and replay.

    ``spans``: documents of spans, which explain samples. ``history``: see
    :func:`pipelines.path.walk`.
    """
    path = walk(records, settings, history=history)
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
    sources.make_outputs(settings)
    found = sources.read(pipeline, settings)
    publish(build(found.records, settings, spans=found.spans), settings)


@watched("ingest")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job; the summary of what became of every record, or where an endless one was stopped."""
    with part("preflight"):
        preflight(settings)
    if settings.endless:
        return run_stream(lambda pipeline: stream(pipeline, settings), settings, "ingest")
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
    settings.check_redaction()
