"""Clean events, changes of events, catalogue changes → invalidations of cached answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from actions.cache.changes import Touched, touched_changes, touched_events, touched_series
from actions.cache.coalesce import Coalescer, restored
from schemas.actions import Invalidation
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND
from transforms.shardmemory import ShardMemories

for _kind in (Touched, Invalidation):
    register_struct(_kind)

_ALL = 0  # one key: the limit is one for all


@dataclass(kw_only=True)
class ToInvalidations(beam.PTransform):
    """Which cached answers changes make stale: at most ``invalidations_per_window``, each with its own id.

    Takes a triple (clean events, changes of the events' table, changes of the catalogue). All changes to one
    thing in a window of ``coalesce_seconds`` of commit time are one invalidation; where there would be too
    many they are widened (see :mod:`actions.cache.cover`), so that a storm of changes makes no storm of
    invalidations and leaves nothing stale. A window is released when an event has come that was committed
    ``hold_seconds`` past it; in a stream also when the watermark is, and no event came for as long (so that
    a connector that lags behind is waited for); the others at the end of the input. What comes later still
    counts for the next window. ``hold_seconds`` is to be longer than partitions are read apart and events
    are held before; then the same input gives the same ids, in batch and in streams.

    State: what was changed in the windows that wait, bounded by :data:`actions.cache.coalesce.MOST_DUES`; and
    a nonce, by which the memory is known to be what the state says (see transforms.shardmemory).
    """

    coalesce_seconds: float = 1.0
    invalidations_per_window: int = 100
    hold_seconds: float = 5.0
    pod_tag: str = "pod"
    service_tag: str = "service"
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection, beam.PCollection]) -> beam.PCollection:
        events, changes, catalogue = inputs
        width_us = max(1, int(self.coalesce_seconds * 1e6))
        tags = {"pod_tag": self.pod_tag, "service_tag": self.service_tag}
        touched = (
            events | "Events" >> _touch(touched_events, width_us=width_us, **tags),
            changes | "Changes" >> _touch(touched_changes, width_us=width_us, **tags),
            catalogue | "Catalogue" >> _touch(touched_series, width_us=width_us),
        )
        return (
            touched
            | "All" >> beam.Flatten()
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Coalesce" >> beam.ParDo(_Coalesce(self, width_us)).with_output_types(Invalidation)
        )


def _touch(find: Any, **settings: Any) -> beam.PTransform:
    return beam.FlatMap(_touched, find, **settings).with_output_types(tuple[int, Touched])


def _touched(batch: pa.RecordBatch, find: Any, **settings: Any) -> Iterable[tuple[int, Touched]]:
    found = find(batch, **settings)
    if found.name:
        yield _ALL, found


@dataclass(slots=True)
class _Memory:
    coalescer: Coalescer
    timer_is_set: bool = False


class _Coalesce(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    KEPT = ReadModifyWriteStateSpec("kept", beam.coders.BytesCoder())
    COME = BagStateSpec("come", beam.coders.BytesCoder())  # what came since ``kept`` was written
    RELEASE = TimerSpec("invalidations_release", TimeDomain.WATERMARK)
    END = TimerSpec("invalidations_end", TimeDomain.WATERMARK)

    def __init__(self, step: ToInvalidations, width_us: int) -> None:
        self._width_us = width_us
        self._limit = max(1, step.invalidations_per_window)
        self._hold_us = int(step.hold_seconds * 1e6)
        self._streaming = step.streaming
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, Touched],
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
        release: Any = beam.DoFn.TimerParam(RELEASE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[Invalidation]:
        key, touched = element
        memory = self._open(key, nonce, kept, come)
        coalescer = memory.coalescer
        coalescer.add(touched)
        come.add(msgspec.msgpack.encode(touched))
        end.set(LAST_CALL, SECOND)
        found = coalescer.overflow()
        # In batch seldom and much at once: what still waits is written anew each time.
        wait_us = self._hold_us if self._streaming else 2 * self._hold_us
        if coalescer.due_us is not None and coalescer.newest_us - coalescer.due_us >= wait_us:
            found += coalescer.release(coalescer.newest_us - self._hold_us)
        if found:
            _rewrite(coalescer, kept, come)
        self._set(memory, release)
        yield from found

    @on_timer(RELEASE)
    def release_passed(
        self,
        key: int = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
        release: Any = beam.DoFn.TimerParam(RELEASE),
    ) -> Iterable[Invalidation]:
        """Release the windows that the watermark has passed by the hold, if it is silent."""
        memory = self._open(key, nonce, kept, come)
        memory.timer_is_set = False
        due_us = self._due_us(memory.coalescer)
        if due_us is not None and fired.micros >= due_us:
            found = memory.coalescer.release(fired.micros - self._hold_us)
            _rewrite(memory.coalescer, kept, come)
            yield from found
        self._set(memory, release)

    @on_timer(END)
    def finish(
        self,
        key: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        come: Any = beam.DoFn.StateParam(COME),
    ) -> Iterable[Invalidation]:
        """Release what is left when the input has ended."""
        yield from self._open(key, nonce, kept, come).coalescer.release(None)
        self._memories.forget()
        for cell in (nonce, kept, come):
            cell.clear()

    def _open(self, key: int, nonce: Any, kept: Any, come: Any) -> _Memory:
        return self._memories.open(key, nonce, lambda: self._rebuild(kept, come))

    def _rebuild(self, kept: Any, come: Any) -> _Memory:
        coalescer = restored(kept.read(), width_us=self._width_us, limit=self._limit)
        for data in come.read():
            coalescer.add(msgspec.msgpack.decode(data, type=Touched))
        return _Memory(coalescer)

    def _set(self, memory: _Memory, release: Any) -> None:
        due_us = self._due_us(memory.coalescer)
        if self._streaming and due_us is not None and not memory.timer_is_set:
            memory.timer_is_set = True
            release.set(Timestamp(micros=due_us))

    def _due_us(self, coalescer: Coalescer) -> int | None:
        """When the oldest window is over and no event has come for the hold."""
        if coalescer.due_us is None:
            return None
        return max(coalescer.due_us, coalescer.appended_us) + self._hold_us


def _rewrite(coalescer: Coalescer, kept: Any, come: Any) -> None:
    kept.write(coalescer.encode())
    come.clear()
