"""Counts of the steps → what became of every record so far, now and then, while a stream goes on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import msgspec
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.timestamp import Timestamp

from schemas.reconciliation import Reconciliation, StepCount
from transforms.coders import register_struct
from transforms.outcome import Count

register_struct(Reconciliation)

_VERSION: Final = 1
Sums = tuple[int, list[Count]]


@dataclass(kw_only=True)
class RunningTally(beam.PTransform):
    """Sum all counts, and give the sums ``every_seconds`` while records come.

    The sums are state: after a failure they go back with it, so that what is done again is not counted twice.
    A record that a step holds has come in and not gone out; so the difference between two steps is what is
    under way between them, and goes to zero when the input stops.
    """

    every_seconds: float = 5.0

    def expand(self, counts: beam.PCollection) -> beam.PCollection:
        return (
            counts
            | "SumInBundle" >> beam.ParDo(_SumInBundle()).with_output_types(Sums)
            | "Add" >> beam.ParDo(_Add(self.every_seconds)).with_output_types(Reconciliation)
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

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds

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
            tell.set(Timestamp.now() + self._every_seconds)
        state.write(_packed(sums, True))

    @on_timer(TELL)
    def tell(self, state: Any = beam.DoFn.StateParam(SUMS)) -> Iterable[Reconciliation]:
        """Give the sums; the timer is set again when something more has come."""
        sums, _ = _unpacked(state.read())
        state.write(_packed(sums, False))
        yield Reconciliation(
            at=Timestamp.now().to_rfc3339(),
            counts=[_step_count(key, records) for key, records in sorted(sums.items())],
        )


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
