"""Between batches and single rows, so that a plain Beam step can be put in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa

from schemas.batches import EVENTS, Origin


@dataclass(kw_only=True)
class ToRows(beam.PTransform):
    """Batches → one dict a row, with ``topic``, ``partition`` and ``source`` beside the columns."""

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        return batches | "Rows" >> beam.FlatMap(_rows).with_output_types(dict[str, Any])


@dataclass(kw_only=True)
class ToBatches(beam.PTransform):
    """Rows as :class:`ToRows` gives them → EVENTS batches of up to ``max_rows`` of one origin each."""

    max_rows: int = 5000

    def expand(self, rows: beam.PCollection) -> beam.PCollection:
        return rows | "Batches" >> beam.ParDo(_Gather(self.max_rows)).with_output_types(pa.RecordBatch)


def _rows(batch: pa.RecordBatch) -> Iterable[dict[str, Any]]:
    origin = Origin.of(batch)
    beside = {"topic": origin.topic, "partition": origin.partition, "source": origin.source}
    for row in batch.to_pylist():
        yield row | beside


class _Gather(beam.DoFn):
    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows

    def start_bundle(self) -> None:
        self._rows: dict[Origin, list[dict[str, Any]]] = {}

    def process(self, row: dict[str, Any]) -> Iterable[pa.RecordBatch]:
        origin = Origin(row["topic"], row["partition"], row["source"])
        rows = self._rows.setdefault(origin, [])
        rows.append(row)
        if len(rows) >= self._max_rows:
            yield _batch(origin, self._rows.pop(origin))

    def finish_bundle(self) -> Iterable[Any]:
        for origin, rows in self._rows.items():
            yield beam.transforms.window.GlobalWindows.windowed_value(_batch(origin, rows))


def _batch(origin: Origin, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    arrays = [
        pa.array([row[f.name] for row in rows], f.type.value_type).dictionary_encode()
        if pa.types.is_dictionary(f.type)
        else pa.array([row[f.name] for row in rows], f.type)
        for f in EVENTS
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=origin.stamp(EVENTS))
