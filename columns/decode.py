"""RawRecords → change batches | ends of transactions | shapes of rows | undecodable values | counts.

The common case is one typed msgspec call a value and column work after it. Only when a batch holds a value
that fails is it gone through once more, value by value, to name what is wrong with each.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from columns.envelopecolumns import NO_SOURCE, Columns, columns_of, committed_us_of, joined, picked
from columns.envelopes import decode_value, decode_values
from columns.markers import split_markers
from columns.shapes import EVENT_COLUMNS, Names, columns_of_row, columns_of_value
from schemas.batches import EVENT_CHANGES, TABLE_CHANGES, Origin
from schemas.losses import Shape
from schemas.names import Result, Undecodable
from schemas.records import RawRecords

MAX_VALUE_BYTES: Final = 1024 * 1024

_RUN: Final = 1024  # records whose columns are made at once
_TRY: Final = 128  # values that are decoded at once
_LOOKED_AT: Final = 8  # of those of a try, until one has a row whose columns can be told


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that is no change: its place among the records, and the kind of trouble."""

    index: int
    kind: Undecodable


@dataclass(slots=True)
class Decoded:
    """What became of one :class:`RawRecords`."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    ends: pa.RecordBatch | None = None
    shapes: list[Shape] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    counts: Counter[Result] = field(default_factory=Counter)


def decode_records(
    records: RawRecords, *, events_table: str, max_value_bytes: int = MAX_VALUE_BYTES
) -> Decoded:
    """Decode ``records`` into change batches, one for each connector that wrote them.

    ``events_table`` is ``schema.table``; topics that end in it give ``EVENT_CHANGES``, others
    ``TABLE_CHANGES``. Values over ``max_value_bytes`` are refused unread, as are those that the source could
    not decode. Never raises on data.
    """
    out = Decoded()
    is_events = records.topic == events_table or records.topic.endswith("." + events_table)
    indices: Sequence[int] = range(len(records))
    if not all(records.values):  # faster than a look for None, which compares
        indices = [i for i, value in enumerate(records.values) if value is not None]
        out.counts[Result.TOMBSTONE] = len(records) - len(indices)
    if records.refusals:
        refused = [i for i in indices if i in records.refusals]
        out.refused += [Refused(i, Undecodable(records.refusals[i])) for i in refused]
        indices = [i for i in indices if i not in records.refusals]
    rows, out.ends = _without_control(records, indices)
    if len(rows) < len(indices):
        out.counts[Result.CONTROL] = len(indices) - len(rows)
        indices = rows
    runs: dict[str, list[Columns]] = {}
    for start in range(0, len(indices), _RUN):
        run = indices[start : start + _RUN]
        kept, envelopes = _decode(records, run, is_events, max_value_bytes, out)
        out.counts[Result.PASSED] += len(envelopes)
        for source, rows, group in _by_source(kept, envelopes) if envelopes else ():
            runs.setdefault(source, []).append(columns_of(records, rows, group, is_events))
    schema = EVENT_CHANGES if is_events else TABLE_CHANGES
    for source, columns in runs.items():
        arrays = [joined([run[f.name] for run in columns], f.type) for f in schema]
        stamped = Origin(records.topic, records.partition, source).stamp(schema)
        out.batches.append(pa.RecordBatch.from_arrays(arrays, schema=stamped))
    if out.refused:
        out.counts[Result.DEAD] = len(out.refused)
    return out


def _without_control(
    records: RawRecords, indices: Sequence[int]
) -> tuple[Sequence[int], pa.RecordBatch | None]:
    """Those of ``indices`` that are no heartbeats and no transaction markers; ends of transactions."""
    if records.topic.startswith("__debezium-heartbeat"):
        return [], None
    return split_markers(records, indices)


def _decode(
    records: RawRecords, indices: Sequence[int], is_events: bool, limit: int, out: Decoded
) -> tuple[Sequence[int], list[Any]]:
    """The envelopes of ``indices``, and the indices that gave one; a try with trouble goes one by one."""
    kept: list[int] = []
    envelopes: list[Any] = []
    for start in range(0, len(indices), _TRY):
        tried = indices[start : start + _TRY]
        values: list[bytes] = picked(records.values, tried)
        decoded, columns = _try(values, is_events, limit, out)
        if decoded is not None:
            if columns is None:
                _see_rows(records, tried, decoded, out)
            elif not out.shapes or out.shapes[-1].columns != columns:
                _see_first(records, tried, decoded, columns, out)
            kept += tried
            envelopes += decoded
            continue
        for index, value in zip(tried, values, strict=True):
            envelope = decode_value(value, is_events, limit)
            if isinstance(envelope, Undecodable):
                out.refused.append(Refused(index, envelope))
            else:
                if is_events:
                    _see(records, index, envelope, columns_of_value(value), out)
                else:
                    _see_rows(records, [index], [envelope], out)
                kept.append(index)
                envelopes.append(envelope)
    return kept, envelopes


def _try(
    values: list[bytes], is_events: bool, limit: int, out: Decoded
) -> tuple[list[Any] | None, Names | None]:
    """All envelopes at once, and the columns that all their rows have; ``None``: they were not looked at."""
    if not is_events:
        return decode_values(values, None, limit), None
    columns = out.shapes[-1].columns if out.shapes else EVENT_COLUMNS
    decoded = decode_values(values, columns, limit)
    if decoded is None:
        found = next(filter(None, map(columns_of_value, values[:_LOOKED_AT])), columns)
        if found != columns:
            return decode_values(values, found, limit), found
    return decoded, columns


def _see_first(
    records: RawRecords, indices: Sequence[int], envelopes: list[Any], columns: Names, out: Decoded
) -> None:
    """All rows have ``columns``: that is new from the first row on."""
    for index, envelope in zip(indices, envelopes, strict=True):
        if envelope.after is not None:
            _see(records, index, envelope, columns, out)
            return


def _see_rows(records: RawRecords, indices: Sequence[int], envelopes: list[Any], out: Decoded) -> None:
    for index, envelope in zip(indices, envelopes, strict=True):
        _see(records, index, envelope, columns_of_row(envelope.after), out)


def _see(records: RawRecords, index: int, envelope: Any, columns: Names, out: Decoded) -> None:
    """The row of ``index`` has ``columns``."""
    if not columns or (out.shapes and out.shapes[-1].columns == columns):
        return
    source = envelope.source or NO_SOURCE
    offset, at = records.offsets[index], records.timestamps[index]
    committed_us = committed_us_of(source, envelope.ts_ms or 0 if at < 0 else at)
    out.shapes.append(Shape(records.topic, records.partition, source.name, columns, offset, committed_us))


def _by_source(
    indices: Sequence[int], envelopes: list[Any]
) -> Iterable[tuple[str, Sequence[int], list[Any]]]:
    """The envelopes of each connector; nearly always there is one."""
    names = [e.source.name if e.source else "" for e in envelopes]
    if names.count(names[0]) == len(names):
        yield names[0], indices, envelopes
        return
    for name in sorted(set(names)):
        picked = [i for i, other in enumerate(names) if other == name]
        yield name, [indices[i] for i in picked], [envelopes[i] for i in picked]
