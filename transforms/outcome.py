"""What a step gives: the records that go on, the dead letters, and its counts.

Counts are data, not runner metrics: they travel with the bundle that made them, so that a retried bundle is
not counted twice on any runner, and their sum can be held against the outputs to the last record. They are
runner metrics as well, for whoever watches a job bundle by bundle; nothing is decided by these.
"""

import functools
from collections.abc import Iterable
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.metrics import Metrics

from schemas.batches import Origin, numbers
from schemas.names import Result, Step

DEAD = "dead"
TALLY = "tally"
RECORDS = "records"  # the namespace of the runner metrics

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
    step: str, origin: Origin, result: Result, records: int, reason: str = ""
) -> beam.pvalue.TaggedOutput:
    """``records`` of ``origin`` met ``result`` at ``step``: an element for the tally."""
    _metric(step, result).inc(records)
    key = (str(step), origin.topic, origin.partition, str(result), reason)
    return beam.pvalue.TaggedOutput(TALLY, (key, records))


@functools.cache
def _metric(step: str, result: Result) -> Metrics.DelegatingCounter:
    return Metrics.counter(RECORDS, f"{step}/{result}")


def count_by_op(step: Step, result: Result, changes: pa.RecordBatch) -> Iterable[beam.pvalue.TaggedOutput]:
    """The rows of ``changes``, which met ``result`` at ``step``; the reason is their operation."""
    rows = np.bincount(numbers(changes, "op"))
    for op in np.flatnonzero(rows).tolist():
        yield count(step, Origin.of(changes), result, int(rows[op]), chr(op))
