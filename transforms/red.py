"""SPANS batches → requests, errors and durations by operation and window."""

from collections.abc import Iterable
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa

from schemas.traces import Red
from traces.calls import Calls
from traces.red import RedKey, red, red_of
from transforms.callsums import SumCalls
from transforms.coders import register_struct

register_struct(Red)


@dataclass(kw_only=True)
class RedMetrics(beam.PTransform):
    """RED metrics of all spans, before any sampling; see :mod:`traces.red`.

    In a stream the row of a window comes ``lateness_seconds`` after its end, by the watermark; what comes
    later makes rows of its own, which add up.
    """

    window_seconds: float = 60.0
    lateness_seconds: float = 30.0

    def expand(self, spans: beam.PCollection) -> beam.PCollection:
        window_ns = int(self.window_seconds * 1e9)
        return (
            spans
            | "Requests" >> beam.FlatMap(_requests, window_ns).with_output_types(tuple[RedKey, Calls])
            | "Sum" >> SumCalls(window_seconds=self.window_seconds, lateness_seconds=self.lateness_seconds)
            | "Rows" >> beam.Map(_row, window_ns).with_output_types(Red)
        )


def _requests(batch: pa.RecordBatch, window_ns: int) -> Iterable[tuple[RedKey, Calls]]:
    return red_of(batch, window_ns).items()


def _row(item: tuple[RedKey, Calls], window_ns: int) -> Red:
    return red(*item, window_ns)
