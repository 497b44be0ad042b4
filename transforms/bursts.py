"""LOGS batches with templates → templates of warnings and errors that are new or burst."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from logs.bursts import History, Rules, Sightings, judge, replace, sightings
from schemas.templates import Template, TemplateEvent
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND
from transforms.templates import split_by_service

for _kind in (Sightings, TemplateEvent):
    register_struct(_kind)

_NEVER: Final = 2**62


@dataclass(kw_only=True)
class FindBursts(beam.PTransform):
    """Templates of WARN and above that are new to their service, or come far more often than they used to.

    Takes a pair, ``ok`` and ``templates`` of :class:`transforms.MineTemplates`; see :mod:`logs.bursts`
    for what is a burst. Windows are judged in their order: in batch at the end of the input, in a stream
    ``lateness_seconds`` after their end, by the watermark. What comes later is learned and not judged, and so
    is what a service says in its first ``learning_seconds``.

    State a shard of the services: what was seen in windows that are not judged yet; of each service's
    templates the weighted sums of records and windows, 2,000 services and 2,000 templates of each at most,
    those of the horizon alone; and which of 20,000 templates were replaced.
    """

    shards: int = 4
    window_seconds: float = 60.0
    horizon_seconds: float = 604_800.0
    learning_seconds: float = 3600.0
    half_life_seconds: float = 3600.0
    probability: float = 1e-6
    min_records: int = 10
    lateness_seconds: float = 60.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        logs, templates = inputs
        window_ns = int(self.window_seconds * 1e9)
        keyed = tuple[int, Sightings]
        seen = logs | "Sightings" >> beam.FlatMap(_sightings, self.shards, window_ns).with_output_types(keyed)
        replaced = templates | "Replaced" >> beam.FlatMap(_replaced, self.shards).with_output_types(keyed)
        return (
            (seen, replaced)
            | "Both" >> beam.Flatten()
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Judge" >> beam.ParDo(_Judge(self)).with_output_types(TemplateEvent)
        )


def _replaced(template: Template, shards: int) -> Iterable[tuple[int, Sightings]]:
    """What one service's records brought together is one for all."""
    if template.replaces:
        for shard in range(shards):
            yield shard, Sightings(_NEVER, replaces={template.id: template.replaces})


def _sightings(batch: pa.RecordBatch, shards: int, window_ns: int) -> Iterable[tuple[int, Sightings]]:
    for shard, rows in split_by_service(batch, shards):
        for seen in sightings(rows, window_ns):
            yield shard, seen


class _Judge(beam.DoFn):
    HISTORY = ReadModifyWriteStateSpec("history", beam.coders.BytesCoder())
    WAITING = BagStateSpec("waiting", beam.coders.BytesCoder())
    DUE = ReadModifyWriteStateSpec("due", beam.coders.BytesCoder())
    WAKE = TimerSpec("bursts_wake", TimeDomain.WATERMARK)
    END = TimerSpec("bursts_end", TimeDomain.WATERMARK)

    def __init__(self, step: FindBursts) -> None:
        self._rules = Rules(
            window_ns=int(step.window_seconds * 1e9),
            horizon_ns=int(step.horizon_seconds * 1e9),
            learning_ns=int(step.learning_seconds * 1e9),
            half_life_ns=int(step.half_life_seconds * 1e9),
            probability=step.probability,
            min_records=step.min_records,
        )
        self._wait_us = int((step.window_seconds + step.lateness_seconds) * 1e6)
        self._streaming = step.streaming

    def process(
        self,
        element: tuple[int, Sightings],
        waiting: Any = beam.DoFn.StateParam(WAITING),
        due: Any = beam.DoFn.StateParam(DUE),
        wake: Any = beam.DoFn.TimerParam(WAKE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> None:
        seen = element[1]
        waiting.add(msgspec.msgpack.encode(seen))
        end.set(LAST_CALL, SECOND)
        if self._streaming and not seen.replaces:
            self._set(wake, due, seen.window_ns)

    @on_timer(WAKE)
    def awake(
        self,
        fired: Timestamp = beam.DoFn.TimestampParam,
        history: Any = beam.DoFn.StateParam(HISTORY),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        due: Any = beam.DoFn.StateParam(DUE),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterable[TemplateEvent]:
        """Judge the windows that the watermark has passed by the lateness."""
        due.clear()
        still = yield from self._judge(history, waiting, (fired.micros - self._wait_us) * 1000)
        if still:
            self._set(wake, due, min(seen.window_ns for seen in still))

    @on_timer(END)
    def finish(
        self,
        history: Any = beam.DoFn.StateParam(HISTORY),
        waiting: Any = beam.DoFn.StateParam(WAITING),
        due: Any = beam.DoFn.StateParam(DUE),
    ) -> Iterable[TemplateEvent]:
        """Judge all windows when the input has ended."""
        yield from self._judge(history, waiting, _NEVER)
        history.clear()
        due.clear()

    def _judge(self, history: Any, waiting: Any, until_ns: int) -> Any:
        """Judge what began until then; give what still waits."""
        every = [msgspec.msgpack.decode(data, type=Sightings) for data in waiting.read()]
        replaces = [seen.replaces for seen in every if seen.replaces]
        every = [seen for seen in every if not seen.replaces]
        ready = _joined(seen for seen in every if seen.window_ns <= until_ns)
        still = _joined(seen for seen in every if seen.window_ns > until_ns)
        if ready:
            stored = history.read()
            known = msgspec.msgpack.decode(stored, type=History) if stored else History()
            for names in sorted(replaces, key=repr):
                replace(known, names)
            for seen in ready:
                yield from judge(known, seen, self._rules)
            history.write(msgspec.msgpack.encode(known))
            waiting.clear()
            for seen in still:
                waiting.add(msgspec.msgpack.encode(seen))
        return still

    def _set(self, wake: Any, due: Any, window_ns: int) -> None:
        """Wake when the earliest window is due: a timer that is set again replaces itself."""
        at_us = min(window_ns // 1000 + self._wait_us, LAST_CALL.micros)
        stored = due.read()
        if stored is None or at_us < int.from_bytes(stored, "big"):
            due.write(at_us.to_bytes(8, "big"))
            wake.set(Timestamp(micros=at_us))


def _joined(found: Iterable[Sightings]) -> list[Sightings]:
    """One for each window, in their order."""
    windows: dict[int, Sightings] = {}
    for seen in found:
        whole = windows.setdefault(seen.window_ns, Sightings(seen.window_ns, {}))
        for service, templates in seen.services.items():
            of_service = whole.services.setdefault(service, {})
            for template, of in templates.items():
                if template in of_service:
                    of_service[template].merge(of)
                else:
                    of_service[template] = of
    return [windows[window] for window in sorted(windows)]
