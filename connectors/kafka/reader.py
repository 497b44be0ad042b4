"""Partitions of a cluster, positions → RawRecords, new positions, a watermark. Nothing of Beam.

A reader takes its share of all partitions by a rule (:func:`share_of`), so that nothing has to be agreed
upon: a partition that is added later belongs to somebody already. Offsets are the caller's: they are never
committed to decide where to go on, only shown (:meth:`Reader.show_progress`), so that Kafka's own tools can
tell the lag.
"""

import contextlib
import logging
import math
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

import confluent_kafka
from confluent_kafka import KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.errors import InputError
from connectors.kafka.alignment import Alignment, Partition
from connectors.kafka.avrovalues import AvroValues, RegistryAway
from connectors.kafka.cluster import EARLIEST, LATEST, Cluster, without_noise
from schemas.records import RawRecords

_LOG: Final = logging.getLogger(__name__)

Positions = dict[Partition, int]

_PLENTY: Final = 1_000  # records of one read: from then on there are more than come in
_PLENTY_SECONDS: Final = 0.2
_LOOK_SECONDS: Final = 0.5  # how often idle partitions are looked at
_DISCOVER_SECONDS: Final = 10.0
_SHOW_SECONDS: Final = 5.0
_METADATA_SECONDS: Final = 30.0
_KNOWN_SECONDS: Final = 2.0  # once something is read: a bundle and its checkpoint wait for the answer
#: How long others wait for a partition of which nothing came yet, not even its end.
_UNKNOWN_SECONDS: Final = 30.0
_NEVER_MS: Final = -1
#: Errors from which librdkafka recovers by itself; while they last, no idle partition's watermark goes on.
_PASSING: Final = frozenset(
    {
        KafkaError._TRANSPORT,  # noqa: SLF001  that is how confluent_kafka names them
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
        KafkaError._RESOLVE,  # noqa: SLF001
        KafkaError._TIMED_OUT,  # noqa: SLF001
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.REQUEST_TIMED_OUT,
    }
)


def share_of(partition: Partition, readers: int) -> int:
    """Which of ``readers`` reads ``partition``; partitions of one topic are spread evenly."""
    topic, number = partition
    return (zlib.crc32(topic.encode()) + number) % readers


@dataclass(slots=True)
class _Seen:
    """What is known of one partition: its newest record's time, and up to when all there was is given."""

    newest_ms: int = _NEVER_MS
    complete_ms: int = _NEVER_MS
    at_end: bool = False
    ended_at: int | None = None  # where an end was met, behind what is not given yet
    since: float = field(default_factory=time.monotonic)


