"""Counts of the steps → what became of every record so far, now and then, while a stream goes on."""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apache_beam as beam
import msgspec
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.timestamp import Timestamp

from schemas.names import NOTES, Result, Step
from schemas.reconciliation import Reconciliation, StepCount
from schemas.steps import flows
from telemetry.lag import process_lags
from telemetry.metricsport import HOST, serve
from telemetry.totals import Passage, process_totals
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.outcome import Count

register_struct(Reconciliation)

_VERSION: Final = 1
_LOG: Final = logging.getLogger(__name__)
Sums = tuple[int, list[Count]]


@dataclass(kw_only=True)
class RunningTally(beam.PTransform):
    """Sum all counts, and give the sums ``every_seconds`` while records come.

    The sums are state: after a failure they go back with it, so that what is done again is not counted twice.
    A record that a step holds has come in and not gone out; so the difference between two steps is what is
    under way between them, and goes to zero when the input stops.
    """

    every_seconds: float = 5.0
    events_table: str = "metrics.events"
    wait_seconds: float = 600.0
    hold_seconds: float = 0.0
    with_spans: bool = False
    #: Where this process serves its metrics (host:port), and the folder in which Prometheus is told of it;
    #: none: at a free port of loopback, and it is not told. Neither: they are not served.
    address: str | None = None
    targets: str | None = None
    #: How long counts may wait before they are added.
    calm_seconds: int = 0

    def expand(self, counts: beam.PCollection) -> beam.PCollection:
        return (
            counts
            | "SumInBundle" >> beam.ParDo(_SumInBundle()).with_output_types(Sums)
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Add" >> beam.ParDo(_Add(self)).with_output_types(Reconciliation)
        )


class _SumInBundle(beam.DoFn):
    """One element a bundle, since each costs the runner more than the sum."""

    def start_bundle(self) -> None:
        self._sums: Counter[tuple[str, str, int, str, str]] = Counter()

    def process(self, element: Count) -> None:
        key, records = element
        self._sums[key] += records

    def finish_bundle(self) -> Iterable[Any]:
        if self._sums:
            yield GlobalWindows.windowed_value((0, list(self._sums.items())))


class _Add(beam.DoFn):
    SUMS = ReadModifyWriteStateSpec("sums", beam.coders.BytesCoder())
    TELL = TimerSpec("running_tally_tell", TimeDomain.REAL_TIME)

    def __init__(self, step: RunningTally) -> None:
        self._step = step

    def setup(self) -> None:
        self._totals = process_totals()
        self._serve()

    def process(
        self,
        element: Sums,
        state: Any = beam.DoFn.StateParam(SUMS),
        tell: Any = beam.DoFn.TimerParam(TELL),
    ) -> None:
        sums, due = _unpacked(state.read())
        for key, records in element[1]:
            sums[tuple(key)] += records
        if not due:
            tell.set(Timestamp.now() + self._step.every_seconds)
        state.write(_packed(sums, True))

    @on_timer(TELL)
    def tell(self, state: Any = beam.DoFn.StateParam(SUMS)) -> Iterable[Reconciliation]:
        """Give the sums; the timer is set again when something more has come."""
        sums, _ = _unpacked(state.read())
        state.write(_packed(sums, False))
        self._show(sums)
        yield Reconciliation(
            at=Timestamp.now().to_rfc3339(),
            counts=[_step_count(key, records) for key, records in sorted(sums.items())],
        )

    def _serve(self) -> None:
        """Serve metrics, if that is asked for; a predecessor that still has the port stops nothing."""
        targets = None if self._step.targets is None else Path(self._step.targets)
        host, _, port = (self._step.address or f"{HOST}:0").rpartition(":")
        if targets is not None or self._step.address is not None:
            try:
                serve(process_lags().registry, targets, int(port), host=host)
            except OSError as error:
                _LOG.warning("metrics cannot be served at %s:%s, it is tried again: %s", host, port, error)

    def _show(self, sums: Counter[Any]) -> None:
        """Give the sums to the metrics of this process."""
        self._serve()
        step = self._step
        holds = {Step.REFERENCES: step.wait_seconds, Step.DUPLICATES: step.hold_seconds}
        found = flows(sums.items(), step.events_table, with_spans=step.with_spans)
        ends = [(key, n) for key, n in sums.items() if key[0] == Step.TRANSACTIONS]
        self._totals.update(
            time.monotonic(),
            [(key[0], key[3], records) for key, records in sums.items()],
            {str(name): Passage(*flow, holds.get(name, 0.0)) for name, flow in found.items()},
            _summed((key[3], n) for key, n in ends if key[3] not in NOTES),
            _summed((key[4], n) for key, n in ends if key[3] == Result.LOSS),
        )


def _summed(rows: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, records in rows:
        sums[name] += records
    return sums


def _step_count(key: tuple[str, str, int, str, str], records: int) -> StepCount:
    step, topic, partition, result, reason = key
    return StepCount(step, topic, partition, result, reason, records)


def _packed(sums: Counter[Any], due: bool) -> bytes:
    return msgspec.msgpack.encode((_VERSION, due, list(sums.items())))


def _unpacked(stored: bytes | None) -> tuple[Counter[Any], bool]:
    if not stored:
        return Counter(), False
    _, due, rows = msgspec.msgpack.decode(stored)
    return Counter({tuple(key): records for key, records in rows}), due
