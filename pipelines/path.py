"""The path itself: raw records → clean events, and an output for each other thing that a record can be.

records → DecodeChanges → DropReplays → Redact → SplitChanges → Validate → DropDuplicates → clean events, with
changes, duplicates, conflicts and dead letters beside them. From all changes: CheckTransactions → losses;
FindNotices → notices; ToArchive → archive.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import apache_beam as beam

from pipelines.settings import Settings
from transforms import (
    CheckTransactions,
    DecodeChanges,
    DropDuplicates,
    DropReplays,
    FindNotices,
    SplitChanges,
    Validate,
)
from transforms.archive import ToArchive
from transforms.history import WithHistory
from transforms.rows import is_new, only_table

#: How far partitions were read: (partition and connector, mark).
Marks: TypeAlias = Sequence[tuple[str, list[Any]]]

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
    marks: beam.PCollection | None


def walk(
    records: beam.PCollection,
    settings: Settings,
    *,
    history: beam.PCollection | None = None,
    known: beam.PCollection | None = None,
    marks: Marks | None = None,
) -> Walked:
    """From raw records to clean events, and to what is not clean.

    ``history``: events that were clean in an earlier run; they are known, and do not come out again. Those
    whose key comes again are held in memory.
    ``known``: changes of the catalogue that were dealt with in an earlier run, for reference alone.
    ``marks``: how far partitions were read in an earlier run; if they are given, those of this one are told.
    """
    decoded = records | "DecodeChanges" >> DecodeChanges(
        events_table=settings.events_table,
        max_value_bytes=settings.max_value_bytes,
        seal_key_file=settings.seal_key_file,
    )
    events = decoded.events | "DropReplays" >> _drop_replays(marks)
    tables = decoded.tables | "DropTableReplays" >> _drop_replays(marks)
    sent = (events.ok, tables.ok) | "AllChanges" >> beam.Flatten()
    checked = (sent, decoded.transactions) | "CheckTransactions" >> CheckTransactions(
        wait_seconds=settings.wait_seconds,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )
    noticed = (sent, decoded.shapes) | "FindNotices" >> FindNotices(calm_seconds=settings.calm_seconds_here)

    masked = events.ok | "Redact" >> settings.redact()
    masked_tables = tables.ok | "RedactTables" >> settings.redact()
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
        marks=None if marks is None else (events.marks, tables.marks) | "Marks" >> beam.Flatten(),
    )


def _drop_replays(marks: Marks | None) -> DropReplays:
    return DropReplays() if marks is None else DropReplays(begin=tuple(marks), tell=True)


def _to_archive(settings: Settings) -> ToArchive:
    return ToArchive(
        seconds=settings.archive_seconds, file_rows=settings.archive_rows, streaming=settings.endless
    )


def _disorder(settings: Settings, with_history: bool) -> float:
    """How far apart events are read; an earlier result lies anywhere before the events that meet it."""
    if settings.streaming:
        return settings.hold_seconds
    return _ANY_DISORDER if with_history else settings.disorder_seconds
