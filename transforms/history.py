"""Clean events of an earlier result, valid events → the events, and what was clean of their series before."""

from collections.abc import Iterable
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa

from columns.references import known_rows, union
from schemas.batches import pick


@dataclass(kw_only=True)
class WithHistory(beam.PTransform):
    """Takes a pair (earlier clean events, valid events) in batch; of the earlier only those can matter whose
    series is among the valid ones, and they are few when the valid ones are.
    """

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        history, events = inputs
        ids = events | "Ids" >> beam.Map(_ids).with_output_types(set[str])
        series = ids | "Series" >> beam.CombineGlobally(union).with_output_types(set[str])
        known = history | "Known" >> beam.FlatMap(
            _of_series, beam.pvalue.AsSingleton(series)
        ).with_output_types(pa.RecordBatch)
        return (known, events) | "Both" >> beam.Flatten()


def _ids(batch: pa.RecordBatch) -> set[str]:
    return set(batch.column("metric_id").unique().to_pylist())


def _of_series(batch: pa.RecordBatch, series: set[str]) -> Iterable[pa.RecordBatch]:
    rows = known_rows(batch, series)
    if rows.any():
        yield pick(batch, rows)
