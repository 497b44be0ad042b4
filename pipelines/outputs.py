"""The outputs of the ingest job, and how they become files of a result."""

from pathlib import Path
from typing import Final, NamedTuple

import apache_beam as beam

from connectors.sinks import CollectJson, WriteFiles
from pipelines.settings import Settings
from schemas.names import Output
from transforms import Timeline
from transforms.ending import AtTheEnd
from transforms.rows import clean_rows, with_partition

TALLY_FILE: Final = "tally.json"
TIMELINE_FILE: Final = "timeline.json"
FILES_FILE: Final = "files.json"


class Ingested(NamedTuple):
    """The named outputs of the job; ``counts``: what became of records, step by step."""

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
    losses: beam.PCollection
    notices: beam.PCollection
    counts: beam.PCollection


def write_files(out: Ingested, settings: Settings, staging: Path) -> None:
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
        out.losses | "WriteLosses" >> WriteFiles(folder=folder, output=Output.LOSSES, format="jsonl"),
        out.notices | "WriteNotices" >> WriteFiles(folder=folder, output=Output.NOTICES, format="jsonl"),
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
    (
        out.counts
        | "TallyAtEnd" >> AtTheEnd()
        | "SumTally" >> beam.CombinePerKey(sum)
        | "SaveTally" >> CollectJson(path=f"{folder}/{TALLY_FILE}")
    )
    out.clean | "Timeline" >> Timeline() | "SaveTimeline" >> CollectJson(path=f"{folder}/{TIMELINE_FILE}")
