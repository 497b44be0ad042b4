"""Changes after Redact, ends of transactions → batches of archived records, each to be one file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.timestamp import Timestamp

from columns.archive import archived
from schemas.archive import ARCHIVE
from schemas.batches import Origin, decode, encode, numbers
from transforms.ending import LAST_CALL, SECOND
from transforms.gather import GatherAndSplit

_VERSION: Final = 1
#: Rows of one partition that are one file, about: 25 MB in memory, 3 MB on disk.
FILE_ROWS: Final = 65_536


@dataclass(kw_only=True)
class ToArchive(beam.PTransform):
    """Envelopes again of what is known of changes, in runs of one partition, rows in the order of offsets.

    Takes a triple (changes of events, changes of tables, both after Redact; ends of transactions). What comes
    out of it goes through the path again and gives the same (see :mod:`columns.archive`). A run ends with
    ``file_rows``; in a stream also ``seconds`` after its first row came, and otherwise with its bundle.

    State a partition, when ``streaming``: the changes of the open run, as compact as they travel. It is
    emptied with each run, so that what a checkpoint covers is in a file or in the state; runs that are made
    again after a failure overlap those that were made before.
    """

    seconds: float = 60.0
    file_rows: int = FILE_ROWS
    streaming: bool = False

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection, beam.PCollection]) -> beam.PCollection:
        changes = inputs | "Archived" >> beam.Flatten()
        if not self.streaming:
            return changes | "Runs" >> beam.ParDo(_BundleRuns(self.file_rows)).with_output_types(
                pa.RecordBatch
            )
        return (
            changes
            | "ByPartition"
            >> beam.ParDo(GatherAndSplit(_by_partition)).with_output_types(tuple[str, pa.RecordBatch])
            | "Runs" >> beam.ParDo(_HeldRuns(self.seconds, self.file_rows)).with_output_types(pa.RecordBatch)
        )


def _by_partition(batch: pa.RecordBatch) -> list[tuple[str, pa.RecordBatch]]:
    return [(_partition(batch), batch)]


def _partition(batch: pa.RecordBatch) -> str:
    origin = Origin.of(batch)
    return f"{origin.topic}/{origin.partition}"


def _run(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """All rows of ``batches``, of one partition, as an archive keeps them."""
    table = pa.Table.from_batches(map(archived, batches), ARCHIVE).combine_chunks()
    run: pa.RecordBatch = table.to_batches()[0]
    offsets = numbers(run, "offset")
    if (np.diff(offsets) < 0).any():  # two connectors wrote to one partition
        run = run.take(pa.array(np.argsort(offsets, kind="stable")))
    return run


class _BundleRuns(beam.DoFn):
    def __init__(self, file_rows: int) -> None:
        self._file_rows = file_rows

    def start_bundle(self) -> None:
        self._held: dict[str, list[pa.RecordBatch]] = {}
        self._rows: dict[str, int] = {}

    def process(self, batch: pa.RecordBatch) -> Iterable[pa.RecordBatch]:
        name = _partition(batch)
        self._held.setdefault(name, []).append(batch)
        self._rows[name] = self._rows.get(name, 0) + len(batch)
        if self._rows[name] >= self._file_rows:
            yield self._take(name)

    def finish_bundle(self) -> Iterable[Any]:
        for name in [name for name, rows in self._rows.items() if rows]:
            yield GlobalWindows.windowed_value(self._take(name))

    def _take(self, name: str) -> pa.RecordBatch:
        self._rows[name] = 0
        return _run(self._held.pop(name))


class _HeldRuns(beam.DoFn):
    HELD = BagStateSpec("held", beam.coders.BytesCoder())
    ROWS = ReadModifyWriteStateSpec("rows", beam.coders.BytesCoder())
    ROLL = TimerSpec("archive_roll", TimeDomain.REAL_TIME)
    END = TimerSpec("archive_end", TimeDomain.WATERMARK)

    def __init__(self, seconds: float, file_rows: int) -> None:
        self._seconds = seconds
        self._file_rows = file_rows

    def process(
        self,
        element: tuple[str, pa.RecordBatch],
        held: Any = beam.DoFn.StateParam(HELD),
        rows: Any = beam.DoFn.StateParam(ROWS),
        roll: Any = beam.DoFn.TimerParam(ROLL),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[pa.RecordBatch]:
        _, batch = element
        known = _unpacked(rows.read())
        if not known:
            roll.set(Timestamp.now() + self._seconds)
            end.set(LAST_CALL, SECOND)
        held.add(encode(batch).to_pybytes())
        if known + len(batch) < self._file_rows:
            rows.write(_packed(known + len(batch)))
        else:
            yield from _taken(held, rows)

    @on_timer(ROLL)
    def roll_over(
        self, held: Any = beam.DoFn.StateParam(HELD), rows: Any = beam.DoFn.StateParam(ROWS)
    ) -> Iterable[pa.RecordBatch]:
        """End the run; the timer may be of one that ended before it."""
        yield from _taken(held, rows)

    @on_timer(END)
    def finish(
        self, held: Any = beam.DoFn.StateParam(HELD), rows: Any = beam.DoFn.StateParam(ROWS)
    ) -> Iterable[pa.RecordBatch]:
        """End the last run when the input has ended, or is drained."""
        yield from _taken(held, rows)


def _taken(held: Any, rows: Any) -> Iterable[pa.RecordBatch]:
    batches = [decode(data) for data in held.read()]
    held.clear()
    rows.write(_packed(0))
    if batches:
        yield _run(batches)


def _packed(rows: int) -> bytes:
    return bytes([_VERSION]) + rows.to_bytes(8)


def _unpacked(stored: bytes | None) -> int:
    return int.from_bytes(stored[1:]) if stored else 0
