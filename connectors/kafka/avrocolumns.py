"""Columns → the binary form of their values in Avro, made for all rows at once.

A record's binary form is that of its fields end to end, so that rows are columns of bytes, joined. fastavro
goes value by value and takes ten times as long; the tests hold the bytes against its own.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BITS: Final = 7  # of a number in each byte of its form
_MOST_BYTES: Final = 10
_NULL: Final = pa.scalar(b"\x00", pa.large_binary())  # the first branch of a union
_VALUE: Final = pa.scalar(b"\x02", pa.large_binary())  # the second one
_NOTHING: Final = pa.scalar(b"", pa.large_binary())


def joined(columns: list[pa.Array]) -> list[bytes]:
    """Columns of bytes end to end, row by row."""
    rows: list[bytes] = pc.binary_join_element_wise(*columns, _NOTHING).to_pylist()
    return rows


def nullable(column: pa.Array) -> pa.Array:
    """The values of a union of null and a type, whose forms are in ``column``, or null."""
    return pc.coalesce(pc.binary_join_element_wise(_VALUE, column, _NOTHING), _NULL)


def constant(value: bytes, rows: int) -> pa.Array:
    """The same bytes in all rows."""
    return pa.repeat(pa.scalar(value, pa.large_binary()), rows)


def encoded(column: pa.Array) -> pa.Array:
    """The forms of a column's values; null stays null.

    Texts and bytes, whole numbers (long and int have one form), doubles, booleans, and times as the
    whole numbers that they are in their unit.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):  # each distinct value once
        return encoded(column.dictionary).take(column.indices)
    if pa.types.is_timestamp(kind):
        return _numbers(column.cast(pa.int64()))
    if pa.types.is_integer(kind):
        return _numbers(column)
    if pa.types.is_float64(kind):
        return _doubles(column)
    if pa.types.is_boolean(kind):
        return pa.array([b"\x00", b"\x01"], pa.large_binary()).take(column.cast(pa.int8()))
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        texts = column.cast(pa.large_binary())
        lengths = _numbers(pc.binary_length(texts).cast(pa.int64()))
        return pc.binary_join_element_wise(lengths, texts, _NOTHING)
    raise TypeError(f"no form in Avro is declared for columns of {kind}")


def _numbers(column: pa.Array) -> pa.Array:
    """Zigzag, so that small ones are small whatever their sign, then 7 bits a byte, the lowest first."""
    values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    rest = ((values << 1) ^ (values >> 63)).view(np.uint64)
    size = np.ones(len(values), np.int64)
    for places in range(1, _MOST_BYTES):
        size += rest >= np.uint64(1 << _BITS * places)
    width = int(size.max(initial=1))
    shifts = np.arange(width, dtype=np.uint64) * np.uint64(_BITS)
    digits = ((rest[:, None] >> shifts) & np.uint64(0x7F)).astype(np.uint8)
    at = np.arange(width)
    digits[at < (size - 1)[:, None]] |= 0x80  # more follow
    return _bytes(digits[at < size[:, None]], np.concatenate(([0], np.cumsum(size))), column)


def _doubles(column: pa.Array) -> pa.Array:
    values = column.fill_null(0.0).to_numpy(zero_copy_only=False).astype("<f8")
    ends = np.arange(len(values) + 1, dtype=np.int64) * values.itemsize
    return _bytes(np.ascontiguousarray(values), ends, column)


def _bytes(data: np.ndarray, ends: np.ndarray, like: pa.Array) -> pa.Array:
    """Byte strings that lie end to end in ``data``, null where ``like`` is."""
    buffers = [None, pa.py_buffer(ends.astype(np.int64)), pa.py_buffer(data)]
    made = pa.Array.from_buffers(pa.large_binary(), len(like), buffers)
    if not like.null_count:
        return made
    return pc.if_else(like.is_valid(), made, pa.scalar(None, pa.large_binary()))
