"""Clean events → batches of anomalies | tally; and batches of anomalies → verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import apache_beam as beam
import msgspec
import numpy as np
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp

from anomaly.detector import Detector, detector_named
from anomaly.series import ANOMALY, LATE, NORMAL, WAITING, WARM_UP, Judged, SeriesStates, Update
from anomaly.verdicts import SAMPLE, SCORED, verdicts_of
from columns.hashing import split_by_shard
from schemas.batches import Origin, decode, encode, join_by_origin, numbers, pick, split_by_append
from schemas.names import Result, Step
from schemas.verdicts import Verdict
from telemetry.progress import advance
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND
from transforms.gather import GatherAndSplit
from transforms.outcome import TALLY, Count, count
from transforms.shardmemory import ShardMemories

register_struct(Verdict)

_RESULTS = {
    NORMAL: Result.NORMAL,
    ANOMALY: Result.ANOMALY,
    WARM_UP: Result.WARM_UP,
    LATE: Result.LATE_SAMPLE,
}
_NEVER_MS = 2**62
_LOG_ROWS = 65_536  # of scored samples, before the state is written anew


class Scored(NamedTuple):
    """The anomalies, as batches of what is kept of a sample with its score."""

    anomalies: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class ScoreAnomalies(beam.PTransform):
    """Score each sample against the recent history of its series, in the order of event time.

    ``detector`` is named as :func:`anomaly.detector.detector_named` has it. Most samples are normal, or
    belong to a series that is not known well enough yet (warm-up): they are counted. See
    :mod:`anomaly.series` for when a sample is scored and what is late; the scores are the same in batch and
    in a stream. In batch, where partitions are read side by side, samples are held until all is read that
    was appended up to ``disorder_seconds`` later. State a shard of the key space: the history of each
    series (8 bytes a sample of it), held samples, samples that wait for one that is missing before them.
    """

    detector: str = "robust"
    shards: int = 4
    interval_seconds: float = 60.0
    lateness_seconds: float = 900.0
    disorder_seconds: float = 600.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, events: beam.PCollection) -> Scored:
        split = partial(split_by_shard, column="metric_id", shards=self.shards)
        out = (
            events
            | "Samples" >> beam.Map(_samples).with_output_types(pa.RecordBatch)
            | "Shards" >> beam.ParDo(GatherAndSplit(split)).with_output_types(tuple[int, pa.RecordBatch])
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Score"
            >> beam.ParDo(_Score(self))
            .with_output_types(pa.RecordBatch, tally=Count)
            .with_outputs(TALLY, main="anomalies")
        )
        return Scored(out["anomalies"], out[TALLY])


def _samples(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.select(list(SAMPLE))


@dataclass(slots=True)
class _Memory:
    states: SeriesStates
    waiting: list[pa.RecordBatch] = field(default_factory=list)
    oldest_ms: int = _NEVER_MS  # first and last append among these
    newest_ms: int = -_NEVER_MS
    entries: int = 0  # of the log: a bag keeps no order
    logged: int = 0  # rows of these
    named: int = 0  # series


class _Score(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    SERIES = ReadModifyWriteStateSpec("series", beam.coders.BytesCoder())
    LOG = BagStateSpec("log", beam.coders.BytesCoder())
    WAITING = BagStateSpec("waiting", beam.coders.BytesCoder())
    SOON = TimerSpec("anomalies_soon", TimeDomain.WATERMARK)
    END = TimerSpec("anomalies_end", TimeDomain.WATERMARK)

    def __init__(self, step: ScoreAnomalies) -> None:
        self._step = step
        self._disorder_ms = 0 if step.streaming else int(step.disorder_seconds * 1000)
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def setup(self) -> None:
        self._detector: Detector = detector_named(self._step.detector)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, pa.RecordBatch],
        at: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        series: Any = beam.DoFn.StateParam(SERIES),
        log: Any = beam.DoFn.StateParam(LOG),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        soon: Any = beam.DoFn.TimerParam(SOON),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[Any]:
        shard, batch = element
        memory = self._memories.open(shard, nonce, lambda: self._rebuild(series, log, waiting))
        memory.waiting.append(batch)
        waiting.add(encode(batch).to_pybytes())
        if self._step.streaming:
            soon.set(min(Timestamp(at.micros // 1_000_000 + 1), LAST_CALL))  # at whole seconds
            end.set(LAST_CALL, SECOND)
            return
        until_ms = self._until_ms(memory, batch)
        if until_ms is not None:
            yield from self._judge(memory, until_ms, series, log, waiting)
        end.set(GlobalWindow().max_timestamp(), SECOND)

    @on_timer(SOON)
    def judge(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        series: Any = beam.DoFn.StateParam(SERIES),
        log: Any = beam.DoFn.StateParam(LOG),
        waiting: Any = beam.DoFn.StateParam(WAITING),
    ) -> Iterable[Any]:
        """Score what came within a second of the watermark, together."""
        memory = self._memories.open(shard, nonce, lambda: self._rebuild(series, log, waiting))
        yield from self._judge(memory, None, series, log, waiting)

    @on_timer(END)
    def finish(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        series: Any = beam.DoFn.StateParam(SERIES),
        log: Any = beam.DoFn.StateParam(LOG),
        waiting: Any = beam.DoFn.StateParam(WAITING),
    ) -> Iterable[Any]:
        """Score what still waits when the input has ended."""
        memory = self._memories.open(shard, nonce, lambda: self._rebuild(series, log, waiting))
        if memory.waiting:
            yield from self._judge(memory, None, series, log, waiting, ended=True)

    def _until_ms(self, memory: _Memory, batch: pa.RecordBatch) -> int | None:
        """Samples that were appended until then can be looked at; ``None``: it is not worth while yet."""
        appended = numbers(batch, "appended_ms")
        memory.oldest_ms = min(memory.oldest_ms, int(appended.min()))
        memory.newest_ms = max(memory.newest_ms, int(appended.max()))
        if memory.newest_ms - memory.oldest_ms < 2 * self._disorder_ms:
            return None
        return memory.newest_ms - self._disorder_ms

    def _judge(
        self,
        memory: _Memory,
        until_ms: int | None,
        series: Any,
        log: Any,
        waiting: Any,
        *,
        ended: bool = False,
    ) -> Iterable[Any]:
        """Score what was appended until then (``None``: all)."""
        ready, still = split_by_append(memory.waiting, until_ms)
        if not ready:
            return
        slot = np.concatenate([_slots(memory.states, batch) for batch in ready])
        times = np.concatenate([numbers(batch, "timestamp").view(np.int64) for batch in ready])
        values = np.concatenate([numbers(batch, "value") for batch in ready])
        judged, update = memory.states.judge(slot, times, values, ended=ended)
        log.add(_packed(memory, update))
        start = 0
        for batch in ready:
            rows = slice(start, start + len(batch))
            yield from _emit(batch, Judged(*(column[rows] for column in judged)))
            waits = judged.label[rows] == WAITING
            if waits.any():
                still.append(pick(batch, waits))
            start += len(batch)
        memory.waiting = join_by_origin(still)
        memory.oldest_ms = min((int(numbers(b, "appended_ms").min()) for b in still), default=_NEVER_MS)
        waiting.clear()
        for batch in memory.waiting:
            waiting.add(encode(batch).to_pybytes())
        if memory.logged > max(_LOG_ROWS, memory.states.values):
            memory.states.forget_silent()
            series.write(msgspec.msgpack.encode((1, memory.states.dump())))
            log.clear()
            memory.logged, memory.entries, memory.named = 0, 0, len(memory.states.slots)

    def _rebuild(self, series: Any, log: Any, waiting: Any) -> _Memory:
        states = SeriesStates(
            self._detector,
            interval_us=int(self._step.interval_seconds * 1e6),
            lateness_us=int(self._step.lateness_seconds * 1e6),
        )
        if stored := series.read():
            states.load(msgspec.msgpack.decode(stored, type=tuple[int, _Dumped])[1])
        memory = _Memory(states)
        for data in waiting.read():
            memory.waiting.append(decode(data))
            self._until_ms(memory, memory.waiting[-1])
        entries = [msgspec.msgpack.decode(data, type=_Logged) for data in log.read()]
        for _, names, frontier_us, *columns in sorted(entries):
            states.slots_of(names)
            states.frontier_us = max(states.frontier_us, frontier_us)
            update = Update(*map(np.frombuffer, columns, (np.int64, np.int64, np.float64)))
            states.learn(update)
            memory.logged += len(update.slot)
        memory.entries = len(entries)
        memory.named = len(states.slots)
        return memory


_Dumped = tuple[list[str], int, bytes, bytes, bytes]
_Logged = tuple[int, list[str], int, bytes, bytes, bytes]


def _packed(memory: _Memory, update: Update) -> bytes:
    names = list(memory.states.slots)[memory.named :]
    memory.named += len(names)
    memory.entries += 1
    memory.logged += len(update.slot)
    columns = (update.slot.tobytes(), update.time_us.tobytes(), update.value.tobytes())
    return msgspec.msgpack.encode((memory.entries, names, memory.states.frontier_us, *columns))


def _slots(states: SeriesStates, batch: pa.RecordBatch) -> np.ndarray:
    """The slot of each row's series; series that look the same once masked are told apart (decision 7)."""
    ids, raw_ids = batch.column("metric_id"), numbers(batch, "raw_id")
    if raw_ids.any():
        names = [f"{i}\0{r}" if r else i for i, r in zip(ids.to_pylist(), raw_ids.tolist(), strict=True)]
        return states.slots_of(names)
    slots: np.ndarray = states.slots_of(ids.dictionary.to_pylist())[ids.indices.to_numpy()]
    return slots


