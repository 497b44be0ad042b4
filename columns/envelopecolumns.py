"""Envelopes of one run → the columns of their changes."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import EVENT_CHANGES, TABLE_CHANGES
from schemas.envelope import EventRow, Source, json_text
from schemas.names import Op
from schemas.records import RawRecords

Columns: TypeAlias = dict[str, pa.Array]

_SEQUENCE = msgspec.json.Decoder(list[str | None])
NO_SOURCE: Final = Source()
_EMPTY_ROW: Final = EventRow()
_LARGEST: Final = np.iinfo(np.int64).max
_NON_FINITE: Final = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


def columns_of(records: RawRecords, rows: Sequence[int], envelopes: list[Any], is_events: bool) -> Columns:
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
    sources: list[Any] = [e.source or NO_SOURCE for e in envelopes]
    lsn = _numbers([s.lsn for s in sources])
    if lsn is None:
        lsn = np.array([-1 if s.lsn is None else s.lsn for s in sources], dtype=np.int64)
    appended = picked(records.timestamps, rows)
    if min(appended) < 0:
        appended = [e.ts_ms or 0 if at < 0 else at for at, e in zip(appended, envelopes, strict=True)]
    committed_us: Any = _numbers([s.ts_us for s in sources])
    if committed_us is None:
        committed_us = [committed_us_of(s, at) for s, at in zip(sources, appended, strict=True)]
    order = np.array([t.total_order or 0 if (t := e.transaction) else 0 for e in envelopes], dtype=np.int64)
    return {
        "offset": _numbers(picked(records.offsets, rows)),
        "commit_lsn": _commit_lsns([s.sequence for s in sources], lsn),
        "lsn": lsn,
        "order": order,
        "tx": _transactions([s.tx for s in sources], order),
        "committed_us": committed_us,
        "appended_ms": _numbers(appended),
        "key": picked(records.keys, rows),
    }


def _transactions(numbers: list[int | str | None], order: np.ndarray) -> np.ndarray:
    """Numbers of transactions; 0 for what is in none: rows of a snapshot have that of the snapshot itself."""
    if not order.any():
        return np.zeros(len(order), dtype=np.int64)
    if set(map(type, numbers)) != {int}:
        numbers = [number if isinstance(number, int) else 0 for number in numbers]
    transactions: np.ndarray = np.where(order > 0, np.array(numbers, dtype=np.int64), 0)
    return transactions


def committed_us_of(source: Source, appended_ms: int) -> int:
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


def picked(values: list[Any], rows: Sequence[int]) -> list[Any]:
    """The values of ``rows``, which rise; a slice where none is left out."""
    first, last = rows[0], rows[-1]
    return values[first : last + 1] if last - first + 1 == len(rows) else list(map(values.__getitem__, rows))


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
    if not all(issubclass(kind, EventRow) for kind in set(map(type, rows))):
        odd = [json_text(row) if isinstance(row, msgspec.Raw) else None for row in rows]
        rows = [row if isinstance(row, EventRow) else _EMPTY_ROW for row in rows]
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
    if row is None:
        return None
    plain = EventRow(row.seq, row.metric_id, row.timestamp, row.value, row.tags)  # without other columns
    return msgspec.json.encode(plain).decode()


def _array(values: Any, kind: pa.DataType, rows: int) -> pa.Array:
    """Texts are encoded later, when the runs have been joined."""
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    if isinstance(values, pa.Array):
        return values
    return pa.nulls(rows, plain) if values is None else pa.array(values, plain)


def joined(runs: list[pa.Array], kind: pa.DataType) -> pa.Array:
    """One column of several runs; texts are encoded here."""
    array = runs[0] if len(runs) == 1 else pa.concat_arrays(runs)
    return array.dictionary_encode() if pa.types.is_dictionary(kind) else array
