"""The tables of a database as what a backfill reads."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import apache_beam as beam

from connectors.tables import Database, Snapshot, Table, chunks_of, read_chunks, snapshot, table_named
from pipelines.backfill.plan import Cut, Piece, Stamp, What
from pipelines.setting import SettingError
from pipelines.settings import Settings
from schemas.records import RawRecords
from telemetry.progress import advance

_CHUNK_ROWS: Final = 50_000  # read by one connection at once


@dataclass(kw_only=True)
class Tables:
    """The tables themselves, as they are when the job begins; after a crash, what is left as it is then.

    All rows have the ``stamp`` of the first run: whether two are duplicates does not depend on a crash.
    """

    settings: Settings
    database: Database
    events: Table
    catalogue: Table
    stamp: Stamp | None = None

    @property
    def knows_commits(self) -> bool:
        return False

    def cut(self) -> Cut:
        with snapshot(self.database) as now:
            stamp = Stamp(now.lsn, now.at_us)
        chunk_rows = min(_CHUNK_ROWS, self.settings.piece_rows)
        chunks, rows = chunks_of(self.database, self.events, chunk_rows)
        known, known_rows = chunks_of(self.database, self.catalogue, chunk_rows)
        each = self.settings.piece_rows // chunk_rows
        events = [
            Piece(
                what=What.EVENTS,
                rows=min(chunk_rows * each, rows - first * chunk_rows),
                chunks=tuple(chunks[first : first + each]),
            )
            for first in range(0, len(chunks), each)
        ]
        catalogue = Piece(what=What.CATALOGUE, rows=known_rows, chunks=tuple(known))
        return Cut(pieces=(catalogue, *events), stamp=stamp)

    def held_to(self, cut: Cut) -> "Tables":
        return replace(self, stamp=cut.stamp)

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        with snapshot(self.database) as now:
            stamp = self.stamp or Stamp(now.lsn, now.at_us)
            self._snapshot = Snapshot(now.name, stamp.lsn, stamp.at_us)
            yield

    def read(self, piece: Piece) -> beam.PTransform:
        table = self.catalogue if piece.what is What.CATALOGUE else self.events
        connections = self.settings.postgres_connections
        return _ReadTable(partial(_read, self.database, table, piece.chunks, self._snapshot, connections))


@dataclass(kw_only=False)
class _ReadTable(beam.PTransform):
    reading: "partial[Iterator[RawRecords]]"

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        return (
            begin
            | "Begin" >> beam.Create([None])
            | "Read" >> beam.FlatMap(lambda _, reading: reading(), self.reading).with_output_types(RawRecords)
        )


def _read(
    database: Database,
    table: Table,
    chunks: tuple[tuple[str | None, str | None], ...],
    at: Snapshot,
    connections: int,
) -> Iterator[RawRecords]:
    for records in read_chunks(database, table, chunks, at, connections):
        advance("read", len(records))
        yield records


def tables_of(settings: Settings) -> Tables:
    """The tables of the database that the settings name. Raises SettingError, InputError."""
    if len(settings.input) > 1:
        raise SettingError("--input: name one postgresql://… address, and nothing else")
    if settings.since or settings.until or settings.offsets:
        raise SettingError("--since, --until, --offsets: a table has no appends; it is read whole")
    database = Database(settings.input[0], settings.postgres_password_file)
    return Tables(
        settings=settings,
        database=database,
        events=table_named(database, settings.events_table),
        catalogue=table_named(database, settings.catalogue_table),
    )
