"""Clean events, catalogue changes → gaps and silent series."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from columns.gaps import Gap, Presence, SilentSeries, confirm, merge, unfinished
from columns.references import declared_series
from columns.sightings import sightings
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND


class Sightings(msgspec.Struct, frozen=True):
    """What a bundle tells of the entities."""

    entities: dict[str, Presence]


for _kind in (Sightings, Gap, SilentSeries):
    register_struct(_kind)

_ALL = 0  # one key: what is kept is small, a few numbers an entity


@dataclass(kw_only=True)
class FindGaps(beam.PTransform):
    """Completeness: report intervals in which an entity should have sent samples and did not.

    Takes a pair (clean events, catalogue changes). The entity is the tag ``entity_tag``; it samples every
    ``interval_seconds``. In a stream a gap is reported ``lateness_seconds`` after its far side was seen, by
    the watermark, so that late samples can still fill it; in batch at the end of the input. Series of the
    catalogue that never sent anything, and gaps that last, are reported at the end.
    State: the ids of the series, and the runs of samples between unreported gaps.
    """

    entity_tag: str = "pod"
    interval_seconds: float = 60.0
    lateness_seconds: float = 900.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        events, catalogue = inputs
        seen = events | "Sightings" >> beam.ParDo(_See(self)).with_output_types(tuple[int, Sightings])
        declared = catalogue | "Declared" >> beam.Map(_declared).with_output_types(tuple[int, Sightings])
        return (
            (seen, declared)
            | "Both" >> beam.Flatten()
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Find" >> beam.ParDo(_Find(self)).with_output_types(Gap | SilentSeries)
        )


def _declared(batch: pa.RecordBatch) -> tuple[int, Sightings]:
    entities: dict[str, Presence] = {}
    for row in declared_series(batch):
        if row.pod and row.metric_id:
            entities.setdefault(row.pod, Presence()).series.add(row.metric_id)
    return _ALL, Sightings(entities)


class _See(beam.DoFn):
    """Sum up a bundle before it goes through the state."""

    def __init__(self, step: FindGaps) -> None:
        self._entity_tag = step.entity_tag
        self._interval_us = int(step.interval_seconds * 1e6)

    def start_bundle(self) -> None:
        self._entities: dict[str, Presence] = {}
        self._earliest = MAX_TIMESTAMP

    def process(self, batch: pa.RecordBatch, at: Timestamp = beam.DoFn.TimestampParam) -> None:
        self._earliest = min(self._earliest, at)
        seen = sightings(batch, entity_tag=self._entity_tag, interval_us=self._interval_us)
        for entity, presence in seen.items():
            known = self._entities.setdefault(entity, Presence())
            merge(known, presence, interval_us=self._interval_us)

    def finish_bundle(self) -> Iterable[Any]:
        if self._entities:
            value = (_ALL, Sightings(self._entities))
            yield WindowedValue(value, self._earliest, (GlobalWindow(),))


class _Find(beam.DoFn):
    PRESENCE = ReadModifyWriteStateSpec("presence", beam.coders.BytesCoder())
    CONFIRM = TimerSpec("gaps_confirm", TimeDomain.WATERMARK)
    END = TimerSpec("gaps_end", TimeDomain.WATERMARK)

    def __init__(self, step: FindGaps) -> None:
        self._interval_us = int(step.interval_seconds * 1e6)
        self._lateness_ms = int(step.lateness_seconds * 1000)
        self._streaming = step.streaming

    def process(
        self,
        element: tuple[int, Sightings],
        state: Any = beam.DoFn.StateParam(PRESENCE),
        confirm_at: Any = beam.DoFn.TimerParam(CONFIRM),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> None:
        entities = _read(state)
        for entity, presence in element[1].entities.items():
            merge(entities.setdefault(entity, Presence()), presence, interval_us=self._interval_us)
        _write(state, entities)
        self._set(confirm_at, entities)
        end.set(LAST_CALL, SECOND)

    def _set(self, confirm_at: Any, entities: dict[str, Presence]) -> None:
        waiting = [run.since_ms for p in entities.values() for run in p.runs[1:]]
        if self._streaming and waiting:
            confirm_at.set(Timestamp(micros=(min(waiting) + self._lateness_ms) * 1000))

    @on_timer(CONFIRM)
    def confirm(
        self,
        fired: Timestamp = beam.DoFn.TimestampParam,
        state: Any = beam.DoFn.StateParam(PRESENCE),
        confirm_at: Any = beam.DoFn.TimerParam(CONFIRM),
    ) -> Iterable[Gap]:
        """Report the gaps that have stayed open for long enough."""
        entities = _read(state)
        until_ms = fired.micros // 1000 - self._lateness_ms
        for entity, presence in sorted(entities.items()):
            yield from confirm(presence, entity, interval_us=self._interval_us, until_ms=until_ms)
        _write(state, entities)
        self._set(confirm_at, entities)

    @on_timer(END)
    def finish(self, state: Any = beam.DoFn.StateParam(PRESENCE)) -> Iterable[Gap | SilentSeries]:
        """Report what is left when the input has ended."""
        entities = _read(state)
        newest = max((p.runs[-1].end for p in entities.values() if p.runs), default=-1)
        for entity, presence in sorted(entities.items()):
            yield from confirm(presence, entity, interval_us=self._interval_us, until_ms=None)
            yield from unfinished(presence, entity, interval_us=self._interval_us, now_us=newest)
            if presence.seen:
                for metric_id in sorted(presence.series - presence.seen):
                    yield SilentSeries(entity=entity, metric_id=metric_id)
        state.clear()


def _read(state: Any) -> dict[str, Presence]:
    stored = state.read()
    return msgspec.msgpack.decode(stored, type=dict[str, Presence]) if stored else {}


def _write(state: Any, entities: dict[str, Presence]) -> None:
    state.write(msgspec.msgpack.encode(entities))
