"""Changes, shapes of rows → notices of what no row says of a table: truncates, other columns | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec

from columns.notices import Past, schema_changes, truncates
from schemas.batches import Origin
from schemas.losses import Notice, SchemaChange, Shape, Truncated
from schemas.names import Result, Step
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.outcome import TALLY, Count, count

for _kind in (SchemaChange, Truncated):
    register_struct(_kind)


class Noticed(NamedTuple):
    """What happened to whole tables."""

    notices: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class FindNotices(beam.PTransform):
    """Say once what happened to a whole table: all its rows were taken away, or its rows have other columns.

    Takes a pair (changes of all tables after DropReplays, shapes as DecodeChanges gives them). Each truncate
    is a :class:`schemas.losses.Truncated`. A :class:`schemas.losses.SchemaChange` is given once a change, in
    whatever order partitions are read, and not for what a restarted connector sends again.
    State a topic: since which commit its rows have had which columns; 16 of these at most, never emptied.
    """

    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Noticed:
        changes, shapes = inputs
        truncated = changes | "Truncates" >> beam.FlatMap(_truncates).with_output_types(
            Notice, tally=Count
        ).with_outputs(TALLY, main="notices")
        changed = (
            shapes
            | "ByTopic" >> beam.Map(_keyed).with_output_types(tuple[str, Shape])
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Changes"
            >> beam.ParDo(_Changes())
            .with_output_types(Notice, tally=Count)
            .with_outputs(TALLY, main="notices")
        )
        return Noticed(
            (truncated["notices"], changed["notices"]) | "Both" >> beam.Flatten(),
            (truncated[TALLY], changed[TALLY]) | "Tallies" >> beam.Flatten(),
        )


def _truncates(batch: pa.RecordBatch) -> Iterable[Any]:
    for notice in truncates(batch):
        yield count(Step.NOTICES, Origin.of(batch), Result.NOTICE, 1, "truncate")
        yield notice


def _keyed(shape: Shape) -> tuple[str, Shape]:
    return f"{shape.source}|{shape.topic}", shape


class _Changes(beam.DoFn):
    PAST = ReadModifyWriteStateSpec("past", beam.coders.BytesCoder())

    def process(self, element: tuple[str, Shape], state: Any = beam.DoFn.StateParam(PAST)) -> Iterable[Any]:
        shape = element[1]
        stored = state.read()
        past = msgspec.msgpack.decode(stored, type=Past) if stored else Past()
        notices = schema_changes(shape, past)
        written = msgspec.msgpack.encode(past)
        if written != stored:
            state.write(written)
        for notice in notices:
            origin = Origin(notice.topic, notice.partition, shape.source)
            yield count(Step.NOTICES, origin, Result.NOTICE, 1, "schema_change")
            yield notice
