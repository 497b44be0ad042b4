"""What the steps of logs ask of a LOGS batch, a column at a time."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


def identity(batch: pa.RecordBatch, row: int) -> str:
    """Topic, partition, offset and place of a record."""
    origin = Origin.of(batch)
    offset, place = batch.column("offset")[row].as_py(), batch.column("place")[row].as_py()
    return f"{origin.topic}/{origin.partition}/{offset}/{place}"
