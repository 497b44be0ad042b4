"""RawRecords → change batches | undecodable values | counts.

The common case is one typed msgspec call a value and column work after it. Only when a batch holds a value
that fails is it gone through once more, value by value, to name what is wrong with each.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import EVENT_CHANGES, TABLE_CHANGES, Origin
from schemas.envelope import (
    EventEnvelope,
    EventMessage,
    EventRow,
    Source,
    TableEnvelope,
    TableMessage,
    json_text,
)
from schemas.names import Op, Result, Undecodable
from schemas.records import RawRecords

MAX_VALUE_BYTES: Final = 1024 * 1024

Envelope: TypeAlias = EventEnvelope | TableEnvelope
_Columns: TypeAlias = dict[str, pa.Array]

_OPS: Final = frozenset(Op)
_KIND_OF_JSON: Final[dict[type, Undecodable]] = {
    list: Undecodable.JSON_ARRAY,
    str: Undecodable.JSON_STRING,
    int: Undecodable.JSON_NUMBER,
    float: Undecodable.JSON_NUMBER,
    bool: Undecodable.JSON_BOOLEAN,
    type(None): Undecodable.JSON_NULL,
}
_RUN: Final = 1024  # records whose columns are made at once
_TRY: Final = 128  # values that are decoded at once
_EVENTS = msgspec.json.Decoder(EventEnvelope)
_EVENT_MESSAGES = msgspec.json.Decoder(EventMessage)
_TABLES = msgspec.json.Decoder(TableEnvelope)
_TABLE_MESSAGES = msgspec.json.Decoder(TableMessage)
_ANY = msgspec.json.Decoder()
_SEQUENCE = msgspec.json.Decoder(list[str | None])
_EMPTY_ROW: Final = EventRow()
_LARGEST: Final = np.iinfo(np.int64).max
_NON_FINITE: Final = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that is no change: its place among the records, and the kind of trouble."""

    index: int
    kind: Undecodable


