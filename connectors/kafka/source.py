"""ReadKafka: topics → RawRecords, endless or up to where the topics ended when the job began.

Endless, it is a loop of processing-time timers and not a splittable DoFn: a timer fires, a batch is read,
the positions are written to state and the timer is set again, in one bundle. So positions and what was made
of the records are in one checkpoint, of a size that does not grow; a bundle is as short as one read; and the
time of the next read is kept to the millisecond. A splittable DoFn that defers itself does none of this well
on the Flink runner (decision 14). Another timer holds the watermark where the reader says.
"""

import bisect
import gc
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import uuid4

import apache_beam as beam
import msgspec
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from connectors.kafka.avrovalues import AvroValues
from connectors.kafka.cluster import Cluster
from connectors.kafka.endless import Endless, hold_watermark, wake_now
from connectors.kafka.reader import Positions, Reader
from connectors.kafka.registry import Registry
from connectors.kafka.shared import SharedClients
from schemas.records import RawRecords
from telemetry.progress import advance

_VERSION: Final = 1
#: A batch is of many small objects in no cycles: with Python's own thresholds (700, 10, 10) the collector
#: would look at them dozens of times before they are gone, for a twentieth of all that a worker does.
_COLLECTED: Final = (100_000, 20, 20)
_PATIENCE_SECONDS: Final = 60.0  # with a registry that is away, where what is read has an end

#: (topic, partition, first offset, offset after the last)
Ranges = tuple[tuple[str, int, int, int], ...]


@dataclass(kw_only=True)
class ReadKafka(beam.PTransform):
    """Records of ``topics``, in batches of up to ``batch_rows`` of one partition, stamped with their append.

    ``readers``: among how many the partitions are shared out; new ones are found. ``poll_seconds``: how long
    a read waits for a batch to fill, and so the least latency and the most bundles a second. ``group``: under
    which name the positions are shown to Kafka's tools; where to go on is in the runner's checkpoints alone.
    ``drift_seconds``: how far one partition of a share may be ahead of another, by append time.
    ``until``: ranges of offsets to read (a bounded source), else it is endless. ``begin``: ``earliest`` or
    ``latest``, where there is no checkpoint. ``registry``: values in its wire format become JSON.
    """

    cluster: Cluster
    topics: tuple[str, ...]
    group: str
    readers: int = 1
    begin: str = "earliest"
    batch_rows: int = 5000
    poll_seconds: float = 0.02
    drift_seconds: float = math.inf
    until: "Ranges | None" = None
    registry: Registry | None = None

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        if self.until is not None:
            return (
                begin
                | "Ranges" >> beam.Create([self.until])
                | "Read" >> beam.FlatMap(self._read_until).with_output_types(RawRecords)
            )
        shares = [(index, b"") for index in range(self.readers)]
        return (
            begin
            | "Shares" >> beam.Create(shares, reshuffle=False).with_output_types(tuple[int, bytes])
            | "Endless" >> beam.ParDo(Endless()).with_output_types(tuple[int, bytes])
            | "Poll" >> beam.ParDo(_Poll(self)).with_output_types(RawRecords)
        )

    def reader(self, index: int = 0, readers: int = 1) -> Reader:
        """The reader of one share."""
        return Reader(
            cluster=self.cluster,
            topics=self.topics,
            group=self.group,
            index=index,
            readers=readers,
            begin=self.begin,
            batch_rows=self.batch_rows,
            drift_seconds=self.drift_seconds,
            avro=None if self.registry is None else AvroValues(registry=self.registry),
            patience_seconds=math.inf if self.until is None else _PATIENCE_SECONDS,
        )

    def _read_until(self, until: "Ranges") -> Iterator[RawRecords]:
        ends = {(topic, partition): end for topic, partition, _, end in until}
        open_ones = {(topic, partition): begin for topic, partition, begin, end in until if begin < end}
        reader = self.reader()
        reader.go_to(open_ones, discover=False)
        try:
            while any(position < ends[p] for p, position in reader.positions.items()):
                for records in reader.poll(self.poll_seconds):
                    taken = _before(records, ends[records.topic, records.partition])
                    if len(taken):
                        advance("read", len(taken))
                        yield taken
        finally:
            reader.close()


def _before(records: RawRecords, end: int) -> RawRecords:
    """The records with offsets before ``end``."""
    rows = bisect.bisect_left(records.offsets, end)
    return records if rows == len(records) else records.part(0, rows)


class _Poll(beam.DoFn):
    POSITIONS = ReadModifyWriteStateSpec("positions", beam.coders.BytesCoder())
    NEXT = TimerSpec("kafka_poll", TimeDomain.REAL_TIME)
    HOLD = TimerSpec("kafka_hold", TimeDomain.WATERMARK)

    def __init__(self, source: ReadKafka) -> None:
        self._source = source
        self._readers: SharedClients[Reader] = SharedClients(uuid4().hex)

    def setup(self) -> None:
        self._readers.enter()
        gc.set_threshold(*_COLLECTED)

    def teardown(self) -> None:
        self._readers.leave()

    def process(
        self,
        element: tuple[int, bytes],
        following: Any = beam.DoFn.TimerParam(NEXT),
        hold: Any = beam.DoFn.TimerParam(HOLD),
    ) -> None:
        hold_watermark(hold, -1)
        wake_now(following, -1)

    @on_timer(NEXT)
    def poll(
        self,
        share: int = beam.DoFn.KeyParam,
        positions: Any = beam.DoFn.StateParam(POSITIONS),
        following: Any = beam.DoFn.TimerParam(NEXT),
        hold: Any = beam.DoFn.TimerParam(HOLD),
    ) -> Iterable[Any]:
        """Read once, and set the timer again."""
        known = _positions(positions.read())
        reader = self._readers.get(share, known, partial(self._opened, share, known))
        for records in reader.poll(self._source.poll_seconds):
            yield TimestampedValue(records, Timestamp(micros=max(0, records.timestamps[0]) * 1000))
        if reader.positions != known:
            positions.write(_packed(reader.positions))
        self._readers.put(share, dict(reader.positions), reader)
        reader.show_progress()
        watermark_ms = reader.watermark_ms()
        if watermark_ms != reader.held_ms:  # Prism keeps each that was ever set
            hold_watermark(hold, watermark_ms)
            reader.held_ms = watermark_ms
        wake_now(following, watermark_ms)

    def _opened(self, share: int, positions: Positions) -> Reader:
        reader = self._source.reader(share, self._source.readers)
        reader.go_to(positions)
        return reader

    @on_timer(HOLD)
    def end(self) -> None:
        """The timer is only there to hold the watermark."""


def _packed(positions: Positions) -> bytes:
    rows = [(topic, partition, offset) for (topic, partition), offset in sorted(positions.items())]
    return msgspec.msgpack.encode((_VERSION, rows))


def _positions(stored: bytes | None) -> Positions:
    if not stored:
        return {}
    _, rows = msgspec.msgpack.decode(stored)
    return {(topic, partition): offset for topic, partition, offset in rows}
