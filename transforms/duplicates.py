"""Events → the first of each key | duplicates | conflicts | tally."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

import apache_beam as beam
import msgspec
import numpy as np
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    TimerSpec,
    on_timer,
)
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp

from columns.duplicates import CONFLICT, DUPLICATE, FIRST, classify
from columns.hashing import split_by_shard
from columns.keyindex import ENTRY, KeyIndex
from schemas.batches import Origin, decode, encode, numbers, pick, split_by_append
from schemas.names import Result, Step
from telemetry.progress import advance
from transforms.backlog import wake_ms
from transforms.ending import SECOND
from transforms.outcome import TALLY, Count, count
from transforms.shardmemory import ShardMemories

DUPLICATES = "duplicates"
CONFLICTS = "conflicts"
_BUCKETS = 4  # bags of entries by commit time; two hold the horizon, one fills, one may still get late rows
_BUCKETS_A_HORIZON = 2
_NEVER_MS = 2**62
_SILENCE_MS = (
    24 * 3600 * 1000
)  # a connector may be away for hours, and then send copies of what it sent before


class Deduplicated(NamedTuple):
    """The first event of each key, and what repeated or contradicted it."""

    ok: beam.PCollection
    duplicates: beam.PCollection
    conflicts: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class DropDuplicates(beam.PTransform):
    """Keep the first event of each (metric_id, timestamp) in commit order, within ``horizon_seconds``.

    A later event with the same key and value is a duplicate, with another value a conflict (which leaves
    with the ``kept_value`` beside its own). Exact: keys are
    compared by 128 bits. Order: events are held until those that were appended up to ``disorder_seconds``
    later have been read (in batch) or until the watermark has passed them by as much (in streaming), so that
    the first in commit order wins in whatever order the partitions are read. Events that come later still
    are judged against what is known, and counted as late.

    State a shard of the key space: the entries (32 bytes a key) in bags by commit time, blindly appended to
    and emptied as time goes on, or a day after two horizons without an event; the held events; and a nonce,
    by which the hash table in memory is known to be what the state says (see transforms.shardmemory). The
    cost a row does not grow with the horizon's keys.
    """

    shards: int = 4
    horizon_seconds: float = 3600.0
    disorder_seconds: float = 600.0
    streaming: bool = False

    def expand(self, events: beam.PCollection) -> Deduplicated:
        out = (
            events
            | "Shards"
            >> beam.FlatMap(split_by_shard, "metric_id", self.shards).with_output_types(
                tuple[int, pa.RecordBatch]
            )
            | "Judge"
            >> beam.ParDo(_Judge(self))
            .with_output_types(
                pa.RecordBatch, duplicates=pa.RecordBatch, conflicts=pa.RecordBatch, tally=Count
            )
            .with_outputs(DUPLICATES, CONFLICTS, TALLY, main="ok")
        )
        return Deduplicated(out["ok"], out[DUPLICATES], out[CONFLICTS], out[TALLY])


@dataclass(slots=True)
class _Memory:
    index: KeyIndex = field(default_factory=KeyIndex)
    held: list[pa.RecordBatch] = field(default_factory=list)
    rows: int = 0  # that are held
    oldest_ms: int = _NEVER_MS  # first and last append among the held
    newest_ms: int = -_NEVER_MS
    last_ms: int = -_NEVER_MS  # last append of all
    epochs: list[int] = field(default_factory=lambda: [-1] * _BUCKETS)
    judged_ms: int = -_NEVER_MS  # events that were appended up to then have been judged
    timer_at: int | None = None

    def hold(self, batches: list[pa.RecordBatch]) -> None:
        """Hold ``batches`` beside those already held."""
        for batch in batches:
            appended = numbers(batch, "appended_ms")
            self.oldest_ms = min(self.oldest_ms, int(appended.min()))
            self.newest_ms = max(self.newest_ms, int(appended.max()))
            self.last_ms = max(self.last_ms, self.newest_ms)
            self.held.append(batch)
            self.rows += len(batch)

    def hold_only(self, batches: list[pa.RecordBatch]) -> None:
        """Let go of what is held, and hold ``batches``."""
        self.held, self.rows, self.oldest_ms, self.newest_ms = [], 0, _NEVER_MS, -_NEVER_MS
        self.hold(batches)


class _Judge(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    EPOCHS = ReadModifyWriteStateSpec("epochs", beam.coders.BytesCoder())
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    BUCKET_0 = BagStateSpec("bucket_0", beam.coders.BytesCoder())
    BUCKET_1 = BagStateSpec("bucket_1", beam.coders.BytesCoder())
    BUCKET_2 = BagStateSpec("bucket_2", beam.coders.BytesCoder())
    BUCKET_3 = BagStateSpec("bucket_3", beam.coders.BytesCoder())
    RELEASE = TimerSpec("duplicates_release", TimeDomain.WATERMARK)
    EXPIRE = TimerSpec("duplicates_expire", TimeDomain.WATERMARK)

    def __init__(self, step: DropDuplicates) -> None:
        self._horizon_us = int(step.horizon_seconds * 1e6)
        self._bucket_us = max(1, self._horizon_us // _BUCKETS_A_HORIZON)
        self._disorder_ms = int(step.disorder_seconds * 1000)
        self._streaming = step.streaming
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, pa.RecordBatch],
        nonce: Any = beam.DoFn.StateParam(NONCE),
        epochs: Any = beam.DoFn.StateParam(EPOCHS),
        held: Any = beam.DoFn.StateParam(HELD),
        b0: Any = beam.DoFn.StateParam(BUCKET_0),
        b1: Any = beam.DoFn.StateParam(BUCKET_1),
        b2: Any = beam.DoFn.StateParam(BUCKET_2),
        b3: Any = beam.DoFn.StateParam(BUCKET_3),
        release: Any = beam.DoFn.TimerParam(RELEASE),
        expire: Any = beam.DoFn.TimerParam(EXPIRE),
    ) -> Iterable[Any]:
        shard, batch = element
        state = _State(epochs, held, [b0, b1, b2, b3])
        memory = self._memories.open(shard, nonce, state.rebuild)
        if self._streaming and not self._disorder_ms:  # the first that comes is the first
            memory.hold([batch])
            yield from self._judge(memory, state, None, held=False)
            self._set_expiry(memory, expire)
            return
        late = int(np.count_nonzero(numbers(batch, "appended_ms") <= memory.judged_ms))
        if late:
            yield count(Step.DUPLICATES, Origin.of(batch), Result.LATE, late)
        memory.hold([batch])
        held.add(encode(batch).to_pybytes())
        if not self._streaming and memory.newest_ms - memory.oldest_ms > 2 * self._disorder_ms:
            yield from self._judge(memory, state, memory.newest_ms - self._disorder_ms)
        self._set_timers(memory, release, expire)

    @on_timer(RELEASE)
    def release_held(
        self,
        shard: int = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        epochs: Any = beam.DoFn.StateParam(EPOCHS),
        held: Any = beam.DoFn.StateParam(HELD),
        b0: Any = beam.DoFn.StateParam(BUCKET_0),
        b1: Any = beam.DoFn.StateParam(BUCKET_1),
        b2: Any = beam.DoFn.StateParam(BUCKET_2),
        b3: Any = beam.DoFn.StateParam(BUCKET_3),
        release: Any = beam.DoFn.TimerParam(RELEASE),
        expire: Any = beam.DoFn.TimerParam(EXPIRE),
    ) -> Iterable[Any]:
        """Judge what was held until the watermark passed it."""
        state = _State(epochs, held, [b0, b1, b2, b3])
        memory = self._memories.open(shard, nonce, state.rebuild)
        memory.timer_at = None
        until = fired.micros // 1000 - self._disorder_ms if self._streaming else None
        yield from self._judge(memory, state, until)
        if memory.held:
            self._set_timers(memory, release, expire)

    @on_timer(EXPIRE)
    def empty(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        epochs: Any = beam.DoFn.StateParam(EPOCHS),
        held: Any = beam.DoFn.StateParam(HELD),
        b0: Any = beam.DoFn.StateParam(BUCKET_0),
        b1: Any = beam.DoFn.StateParam(BUCKET_1),
        b2: Any = beam.DoFn.StateParam(BUCKET_2),
        b3: Any = beam.DoFn.StateParam(BUCKET_3),
        expire: Any = beam.DoFn.TimerParam(EXPIRE),
    ) -> None:
        """Empty the entries of a shard that has been silent for longer than the horizon.

        Prism fires it before timers that are due earlier but were set after the watermark had passed both.
        """
        state = _State(epochs, held, [b0, b1, b2, b3])
        memory = self._memories.open(shard, nonce, state.rebuild)
        if memory.held:
            self._set_expiry(memory, expire)
            return
        memory.index = KeyIndex()
        memory.epochs = [-1] * _BUCKETS
        memory.judged_ms = -_NEVER_MS
        state.clear_entries()

    def _judge(
        self, memory: _Memory, state: "_State", until_ms: int | None, *, held: bool = True
    ) -> Iterable[Any]:
        """Judge what was appended up to ``until_ms`` (``None``: all); ``held``: whether in state too."""
        ready, still = split_by_append(memory.held, until_ms)
        if not ready:
            return
        verdicts, entries = classify(memory.index, ready, self._horizon_us)
        memory.judged_ms = max(memory.judged_ms, memory.newest_ms if until_ms is None else until_ms)
        state.append(memory, entries, self._bucket_us)
        memory.hold_only(still)
        if held:
            state.rewrite_held(still)
        for batch, (verdict, kept_value) in zip(ready, verdicts, strict=True):
            yield from _emit(batch, verdict, kept_value)

    def _set_timers(self, memory: _Memory, release: Any, expire: Any) -> None:
        if not self._streaming:
            release.set(GlobalWindow().max_timestamp())
            return
        due = wake_ms(memory.oldest_ms, memory.newest_ms, self._disorder_ms, memory.rows)
        if memory.timer_at is None or due < memory.timer_at:
            memory.timer_at = due
            release.set(Timestamp(micros=due * 1000))
        self._set_expiry(memory, expire)

    def _set_expiry(self, memory: _Memory, expire: Any) -> None:
        silent_ms = 2 * self._horizon_us // 1000 + _SILENCE_MS
        expire.set(Timestamp(micros=(memory.last_ms + silent_ms) * 1000), SECOND)


@dataclass(slots=True)
class _State:
    """The state cells of one shard."""

    epochs: Any
    held: Any
    buckets: list[Any]

    def rebuild(self) -> _Memory:
        """The memory that the cells describe."""
        stored = self.epochs.read()
        memory = _Memory()
        memory.hold([decode(data) for data in self.held.read()])
        if stored:
            _, memory.epochs, memory.judged_ms, memory.last_ms = msgspec.msgpack.decode(stored)
            memory.last_ms = max(memory.last_ms, memory.newest_ms)
        chunks = [b"".join(self.buckets[i].read()) for i in np.argsort(memory.epochs)]
        entries = np.frombuffer(b"".join(chunks), dtype=ENTRY)
        if len(entries):
            memory.index.reserve(len(entries), 0)
            memory.index.load(entries)
        return memory

    def append(self, memory: _Memory, entries: np.ndarray, bucket_us: int) -> None:
        """Write new entries to the bag of their commit time; a bag whose time is over is emptied first.

        A clock that runs ahead must not empty a bag before its time: no commit comes after its append.
        """
        committed_us = np.minimum(entries["committed_us"], memory.judged_ms * 1000 + bucket_us)
        epoch_of = committed_us // bucket_us
        for epoch in np.unique(epoch_of).tolist():
            bag = epoch % _BUCKETS
            if epoch > memory.epochs[bag]:
                self.buckets[bag].clear()
                memory.epochs[bag] = epoch
            if epoch == memory.epochs[bag]:
                self.buckets[bag].add(entries[epoch_of == epoch].tobytes())
        times = (memory.judged_ms, memory.last_ms)
        self.epochs.write(msgspec.msgpack.encode((1, memory.epochs, *times)))

    def rewrite_held(self, still: list[pa.RecordBatch]) -> None:
        """Keep only the events that are held on."""
        self.held.clear()
        for batch in still:
            self.held.add(encode(batch).to_pybytes())

    def clear_entries(self) -> None:
        """Forget all keys."""
        self.epochs.clear()
        for bag in self.buckets:
            bag.clear()


def _emit(batch: pa.RecordBatch, verdict: np.ndarray, kept_value: np.ndarray) -> Iterable[Any]:
    origin = Origin.of(batch)
    advance(Step.DUPLICATES, len(batch))
    repeated = verdict == DUPLICATE
    if repeated.any():
        found = pick(batch, repeated)
        yield count(Step.DUPLICATES, origin, Result.DUPLICATE, len(found))
        yield beam.pvalue.TaggedOutput(DUPLICATES, found)
    contradicting = verdict == CONFLICT
    if contradicting.any():
        found = pick(batch.append_column("kept_value", pa.array(kept_value)), contradicting)
        yield count(Step.DUPLICATES, origin, Result.CONFLICT, len(found))
        yield beam.pvalue.TaggedOutput(CONFLICTS, found)
    first = verdict == FIRST
    if first.any():
        kept = batch if first.all() else batch.filter(pa.array(first))
        yield count(Step.DUPLICATES, origin, Result.PASSED, len(kept))
        yield kept
