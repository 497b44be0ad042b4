"""LOGS batches with templates → records, errors and durations by service, template, severity and window."""

from collections.abc import Iterable
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa

from logs.red import LogRedKey, log_red, log_red_of
from schemas.templates import LogRed
from traces.calls import Calls
from transforms.callsums import SumCalls
from transforms.coders import register_struct

register_struct(LogRed)


@dataclass(kw_only=True)
class LogRedMetrics(beam.PTransform):
    """Rate, errors and durations of log records; see :mod:`logs.red`.

    In a stream the rows of a window come ``lateness_seconds`` after its end, by the watermark; what comes
    later makes rows of its own, which add up.
    """

    window_seconds: float = 60.0
    lateness_seconds: float = 30.0

    def expand(self, logs: beam.PCollection) -> beam.PCollection:
        window_ns = int(self.window_seconds * 1e9)
        return (
            logs
            | "Records" >> beam.FlatMap(_records, window_ns).with_output_types(tuple[LogRedKey, Calls])
            | "Sum" >> SumCalls(window_seconds=self.window_seconds, lateness_seconds=self.lateness_seconds)
            | "Rows" >> beam.Map(_row, window_ns).with_output_types(LogRed)
        )


def _records(batch: pa.RecordBatch, window_ns: int) -> Iterable[tuple[LogRedKey, Calls]]:
    return log_red_of(batch, window_ns).items()


def _row(item: tuple[LogRedKey, Calls], window_ns: int) -> LogRed:
    return log_red(*item, window_ns)
