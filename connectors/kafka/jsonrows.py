"""Record batch → one JSON object a row, made column by column."""

import json
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Columns that hold JSON already, but for a few values that a user wrote; those become texts.
JSON_TEXTS: Final = frozenset({"tags", "row", "before", "odd", "attributes", "resource"})
_READ: Final = msgspec.json.Decoder().decode


def json_rows(batch: pa.RecordBatch) -> list[bytes]:
    """The rows of ``batch`` as JSON objects in UTF-8; absent values are null, times ISO 8601 in UTC.

    Numbers that JSON has no form for are texts, as Debezium writes them: ``"NaN"``, ``"Infinity"``.
    """
    if len(batch) == 0:
        return []
    parts: list[pa.Array | pa.Scalar] = []
    literal = ""
    for place, name in enumerate(batch.schema.names):
        literal += f"{',' if place else '{'}{json.dumps(name)}:"
        column = batch.column(name)
        if _is_constant(column):  # a part of what is written between the columns
            literal += _texts(name, column.slice(0, 1))[0].as_py()
        else:
            parts += [_scalar(literal), _texts(name, column)]
            literal = ""
    if not parts:
        return [f"{literal}}}".encode()] * len(batch)
    rows = pc.binary_join_element_wise(*parts, _scalar(literal + "}"), _scalar(""))
    values: list[bytes] = rows.cast(pa.large_binary()).to_pylist()
    return values


def _is_constant(column: pa.Array) -> bool:
    """Whether it is plain that all values are the same."""
    if column.null_count:
        return bool(column.null_count == len(column))
    return pa.types.is_dictionary(column.type) and len(column.dictionary) == 1


def text_column(batch: pa.RecordBatch, name: str) -> list[bytes | None]:
    """A column of texts as UTF-8, to be the keys of messages."""
    column = batch.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    keys: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return keys


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _texts(name: str, column: pa.Array) -> pa.Array:
    """JSON texts of the values of a column."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        texts = _texts(name, column.dictionary).take(column.indices)
    elif pa.types.is_timestamp(kind):
        distinct = column.dictionary_encode()  # telemetry is of few times
        texts = _times(distinct.dictionary).take(distinct.indices)
    elif pa.types.is_floating(kind):
        texts = _floats(column)
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        texts = column.cast(pa.large_string())
    else:
        form = _json if name in JSON_TEXTS and not pa.types.is_binary(kind) else _text
        texts = pa.array([None if v is None else form(v) for v in column.to_pylist()], pa.large_string())
    return pc.coalesce(texts, _scalar("null")) if texts.null_count else texts


def _json(value: str) -> str:
    """``value`` if it is JSON: rows that were not held against the contract may have any text there."""
    try:
        _READ(value)
    except (msgspec.DecodeError, RecursionError):
        return _text(value)
    return value


def _text(value: str | bytes) -> str:
    return json.dumps(value if isinstance(value, str) else value.decode("utf-8", "backslashreplace"))


def _quoted(texts: pa.Array) -> pa.Array:
    quote = _scalar('"')
    return pc.binary_join_element_wise(quote, texts.cast(pa.large_string()), quote, _scalar(""))


def _times(column: pa.Array) -> pa.Array:
    """Texts in quotes; a cast, which formats through a stream of C++, takes four times as long."""
    zone = column.type.tz
    values = column.cast(pa.timestamp("us", zone)).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    texts = np.datetime_as_string(values, timezone="UTC" if zone else "naive")
    return _quoted(pa.array(texts, pa.large_string(), mask=np.isnat(values)))


def _floats(column: pa.Array) -> pa.Array:
    texts = column.cast(pa.large_string())
    odd = ~np.isfinite(column.fill_null(0.0).to_numpy(zero_copy_only=False))
    if not odd.any():
        return texts
    names = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
    named = [names[t.replace("-nan", "nan")] if o else t for t, o in zip(texts.to_pylist(), odd, strict=True)]
    return pa.array(named, pa.large_string())
