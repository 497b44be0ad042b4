"""Events and the catalogue of series → events whose series is known, and events that must wait."""

from collections.abc import Iterable

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import numbers
from schemas.names import Op


class SeriesRow(msgspec.Struct, gc=False):
    """What is read of a row of the catalogue. ``pod`` is the entity that sends the series."""

    metric_id: str | None = None
    pod: str | None = None


_ROW = msgspec.json.Decoder(SeriesRow)
_DECLARES = {ord(Op.CREATE), ord(Op.READ), ord(Op.UPDATE)}


def declared_series(batch: pa.RecordBatch) -> list[SeriesRow]:
    """The series that a batch of catalogue changes declares.

    Deletes declare nothing and take nothing back: events of a series may still be on their way when it is
    deleted. Rows that cannot be read as a series declare nothing.
    """
    found = []
    for op, row in zip(numbers(batch, "op").tolist(), batch.column("row").to_pylist(), strict=True):
        if op not in _DECLARES or row is None:
            continue
        try:
            series = _ROW.decode(row)
        except msgspec.DecodeError:
            continue
        if series.metric_id:
            found.append(series)
    return found


def union(sets: Iterable[set[str]]) -> set[str]:
    """All texts of ``sets``; a combiner that Beam can name."""
    return set().union(*sets)


def known_rows(batch: pa.RecordBatch, catalogue: set[str]) -> np.ndarray:
    """Which events of ``batch`` belong to a series in ``catalogue``: a mask of shape (rows,)."""
    column = batch.column("metric_id")
    by_text = np.fromiter(
        (text in catalogue for text in column.dictionary.to_pylist()),
        dtype=bool,
        count=len(column.dictionary),
    )
    known: np.ndarray = by_text[column.indices.to_numpy()]
    return known
