"""Change batches of the events' table → inserted rows | updates, deletes and truncates | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa

from schemas.batches import Origin, numbers, pick
from schemas.names import Op, Result, Step
from transforms.outcome import TALLY, Count, count, count_by_op

CHANGES = "changes"
_INSERTS = [ord(Op.CREATE), ord(Op.READ)]


class Inserts(NamedTuple):
    """Inserted rows, which are events, and the changes to rows that were."""

    ok: beam.PCollection
    changes: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class SplitChanges(beam.PTransform):
    """Tell events (op c and r) from changes to events (u, d, t), which are passed on as they are.

    A change neither takes nor frees the key of an event, and does not change the number of events.
    """

    def expand(self, batches: beam.PCollection) -> Inserts:
        out = batches | "Split" >> beam.ParDo(_split).with_output_types(
            pa.RecordBatch, changes=pa.RecordBatch, tally=Count
        ).with_outputs(CHANGES, TALLY, main="ok")
        return Inserts(out["ok"], out[CHANGES], out[TALLY])


def _split(batch: pa.RecordBatch) -> Iterable[Any]:
    origin = Origin.of(batch)
    ops = numbers(batch, "op")
    inserted = np.isin(ops, _INSERTS)
    if not inserted.all():
        changes = pick(batch, ~inserted)
        yield from count_by_op(Step.CHANGES, Result.CHANGE, changes)
        yield beam.pvalue.TaggedOutput(CHANGES, changes)
        batch = batch.filter(pa.array(inserted))
    if len(batch):
        yield count(Step.CHANGES, origin, Result.PASSED, len(batch))
        yield batch
