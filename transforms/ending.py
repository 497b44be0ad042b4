"""Sums over the whole input: in a stream too they are given once, when the input ends or is drained."""

from dataclasses import dataclass

import apache_beam as beam
from apache_beam.transforms.trigger import AccumulationMode, AfterWatermark, Repeatedly
from apache_beam.transforms.window import GlobalWindow, GlobalWindows
from apache_beam.utils.timestamp import Timestamp

#: When steps give what they can only give at the end: before the end of time, when sums are made of it.
LAST_CALL = Timestamp(int(GlobalWindow().max_timestamp()) - 24 * 3600)

#: Tag of the second timer of a step. The Flink runner of Beam 2.59 tells the timers of a step apart by their
#: tags alone, and not by their names, so that one of two without a tag replaces the other.
SECOND = "second"


@dataclass(kw_only=True)
class AtTheEnd(beam.PTransform):
    """Let the aggregation that follows fire when the watermark passes the end of time.

    A bounded input needs nothing for that; its default trigger is the cheaper one.
    """

    def expand(self, items: beam.PCollection) -> beam.PCollection:
        if items.is_bounded:
            return items
        return items | "Global" >> beam.WindowInto(
            GlobalWindows(),
            trigger=Repeatedly(AfterWatermark()),
            accumulation_mode=AccumulationMode.DISCARDING,
        )
