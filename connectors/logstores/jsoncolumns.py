"""Columns of Arrow → pieces of JSON, one a row; a text that is in a dictionary is written once."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MOST_KEYS: Final = 400  # of an object; VictoriaLogs drops records of more than 1,000 fields
_encoder: Final = msgspec.json.Encoder()

#: What makes a piece of each text of a dictionary.
Make = Callable[[Sequence[str]], list[bytes]]


def tokens(texts: Sequence[str]) -> list[bytes]:
    """Each text as JSON; none holds a line feed."""
    return _encoder.encode_lines(texts)[:-1].split(b"\n") if texts else []


def constant(text: bytes) -> pa.Scalar:
    """The same piece in each row."""
    return pa.scalar(text, pa.binary())


def join(pieces: Sequence[pa.Array | pa.Scalar]) -> pa.Array:
    """The pieces of each row, one behind the other."""
    return pc.binary_join_element_wise(*pieces, constant(b""))


def spread(column: pa.DictionaryArray, make: Make, absent: bytes) -> pa.Array:
    """What ``make`` makes of each text of a dictionary, for each row; ``absent`` for null."""
    texts = column.dictionary.to_pylist()
    return pa.array([*make(texts), absent], pa.binary()).take(column.indices.fill_null(len(texts)))


def present(column: pa.Array, before: bytes, text: pa.Array, after: bytes) -> pa.Array:
    """``text`` between ``before`` and ``after`` where ``column`` has a value, nothing elsewhere."""
    whole = join([constant(before), text.fill_null(b""), constant(after)])
    return pc.if_else(column.is_valid(), whole, constant(b""))


def decimal(numbers: pa.Array) -> pa.Array:
    """Whole numbers; null is 0."""
    return numbers.fill_null(0).cast(pa.string()).cast(pa.binary())


def rfc3339(times: pa.Array) -> pa.Array:
    """Times of epoch nanoseconds; strftime takes thirty times as long as the cast."""
    texts = times.cast(pa.timestamp("ns")).cast(pa.string())
    return join([pc.utf8_replace_slice(texts, 10, 11, "T").cast(pa.binary()), constant(b"Z")])


def bounded(column: pa.Array, most: int, mark: bytes = b',"cut":%d') -> tuple[pa.Array, pa.Array]:
    """Texts as JSON of ``most`` bytes, null as an empty one; ``mark`` with how many bytes were cut off."""
    texts = column.fill_null("").to_pylist()
    whole = pa.array(tokens(texts), pa.binary())
    lengths = pc.binary_length(whole).to_numpy(zero_copy_only=False)
    long = lengths > most
    if not long.any():
        return whole, pa.array([b""] * len(texts), pa.binary())
    made, marks = [], [b""] * len(texts)
    for row in np.flatnonzero(long):
        token, gone = cut(texts[row], most)
        made.append(token)
        marks[row] = mark % gone
    return pc.replace_with_mask(whole, pa.array(long), pa.array(made, pa.binary())), pa.array(marks)


def objects(column: pa.Array, most: int) -> pa.Array:
    """JSON objects as they are, each on one line; those that are too large as :func:`one_object` has them."""
    large = pc.or_(
        pc.greater(pc.binary_length(column), most), pc.greater(pc.count_substring(column, '":'), _MOST_KEYS)
    ).fill_null(False)
    texts = pc.replace_substring(column, "\n", " ").cast(pa.binary())
    if pc.any(large).as_py():
        rows = np.flatnonzero(large.to_numpy(zero_copy_only=False))
        made = [one_object(column[int(row)].as_py(), most) for row in rows]
        texts = pc.replace_with_mask(texts, large, pa.array(made, pa.binary()))
    return texts


def one_object(text: str, most: int) -> bytes:
    """An object on one line; one of too many bytes or keys as the only member, a text, of another."""
    if text.count('":') > _MOST_KEYS or (len(text) * 4 > most and len(text.encode()) > most):
        return b'{"text":' + cut(text, most)[0] + b"}"
    return text.replace("\n", " ").encode()


def cut(text: str, most: int) -> tuple[bytes, int]:
    """``text`` as JSON of at most ``most`` bytes, and how many bytes of it are not there."""
    token = _encoder.encode(text)
    if len(token) <= most:
        return token, 0
    whole = text.encode()
    kept = whole[:most].decode(errors="ignore")
    while len(token := _encoder.encode(kept + "…")) > most and kept:
        kept = kept[: min(len(kept) - 1, len(kept) * most // len(token))]
    return token, len(whole) - len(kept.encode())
