"""SPANS batches → whole traces: summaries | sampled spans | calls between services | late spans | tally."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
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

from columns.hashing import split_by_shard
from schemas.batches import Origin, compact, decode, encode
from schemas.names import SPANS_TOPIC, Result
from schemas.traces import ASSEMBLE, SAMPLED, Sampling, TraceSummary
from telemetry.progress import advance
from traces.analysis import Analysis
from traces.assemble import Assembler, Released
from traces.calls import Calls
from traces.criticalpath import Semantics
from traces.history import History
from traces.servicegraph import EdgeKey, edges_of
from traces.tailsampler import Rules
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND
from transforms.outcome import TALLY, Count, count
from transforms.shardmemory import ShardMemories

register_struct(TraceSummary)

SPANS_KEPT: Final = "sampled"
CALLS: Final = "calls"
LATE: Final = "late"
_ORIGIN: Final = Origin(SPANS_TOPIC, 0, "")  # of traces, whose spans come from anywhere
_SILENCE_US: Final = 24 * 3600 * 10**6  # after which a shard forgets its history
_GRANULE_US: Final = 10**6
_VERSION: Final = 1


class Analysed(NamedTuple):
    """What becomes of spans. ``calls``: parts of the service graph, for ServiceGraph to sum."""

    traces: beam.PCollection
    sampled: beam.PCollection
    calls: beam.PCollection
    late: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class AnalyseTraces(beam.PTransform):
    """Put traces together and say of each what it waited for, what went wrong, and whether it is kept.

    A trace is complete when spans have been seen in its shard that ended ``wait_seconds`` after its last one,
    or, in a stream, when the watermark has gone on by as much and nothing more came to the shard; in batch,
    at the end of the input at the latest. Spans of traces that have left are late: an output of their own.

    Kept are traces with errors, those slower than ``slow_ms`` (0: by their history alone), those of a kind
    that was seen less often than ``rare_below`` of late, and the share ``sample_rate`` of the others.

    State a shard of the trace ids: the open spans, ids of traces that have left, and what its operations are
    used to (see traces.history), each bounded; emptied after a day without spans. Every shard has a history
    of its own, of its random share of the traces.
    """

    shards: int = 2
    wait_seconds: float = 30.0
    window_seconds: float = 60.0
    semantics: Semantics = "jaeger"
    sample_rate: float = 0.001
    slow_ms: float = 0.0
    rare_below: int = 10
    streaming: bool = False

    def expand(self, spans: beam.PCollection) -> Analysed:
        out = (
            spans
            | "Shards"
            >> beam.FlatMap(split_by_shard, "trace_id", self.shards).with_output_types(
                tuple[int, pa.RecordBatch]
            )
            | "Analyse"
            >> beam.ParDo(_Analyse(self))
            .with_output_types(
                TraceSummary,
                sampled=pa.RecordBatch,
                calls=tuple[EdgeKey, Calls],
                late=pa.RecordBatch,
                tally=Count,
            )
            .with_outputs(SPANS_KEPT, CALLS, LATE, TALLY, main="traces")
        )
        return Analysed(out["traces"], out[SPANS_KEPT], out[CALLS], out[LATE], out[TALLY])


@dataclass(slots=True)
class _Memory:
    assembler: Assembler
    history: History = field(default_factory=History)


class _Analyse(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    FACTS = ReadModifyWriteStateSpec("facts", beam.coders.BytesCoder())
    HISTORY = ReadModifyWriteStateSpec("history", beam.coders.BytesCoder())
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    GONE_0 = BagStateSpec("gone_0", beam.coders.BytesCoder())
    GONE_1 = BagStateSpec("gone_1", beam.coders.BytesCoder())
    RELEASE = TimerSpec("traces_release", TimeDomain.WATERMARK)
    EXPIRE = TimerSpec("traces_expire", TimeDomain.WATERMARK)

    def __init__(self, step: AnalyseTraces) -> None:
        slow_ns = int(step.slow_ms * 1e6) or None
        self._analysis = Analysis(
            step.semantics, Rules(rate=step.sample_rate, slow_ns=slow_ns, rare_below=step.rare_below)
        )
        self._wait_ns = int(step.wait_seconds * 1e9)
        self._window_ns = int(step.window_seconds * 1e9)
        self._streaming = step.streaming
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, pa.RecordBatch],
        at: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        facts: Any = beam.DoFn.StateParam(FACTS),
        history: Any = beam.DoFn.StateParam(HISTORY),
        held: Any = beam.DoFn.StateParam(HELD),
        gone_0: Any = beam.DoFn.StateParam(GONE_0),
        gone_1: Any = beam.DoFn.StateParam(GONE_1),
        release: Any = beam.DoFn.TimerParam(RELEASE),
        expire: Any = beam.DoFn.TimerParam(EXPIRE),
    ) -> Iterable[Any]:
        shard, batch = element
        state = _State(self._wait_ns, facts, history, held, [gone_0, gone_1])
        memory = self._memories.open(shard, nonce, state.rebuild)
        added = memory.assembler.add(batch)
        if added.late is not None:
            yield _count(Result.LATE_SPAN, len(added.late))
            yield beam.pvalue.TaggedOutput(LATE, _stamped(added.late))
        if added.held is not None:
            held.add(encode(added.held).to_pybytes())
        if memory.assembler.due():
            yield from self._release(memory, state, everything=False)
        self._set_timers(at, release, expire)

    @on_timer(RELEASE)
    def release_held(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        facts: Any = beam.DoFn.StateParam(FACTS),
        history: Any = beam.DoFn.StateParam(HISTORY),
        held: Any = beam.DoFn.StateParam(HELD),
        gone_0: Any = beam.DoFn.StateParam(GONE_0),
        gone_1: Any = beam.DoFn.StateParam(GONE_1),
    ) -> Iterable[Any]:
        """Nothing more came to the shard for as long as a trace is waited for: its traces are complete."""
        state = _State(self._wait_ns, facts, history, held, [gone_0, gone_1])
        memory = self._memories.open(shard, nonce, state.rebuild)
        yield from self._release(memory, state, everything=True)

    @on_timer(EXPIRE)
    def empty(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        facts: Any = beam.DoFn.StateParam(FACTS),
        history: Any = beam.DoFn.StateParam(HISTORY),
        held: Any = beam.DoFn.StateParam(HELD),
        gone_0: Any = beam.DoFn.StateParam(GONE_0),
        gone_1: Any = beam.DoFn.StateParam(GONE_1),
    ) -> None:
        """Forget a shard that has been silent for a day; its traces have left long ago."""
        state = _State(self._wait_ns, facts, history, held, [gone_0, gone_1])
        memory = self._memories.open(shard, nonce, state.rebuild)
        memory.assembler, memory.history = Assembler(self._wait_ns), History()
        state.clear()

    def _release(self, memory: _Memory, state: "_State", *, everything: bool) -> Iterable[Any]:
        released = memory.assembler.release(everything=everything)
        if released is None:
            return
        edges: dict[EdgeKey, Calls] = {}
        kept: list[tuple[int, int, Sampling]] = []
        bounds = zip(released.bounds[:-1], released.bounds[1:], strict=True)
        for spans, (begin, end) in zip(released.traces(), bounds, strict=True):
            summary, tree = self._analysis.of(spans, memory.history, memory.assembler.frontier_ns)
            edges_of(tree, self._window_ns, edges)
            if summary.sampling.kept:
                kept.append((begin, end, summary.sampling))
            yield summary
        state.write(memory, released)
        if kept:
            yield beam.pvalue.TaggedOutput(SPANS_KEPT, _sampled(released.batch, kept))
        for item in edges.items():
            yield beam.pvalue.TaggedOutput(CALLS, item)
        yield _count(Result.PASSED, len(released.batch))
        if released.duplicates:
            yield _count(Result.DUPLICATE, released.duplicates)
        advance(ASSEMBLE, len(released.batch))

    def _set_timers(self, at: Timestamp, release: Any, expire: Any) -> None:
        if not self._streaming:
            release.set(GlobalWindow().max_timestamp())
            return
        due = at.micros + self._wait_ns // 1000
        due = due // _GRANULE_US * _GRANULE_US + _GRANULE_US
        release.set(min(Timestamp(micros=due), LAST_CALL))
        silent = Timestamp(micros=due + _SILENCE_US)
        if silent < LAST_CALL:  # at the end of time it could come before the release
            expire.set(silent, SECOND)


@dataclass(slots=True)
class _State:
    """The state cells of one shard."""

    wait_ns: int
    facts: Any
    history: Any
    held: Any
    gone: list[Any]

    def rebuild(self) -> _Memory:
        """The memory that the cells describe."""
        assembler = Assembler(self.wait_ns)
        memory = _Memory(assembler)
        facts, history = self.facts.read(), self.history.read()
        if facts:
            _, assembler.generation, *times = msgspec.msgpack.decode(facts)
            assembler.frontier_ns, assembler.checked_ns = times
            assembler.gone = self._ids(assembler.generation)
            assembler.gone_before = self._ids(assembler.generation - 1)
        if history:
            memory.history = msgspec.msgpack.decode(history, type=History)
        for data in self.held.read():
            assembler.hold(decode(data))
        return memory

    def _ids(self, generation: int) -> set[str]:
        return {i for ids in self.gone[generation % 2].read() for i in ids.decode().split()}

    def write(self, memory: _Memory, released: Released) -> None:
        """Keep what is left when ``released`` has left."""
        assembler = memory.assembler
        stored = self.facts.read()
        before = msgspec.msgpack.decode(stored)[1] if stored else 0
        bag = self.gone[assembler.generation % 2]
        if before != assembler.generation:
            bag.clear()
        bag.add(" ".join(released.trace_ids).encode())
        facts = (_VERSION, assembler.generation, assembler.frontier_ns, assembler.checked_ns)
        self.facts.write(msgspec.msgpack.encode(facts))
        self.history.write(msgspec.msgpack.encode(memory.history))
        self.held.clear()
        for batch in assembler.held():
            self.held.add(encode(batch).to_pybytes())

    def clear(self) -> None:
        """Forget everything."""
        for cell in (self.facts, self.history, self.held, *self.gone):
            cell.clear()


def _sampled(batch: pa.RecordBatch, kept: list[tuple[int, int, Sampling]]) -> pa.RecordBatch:
    """The rows of the traces that are kept, with their weight and the reason."""
    rows = np.concatenate([np.arange(begin, end) for begin, end, _ in kept])
    sizes = [end - begin for begin, end, _ in kept]
    weights = np.repeat([sampling.weight for _, _, sampling in kept], sizes)
    reasons = np.repeat([str(sampling.reason) for _, _, sampling in kept], sizes)
    chosen = compact(batch.take(pa.array(rows)))
    columns = [*chosen.columns, pa.array(weights), pa.array(reasons, pa.string()).dictionary_encode()]
    return _stamped(pa.RecordBatch.from_arrays(columns, schema=SAMPLED))


def _stamped(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.replace_schema_metadata(_ORIGIN.stamp(pa.schema([])).metadata)


def _count(result: Result, spans: int) -> beam.pvalue.TaggedOutput:
    return count(ASSEMBLE, _ORIGIN, result, spans)
