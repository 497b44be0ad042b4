"""What a step gives: the records that go on, the dead letters, and its counts.

Counts are data, not runner metrics: they travel with the bundle that made them, so that a retried bundle is
not counted twice on any runner, and their sum can be held against the outputs to the last record.
"""

from typing import NamedTuple

import apache_beam as beam

from schemas.batches import Origin
from schemas.names import Result, Step

DEAD = "dead"
TALLY = "tally"

#: ((step, topic, partition, result, reason), records)
Count = tuple[tuple[str, str, int, str, str], int]


class Outcome(NamedTuple):
    """The outputs of a step that can refuse records."""

    ok: beam.PCollection
    dead: beam.PCollection
    tally: beam.PCollection


class Counted(NamedTuple):
    """The outputs of a step that refuses nothing."""

    ok: beam.PCollection
    tally: beam.PCollection


def count(
    step: Step, origin: Origin, result: Result, records: int, reason: str = ""
) -> beam.pvalue.TaggedOutput:
    """``records`` of ``origin`` met ``result`` at ``step``: an element for the tally."""
    key = (str(step), origin.topic, origin.partition, str(result), reason)
    return beam.pvalue.TaggedOutput(TALLY, (key, records))
