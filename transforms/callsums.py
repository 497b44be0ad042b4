"""Calls of parts of the input → their sums, once a window of event time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, AfterWatermark
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from traces.calls import Calls
from transforms.coders import register_struct

register_struct(Calls)

#: Nothing is late here, see _Due, where a runner holds the watermark for timers to come. Not all of them do.
_ALLOWED_LATENESS_SECONDS: Final = 3600


@dataclass(kw_only=True)
class SumCalls(beam.PTransform):
    """Sum pairs (key, Calls) whose key begins with the begin of a window, in epoch nanoseconds.

    In a stream the sum of a window is given when the watermark is ``lateness_seconds`` past its end. What
    comes later still makes a sum of its own: such sums add up. In batch there is one sum a key.
    """

    window_seconds: float = 60.0
    lateness_seconds: float = 30.0

    def expand(self, calls: beam.PCollection) -> beam.PCollection:
        if calls.is_bounded:
            return calls | "Sum" >> beam.CombinePerKey(_Merge())
        offset = self.lateness_seconds % self.window_seconds  # windows of this step end when sums are due
        return (
            calls
            | "Due" >> beam.ParDo(_Due(self)).with_output_types(calls.element_type)
            | "Windows"
            >> beam.WindowInto(
                FixedWindows(self.window_seconds, offset),
                trigger=AfterWatermark(late=AfterCount(1)),
                accumulation_mode=AccumulationMode.DISCARDING,
                allowed_lateness=_ALLOWED_LATENESS_SECONDS,
            )
            | "Sum" >> beam.CombinePerKey(_Merge())
            | "Global" >> beam.WindowInto(GlobalWindows())
        )


class _Due(beam.DoFn):
    """Give each part the last moment before its sum is due; of what is late already, its own time."""

    def __init__(self, step: SumCalls) -> None:
        self._window_us = int(step.window_seconds * 1e6)
        self._lateness_us = int(step.lateness_seconds * 1e6)

    def process(self, part: tuple[Any, Calls], at: Timestamp = beam.DoFn.TimestampParam) -> Iterable[Any]:
        end_us = part[0][0] // 1000 + self._window_us
        yield TimestampedValue(part, max(at, Timestamp(micros=end_us + self._lateness_us - 1)))


class _Merge(beam.CombineFn):
    def create_accumulator(self) -> Calls:
        return Calls()

    def add_input(self, total: Calls, calls: Calls) -> Calls:
        total.merge(calls)
        return total

    def merge_accumulators(self, totals: Iterable[Calls]) -> Calls:
        merged = Calls()
        for total in totals:
            merged.merge(total)
        return merged

    def extract_output(self, total: Calls) -> Calls:
        return total
