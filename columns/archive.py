"""Change batch after Redact, ends of transactions → records as an archive keeps them.

What is archived goes through the path again one day: so each row becomes a Debezium envelope again, of what
is known of it once it is decoded and masked, and decoding the envelope gives the same row. Not kept is what
the path does not read, and ``raw_id``, which could give away what was masked.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.archive import ARCHIVE
from schemas.batches import EVENT_CHANGES, TABLE_CHANGES, TRANSACTION_ENDS, Origin, numbers
from schemas.envelope import DataCollection
from schemas.names import Op

Texts: TypeAlias = pa.Array | pa.Scalar

_NULL: Final = pa.scalar("null", pa.large_string())
_NON_FINITE: Final = {"nan": '"NaN"', "-nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
_WITHOUT_ROW: Final = [ord(Op.DELETE), ord(Op.TRUNCATE)]


class _End(msgspec.Struct):
    """A marker of a transaction's end, as the connector writes it."""

    status: str
    id: str
    event_count: int
    data_collections: list[DataCollection]
    ts_ms: int


def archived(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of ``batch`` (``EVENT_CHANGES``, ``TABLE_CHANGES``, ``TRANSACTION_ENDS``) as ``ARCHIVE``.

    Rows that Redact has not seen must not come here.
    """
    origin, names = Origin.of(batch), set(batch.schema.names)
    if names == set(TRANSACTION_ENDS.names):
        values, keys = _ends(batch), _end_keys(batch)
    elif names == set(EVENT_CHANGES.names):
        values, keys = _envelopes(batch, origin.source, _event_rows(batch)), batch.column("key")
    elif names == set(TABLE_CHANGES.names):
        values, keys = _envelopes(batch, origin.source, _or_null(batch.column("row"))), batch.column("key")
    else:
        raise ValueError(f"no batch of changes: {batch.schema.names}")
    columns = [
        pa.repeat(pa.scalar(origin.topic), len(batch)),
        pa.repeat(pa.scalar(origin.partition, pa.int32()), len(batch)),
        batch.column("offset"),
        batch.column("appended_ms"),
        keys,
        values,
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ARCHIVE)


def _envelopes(batch: pa.RecordBatch, source: str, rows: pa.Array) -> pa.Array:
    ops = numbers(batch, "op")
    before, after = _NULL, rows
    if (special := ~np.isin(ops, [ord(Op.CREATE), ord(Op.READ)])).any():
        before = _or_null(batch.column("before"))
        before = pc.if_else(pa.array(ops == ord(Op.DELETE)), rows, before)
        after = pc.if_else(pa.array(special & np.isin(ops, _WITHOUT_ROW)), _NULL, rows)
    letters = pa.array([f'{{"op":"{chr(op)}","before":' for op in range(128)], pa.large_string())
    return _joined(
        letters.take(pa.array(ops)),
        before,
        ',"after":',
        after,
        f',"source":{{"name":{_quoted(source)},"ts_us":',
        _numbers(batch.column("committed_us")),
        *_position(batch),
        "}",
    ).cast(pa.binary())


def _position(batch: pa.RecordBatch) -> Sequence[Texts | str]:
    """LSNs, transaction and ordinal; what is not known is left out, as connectors do that do not know it."""
    parts: list[Texts | str] = []
    lsn, commit_lsn, tx, order = (numbers(batch, name) for name in ("lsn", "commit_lsn", "tx", "order"))
    lsn_text, commit_text = _numbers(batch.column("lsn")), _numbers(batch.column("commit_lsn"))
    parts.append(_where(lsn >= 0, [',"lsn":', lsn_text]))
    parts.append(_where(commit_lsn >= 0, [',"sequence":"[\\"', commit_text, '\\",\\"', lsn_text, '\\"]"']))
    if tx.any():
        parts.append(_where(tx != 0, [',"txId":', _numbers(batch.column("tx"))]))
    parts.append("}")
    if order.any():
        total = _numbers(batch.column("order"))
        parts.append(_where(order != 0, [',"transaction":{"total_order":', total, "}"]))
    return parts


def _where(rows: np.ndarray, parts: list[Texts | str]) -> pa.Array:
    """The parts end to end in ``rows`` (a mask), nothing in the others."""
    text = _joined(*parts)
    return text if rows.all() else pc.if_else(pa.array(rows), text, pa.scalar("", pa.large_string()))


def _event_rows(batch: pa.RecordBatch) -> pa.Array:
    """The rows as JSON objects; those that do not fit the columns as they are."""
    rows = _joined(
        '{"seq":',
        _or_null(_numbers(batch.column("seq"))),
        ',"metric_id":',
        _quoted_texts(batch.column("metric_id")),
        ',"timestamp":',
        _quoted_texts(batch.column("timestamp")),
        ',"value":',
        _floats(batch.column("value")),
        ',"tags":',
        _quoted_texts(batch.column("tags")),
        "}",
    )
    odd = batch.column("odd")
    return rows if odd.null_count == len(odd) else pc.coalesce(odd.cast(pa.large_string()), rows)


def _ends(batch: pa.RecordBatch) -> pa.Array:
    """Markers; there are as many as transactions, and so fewer than rows."""
    columns = (batch.column(name).to_pylist() for name in ("tx", "lsn", "committed_us", "tables", "counts"))
    values = []
    for tx, lsn, committed_us, tables, counts in zip(*columns, strict=True):
        changed = [DataCollection(table, rows) for table, rows in zip(tables, counts, strict=True)]
        end = _End("END", f"{tx}:{lsn}", sum(counts), changed, committed_us // 1000)
        values.append(msgspec.json.encode(end))
    return pa.array(values, pa.binary())


def _end_keys(batch: pa.RecordBatch) -> pa.Array:
    """The connector's keys, made of numbers: Redact has not seen those that came."""
    tx, lsn = _numbers(batch.column("tx")), _numbers(batch.column("lsn"))
    return _joined('{"id":"', tx, ":", lsn, '"}').cast(pa.binary())


def _joined(*parts: Texts | str) -> pa.Array:
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", pa.large_string()))


def _numbers(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string())


def _or_null(column: pa.Array) -> pa.Array:
    return pc.coalesce(column.cast(pa.large_string()), _NULL)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _quoted_texts(column: pa.DictionaryArray) -> pa.Array:
    """JSON strings of a column of texts, each distinct one made once."""
    texts = [None if text is None else _quoted(text) for text in column.dictionary.to_pylist()]
    return _or_null(pa.array(texts, pa.large_string()).take(column.indices))


def _floats(column: pa.Array) -> pa.Array:
    """Numbers in the shortest form that reads back the same; what JSON has no number for as Debezium does."""
    texts = column.cast(pa.large_string())
    odd = ~np.isfinite(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    if odd.any():
        named = [_NON_FINITE[t] if o else t for t, o in zip(texts.to_pylist(), odd.tolist(), strict=True)]
        texts = pa.array(named, pa.large_string())
    return _or_null(texts)