@dataclass(kw_only=True)
class Reader:
    """One share of the partitions of ``topics``.

    ``begin``: where partitions without a position begin: ``earliest`` or ``latest``. ``batch_rows``: records
    that are taken at once, at most. ``margin_seconds``: how long an append may take to become visible
    (transactions of the producer); the watermark of an idle partition stays that far behind the clock.
    ``drift_seconds``: how far, by append time, a partition is given ahead of another that has more to give.
    ``avro``: what decodes values in a registry's wire format. While the registry is away, a partition that
    needs it is held where it is, and read again later; for no longer than ``patience_seconds``.
    """

    cluster: Cluster
    topics: Sequence[str]
    group: str
    index: int = 0
    readers: int = 1
    begin: str = "earliest"
    batch_rows: int = 5000
    margin_seconds: float = 1.0
    drift_seconds: float = math.inf
    avro: AvroValues | None = None
    patience_seconds: float = math.inf
    #: The next offset to read of each partition.
    positions: Positions = field(default_factory=dict)
    #: Where the runner was told to hold the watermark, by whoever uses this reader.
    held_ms: int | None = None

    def __post_init__(self) -> None:
        config = self.cluster.client(
            **{
                "group.id": self.group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                # a fetch is answered when there is much, or after this; else each record would be one
                "fetch.min.bytes": 65_536,
                "fetch.wait.max.ms": 20,
                "fetch.error.backoff.ms": 100,
                "queued.max.messages.kbytes": 32_768,
            }
        )
        self._consumer = confluent_kafka.Consumer(config)
        self._admin = AdminClient(self.cluster.client())
        self._seen: dict[Partition, _Seen] = {}
        self._alignment = Alignment(drift_seconds=self.drift_seconds)
        self._paused: set[Partition] = set()
        self._looking: tuple[int, dict[TopicPartition, Future[Any]]] | None = None
        self._due_look = self._due_discovery = self._due_show = 0.0
        self._discovered_ms = _NEVER_MS
        self._held: set[Partition] = set()
        self._held_since: dict[Partition, float] = {}

    def close(self) -> None:
        """Let go of the cluster."""
        self._consumer.close()

    def go_to(self, positions: Mapping[Partition, int], *, discover: bool = True) -> None:
        """Read on at ``positions``; partitions that are not named begin where ``begin`` says.

        Without ``discover`` the named ones are read, and no others.
        """
        self.positions = dict(positions)
        self._looking = None
        self._held.clear()
        self._alignment.clear()
        self._pause(set())
        self._due_discovery = 0.0 if discover else math.inf
        self._seen = {p: _Seen() for p in self.positions}
        self._consumer.assign([TopicPartition(*p, offset) for p, offset in self.positions.items()])
        self._discover()

    def poll(self, seconds: float) -> list[RawRecords]:
        """What comes within ``seconds``, by partition; the positions are then beyond it."""
        self._discover()
        self._go_on()
        messages = self._consumed(seconds) if self.positions else []
        found: dict[Partition, list[Any]] = {}
        for message in messages:
            if message.error() is None:
                found.setdefault((message.topic(), message.partition()), []).append(message)
            else:
                self._meet(message.error(), (message.topic(), message.partition()))
        for partition, taken in found.items():
            self._alignment.add(_raw(partition, taken))
            self._seen[partition].at_end = False
        batches = list(self._given())
        self._pause(self._alignment.waiting(self.batch_rows))  # not sooner: what was fetched of it is lost
        self._mark_ends(message for message in messages if message.error() is not None)
        self._look()
        return batches

    def _given(self) -> Iterator[RawRecords]:
        """What partitions give side by side; positions go on behind it."""
        for records in self._alignment.ready(self._fronts()):
            partition = records.topic, records.partition
            if partition in self._held:  # what was before it has to be given first
                continue
            if self.avro is not None:
                try:
                    records = self.avro.decoded(records)  # noqa: PLW2901
                except RegistryAway as error:
                    self._hold(partition, error)
                    continue
                self._held_since.pop(partition, None)
            self.positions[partition] = records.offsets[-1] + 1
            seen = self._seen[partition]
            seen.newest_ms = max(seen.newest_ms, *records.timestamps)
            yield records

    def _fronts(self) -> Positions:
        """Up to when each partition was given that may have more of before. Who is at its end has not."""
        known_by = time.monotonic() - _UNKNOWN_SECONDS
        fronts = {
            p: max(seen.newest_ms, seen.complete_ms) for p, seen in self._seen.items() if not seen.at_end
        }
        return {p: ms for p, ms in fronts.items() if ms != _NEVER_MS or self._seen[p].since > known_by}

    def _pause(self, partitions: set[Partition]) -> None:
        """Read nothing more of these, and of all others again."""
        if more := partitions - self._paused:
            self._consumer.pause([TopicPartition(*p) for p in more])
        if fewer := self._paused - partitions:
            self._consumer.resume([TopicPartition(*p) for p in fewer])
        self._paused = partitions

    def _consumed(self, seconds: float) -> list[Any]:
        """What comes within ``seconds``; more where plenty waits: a full batch costs less a record."""
        messages: list[Any] = []
        end = time.monotonic() + _PLENTY_SECONDS
        while True:
            taken: list[Any] = self._consumer.consume(self.batch_rows - len(messages), seconds)
            messages += taken
            if len(taken) < _PLENTY or len(messages) >= self.batch_rows or time.monotonic() > end:
                return messages

    def watermark_ms(self) -> int:
        """All that was appended before was given (epoch milliseconds; -1: nothing is known yet).

        A partition's records come in the order of their appends. One whose end is reached goes with the clock
        as long as the cluster confirms that nothing new is there, so that it holds nobody up; so does a share
        without a partition, as far as it was looked for one.
        """
        if not self._seen:
            return self._discovered_ms
        return min(max(seen.newest_ms, seen.complete_ms) for seen in self._seen.values())

    def show_progress(self) -> None:
        """Tell the cluster, now and then, how far we are: for its tools alone, nothing is decided by it."""
        now = time.monotonic()
        if now < self._due_show or not self.positions:
            return
        self._due_show = now + _SHOW_SECONDS
        offsets = [TopicPartition(*p, offset) for p, offset in self.positions.items()]
        with contextlib.suppress(confluent_kafka.KafkaException):  # it will be told the next time
            self._consumer.commit(offsets=offsets, asynchronous=True)

    def _discover(self) -> None:
        now = time.monotonic()
        if now < self._due_discovery:
            return
        self._due_discovery = now + _DISCOVER_SECONDS
        asked_ms = self._margin_ago()
        found = self._partitions()
        if found is None:  # the cluster is away; what is assigned goes on when it is back
            return
        new = [p for p in found if p not in self.positions]
        begins = self._begin(new)
        if begins is None:
            self._due_discovery = now + _LOOK_SECONDS
            self._ask_for_leaders()
            return
        self._discovered_ms = asked_ms
        if new:
            self.positions |= begins
            self._consumer.incremental_assign([TopicPartition(*p, self.positions[p]) for p in new])
        for partition in self.positions:
            self._seen.setdefault(partition, _Seen())

    def _partitions(self) -> list[Partition] | None:
        found = []
        for topic in self.topics:
            try:
                seconds = _KNOWN_SECONDS if self.positions else _METADATA_SECONDS
                known = self._consumer.list_topics(topic, timeout=seconds).topics[topic]
            except confluent_kafka.KafkaException as error:
                if self.positions or self._discovered_ms != _NEVER_MS:
                    return None
                raise InputError(f"{self.cluster.brokers}: {without_noise(error.args[0])}") from error
            if known.error is not None:  # it is being made, or moved
                return None
            found += [(topic, number) for number in known.partitions]
        return [p for p in found if share_of(p, self.readers) == self.index]

    def _begin(self, partitions: list[Partition]) -> Positions | None:
        """Where new partitions begin; ``None``: not all of them have a leader yet."""
        spec = LATEST if self.begin == "latest" and not self.positions else EARLIEST
        asked = self._admin.list_offsets({TopicPartition(*p): spec for p in partitions}) if partitions else {}
        try:
            return {(p.topic, p.partition): answer.result().offset for p, answer in asked.items()}
        except confluent_kafka.KafkaException as error:
            reason = error.args[0]
        if reason.code() in _PASSING or reason.code() == KafkaError._NOENT:  # noqa: SLF001
            return None
        raise InputError(f"{self.cluster.brokers}: {without_noise(reason)}")

    def _meet(self, error: KafkaError, partition: Partition) -> None:
        """Raise InputError, but for errors that pass."""
        if error.code() == KafkaError._PARTITION_EOF or error.code() in _PASSING:  # noqa: SLF001
            return
        if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):  # noqa: SLF001
            topic, number = partition
            raise InputError(
                f"{topic} partition {number}: offset {self.positions.get(partition)} is not there any more: "
                "the topic's retention has deleted what was not read yet"
            )
        raise InputError(f"{self.cluster.brokers}: {without_noise(error)}")

    def _hold(self, partition: Partition, error: RegistryAway) -> None:
        """Stay where ``partition`` is, and its watermark with it. Raises InputError when patience is over."""
        now = time.monotonic()
        if not self._held_since:
            _LOG.warning("%s; reading waits for it", error)
        if now - self._held_since.setdefault(partition, now) > self.patience_seconds:
            raise InputError(str(error)) from error
        self._alignment.drop(partition)
        self._pause(self._paused - {partition})
        self._consumer.incremental_unassign([TopicPartition(*partition)])
        self._seen[partition].at_end = False
        self._seen[partition].ended_at = None
        self._held.add(partition)

    def _go_on(self) -> None:
        """Read what is held again, when the registry may be asked again."""
        if self.avro is None or not self._held or self.avro.clock() < self.avro.due:
            return
        self._consumer.incremental_assign([TopicPartition(*p, self.positions[p]) for p in self._held])
        self._held.clear()

    def _mark_ends(self, events: Iterable[Any]) -> None:
        """An end counts once all before it is given, if no record came after it."""
        for event in events:
            partition = (event.topic(), event.partition())
            if event.error().code() == KafkaError._PARTITION_EOF and partition not in self._held:  # noqa: SLF001
                self._seen[partition].ended_at = event.offset()
        waiting = self._alignment.waiting()
        for partition, seen in self._seen.items():
            if seen.ended_at is None or partition in waiting:
                continue
            if seen.ended_at >= self.positions.get(partition, math.inf):
                self.positions[partition] = seen.ended_at  # beyond the marks of transactions
                seen.at_end = True
            seen.ended_at = None

    def _look(self) -> None:
        """Ask the cluster where idle partitions end; if we are there, nothing was appended until we asked."""
        if self._looking is not None:
            asked_ms, answers = self._looking
            if not all(answer.done() for answer in answers.values()):
                return
            self._looking = None
            if any(answer.exception() is not None for answer in answers.values()):
                self._ask_for_leaders()
            for partition, answer in answers.items():
                seen = self._seen.get((partition.topic, partition.partition))
                if seen is None or answer.exception() is not None:
                    continue
                if answer.result().offset <= self.positions[partition.topic, partition.partition]:
                    seen.complete_ms = asked_ms
        now = time.monotonic()
        idle = [p for p, seen in self._seen.items() if seen.at_end]
        if now < self._due_look or not idle:
            return
        self._due_look = now + _LOOK_SECONDS
        asked = {TopicPartition(*p): LATEST for p in idle}
        answers = self._admin.list_offsets(asked, request_timeout=_KNOWN_SECONDS)
        self._looking = self._margin_ago(), answers

    def _ask_for_leaders(self) -> None:
        """They have changed; of its own the client would ask in half a minute."""
        with contextlib.suppress(confluent_kafka.KafkaException):
            self._admin.list_topics(timeout=_KNOWN_SECONDS)

    def _margin_ago(self) -> int:
        return int((time.time() - self.margin_seconds) * 1000)


def _raw(partition: Partition, messages: list[Any]) -> RawRecords:
    topic, number = partition
    return RawRecords(
        topic=topic,
        partition=number,
        offsets=[message.offset() for message in messages],
        timestamps=[message.timestamp()[1] for message in messages],
        keys=[message.key() for message in messages],
        values=[message.value() for message in messages],
    )
