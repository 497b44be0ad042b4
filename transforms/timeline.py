"""Clean events → records a minute of event time, and lag a second of commit time."""

from collections.abc import Iterable
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import pyarrow as pa

from schemas.batches import numbers
from transforms.ending import AtTheEnd

EVENTS_A_MINUTE = "events_a_minute"
LAG = "lag"

#: ((series, epoch seconds of the bucket), (records, sum, maximum))
Point = tuple[tuple[str, int], tuple[int, float, float]]
_MINUTE_US = 60_000_000
_SECOND_US = 1_000_000


@dataclass(kw_only=True)
class Timeline(beam.PTransform):
    """What the report draws over time: one point a bucket, however many records are in it.

    ``events_a_minute``: records by minute of their timestamp. ``lag``: milliseconds from the commit in the
    database to the append to the topic, by second of the commit.
    """

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        return (
            events
            | "Points" >> beam.FlatMap(_points).with_output_types(Point)
            | "AtTheEnd" >> AtTheEnd()
            | "Sum" >> beam.CombinePerKey(_Add()).with_output_types(Point)
        )


class _Add(beam.CombineFn):
    def create_accumulator(self) -> tuple[int, float, float]:
        return 0, 0.0, 0.0

    def add_input(
        self, total: tuple[int, float, float], point: tuple[int, float, float]
    ) -> tuple[int, float, float]:
        return total[0] + point[0], total[1] + point[1], max(total[2], point[2])

    def merge_accumulators(
        self, accumulators: Iterable[tuple[int, float, float]]
    ) -> tuple[int, float, float]:
        total = self.create_accumulator()
        for accumulator in accumulators:
            total = self.add_input(total, accumulator)
        return total

    def extract_output(self, total: tuple[int, float, float]) -> tuple[int, float, float]:
        return total


def _points(batch: pa.RecordBatch) -> Iterable[Point]:
    times = batch.column("timestamp").to_numpy(zero_copy_only=False).view(np.int64)
    for minute, records in zip(*np.unique(times // _MINUTE_US, return_counts=True), strict=True):
        yield (EVENTS_A_MINUTE, int(minute) * 60), (int(records), 0.0, 0.0)
    committed = numbers(batch, "committed_us")
    lag_ms = np.maximum(numbers(batch, "appended_ms") - committed / 1000, 0.0)
    seconds, group = np.unique(committed // _SECOND_US, return_inverse=True)
    records = np.bincount(group)
    sums = np.bincount(group, weights=lag_ms)
    highest = np.zeros(len(seconds))
    np.maximum.at(highest, group, lag_ms)
    for i, second in enumerate(seconds.tolist()):
        yield (LAG, second), (int(records[i]), float(sums[i]), float(highest[i]))
