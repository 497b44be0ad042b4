"""What the steps of logs ask of a LOGS batch, a column at a time."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from schemas.batches import Origin, numbers
from schemas.logs import Severity

#: Stands for a service that is not known.
NAMELESS: Final = ""
#: The ranges of severity, the lowest first.
RANGES: Final = tuple(severity.name.lower() for severity in Severity)
_RANGE: Final = np.searchsorted([int(s) for s in Severity], np.arange(256), side="right") - 1
NO_TIME: Final = -1


def times_of(batch: pa.RecordBatch) -> np.ndarray:
    """When each record happened, or else was first seen, in epoch nanoseconds; or ``NO_TIME``."""
    times = pc.coalesce(batch.column("timestamp_ns"), batch.column("observed_ns"))
    found: np.ndarray = times.fill_null(NO_TIME).to_numpy(zero_copy_only=False)
    return found


def ranges_of(batch: pa.RecordBatch) -> np.ndarray:
    """The place in ``RANGES`` of each record's severity."""
    found: np.ndarray = _RANGE[numbers(batch, "severity")]
    return found


def texts_of(column: pa.DictionaryArray) -> tuple[list[str], np.ndarray]:
    """The texts of a column, each once, and the place of each row's among them; null is ``NAMELESS``."""
    texts = [text if text is not None else NAMELESS for text in column.dictionary.to_pylist()]
    codes = column.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False).astype(np.int64)
    return [*texts, NAMELESS], codes


@cache
def searcher(pattern: str) -> Any:
    """``pattern`` for :func:`places_with`."""
    options = re2.Options()
    options.never_capture = True
    return re2.compile(pattern, options)


def places_with(texts: pa.Array, pattern: Any) -> np.ndarray:
    r"""The places of ``texts`` in which ``pattern`` (a :func:`searcher`) is, and few others.

    All are looked at as one, as they lie in memory, so that what RE2 learns of them is kept, and what has no
    match costs nothing but its bytes. A match may go over the end of a text, so these have to be looked at
    again; and the pattern must not ask what is before or behind it (``\b``, ``^``, ``$``).
    """
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    found: list[int] = []
    if data is None:
        return np.array(found, np.int64)
    text, at, end = memoryview(data), int(bounds[0]), int(bounds[-1])
    while (match := pattern.search(text, at, end)) is not None:
        found.append(int(np.searchsorted(bounds, match.start(), side="right")) - 1)
        at = int(bounds[found[-1] + 1])
    return np.array(found, np.int64)


def narrowed(texts: pa.Array, places: pa.Array, pattern: Any) -> pa.Array:
    """Those of ``places`` whose ``texts`` have ``pattern`` in them, and few others (:func:`places_with`)."""
    return places.take(pa.array(places_with(texts.take(places), pattern)))


def identity(batch: pa.RecordBatch, row: int) -> str:
    """Topic, partition, offset and place of a record."""
    return identities(batch, [row])[0]


def identities(batch: pa.RecordBatch, rows: Sequence[int] | np.ndarray) -> list[str]:
    """The :func:`identity` of each of ``rows``."""
    origin = Origin.of(batch)
    offsets, places = (numbers(batch, name)[rows].tolist() for name in ("offset", "place"))
    return [
        f"{origin.topic}/{origin.partition}/{offset}/{place}"
        for offset, place in zip(offsets, places, strict=True)
    ]
