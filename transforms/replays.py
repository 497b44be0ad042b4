"""Change batches → change batches without what a restarted connector sent again | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
import numpy as np
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow

from columns.replays import Mark, find_replays
from schemas.batches import Origin
from schemas.names import Result, Step
from transforms.outcome import TALLY, Count, count, count_by_op

MARKS = "marks"


class Unrepeated(NamedTuple):
    """Changes without replays. ``marks``: of each partition and connector at the end, if asked for."""

    ok: beam.PCollection
    tally: beam.PCollection
    marks: beam.PCollection | None


@dataclass(kw_only=True)
class DropReplays(beam.PTransform):
    """Drop changes that were sent before, by their source position, with constant state a partition.

    The guarantee: a first copy is never dropped, in whatever order batches arrive, since a row counts as a
    replay only if a row at a lower offset of the same partition, from the same connector, has the same or
    a later position. Every replay of a streamed change is found if the batches of a partition arrive in the
    order of their offsets, as sources give them; one that is not found is a duplicate further down.
    Partitions may come in any order, because each has its own mark, and so has each connector.
    Records of files that name no partition pass (``schemas.records``); their replays are duplicates too.
    The state is one :class:`columns.replays.Mark` a partition and connector. It is never emptied: a
    connector may replay after any pause. See :func:`columns.replays.find_replays` for what passes and why.

    Where an input is gone through in parts, ``tell`` gives the marks of a part; the next one's ``begin`` with
    them.
    """

    begin: tuple[tuple[str, list[Any]], ...] = ()
    tell: bool = False

    def expand(self, batches: beam.PCollection) -> Unrepeated:
        drop = _DropAndTell(self.begin) if self.tell else _Drop(self.begin)
        out = (
            batches
            | "ByPartition" >> beam.Map(by_partition).with_output_types(tuple[str, pa.RecordBatch])
            | "Drop"
            >> beam.ParDo(drop)
            .with_output_types(pa.RecordBatch, tally=Count, marks=tuple[str, list[Any]])
            .with_outputs(TALLY, MARKS, main="ok")
        )
        return Unrepeated(out["ok"], out[TALLY], out[MARKS] if self.tell else None)


def sent_before(batch: pa.RecordBatch, mark: Any, begin: Mark | None = None) -> np.ndarray:
    """Which rows of ``batch`` are replays; ``mark``: the state cell of their partition, which moves on.

    ``begin``: what is known of the partition where the cell is empty.
    """
    stored = mark.read()
    known = msgspec.msgpack.decode(stored, type=Mark) if stored else begin or Mark()
    replays, known = find_replays(batch, known)
    mark.write(msgspec.msgpack.encode(known))
    return replays


def by_partition(batch: pa.RecordBatch) -> tuple[str, pa.RecordBatch]:
    """``batch`` with the key of its partition and connector."""
    return Origin.of(batch).partition_key, batch


class _Drop(beam.DoFn):
    MARK = ReadModifyWriteStateSpec("mark", beam.coders.BytesCoder())

    def __init__(self, begin: Iterable[tuple[str, list[Any]]]) -> None:
        self._begin = {key: msgspec.convert(mark, Mark) for key, mark in begin}

    def process(
        self, element: tuple[str, pa.RecordBatch], state: Any = beam.DoFn.StateParam(MARK)
    ) -> Iterable[Any]:
        key, batch = element
        origin = Origin.of(batch)
        if origin.partition < 0:
            yield count(Step.REPLAYS, origin, Result.PASSED, len(batch))
            yield batch
            return
        replays = sent_before(batch, state, self._begin.get(key))
        dropped = int(np.count_nonzero(replays))
        if dropped:
            yield from count_by_op(Step.REPLAYS, Result.REPLAY, batch.filter(pa.array(replays)))
            batch = batch.filter(pa.array(~replays))
        if len(batch):
            yield count(Step.REPLAYS, origin, Result.PASSED, len(batch))
            yield batch


class _DropAndTell(_Drop):
    TELL = TimerSpec("replays_tell", TimeDomain.WATERMARK)

    def process(
        self,
        element: tuple[str, pa.RecordBatch],
        state: Any = beam.DoFn.StateParam(_Drop.MARK),
        end: Any = beam.DoFn.TimerParam(TELL),
    ) -> Iterable[Any]:
        end.set(GlobalWindow().max_timestamp())
        yield from super().process(element, state)

    @on_timer(TELL)
    def tell(
        self, key: str = beam.DoFn.KeyParam, state: Any = beam.DoFn.StateParam(_Drop.MARK)
    ) -> Iterable[Any]:
        """Give the mark when the input has ended."""
        stored = state.read()
        if stored:
            yield beam.pvalue.TaggedOutput(MARKS, (key, msgspec.msgpack.decode(stored)))