@dataclass(slots=True)
class Decoded:
    """What became of one :class:`RawRecords`."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    counts: Counter[Result] = field(default_factory=Counter)


def _without_control(records: RawRecords, indices: Sequence[int]) -> Sequence[int]:
    """Those of ``indices`` that are no heartbeats and no transaction markers of Debezium.

    A table may be named ``transaction`` too, so that there each value is looked at.
    """
    if records.topic.startswith("__debezium-heartbeat"):
        return []
    if records.topic.endswith(".transaction"):
        return [i for i in indices if not _is_marker(records.values[i] or b"")]
    return indices


def _is_marker(value: bytes) -> bool:
    try:
        document = _ANY.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if isinstance(document, dict) and isinstance(document.get("payload"), dict):
        document = document["payload"]
    return isinstance(document, dict) and "op" not in document and {"status", "id"} <= document.keys()


def decode_records(
    records: RawRecords, *, events_table: str, max_value_bytes: int = MAX_VALUE_BYTES
) -> Decoded:
    """Decode ``records`` into change batches, one for each connector that wrote them.

    ``events_table`` is ``schema.table``; topics that end in it give ``EVENT_CHANGES``, others
    ``TABLE_CHANGES``. Values over ``max_value_bytes`` are refused unread. Never raises on data.
    """
    out = Decoded()
    is_events = records.topic == events_table or records.topic.endswith("." + events_table)
    indices: Sequence[int] = range(len(records))
    if not all(records.values):  # faster than a look for None, which compares
        indices = [i for i, value in enumerate(records.values) if value is not None]
        out.counts[Result.TOMBSTONE] = len(records) - len(indices)
    rows = _without_control(records, indices)
    if len(rows) < len(indices):
        out.counts[Result.CONTROL] = len(indices) - len(rows)
        indices = rows
    runs: dict[str, list[_Columns]] = {}
    for start in range(0, len(indices), _RUN):
        run = indices[start : start + _RUN]
        kept, envelopes = _decode(records, run, is_events, max_value_bytes, out.refused)
        out.counts[Result.PASSED] += len(envelopes)
        for source, rows, group in _by_source(kept, envelopes) if envelopes else ():
            runs.setdefault(source, []).append(_columns(records, rows, group, is_events))
    schema = EVENT_CHANGES if is_events else TABLE_CHANGES
    for source, columns in runs.items():
        arrays = [_joined([run[f.name] for run in columns], f.type) for f in schema]
        stamped = Origin(records.topic, records.partition, source).stamp(schema)
        out.batches.append(pa.RecordBatch.from_arrays(arrays, schema=stamped))
    if out.refused:
        out.counts[Result.DEAD] = len(out.refused)
    return out


@dataclass(slots=True)
class _Odd:
    """An envelope of an event whose row does not fit the columns: the row stays JSON text."""

    op: str | None
    after: msgspec.Raw
    before: msgspec.Raw
    source: Source | None
    transaction: Any
    ts_ms: int | None


def _decode(
    records: RawRecords, indices: Sequence[int], is_events: bool, limit: int, refused: list[Refused]
) -> tuple[Sequence[int], list[Any]]:
    """The envelopes of ``indices``, and the indices that gave one; a try with trouble goes one by one."""
    kept: list[int] = []
    envelopes: list[Any] = []
    for start in range(0, len(indices), _TRY):
        tried = indices[start : start + _TRY]
        values: list[bytes] = _picked(records.values, tried)
        decoded = _decode_all(values, is_events, limit)
        if decoded is not None:
            kept += tried
            envelopes += decoded
            continue
        for index, value in zip(tried, values, strict=True):
            envelope = _decode_one(value, is_events, limit)
            if isinstance(envelope, Undecodable):
                refused.append(Refused(index, envelope))
            else:
                kept.append(index)
                envelopes.append(envelope)
    return kept, envelopes


def _decode_all(values: list[bytes], is_events: bool, limit: int) -> list[Any] | None:
    """All values at once; ``None`` when one of them needs a closer look."""
    if max(map(len, values)) > limit:
        return None
    try:
        if not all(map(bytes.isascii, values)):
            for value in values:
                value.decode()  # msgspec does not look into strings that it skips
        if values[0].startswith(b'{"schema"'):
            messages = _EVENT_MESSAGES if is_events else _TABLE_MESSAGES
            decoded: list[Any] = list(map(messages.decode, values))
            return [message.payload for message in decoded]
        return list(map((_EVENTS if is_events else _TABLES).decode, values))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _decode_one(value: bytes, is_events: bool, limit: int) -> "Envelope | _Odd | Undecodable":
    """One envelope, or what is wrong with the value; the tests stand in the order of the contract."""
    trouble = _unread_trouble(value, limit)
    if trouble is not None:
        return trouble
    try:
        return (_EVENTS if is_events else _TABLES).decode(value)
    except msgspec.ValidationError:
        return _decode_untyped(value, is_events)
    except (msgspec.DecodeError, RecursionError) as error:
        return _syntax_error(error)


def _unread_trouble(value: bytes, limit: int) -> Undecodable | None:
    if len(value) > limit:
        return Undecodable.OVERSIZED
    try:
        value.decode()
    except UnicodeDecodeError:
        return Undecodable.INVALID_UTF8
    return None if value else Undecodable.EMPTY_BYTES


def _syntax_error(error: Exception) -> Undecodable:
    return Undecodable.TRUNCATED_JSON if "truncated" in str(error) else Undecodable.MALFORMED_JSON


def _op_trouble(op: Any) -> Undecodable | None:
    if op is None:
        return Undecodable.ENVELOPE_WITHOUT_OP
    return None if isinstance(op, str) and op in _OPS else Undecodable.UNKNOWN_OP


def _decode_untyped(value: bytes, is_events: bool) -> "_Odd | Envelope | Undecodable":
    """A value that is JSON but no envelope: one with its schema part, an odd row, or something else."""
    try:
        document = _ANY.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        return _syntax_error(error)
    if not isinstance(document, dict):
        return _KIND_OF_JSON[type(document)]
    payload = document.get("payload")
    if document.get("op") is None and isinstance(payload, dict):
        return _decode_one(msgspec.json.encode(payload), is_events, limit=len(value))
    trouble = _op_trouble(document.get("op"))
    if trouble is None:
        try:
            return _odd(_TABLES.decode(value))
        except msgspec.ValidationError:
            trouble = Undecodable.MALFORMED_ENVELOPE
    return trouble


def _odd(e: TableEnvelope) -> _Odd:
    return _Odd(e.op, e.after, e.before, e.source, e.transaction, e.ts_ms)


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


def _columns(records: RawRecords, rows: Sequence[int], envelopes: list[Any], is_events: bool) -> _Columns:
    """The columns of one run. A run is short, so that its objects are still in the cache."""
    ops = [e.op for e in envelopes]
    changed = [e.after for e in envelopes]
    before = None
    if Op.DELETE in set(ops):
        changed = [e.before if e.op == Op.DELETE else e.after for e in envelopes]
    if Op.UPDATE in set(ops):
        before = [_text(e.before) if e.op == Op.UPDATE else None for e in envelopes]
    columns = _position_columns(records, rows, envelopes)
    columns["op"] = np.frombuffer("".join(ops).encode(), dtype=np.uint8)
    columns["before"] = before
    columns |= _event_columns(changed) if is_events else {"row": [_text(row) for row in changed]}
    schema = EVENT_CHANGES if is_events else TABLE_CHANGES
    return {f.name: _array(columns[f.name], f.type, len(envelopes)) for f in schema}


def _position_columns(records: RawRecords, rows: Sequence[int], envelopes: list[Any]) -> dict[str, Any]:
    sources: list[Any] = [e.source or _NO_SOURCE for e in envelopes]
    lsn = _numbers([s.lsn for s in sources])
    if lsn is None:
        lsn = np.array([-1 if s.lsn is None else s.lsn for s in sources], dtype=np.int64)
    appended = _picked(records.timestamps, rows)
    if min(appended) < 0:
        appended = [e.ts_ms or 0 if at < 0 else at for at, e in zip(appended, envelopes, strict=True)]
    committed_us: Any = _numbers([s.ts_us for s in sources])
    if committed_us is None:
        committed_us = [_committed_us(s, at) for s, at in zip(sources, appended, strict=True)]
    return {
        "offset": _numbers(_picked(records.offsets, rows)),
        "commit_lsn": _commit_lsns([s.sequence for s in sources], lsn),
        "lsn": lsn,
        "order": [t.total_order or 0 if (t := e.transaction) else 0 for e in envelopes],
        "committed_us": committed_us,
        "appended_ms": _numbers(appended),
        "key": _picked(records.keys, rows),
    }


def _committed_us(source: Source, appended_ms: int) -> int:
    """Commit time as exact as the connector gives it; without one, the time of the append."""
    if source.ts_us is not None:
        return source.ts_us
    return (appended_ms if source.ts_ms is None else source.ts_ms) * 1000


def _numbers(values: Sequence[int | None]) -> np.ndarray | None:
    """``values`` as a column if none of them is null; several times as fast as to look for null first."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except TypeError:
        return None