def _emit(batch: pa.RecordBatch, judged: Judged) -> Iterable[Any]:
    origin = Origin.of(batch)
    rows = np.bincount(judged.label, minlength=len(_RESULTS))
    for label, result in _RESULTS.items():
        if rows[label]:
            yield count(Step.SCORE, origin, result, int(rows[label]))
    found = judged.label == ANOMALY
    if found.any():
        anomalies = pick(batch, found)
        for column, values in zip(SCORED, (judged.score, judged.expected), strict=True):
            anomalies = anomalies.append_column(column, pa.array(values[found]))
        yield anomalies
    advance(Step.SCORE, int(np.count_nonzero(judged.label != WAITING)))


@dataclass(kw_only=True)
class ToVerdicts(beam.PTransform):
    """Batches of anomalies, as they are or after :class:`transforms.JoinExemplars`, → verdicts."""

    detector: str = "robust"
    entity_tag: str = "pod"

    def expand(self, anomalies: beam.PCollection) -> beam.PCollection:
        return anomalies | "Verdicts" >> beam.ParDo(_Tell(self)).with_output_types(Verdict)


class _Tell(beam.DoFn):
    def __init__(self, step: ToVerdicts) -> None:
        self._step = step

    def setup(self) -> None:
        self._detector = detector_named(self._step.detector)

    def process(self, anomalies: pa.RecordBatch) -> Iterable[Verdict]:
        return verdicts_of(anomalies, self._detector, self._step.entity_tag)
