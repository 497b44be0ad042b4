"""Verdicts → incidents as they open | incidents as they close."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from actions.recovery.callgraph import CallGraph
from actions.recovery.debounce import Case, Rules, Turn, Watch, close, in_order, take
from actions.recovery.incidents import incident_of
from schemas.actions import Incident
from schemas.verdicts import Verdict
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND

for _kind in (Verdict, Incident):
    register_struct(_kind)

CLOSED = "closed"
_MOST_HELD = 100_000  # verdicts of a service and of those it calls; beyond, the older half is judged


class Incidents(NamedTuple):
    """Each incident twice, under one id: when it opens, for recovery; when it closes, with all that came."""

    opened: beam.PCollection
    closed: beam.PCollection


@dataclass(kw_only=True)
class ToIncidents(beam.PTransform):
    """Anomalies of a service → one incident from the first to the last of them.

    An incident opens when ``min_verdicts`` anomalies of ``min_series`` series or more lie within
    ``window_seconds``, and takes in what follows until there was none for ``quiet_seconds``. These are times
    of the samples. With ``call_edges``, pairs of (caller, callee), the root cause may be found in a service
    that is called.

    The same incidents come out in whatever order the verdicts arrive: in batch they are sorted at the end of
    the input, in a stream each is held for ``hold_seconds`` of the stream's time (of the element's timestamp,
    by the watermark or by what was seen). Verdicts that come later still are taken as they come. An incident
    also closes when the watermark is past its last verdict by the quiet and the hold.

    State a service: the verdicts that are held, and one case; emptied when there was none for the quiet.
    """

    min_verdicts: int = 3
    min_series: int = 2
    window_seconds: float = 180.0
    quiet_seconds: float = 600.0
    hold_seconds: float = 5.0
    call_edges: Sequence[tuple[str, str]] = ()
    streaming: bool = False

    def expand(self, verdicts: beam.PCollection) -> Incidents:
        out = (
            verdicts
            | "ByService" >> beam.ParDo(_ByService(self.call_edges)).with_output_types(tuple[str, Verdict])
            | "Debounce"
            >> beam.ParDo(_Debounce(self))
            .with_output_types(Incident, closed=Incident)
            .with_outputs(CLOSED, main="opened")
        )
        return Incidents(out["opened"], out[CLOSED])


class _ByService(beam.DoFn):
    """Each verdict goes to its service, and to all that call it, which may suffer from it."""

    def __init__(self, edges: Sequence[tuple[str, str]]) -> None:
        self._edges = edges

    def setup(self) -> None:
        self._graph = CallGraph(self._edges)

    def process(self, verdict: Verdict) -> Iterable[tuple[str, Verdict]]:
        yield verdict.service, verdict
        for caller in sorted(self._graph.above(verdict.service)):
            yield caller, verdict


class _Held(msgspec.Struct, array_like=True):
    """A verdict that waits for earlier ones; ``at_us``: its timestamp in the stream, epoch microseconds."""

    at_us: int
    verdict: Verdict


class _Service(msgspec.Struct, array_like=True):
    """What is kept of a service beside the held verdicts: how many these are, and between which times."""

    version: int = 1
    held: int = 0
    oldest_us: int = 0
    newest_us: int = 0
    judged_us: int = 0  # time in the stream of the last verdict that was taken in
    watch: Watch = msgspec.field(default_factory=Watch)

    def hold(self, at_us: int) -> None:
        self.oldest_us = min(self.oldest_us, at_us) if self.held else at_us
        self.newest_us = max(self.newest_us, at_us) if self.held else at_us
        self.held += 1


class _Debounce(beam.DoFn):
    SERVICE = ReadModifyWriteStateSpec("service", beam.coders.BytesCoder())
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    WAKE = TimerSpec("incidents_wake", TimeDomain.WATERMARK)
    END = TimerSpec("incidents_end", TimeDomain.WATERMARK)

    def __init__(self, step: ToIncidents) -> None:
        self._rules = Rules(
            min_verdicts=step.min_verdicts,
            min_series=step.min_series,
            window_us=int(step.window_seconds * 1e6),
            quiet_us=int(step.quiet_seconds * 1e6),
        )
        self._hold_us = int(step.hold_seconds * 1e6)
        self._edges = step.call_edges
        self._streaming = step.streaming

    def setup(self) -> None:
        self._graph = CallGraph(self._edges)

    def process(
        self,
        element: tuple[str, Verdict],
        at: Timestamp = beam.DoFn.TimestampParam,
        service: Any = beam.DoFn.StateParam(SERVICE),
        held: Any = beam.DoFn.StateParam(HELD),
        wake: Any = beam.DoFn.TimerParam(WAKE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[Any]:
        name, verdict = element
        known = _read(service)
        held.add(msgspec.msgpack.encode(_Held(at.micros, verdict)))
        known.hold(at.micros)
        end.set(LAST_CALL, SECOND)
        if self._streaming and known.newest_us - known.oldest_us > self._hold_us:
            yield from self._judge(name, known, held, known.newest_us - self._hold_us)
        elif known.held > _MOST_HELD:
            yield from self._judge_half(name, known, held)
        service.write(msgspec.msgpack.encode(known))
        self._set(wake, known)

    @on_timer(WAKE)
    def awake(
        self,
        name: str = beam.DoFn.KeyParam,
        fired: Timestamp = beam.DoFn.TimestampParam,
        service: Any = beam.DoFn.StateParam(SERVICE),
        held: Any = beam.DoFn.StateParam(HELD),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterable[Any]:
        """Judge what the watermark has passed by the hold; close what has been quiet."""
        known = _read(service)
        yield from self._judge(name, known, held, fired.micros - self._hold_us)
        if not known.held and fired.micros >= self._quiet_until(known):
            yield from self._told(name, close(known.watch))
        if known.held or not known.watch.empty:
            service.write(msgspec.msgpack.encode(known))
            self._set(wake, known)
        else:
            service.clear()

    @on_timer(END)
    def finish(
        self,
        name: str = beam.DoFn.KeyParam,
        service: Any = beam.DoFn.StateParam(SERVICE),
        held: Any = beam.DoFn.StateParam(HELD),
    ) -> Iterable[Any]:
        """Judge and close everything when the input has ended."""
        known = _read(service)
        yield from self._judge(name, known, held, None)
        yield from self._told(name, close(known.watch))
        service.clear()

    def _judge(self, name: str, known: _Service, held: Any, until_us: int | None) -> Iterable[Any]:
        """Take in the verdicts that lie at ``until_us`` or before in the stream (``None``: all)."""
        if not known.held:
            return
        waiting = [msgspec.msgpack.decode(data, type=_Held) for data in held.read()]
        ready = [h for h in waiting if until_us is None or h.at_us <= until_us]
        still = [h for h in waiting if until_us is not None and h.at_us > until_us]
        yield from self._take(name, known, held, ready, still)

    def _judge_half(self, name: str, known: _Service, held: Any) -> Iterable[Any]:
        waiting = [msgspec.msgpack.decode(data, type=_Held) for data in held.read()]
        waiting.sort(key=lambda h: h.verdict.timestamp)
        half = len(waiting) // 2
        yield from self._take(name, known, held, waiting[:half], waiting[half:])

    def _take(
        self, name: str, known: _Service, held: Any, ready: list[_Held], still: list[_Held]
    ) -> Iterable[Any]:
        if not ready:
            return
        for verdict in in_order(h.verdict for h in ready):
            yield from self._told(name, take(known.watch, name, verdict, self._rules))
        known.judged_us = max(known.judged_us, *(h.at_us for h in ready))
        known.held = 0
        held.clear()
        for h in still:
            known.hold(h.at_us)
            held.add(msgspec.msgpack.encode(h))

    def _told(self, name: str, turns: list[tuple[Turn, Case]]) -> Iterable[Any]:
        for turn, case in turns:
            incident = incident_of(case, name, turn, self._graph, min_series=self._rules.min_series)
            yield incident if turn is Turn.OPENED else beam.pvalue.TaggedOutput(CLOSED, incident)

    def _quiet_until(self, known: _Service) -> int:
        return known.judged_us + self._rules.quiet_us + self._hold_us

    def _set(self, wake: Any, known: _Service) -> None:
        if not self._streaming:
            return
        due = [known.oldest_us + self._hold_us] if known.held else []
        if not known.watch.empty:
            due.append(self._quiet_until(known))
        if due:
            wake.set(Timestamp(micros=min(due)))


def _read(service: Any) -> _Service:
    stored = service.read()
    return msgspec.msgpack.decode(stored, type=_Service) if stored else _Service()
