"""LOGS batches, secrets that were seen → security findings (OCSF) | verdicts of them for ToIncidents."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from columns.redact import redact_services
from logs.securityevents.events import Pseudonyms, SecurityEvent, events_of
from logs.securityevents.findings import finding_of, verdict_of
from logs.securityevents.judge import SECRET, Rules, Told, Watch, close, finish, subjects_of, take
from schemas.ocsf import DetectionFinding, SecretSeen
from schemas.verdicts import Verdict
from security.keys import Keys
from security.loaded import load_redactor
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL, SECOND


class SubjectEvents(msgspec.Struct, frozen=True):
    """Events of one batch for the subjects of one shard, in pairs."""

    pairs: list[tuple[str, SecurityEvent]]


for _kind in (SubjectEvents, DetectionFinding, SecretSeen, Verdict):
    register_struct(_kind)

VERDICTS: Final = "verdicts"
_NEVER: Final = 2**62


class Secured(NamedTuple):
    """Findings as they open and close; and a verdict a finding, as it opens, for ToIncidents."""

    findings: beam.PCollection
    verdicts: beam.PCollection


@dataclass(kw_only=True)
class FindSecurityEvents(beam.PTransform):
    """Failed logins in a row, logins after many that failed, changes of privilege, injections, secrets and
    unusual volume of one actor, as OCSF detection findings; see :mod:`logs.securityevents.judge`.

    Takes a pair (LOGS batches, ``SecretSeen`` of the step that redacts). Lines are read as they came, before
    they are redacted; what leaves has keyed hashes of actors and sources under the key in ``key_file`` (as
    :class:`security.keys.Keys` reads it, on each worker), and no text. Without a file each process draws a
    key: good on one machine for one run, and no further.

    Events are taken in the order of their time: in batch at the end of the input, in a stream each is held
    until the watermark is ``lateness_seconds`` past it; later ones are taken as they come. State a shard of
    the subjects: held events, 20,000 cases at most, the counts of one window by actor; emptied by quiet.
    """

    key_file: str | None = None
    shards: int = 4
    failures: int = 5
    source_failures: int = 10
    service_failures: int = 50
    sprayed_actors: int = 5
    failures_before_success: int = 3
    window_seconds: float = 300.0
    quiet_seconds: float = 600.0
    volume_score: float = 6.0
    volume_records: int = 100
    volume_actors: int = 8
    lateness_seconds: float = 60.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Secured:
        logs, secrets = inputs
        keyed = tuple[int, SubjectEvents]
        out = (
            (
                logs | "Look" >> beam.ParDo(_Look(self)).with_output_types(keyed),
                secrets | "Secrets" >> beam.FlatMap(_secret, self.shards).with_output_types(keyed),
            )
            | "Both" >> beam.Flatten()
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Judge"
            >> beam.ParDo(_Judge(self))
            .with_output_types(DetectionFinding, verdicts=Verdict)
            .with_outputs(VERDICTS, main="findings")
        )
        return Secured(out["findings"], out[VERDICTS])


class _Look(beam.DoFn):
    def __init__(self, step: FindSecurityEvents) -> None:
        self._key_file = step.key_file
        self._shards = step.shards

    def setup(self) -> None:
        keys = Keys.from_file(self._key_file) if self._key_file else None
        self._pseudonyms = Pseudonyms(keys) if keys else _of_process()
        self._redactor = load_redactor(model="off")

    def process(self, batch: pa.RecordBatch) -> Iterable[tuple[int, SubjectEvents]]:
        batch = redact_services(batch, self._redactor)  # the one text that findings name
        return _by_shard(events_of(batch, self._pseudonyms), self._shards)


def _of_process() -> Pseudonyms:
    """One key for all copies of the step in this process."""
    global _drawn  # noqa: PLW0603  drawn once
    if _drawn is None:
        _drawn = Pseudonyms()
    return _drawn


_drawn: Pseudonyms | None = None


def _secret(seen: SecretSeen, shards: int) -> Iterable[tuple[int, SubjectEvents]]:
    event = SecurityEvent(
        SECRET + seen.kind, seen.time_ns, seen.service, "", "", seen.record, None, seen.count
    )
    return _by_shard([event], shards)


def _by_shard(events: list[SecurityEvent], shards: int) -> list[tuple[int, SubjectEvents]]:
    found: dict[int, list[tuple[str, SecurityEvent]]] = {}
    for event in events:
        for subject in subjects_of(event):
            found.setdefault(zlib.crc32(subject.encode()) % shards, []).append((subject, event))
    return [(shard, SubjectEvents(pairs)) for shard, pairs in found.items()]


class _Judge(beam.DoFn):
    WATCH = ReadModifyWriteStateSpec("watch", beam.coders.BytesCoder())
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    DUE = ReadModifyWriteStateSpec("due", beam.coders.BytesCoder())
    WAKE = TimerSpec("security_wake", TimeDomain.WATERMARK)
    END = TimerSpec("security_end", TimeDomain.WATERMARK)

    def __init__(self, step: FindSecurityEvents) -> None:
        self._rules = Rules(
            failures=step.failures,
            source_failures=step.source_failures,
            service_failures=step.service_failures,
            sprayed_actors=step.sprayed_actors,
            failures_before_success=step.failures_before_success,
            window_ns=int(step.window_seconds * 1e9),
            quiet_ns=int(step.quiet_seconds * 1e9),
            volume_score=step.volume_score,
            volume_records=step.volume_records,
            volume_actors=step.volume_actors,
        )
        self._wait_us = int(step.lateness_seconds * 1e6)
        self._streaming = step.streaming

    def process(
        self,
        element: tuple[int, SubjectEvents],
        held: Any = beam.DoFn.StateParam(HELD),
        due: Any = beam.DoFn.StateParam(DUE),
        wake: Any = beam.DoFn.TimerParam(WAKE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> None:
        events = element[1]
        held.add(msgspec.msgpack.encode(events))
        end.set(LAST_CALL, SECOND)
        if self._streaming:
            self._set(wake, due, min(event.time_ns for _, event in events.pairs))

    @on_timer(WAKE)
    def awake(
        self,
        fired: Timestamp = beam.DoFn.TimestampParam,
        watch: Any = beam.DoFn.StateParam(WATCH),
        held: Any = beam.DoFn.StateParam(HELD),
        due: Any = beam.DoFn.StateParam(DUE),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterable[Any]:
        """Take what the watermark has passed by the lateness, and close what has been quiet."""
        due.clear()
        until_ns = (fired.micros - self._wait_us) * 1000
        known, still, told = self._take(watch, held, until_ns)
        told += close(known, until_ns - self._rules.quiet_ns)
        _write(watch, known)
        waits = [event.time_ns for _, event in still]
        waits += [case.last_ns + self._rules.quiet_ns + 1000 for case in known.cases.values()]
        if known.volume_ns >= 0:
            waits.append(known.volume_ns + 2 * self._rules.window_ns)
        if waits:
            self._set(wake, due, max(min(waits), until_ns + 10**9))
        yield from _tell(told)

    @on_timer(END)
    def finish(
        self,
        watch: Any = beam.DoFn.StateParam(WATCH),
        held: Any = beam.DoFn.StateParam(HELD),
        due: Any = beam.DoFn.StateParam(DUE),
    ) -> Iterable[Any]:
        """Take and close everything when the input has ended."""
        known, _, told = self._take(watch, held, _NEVER)
        told += finish(known, self._rules)
        watch.clear()
        due.clear()
        yield from _tell(told)

    def _take(
        self, watch: Any, held: Any, until_ns: int
    ) -> tuple[Watch, list[tuple[str, SecurityEvent]], list[Told]]:
        stored = watch.read()
        known = msgspec.msgpack.decode(stored, type=Watch) if stored else Watch()
        every = [
            pair for data in held.read() for pair in msgspec.msgpack.decode(data, type=SubjectEvents).pairs
        ]
        ready = [pair for pair in every if pair[1].time_ns <= until_ns]
        still = [pair for pair in every if pair[1].time_ns > until_ns]
        told: list[Told] = []
        for subject, event in sorted(ready, key=_order):
            told += take(known, subject, event, self._rules)
        if ready:
            held.clear()
            if still:
                held.add(msgspec.msgpack.encode(SubjectEvents(still)))
        return known, still, told

    def _set(self, wake: Any, due: Any, at_ns: int) -> None:
        """Wake when the earliest is due: a timer that is set again replaces itself."""
        at_us = min(at_ns // 1000 + self._wait_us, LAST_CALL.micros)
        stored = due.read()
        if stored is None or at_us < int.from_bytes(stored, "big"):
            due.write(at_us.to_bytes(8, "big"))
            wake.set(Timestamp(micros=at_us))


def _order(pair: tuple[str, SecurityEvent]) -> tuple[int, str, str, str]:
    subject, event = pair
    return event.time_ns, event.record, event.detection, subject


def _write(watch: Any, known: Watch) -> None:
    if known.cases or known.volumes:
        watch.write(msgspec.msgpack.encode(known))
    else:
        watch.clear()


def _tell(told: list[Told]) -> Iterable[Any]:
    for turn in told:
        finding = finding_of(turn)
        yield finding
        if not turn.closed:
            yield beam.pvalue.TaggedOutput(VERDICTS, verdict_of(finding))
