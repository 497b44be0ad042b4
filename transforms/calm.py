"""Keyed elements → the same, but for each key only now and then, all that came since at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.transforms.trigger import AccumulationMode, AfterProcessingTime, Repeatedly
from apache_beam.transforms.window import GlobalWindows, TimestampCombiner


@dataclass(kw_only=True)
class Calm(beam.PTransform):
    """Let elements wait with the runner for up to ``seconds`` (whole ones: Beam's Python
    trigger knows no others), for steps that nobody waits for.

    A runner makes a bundle for whatever has come, and each costs worker and runner some milliseconds, however
    little is in it. What waits is in the runner's state and so in its checkpoints, and holds the watermark
    where it is. 0: nothing waits. Takes and gives pairs.
    """

    seconds: int

    def expand(self, pairs: beam.PCollection) -> beam.PCollection:
        if not self.seconds:
            return pairs
        return (
            pairs
            | "NowAndThen"
            >> beam.WindowInto(
                GlobalWindows(),
                trigger=Repeatedly(AfterProcessingTime(self.seconds)),
                accumulation_mode=AccumulationMode.DISCARDING,
                timestamp_combiner=TimestampCombiner.OUTPUT_AT_EARLIEST,
            )
            | "Wait" >> beam.GroupByKey()
            | "GoOn" >> beam.FlatMap(_each).with_output_types(pairs.element_type)
        )


def _each(group: tuple[Any, Iterable[Any]]) -> Iterable[tuple[Any, Any]]:
    return ((group[0], value) for value in group[1])
