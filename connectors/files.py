"""ReadFiles, ReadSpans: paths → RawRecords, as a bounded source or rehearsed as a stream."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import apache_beam as beam
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from connectors.recordfiles import read_files
from connectors.spanfiles import read_span_files
from connectors.wanted import EVERYTHING, Wanted
from schemas.records import RawRecords
from telemetry.progress import advance
from transforms.coders import StructCoder
from transforms.ending import LAST_CALL


@dataclass(kw_only=True)
class ReadFiles(beam.PTransform):
    """All ``wanted`` records of ``files``, in batches of at most ``batch_rows`` and ``span_seconds``.

    A batch is of one partition. One reader reads them all, because records of one partition must stay in
    their order. With ``streaming`` the files are rehearsed as a stream, documents of ``spans`` first: held in
    memory, given out batch by batch with their append times, the watermark being the earliest append still
    to come, and at the end let it go on by ``quiet_seconds``, as it would on a silent topic. That is for
    trying a streaming job on a small capture.
    """

    files: list[str]
    batch_rows: int = 5000
    span_seconds: float = math.inf
    streaming: bool = False
    spans: list[str] = field(default_factory=list)
    quiet_seconds: tuple[float, ...] = ()
    wanted: Wanted = EVERYTHING

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        if self.streaming:
            batches = [*_read_spans(self.spans), *self._read(self.files)]
            stream = _rehearse(batches, self.quiet_seconds)
            return begin | "Rehearse" >> stream.with_output_types(RawRecords)
        return (
            begin
            | "Files" >> beam.Create([self.files])
            | "Read" >> beam.FlatMap(self._read).with_output_types(RawRecords)
        )

    def _read(self, files: Iterable[str]) -> Iterator[RawRecords]:
        for records in read_files(map(Path, files), self.batch_rows, self.span_seconds, self.wanted):
            advance("read", len(records))
            yield records


@dataclass(kw_only=True)
class ReadSpans(beam.PTransform):
    """All documents of spans in ``files``; with ``streaming`` rehearsed as a stream, in their order.

    ``quiet_seconds``: how far the watermark goes on at the end, before the input ends.
    """

    files: list[str]
    streaming: bool = False
    quiet_seconds: tuple[float, ...] = ()

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        if self.streaming:
            stream = _rehearse(list(_read_spans(self.files)), self.quiet_seconds)
            return begin | "Rehearse" >> stream.with_output_types(RawRecords)
        return (
            begin
            | "Files" >> beam.Create([self.files])
            | "Read" >> beam.FlatMap(_read_spans).with_output_types(RawRecords)
        )


def _read_spans(files: Iterable[str]) -> Iterator[RawRecords]:
    return read_span_files(map(Path, files))


def _rehearse(batches: list[RawRecords], quiet_seconds: Iterable[float]) -> TestStream:
    known = [at for records in batches for at in records.timestamps if at >= 0]
    begin = min(known, default=0)  # when that comes which does not say when
    earliest = [min((at for at in records.timestamps if at >= 0), default=begin) for records in batches]
    still_to_come = list(accumulate(reversed(earliest), min))[::-1]
    stream = TestStream(coder=StructCoder(RawRecords))
    watermark_ms = -1
    for records, at, low in zip(batches, earliest, still_to_come, strict=True):
        if low > watermark_ms:
            watermark_ms = low
            stream = stream.advance_watermark_to(_time(low))
        stream = stream.add_elements([TimestampedValue(records, _time(at))])
    newest_ms = max(known, default=0)
    for seconds in quiet_seconds:  # the runner does not hold the watermark for timers that are still due
        stream = stream.advance_watermark_to(_time(newest_ms + int(seconds * 1000)))
    return stream.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)


def _time(milliseconds: int) -> Timestamp:
    return Timestamp(micros=milliseconds * 1000)
