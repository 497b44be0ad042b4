"""The outputs of the ingest job, and how they become files of a result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import apache_beam as beam

from connectors.archivefiles import WriteArchive
from connectors.sinks import CollectJson, WriteFiles
from pipelines.settings import Settings
from schemas.names import Output
from transforms import Timeline
from transforms.ending import AtTheEnd
from transforms.rows import clean_rows, with_partition

TALLY_FILE: Final = "tally.json"
TIMELINE_FILE: Final = "timeline.json"
FILES_FILE: Final = "files.json"
#: Outputs of batches, which become files in the format of what is analysed; others are read by people.
_ANALYSED: Final = frozenset(
    {Output.CLEAN, Output.DUPLICATES, Output.CHANGES, Output.TABLES, Output.LATE_SPANS}
)
#: How a batch becomes the columns that are written.
_ROWS: Final = {
    Output.CLEAN: clean_rows,
    Output.DUPLICATES: clean_rows,
    Output.CONFLICTS: clean_rows,
    Output.CHANGES: with_partition,
    Output.TABLES: with_partition,
}


class Ingested(NamedTuple):
    """The named outputs of the job; ``counts``: what became of records, step by step.

    ``archive``: runs of archived records, if the settings name an archive.
    """

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
    archive: beam.PCollection | None = None


def keep_archive(out: Ingested, settings: Settings) -> None:
    """Write the archive that the settings name, if they name one."""
    if out.archive is not None and settings.archive is not None:
        _ = out.archive | "WriteArchive" >> WriteArchive(folder=settings.archive)


def outputs_of(out: Ingested) -> dict[Output, beam.PCollection | None]:
    """The outputs by their names; incidents are those that opened and those that closed."""
    return {
        Output.CLEAN: out.clean,
        Output.CHANGES: out.changes,
        Output.TABLES: out.tables,
        Output.DUPLICATES: out.duplicates,
        Output.CONFLICTS: out.conflicts,
        Output.DEAD: out.dead,
        Output.AUDIT: out.audit,
        Output.GAPS: out.gaps,
        Output.VERDICTS: out.verdicts,
        Output.INVALIDATIONS: out.invalidations,
        Output.INCIDENTS: (out.opened, out.closed) | "Incidents" >> beam.Flatten(),
        Output.LATE_SPANS: out.late_spans,
        Output.LOSSES: out.losses,
        Output.NOTICES: out.notices,
    }


def write_files(out: Ingested, settings: Settings, staging: Path) -> None:
    """Write every output into ``staging``; nothing there counts until the job has ended well."""
    keep_archive(out, settings)
    write_outputs(outputs_of(out), out.counts, settings, staging)


def write_outputs(
    outputs: Mapping[Output, beam.PCollection | None],
    counts: beam.PCollection,
    settings: Settings,
    staging: Path,
) -> None:
    """Write ``outputs`` and the sums of ``counts`` into ``staging``."""
    folder, files = str(staging), []
    for output, items in outputs.items():
        if items is None:
            continue
        name = "".join(part.capitalize() for part in output.split("_"))
        rows = items | f"{name}Rows" >> beam.Map(_ROWS[output]) if output in _ROWS else items
        kind = settings.format if output in _ANALYSED else "jsonl"
        files.append(rows | f"Write{name}" >> WriteFiles(folder=folder, output=output, format=kind))
    files | "Files" >> beam.Flatten() | "SaveFiles" >> CollectJson(path=f"{folder}/{FILES_FILE}")
    (
        counts
        | "TallyAtEnd" >> AtTheEnd()
        | "SumTally" >> beam.CombinePerKey(sum)
        | "SaveTally" >> CollectJson(path=f"{folder}/{TALLY_FILE}")
    )
    clean = outputs.get(Output.CLEAN)
    if clean is not None:
        clean | "Timeline" >> Timeline() | "SaveTimeline" >> CollectJson(path=f"{folder}/{TIMELINE_FILE}")