def _picked(values: list[Any], rows: Sequence[int]) -> list[Any]:
    first, last = rows[0], rows[-1]
    return values[first : last + 1] if last - first + 1 == len(rows) else list(map(values.__getitem__, rows))


_NO_SOURCE: Final = Source()


def _commit_lsns(sequences: list[str | None], lsn: np.ndarray) -> np.ndarray:
    """The first number of each sequence; -1 where there is no sequence that can be read.

    Before the first commit that a connector sees the first number is null; the changes of that transaction
    lie before its commit, so that their own LSN sorts them right.
    """
    try:
        text = ",".join(sequences).encode()  # type: ignore[arg-type]
        plain = text.replace(b"null", b"-1").translate(None, b'[]" ')
        pairs = np.fromstring(plain, dtype=np.int64, sep=",").reshape(-1, 2)
        if len(pairs) == len(lsn) and pairs.max() < _LARGEST:  # numpy cuts larger ones off without a word
            return np.where(pairs[:, 0] < 0, lsn, pairs[:, 0])
    except (TypeError, ValueError, DeprecationWarning):
        pass  # one of them is absent or odd: read them one by one
    firsts = [_first_of(s, own) for s, own in zip(sequences, lsn.tolist(), strict=True)]
    return np.array(firsts, dtype=np.int64)


def _first_of(sequence: str | None, lsn: int) -> int:
    try:
        first = _SEQUENCE.decode(sequence or "[]")[0]
        commit = lsn if first is None else int(first)
    except (msgspec.MsgspecError, IndexError, ValueError):
        return -1
    return commit if 0 <= commit < _LARGEST else -1


def _event_columns(rows: list[Any]) -> dict[str, Any]:
    odd: list[str | None] | None = None
    if set(map(type, rows)) != {EventRow}:
        odd = [json_text(row) if isinstance(row, msgspec.Raw) else None for row in rows]
        rows = [row if type(row) is EventRow else _EMPTY_ROW for row in rows]
    values: Any = [row.value for row in rows]
    try:
        values = pa.array(values, pa.float64())
    except pa.ArrowInvalid:
        values, odd = _finite(values, rows, odd)
    return {
        "seq": [row.seq for row in rows],
        "metric_id": [row.metric_id for row in rows],
        "timestamp": [row.timestamp for row in rows],
        "value": values,
        "tags": [row.tags for row in rows],
        "odd": odd,
        "raw_id": np.zeros(len(rows), dtype=np.int64),
    }


def _finite(values: list[Any], rows: list[Any], odd: list[str | None] | None) -> tuple[list[Any], Any]:
    """Values of which some are strings: NaN and infinities as Debezium writes them, or no number at all."""
    numbers = [_NON_FINITE.get(v, v) if type(v) is str else v for v in values]
    for i, value in enumerate(numbers):
        if type(value) is str:
            odd = odd or [None] * len(rows)
            odd[i] = _text(rows[i])
            numbers[i] = None
    return numbers, odd


def _text(row: EventRow | msgspec.Raw | None) -> str | None:
    if isinstance(row, msgspec.Raw):
        return json_text(row)
    return None if row is None else msgspec.json.encode(row).decode()


def _array(values: Any, kind: pa.DataType, rows: int) -> pa.Array:
    """Texts are encoded later, when the runs have been joined."""
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    if isinstance(values, pa.Array):
        return values
    return pa.nulls(rows, plain) if values is None else pa.array(values, plain)


def _joined(runs: list[pa.Array], kind: pa.DataType) -> pa.Array:
    array = runs[0] if len(runs) == 1 else pa.concat_arrays(runs)
    return array.dictionary_encode() if pa.types.is_dictionary(kind) else array
