"""Events, catalogue changes → events of known series | dead letters (unknown series) | tally."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    TimerSpec,
    on_timer,
)
from apache_beam.utils.timestamp import Timestamp

from columns.hashing import split_by_shard
from columns.references import declared_series, known_rows, union
from schemas.batches import EVENTS, Origin, decode, encode, join_by_origin, numbers, pick
from schemas.letters import DeadLetter
from schemas.names import UNKNOWN_SERIES, Result, Step
from transforms.letters import event_letters
from transforms.outcome import DEAD, TALLY, Count, Outcome, count
from transforms.shardmemory import ShardMemories

_GRANULE_MS = 5000  # timers fire at whole five seconds, each for all that is due by then
_DECLARED = pa.schema([("metric_id", pa.dictionary(pa.int32(), pa.string()))])


@dataclass(kw_only=True)
class CheckReferences(beam.PTransform):
    """Let through the events whose series is in the catalogue, which arrives as a change stream itself.

    Takes a pair (events, catalogue changes). In batch the whole catalogue is read before the first event, and
    what is not in it is refused. In a stream an event may come before its series: it waits until the series
    comes, or until ``wait_seconds`` after it was appended to its topic, and is then refused. State a shard,
    when streaming: the ids of its series, and the events that wait.
    """

    shards: int = 4
    wait_seconds: float = 600.0
    streaming: bool = False

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Outcome:
        events, catalogue = inputs
        if self.streaming:
            keyed = (
                events
                | "EventShards"
                >> beam.FlatMap(split_by_shard, "metric_id", self.shards).with_output_types(
                    tuple[int, pa.RecordBatch]
                ),
                catalogue
                | "SeriesShards"
                >> beam.FlatMap(_series_by_shard, self.shards).with_output_types(tuple[int, pa.RecordBatch]),
            )
            checked, check = keyed | "Both" >> beam.Flatten(), beam.ParDo(_CheckStream(self.wait_seconds))
        else:
            declared = catalogue | "Declared" >> beam.Map(_declared_ids).with_output_types(set[str])
            known = declared | "Catalogue" >> beam.CombineGlobally(union).with_output_types(set[str])
            checked, check = events, beam.ParDo(_check_batch, beam.pvalue.AsSingleton(known))
        out = checked | "Check" >> check.with_output_types(
            pa.RecordBatch, dead=DeadLetter, tally=Count
        ).with_outputs(DEAD, TALLY, main="ok")
        return Outcome(out["ok"], out[DEAD], out[TALLY])


def _declared_ids(batch: pa.RecordBatch) -> set[str]:
    return {series.metric_id for series in declared_series(batch) if series.metric_id}


def _check_batch(batch: pa.RecordBatch, catalogue: set[str]) -> Iterable[Any]:
    known = known_rows(batch, catalogue)
    if not known.all():
        yield from _refused(pick(batch, ~known))
        batch = batch.filter(pa.array(known))
    yield from _passed(batch)


def _series_by_shard(batch: pa.RecordBatch, shards: int) -> Iterable[tuple[int, pa.RecordBatch]]:
    column = pa.array(sorted(_declared_ids(batch)), pa.string()).dictionary_encode()
    return split_by_shard(pa.RecordBatch.from_arrays([column], schema=_DECLARED), "metric_id", shards)


@dataclass(slots=True)
class _Memory:
    catalogue: set[str] = field(default_factory=set)
    waiting: list[pa.RecordBatch] = field(default_factory=list)


class _CheckStream(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    CATALOGUE = BagStateSpec("catalogue", beam.coders.BytesCoder())
    WAITING = BagStateSpec("waiting", beam.coders.BytesCoder())
    DEADLINE = TimerSpec("references_deadline", TimeDomain.WATERMARK)

    def __init__(self, wait_seconds: float) -> None:
        self._wait_ms = int(wait_seconds * 1000)
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, pa.RecordBatch],
        nonce: Any = beam.DoFn.StateParam(NONCE),
        catalogue: Any = beam.DoFn.StateParam(CATALOGUE),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        deadline: Any = beam.DoFn.TimerParam(DEADLINE),
    ) -> Iterable[Any]:
        shard, batch = element
        memory = self._memories.open(shard, nonce, lambda: _rebuild(catalogue, waiting))
        if batch.schema.equals(EVENTS, check_metadata=False):
            known = known_rows(batch, memory.catalogue)
            if not known.all():
                unknown = pick(batch, ~known)
                memory.waiting.append(unknown)
                waiting.add(encode(unknown).to_pybytes())
                self._set(deadline, memory)
                batch = batch.filter(pa.array(known))
            yield from _passed(batch)
        else:
            ids = set(batch.column("metric_id").unique().to_pylist()) - memory.catalogue
            if ids:
                memory.catalogue |= ids
                catalogue.add(json.dumps(sorted(ids)).encode())
                yield from self._retry(memory, waiting)

    def _retry(self, memory: _Memory, waiting: Any) -> Iterable[Any]:
        """Let the events go that waited for a series that has come."""
        memory.waiting = join_by_origin(memory.waiting)
        still, freed = [], False
        for batch in memory.waiting:
            known = known_rows(batch, memory.catalogue)
            if not known.any():
                still.append(batch)
                continue
            freed = True
            yield from _passed(batch.filter(pa.array(known)))
            if not known.all():
                still.append(pick(batch, ~known))
        if freed:
            _rewrite(memory, waiting, still)

    @on_timer(DEADLINE)
    def refuse(
        self,
        shard: int = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        catalogue: Any = beam.DoFn.StateParam(CATALOGUE),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        deadline: Any = beam.DoFn.TimerParam(DEADLINE),
    ) -> Iterable[Any]:
        """Refuse the events that have waited long enough."""
        memory = self._memories.open(shard, nonce, lambda: _rebuild(catalogue, waiting))
        appended_until = fired.micros // 1000 - self._wait_ms
        still = []
        for batch in memory.waiting:
            over = numbers(batch, "appended_ms") <= appended_until
            if not over.any():
                still.append(batch)
                continue
            yield from _refused(batch.filter(pa.array(over)))
            if not over.all():
                still.append(pick(batch, ~over))
        _rewrite(memory, waiting, join_by_origin(still))
        if still:
            self._set(deadline, memory)

    def _set(self, deadline: Any, memory: _Memory) -> None:
        oldest = min(int(np.min(numbers(batch, "appended_ms"))) for batch in memory.waiting)
        due = (oldest + self._wait_ms) // _GRANULE_MS * _GRANULE_MS + _GRANULE_MS
        deadline.set(Timestamp(micros=due * 1000))


def _rebuild(catalogue: Any, waiting: Any) -> _Memory:
    ids = {metric_id for chunk in catalogue.read() for metric_id in json.loads(chunk)}
    return _Memory(ids, [decode(data) for data in waiting.read()])


def _rewrite(memory: _Memory, waiting: Any, still: list[pa.RecordBatch]) -> None:
    memory.waiting = still
    waiting.clear()
    for batch in still:
        waiting.add(encode(batch).to_pybytes())


def _passed(batch: pa.RecordBatch) -> Iterable[Any]:
    if len(batch):
        yield count(Step.REFERENCES, Origin.of(batch), Result.PASSED, len(batch))
        yield batch


def _refused(batch: pa.RecordBatch) -> Iterable[Any]:
    if len(batch):
        for letter in event_letters(batch, Step.REFERENCES, UNKNOWN_SERIES):
            yield beam.pvalue.TaggedOutput(DEAD, letter)
        yield count(Step.REFERENCES, Origin.of(batch), Result.DEAD, len(batch), UNKNOWN_SERIES)
