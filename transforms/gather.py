"""Batches → (key, batch): small ones are joined first, so that what is kept by key is touched less often."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from schemas.batches import join_by_origin

Split = Callable[[pa.RecordBatch], Iterable[tuple[Hashable, pa.RecordBatch]]]
_ROWS = 4096


class GatherAndSplit(beam.DoFn):
    """Join the small batches of a bundle, one for each origin, and split them by ``split``.

    What leaves has the earliest timestamp of what it is made of.
    """

    def __init__(self, split: Split, rows: int = _ROWS) -> None:
        self._split = split
        self._rows = rows

    def start_bundle(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._held: list[pa.RecordBatch] = []
        self._count = 0
        self._earliest = MAX_TIMESTAMP

    def process(self, batch: pa.RecordBatch, at: Timestamp = beam.DoFn.TimestampParam) -> Iterable[Any]:
        self._held.append(batch)
        self._count += len(batch)
        self._earliest = min(self._earliest, at)
        if self._count >= self._rows:
            yield from self.finish_bundle()

    def finish_bundle(self) -> Iterable[Any]:
        for batch in join_by_origin(self._held):
            for keyed in self._split(batch):
                yield WindowedValue(keyed, self._earliest, (GlobalWindow(),))
        self._clear()
