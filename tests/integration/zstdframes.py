"""Bytes of a file → what stands in its frames of Zstandard (RFC 8878), wherever in the file they are."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_MOST: Final = 256 << 20


def unpacked(data: bytes) -> Iterator[bytes]:
    """The content of each frame whose header says how long it is."""
    start = data.find(_MAGIC)
    while start >= 0:
        end, size = _frame(data, start)
        if size is not None and 0 < size <= _MOST and end <= len(data):
            try:
                yield pa.Codec("zstd").decompress(data[start:end], size).to_pybytes()
            except (OSError, pa.ArrowException):  # four bytes by chance
                end = start + 1
        start = data.find(_MAGIC, max(end, start + 1))


def _frame(data: bytes, start: int) -> tuple[int, int | None]:
    """Where the frame ends that begins at ``start``, and how long its content is."""
    at = start + len(_MAGIC)
    if at >= len(data):
        return at, None
    descriptor = data[at]
    single, dictionary = descriptor >> 5 & 1, (0, 1, 2, 4)[descriptor & 3]
    width = (single, 2, 4, 8)[descriptor >> 6]
    at += 1 + (not single) + dictionary
    size = int.from_bytes(data[at : at + width], "little") + (256 if width == 2 else 0) if width else None
    at += width
    while at + 3 <= len(data):
        block = int.from_bytes(data[at : at + 3], "little")
        at += 3 + (1 if block >> 1 & 3 == 1 else block >> 3)
        if block & 1:
            break
    return at + (4 if descriptor & 4 else 0), size
