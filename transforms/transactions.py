"""Changes, ends of transactions → losses by table and transaction | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from columns.ledger import Found, Ledger
from columns.markers import SUFFIX
from columns.transactions import Sent, sent_ends, sent_rows, tables_ended
from schemas.batches import Origin
from schemas.losses import Loss
from schemas.names import Result, Step
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND
from transforms.outcome import TALLY, Count, count
from transforms.replays import by_partition, sent_before
from transforms.shardmemory import ShardMemories

for _kind in (Sent, Loss):
    register_struct(_kind)

_GRANULE_MS = 1000  # timers fire at whole seconds, each for all that is due by then
_REWRITTEN_FROM = 64  # parts that came since all was written: from then on all is written anew


class Checked(NamedTuple):
    """What was lost on the way, was late, or came too often."""

    losses: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class CheckTransactions(beam.PTransform):
    """Hold the changes that came against what the connector says, at each transaction's end, that it sent.

    Takes a pair (changes of all tables after DropReplays, ends of transactions as DecodeChanges gives them;
    those that were sent before are left out here). A table in a transaction of which all changes came is
    forgotten at once. What still lacks some ``wait_seconds`` after the end was appended to its topic (by the
    watermark; in batch: when all is read) is one :class:`schemas.losses.Loss`, ``missing``; if the rest comes
    within a day, ``late`` takes it back. More than were sent are a ``surplus``. Not judged is what cannot be:
    tables of which nothing is read, what was committed before the first change that was read of a partition,
    and ends that come when the wait for them is over.

    State a connector: an entry for each table of each open transaction (at most ``MOST_OPEN``), emptied as
    they are judged; and a nonce, by which the memory is known to be what the state says (see
    transforms.shardmemory). One key a connector: what goes through it has a row for each transaction, so
    that a batch of any size costs one change of the state.
    """

    wait_seconds: float = 600.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Checked:
        changes, ends = inputs
        rows = changes | "Rows" >> beam.FlatMap(_rows).with_output_types(tuple[str, Sent])
        fresh = (
            ends
            | "ByPartition" >> beam.Map(by_partition).with_output_types(tuple[str, pa.RecordBatch])
            | "DropEndReplays"
            >> beam.ParDo(_DropReplays())
            .with_output_types(tuple[str, Sent], tally=Count)
            .with_outputs(TALLY, main="ok")
        )
        out = (
            (rows, fresh["ok"])
            | "Both" >> beam.Flatten()
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Check"
            >> beam.ParDo(_Check(self))
            .with_output_types(Loss, tally=Count)
            .with_outputs(TALLY, main="losses")
        )
        return Checked(out["losses"], (fresh[TALLY], out[TALLY]) | "Tallies" >> beam.Flatten())


def _rows(batch: pa.RecordBatch) -> Iterable[tuple[str, Sent]]:
    sent = sent_rows(batch)
    if sent is not None:
        yield Origin.of(batch).source, sent


class _DropReplays(beam.DoFn):
    MARK = ReadModifyWriteStateSpec("mark", beam.coders.BytesCoder())

    def process(
        self, element: tuple[str, pa.RecordBatch], mark: Any = beam.DoFn.StateParam(MARK)
    ) -> Iterable[Any]:
        batch, origin = element[1], Origin.of(element[1])
        replays = sent_before(batch, mark)
        if replays.any():
            repeated = tables_ended(batch.filter(pa.array(replays)))
            yield count(Step.TRANSACTIONS, origin, Result.REPLAY, repeated)
            batch = batch.filter(pa.array(~replays))
        sent = sent_ends(batch)
        if sent is not None:
            yield origin.source, sent


@dataclass(slots=True)
class _Memory:
    ledger: Ledger
    parts: int = 0  # that came since all was written
    timer_at: int | None = None


@dataclass(slots=True)
class _State:
    """The state cells of one connector."""

    kept: Any
    come: Any
    ledger_of: Any

    def rebuild(self) -> _Memory:
        """The memory that the cells describe; parts are taken in again in the order in which they came."""
        memory = _Memory(self.ledger_of(self.kept.read()))
        for _, part in sorted(map(_PARTS.decode, self.come.read()), key=lambda part: part[0]):
            if isinstance(part, Sent):
                memory.ledger.add(part)
            else:
                memory.ledger.judge(part)
            memory.parts += 1
        return memory

    def append(self, memory: _Memory, part: "Sent | int") -> None:
        """Write what has been taken in, or until when was judged, at the price of that alone."""
        if memory.parts >= _REWRITTEN_FROM:
            self.rewrite(memory)
            return
        self.come.add(msgspec.msgpack.encode((memory.parts, part)))
        memory.parts += 1

    def rewrite(self, memory: _Memory) -> None:
        """Write all anew."""
        self.kept.write(memory.ledger.encode())
        self.come.clear()
        memory.parts = 0


_PARTS = msgspec.msgpack.Decoder(tuple[int, Sent | int])


class _Check(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    KEPT = ReadModifyWriteStateSpec("kept", beam.coders.BytesCoder())
    COME = BagStateSpec("come", beam.coders.BytesCoder())
    DUE = TimerSpec("transactions_due", TimeDomain.WATERMARK)
    END = TimerSpec("transactions_end", TimeDomain.WATERMARK)

    def __init__(self, step: CheckTransactions) -> None:
        self._wait_ms = int(step.wait_seconds * 1000)
        self._streaming = step.streaming
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[str, Sent],
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
        due: Any = beam.DoFn.TimerParam(DUE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[Any]:
        connector, sent = element
        state = self._state(connector, kept, come)
        memory = self._memories.open(connector, nonce, state.rebuild)
        found = memory.ledger.add(sent)
        state.append(memory, sent)
        self._set(due, memory)
        end.set(LAST_CALL, SECOND)
        yield from _emit(connector, found)

    @on_timer(DUE)
    def judge(
        self,
        connector: str = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
        due: Any = beam.DoFn.TimerParam(DUE),
    ) -> Iterable[Any]:
        """Judge the transactions whose wait is over."""
        state = self._state(connector, kept, come)
        memory = self._memories.open(connector, nonce, state.rebuild)
        memory.timer_at = None
        until_ms = fired.micros // 1000
        found = memory.ledger.judge(until_ms)
        state.append(memory, until_ms)
        self._set(due, memory)
        yield from _emit(connector, found)

    @on_timer(END)
    def finish(
        self,
        connector: str = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
    ) -> Iterable[Any]:
        """Judge what is left when the input has ended."""
        memory = self._memories.open(connector, nonce, self._state(connector, kept, come).rebuild)
        yield from _emit(connector, memory.ledger.judge(None))
        for cell in (nonce, kept, come):
            cell.clear()

    def _state(self, connector: str, kept: Any, come: Any) -> _State:
        return _State(kept, come, lambda stored: Ledger(connector, self._wait_ms, stored))

    def _set(self, timer: Any, memory: _Memory) -> None:
        due_ms = memory.ledger.due_ms if self._streaming else None
        if due_ms is None:
            return
        due = min(-(-due_ms // _GRANULE_MS) * _GRANULE_MS, LAST_CALL.micros // 1000 - _GRANULE_MS)
        if memory.timer_at is None or due < memory.timer_at:
            memory.timer_at = due
            timer.set(Timestamp(micros=due * 1000))


def _emit(connector: str, found: Found) -> Iterable[Any]:
    """Counts are of the topic of the ends, but for those of changes without one."""
    topic = connector + SUFFIX
    for (result, partition), records in found.counts.items():
        yield count(Step.TRANSACTIONS, Origin(topic, partition, connector), result, records)
    if found.unended:
        yield count(Step.TRANSACTIONS, Origin(topic, -1, connector), Result.UNENDED, found.unended)
    for loss in found.losses:
        yield count(Step.TRANSACTIONS, Origin(topic, -1, connector), Result.LOSS, 1, loss.status)
        yield loss
