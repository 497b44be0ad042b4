"""Samples, spans → samples with the span that explains them | late spans | tally."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import apache_beam as beam
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from anomaly.verdicts import is_scored
from columns.exemplars import EXEMPLAR, SPAN_COLUMNS, SpanIndex
from columns.homes import COPY, is_spans, split_samples, split_spans
from columns.senders import sender_of
from schemas.batches import Origin, decode, encode, numbers, pick
from schemas.names import Result, Step
from telemetry.progress import advance
from transforms.backlog import wake_ms
from transforms.ending import LAST_CALL
from transforms.gather import GatherAndSplit
from transforms.outcome import TALLY, Count, count
from transforms.shardmemory import ShardMemories

LATE = "late"
Key = tuple[int, int]
_LAST_CALL_MS = LAST_CALL.micros // 1000
_MOST_SPANS = 1_000_000  # of a shard in a stream; the oldest go first


class Explained(NamedTuple):
    """Samples with the columns of EXEMPLAR, and spans that came after the samples that they explain."""

    ok: beam.PCollection
    late: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class JoinExemplars(beam.PTransform):
    """Tie each sample to the trace that explains it; see :mod:`columns.exemplars` for which that is.

    Takes a pair (samples, spans): batches with the columns of EVENTS, or more, and SPANS batches. Each
    sample leaves, once, with a span if its pod (or service) has one in its interval. In batch, spans may
    come in any order, and an hour of a shard is in memory at a time. In a stream a sample is held for
    ``wait_seconds`` of the watermark for its spans; a span that comes when its entity's samples of its time
    have left is late. State a shard, when streaming: held samples; spans that ended no longer than
    ``lateness_seconds`` before the newest sample that left, a million at most; the newest sample of each
    entity.
    """

    shards: int = 4
    interval_seconds: float = 60.0
    entity_tag: str = "pod"
    wait_seconds: float = 30.0
    lateness_seconds: float = 900.0
    streaming: bool = False

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Explained:
        samples, spans = inputs
        timeless = self.streaming
        of_samples = partial(split_samples, shards=self.shards, entity_tag=self.entity_tag, timeless=timeless)
        of_spans = partial(
            split_spans, shards=self.shards, interval_seconds=self.interval_seconds, timeless=timeless
        )
        keyed = tuple[Key, pa.RecordBatch]
        if not self.streaming:  # where none can be late, of which all is to be told
            spans = spans | "Needed" >> beam.Map(_needed).with_output_types(pa.RecordBatch)
        both = (
            samples | "SampleHomes" >> beam.ParDo(GatherAndSplit(of_samples)).with_output_types(keyed),
            spans | "SpanHomes" >> beam.ParDo(GatherAndSplit(of_spans)).with_output_types(keyed),
        ) | "Both" >> beam.Flatten()
        if self.streaming:
            joined = both | "Join" >> _declared(beam.ParDo(_JoinStream(self)))
        else:
            joined = both | "Meet" >> beam.GroupByKey() | "Join" >> _declared(beam.ParDo(_JoinBatch(self)))
        return Explained(joined["ok"], joined[LATE], joined[TALLY])


def _needed(spans: pa.RecordBatch) -> pa.RecordBatch:
    return spans.select(list(SPAN_COLUMNS))


def _declared(step: beam.ParDo) -> Any:
    outputs = step.with_output_types(pa.RecordBatch, late=pa.RecordBatch, tally=Count)
    return outputs.with_outputs(LATE, TALLY, main="ok")


class _JoinBatch(beam.DoFn):
    def __init__(self, step: JoinExemplars) -> None:
        self._interval_seconds = step.interval_seconds
        self._entity_tag = step.entity_tag

    def process(self, element: tuple[Key, Iterable[pa.RecordBatch]]) -> Iterable[Any]:
        index = SpanIndex(self._interval_seconds, self._entity_tag)
        samples = []
        for batch in element[1]:
            if is_spans(batch):
                index.add(batch)
                yield from _known(batch)
            else:
                samples.append(batch)
        for batch in index.explain_all(samples):
            yield from _counted(batch)


def _known(spans: pa.RecordBatch) -> Iterable[Any]:
    if COPY not in spans.schema.metadata:
        yield count(Step.JOIN, Origin.of(spans), Result.PASSED, len(spans))


def _counted(explained: pa.RecordBatch) -> Iterable[Any]:
    if not is_scored(explained):
        origin = Origin.of(explained)
        yield count(Step.JOIN, origin, Result.PASSED, len(explained))
        found = len(explained) - explained.column(EXEMPLAR[0].name).null_count
        if found:
            yield count(Step.JOIN, origin, Result.EXPLAINED, found)
        advance(Step.JOIN, len(explained))
    yield explained


@dataclass(slots=True)
class _Held:
    due_ms: int
    samples: pa.RecordBatch


@dataclass(slots=True)
class _Spans:
    came_ms: int
    batch: pa.RecordBatch


@dataclass(slots=True)
class _Memory:
    held: list[_Held] = field(default_factory=list)
    spans: list[_Spans] = field(default_factory=list)
    index: SpanIndex | None = None  # of the spans; made anew when some are forgotten
    left: dict[str, int] = field(default_factory=dict)  # by entity: time of the newest sample that left
    newest_us: int = 0  # of all samples that left
    timer_at: int | None = None


class _JoinStream(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    LEFT = ReadModifyWriteStateSpec("left", beam.coders.BytesCoder())
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    SPANS = BagStateSpec("spans", beam.coders.BytesCoder())
    RELEASE = TimerSpec("exemplars_release", TimeDomain.WATERMARK)

    def __init__(self, step: JoinExemplars) -> None:
        self._step = step
        self._wait_ms = int(step.wait_seconds * 1000)
        self._keep_us = int((step.lateness_seconds + step.interval_seconds) * 1e6)
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[Key, pa.RecordBatch],
        at: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        left: Any = beam.DoFn.StateParam(LEFT),
        held: Any = beam.DoFn.StateParam(HELD),
        spans: Any = beam.DoFn.StateParam(SPANS),
        release: Any = beam.DoFn.TimerParam(RELEASE),
    ) -> Iterable[Any]:
        (shard, _), batch = element
        memory = self._memories.open(shard, nonce, lambda: _rebuild(left, held, spans))
        if is_spans(batch):
            yield from self._know(memory, spans, _Spans(at.micros // 1000, batch))
            return
        due_ms = min(at.micros // 1000 + self._wait_ms, _LAST_CALL_MS)  # what comes at the end goes at once
        memory.held.append(_Held(due_ms, batch))
        held.add(_packed(due_ms, batch))
        self._set_timer(memory, release)

    def _know(self, memory: _Memory, state: Any, came: _Spans) -> Iterable[Any]:
        batch = came.batch
        late = _is_late(batch, memory.left)
        if late.any():
            missed = pick(batch, late)
            if COPY not in batch.schema.metadata:
                yield count(Step.JOIN, Origin.of(batch), Result.LATE_SPAN, len(missed))
                yield beam.pvalue.TaggedOutput(LATE, missed)
            batch = batch.filter(pa.array(~late))
        if len(batch):
            yield from _known(batch)
            memory.spans.append(_Spans(came.came_ms, batch))
            state.add(_packed(came.came_ms, batch))
            if memory.index is not None:
                memory.index.add(batch)

    @on_timer(RELEASE)
    def release_held(
        self,
        key: Any = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        left: Any = beam.DoFn.StateParam(LEFT),
        held: Any = beam.DoFn.StateParam(HELD),
        spans: Any = beam.DoFn.StateParam(SPANS),
        release: Any = beam.DoFn.TimerParam(RELEASE),
    ) -> Iterable[Any]:
        """Let the samples go that have waited long enough."""
        memory = self._memories.open(key[0], nonce, lambda: _rebuild(left, held, spans))
        memory.timer_at = None
        fired_ms = fired.micros // 1000
        due = [h for h in memory.held if h.due_ms <= fired_ms]
        memory.held = [h for h in memory.held if h.due_ms > fired_ms]
        if due and memory.index is None:
            memory.index = SpanIndex(self._step.interval_seconds, self._step.entity_tag)
            for known in memory.spans:
                memory.index.add(known.batch)
        for ready in due:
            assert memory.index is not None  # noqa: S101  for the type checker
            yield from _counted(memory.index.explain(ready.samples))
            _note_left(memory.left, ready.samples, self._step.entity_tag)
            memory.newest_us = max(memory.newest_us, _newest(ready.samples))
        held.clear()
        for still in memory.held:
            held.add(_packed(still.due_ms, still.samples))
        since_us = memory.newest_us - self._keep_us
        memory.left = {entity: at for entity, at in memory.left.items() if at >= since_us}
        left.write(msgspec.msgpack.encode((1, memory.newest_us, memory.left)))
        self._forget(memory, spans, fired_ms)
        if memory.held:
            self._set_timer(memory, release)

    def _forget(self, memory: _Memory, state: Any, now_ms: int) -> None:
        """Forget spans that no sample can still ask for: by the samples' time as by the watermark's."""
        ended_ns = (memory.newest_us - self._keep_us) * 1000
        came_ms = now_ms - self._keep_us // 1000
        kept, total = [], 0
        for known in reversed(memory.spans):
            total += len(known.batch)
            young = known.came_ms >= came_ms or pc.max(known.batch.column("end_ns")).as_py() >= ended_ns
            if young and total <= _MOST_SPANS:
                kept.append(known)
        if len(kept) < len(memory.spans):
            memory.spans = kept[::-1]
            memory.index = None
            state.clear()
            for known in memory.spans:
                state.add(_packed(known.came_ms, known.batch))

    def _set_timer(self, memory: _Memory, release: Any) -> None:
        times = [h.due_ms - self._wait_ms for h in memory.held]
        rows = sum(len(h.samples) for h in memory.held)
        due = min(wake_ms(min(times), max(times), self._wait_ms, rows), _LAST_CALL_MS)
        if memory.timer_at is None or due < memory.timer_at:
            memory.timer_at = due
            release.set(Timestamp(micros=due * 1000))


def _packed(at_ms: int, batch: pa.RecordBatch) -> bytes:
    return msgspec.msgpack.encode((at_ms, encode(batch).to_pybytes()))


def _unpacked(data: bytes) -> tuple[int, pa.RecordBatch]:
    at_ms, encoded = msgspec.msgpack.decode(data, type=tuple[int, bytes])
    return at_ms, decode(encoded)


def _rebuild(left: Any, held: Any, spans: Any) -> _Memory:
    memory = _Memory()
    memory.spans = [_Spans(*_unpacked(data)) for data in spans.read()]
    memory.held = [_Held(*_unpacked(data)) for data in held.read()]
    if stored := left.read():
        kept = msgspec.msgpack.decode(stored, type=tuple[int, int, dict[str, int]])
        _, memory.newest_us, memory.left = kept
    return memory


def _newest(samples: pa.RecordBatch) -> int:
    return int(numbers(samples, "timestamp").view(np.int64).max())


def _note_left(left: dict[str, int], samples: pa.RecordBatch, entity_tag: str) -> None:
    tags = samples.column("tags")
    newest = np.zeros(len(tags.dictionary), np.int64)
    np.maximum.at(newest, tags.indices.to_numpy(), numbers(samples, "timestamp").view(np.int64))
    for text, at in zip(tags.dictionary.to_pylist(), newest.tolist(), strict=True):
        sender = sender_of(text, entity_tag)
        entity = f"pod:{sender.pod}" if sender.pod else f"service:{sender.service}"
        left[entity] = max(left.get(entity, 0), at)


def _is_late(spans: pa.RecordBatch, left: dict[str, int]) -> np.ndarray:
    """Whether the sample of the time at which a span ended has left; of its pod, or else of its service."""
    pods, services = spans.column("pod").to_pylist(), spans.column("service").to_pylist()
    newest = [
        left.get(f"pod:{pod}" if pod else f"service:{service}", 0)
        for pod, service in zip(pods, services, strict=True)
    ]
    late: np.ndarray = numbers(spans, "end_ns") // 1000 <= np.array(newest, np.int64)
    return late
