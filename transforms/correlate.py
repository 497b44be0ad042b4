"""LOGS batches, spans, samples → warnings and errors with their span and the samples of their pod."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import pyarrow as pa
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, AfterWatermark
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from logs.correlate import (
    SampleFacts,
    SpanFacts,
    contexts_of,
    samples_of,
    spans_by_window,
    with_samples,
    with_spans,
)
from schemas.logcontext import LogContext
from transforms.coders import register_struct

for _kind in (LogContext, SpanFacts, SampleFacts):
    register_struct(_kind)

Key = tuple[int, int]  # begin of a window in epoch nanoseconds, shard
_ALLOWED_LATENESS_SECONDS: Final = 3600
_LOGS, _OTHERS = "logs", "others"


@dataclass(kw_only=True)
class CorrelateLogs(beam.PTransform):
    """Tie records of ``min_severity`` and above to their span and to the samples of their pod and minute.

    Takes (LOGS batches, with templates or without; SPANS batches; EVENTS batches). Each record leaves once,
    as a :class:`schemas.logcontext.LogContext`, whether anything was found or not. Windows of event time are
    joined one by one, a shard of the traces and then of the pods at a time, so that this much is in memory; a
    span is in all windows that it ran in. In a stream a window is joined when the watermark is
    ``lateness_seconds`` past its end; what comes later is joined with what comes with it.
    """

    min_severity: int = 13
    window_seconds: float = 300.0
    lateness_seconds: float = 60.0
    shards: int = 4
    entity_tag: str = "pod"

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection, beam.PCollection]) -> beam.PCollection:
        logs, spans, samples = inputs
        records = logs | "Records" >> self._keyed(self._records, LogContext)
        of_spans = spans | "Spans" >> self._keyed(self._spans, SpanFacts)
        of_pods = samples | "Samples" >> self._keyed(self._samples, SampleFacts)
        traced = (
            {_LOGS: records, _OTHERS: of_spans}
            | "ByTrace" >> beam.CoGroupByKey()
            | "WithSpans" >> beam.FlatMap(self._with_spans).with_output_types(tuple[Key, LogContext])
        )
        rows = (
            {_LOGS: traced, _OTHERS: of_pods}
            | "ByPod" >> beam.CoGroupByKey()
            | "WithSamples" >> beam.FlatMap(_with_samples).with_output_types(LogContext)
        )
        return rows if logs.is_bounded else rows | "Global" >> beam.WindowInto(GlobalWindows())

    def _keyed(self, keys: Any, kind: type) -> "_InWindows":
        return _InWindows(keys, tuple[Key, kind], self.window_seconds, self.lateness_seconds)  # type: ignore[valid-type]

    def _records(self, batch: pa.RecordBatch) -> Iterable[tuple[Key, LogContext]]:
        for context in contexts_of(batch, self.min_severity):
            yield (self._window(context.time_ns), self._shard(context.trace_id)), context

    def _spans(self, batch: pa.RecordBatch) -> Iterable[tuple[Key, SpanFacts]]:
        for window, span in spans_by_window(batch, int(self.window_seconds * 1e9)):
            yield (window, self._shard(span.trace_id)), span

    def _samples(self, batch: pa.RecordBatch) -> Iterable[tuple[Key, SampleFacts]]:
        for sample in samples_of(batch, self.entity_tag):
            yield (self._window(sample.minute_ns), self._shard(sample.home)), sample

    def _with_spans(self, group: tuple[Key, dict[str, Iterable[Any]]]) -> Iterable[tuple[Key, LogContext]]:
        (window, _), found = group
        for context in with_spans(found[_LOGS], found[_OTHERS]):
            yield (window, self._shard(context.pod or context.service)), context

    def _window(self, at_ns: int) -> int:
        return at_ns - at_ns % int(self.window_seconds * 1e9)

    def _shard(self, text: str) -> int:
        return zlib.crc32(text.encode()) % self.shards


@dataclass
class _InWindows(beam.PTransform):
    """Batches → keyed facts, in a stream in the windows of the time when their join is due."""

    keys: Any
    kind: Any
    window_seconds: float
    lateness_seconds: float

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        keyed = batches | "Keys" >> beam.FlatMap(self.keys).with_output_types(self.kind)
        if batches.is_bounded:
            return keyed
        return (
            keyed
            | "Due"
            >> beam.ParDo(_Due(self.window_seconds, self.lateness_seconds)).with_output_types(self.kind)
            | "Windows"
            >> beam.WindowInto(
                FixedWindows(self.window_seconds, self.lateness_seconds % self.window_seconds),
                trigger=AfterWatermark(late=AfterCount(1)),
                accumulation_mode=AccumulationMode.DISCARDING,
                allowed_lateness=_ALLOWED_LATENESS_SECONDS,
            )
        )


class _Due(beam.DoFn):
    """Give each fact the last moment before its join is due; what is late already keeps its own time."""

    def __init__(self, window_seconds: float, lateness_seconds: float) -> None:
        self._after_us = int((window_seconds + lateness_seconds) * 1e6) - 1

    def process(self, fact: tuple[Key, Any], at: Timestamp = beam.DoFn.TimestampParam) -> Iterable[Any]:
        due = Timestamp(micros=fact[0][0] // 1000 + self._after_us)
        yield TimestampedValue(fact, max(at, due))


def _with_samples(group: tuple[Key, dict[str, Iterable[Any]]]) -> Iterable[LogContext]:
    return with_samples(group[1][_LOGS], group[1][_OTHERS])
