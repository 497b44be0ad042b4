"""A piece of a backfill as a graph: through the path of the ingest job, or beside it, into files."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import apache_beam as beam
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.results import changes_again, clean_events, events_again, newest_commits
from connectors.sinks import CollectJson
from pipelines.backfill.plan import Piece, What
from pipelines.backfill.sources import Source
from pipelines.beside import look_beside
from pipelines.ingest import build
from pipelines.outputs import write_files, write_outputs
from pipelines.path import Marks, Walked, walk
from pipelines.settings import Settings
from schemas.names import Output
from transforms.rows import only_table

_MARKS: Final = "marks.json"


def piece_graph(
    pipeline: beam.Pipeline,
    piece: Piece,
    source: Source,
    before: Sequence[tuple[What, str]],
    settings: Settings,
    folder: Path,
) -> None:
    """A piece's way into the files of ``folder``. ``before``: the pieces that are done, and their folders."""
    catalogues = [path for what, path in before if what is What.CATALOGUE]
    events = [path for what, path in before if what is What.EVENTS]
    if piece.what is What.BESIDE:
        _write_beside(pipeline, catalogues, events, settings, folder)
        return
    records = pipeline | "Read" >> source.read(piece)
    if piece.what is What.EVERYTHING:
        write_files(build(records, settings), settings, folder)
        return
    read = partial(_history, since_us=_known_since(events, settings))
    history = _again(pipeline, "History", events, read) if events else None
    table = settings.catalogue_table
    known = _again(pipeline, "Known", catalogues, partial(_catalogue, table=table)) if catalogues else None
    path = walk(records, settings, history=history, known=known, marks=_marks(events))
    _write_path(path, settings, folder)


def _write_path(path: Walked, settings: Settings, folder: Path) -> None:
    outputs = {
        Output.CLEAN: path.clean,
        Output.CHANGES: path.changes,
        Output.TABLES: path.tables,
        Output.DUPLICATES: path.duplicates,
        Output.CONFLICTS: path.conflicts,
        Output.DEAD: path.dead,
        Output.AUDIT: path.audit,
        Output.LOSSES: path.losses,
        Output.NOTICES: path.notices,
    }
    write_outputs(outputs, path.tallies | "Tallies" >> beam.Flatten(), settings, folder)
    path.marks | "SaveMarks" >> CollectJson(path=str(folder / _MARKS))


def _marks(folders: Iterable[str]) -> Marks:
    """How far earlier pieces have read each partition of each connector."""
    known: dict[str, list[Any]] = {}
    for folder in folders:
        told: list[tuple[str, list[Any]]] = msgspec.json.decode((Path(folder) / _MARKS).read_bytes())
        known.update(told)
    return list(known.items())


def _write_beside(
    pipeline: beam.Pipeline,
    catalogues: Sequence[str],
    events: Sequence[str],
    settings: Settings,
    folder: Path,
) -> None:
    found = look_beside(
        _again(pipeline, "Clean", events, _events_again),
        _again(pipeline, "Changes", events, partial(_changes_again, output=Output.CHANGES)),
        _again(pipeline, "Catalogue", catalogues, partial(_catalogue, table=settings.catalogue_table)),
        settings,
    )
    outputs = {
        Output.GAPS: found.gaps,
        Output.VERDICTS: found.verdicts,
        Output.INVALIDATIONS: found.invalidations,
        Output.INCIDENTS: (found.opened, found.closed) | "Incidents" >> beam.Flatten(),
    }
    write_outputs(outputs, found.tallies | "Tallies" >> beam.Flatten(), settings, folder)


def _again(pipeline: beam.Pipeline, label: str, folders: Sequence[str], read: Any) -> beam.PCollection:
    """Batches that pieces before have written."""
    return (
        pipeline
        | f"{label}Pieces" >> beam.Create(list(folders))
        | f"Read{label}" >> beam.FlatMap(read).with_output_types(pa.RecordBatch)
    )


def _history(folder: str, since_us: int) -> Iterator[pa.RecordBatch]:
    return clean_events(Path(folder), since_us)


def _events_again(folder: str) -> Iterator[pa.RecordBatch]:
    return events_again(Path(folder))


def _changes_again(folder: str, output: Output) -> Iterator[pa.RecordBatch]:
    return changes_again(Path(folder), output)


def _catalogue(folder: str, table: str) -> Iterator[pa.RecordBatch]:
    return (batch for batch in changes_again(Path(folder), Output.TABLES) if only_table(batch, table))


def _known_since(folders: Iterable[str], settings: Settings) -> int:
    """From which commit on the events of earlier pieces may have the keys of later ones."""
    newest_us = 0
    for folder in folders:
        for file in (Path(folder) / Output.CLEAN).glob("*.parquet"):
            with pq.ParquetFile(file) as parquet:
                newest_us = max(newest_us, *newest_commits(parquet), 0)
    return newest_us - int((settings.horizon_seconds + settings.disorder_seconds) * 1e6)
