"""Topics, their partitions, the connector's heartbeat, and how far a consumer group is behind.

The heartbeat's age is asked for as the time of its topic's newest record: nothing is consumed.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from runners.watch.probe import ProbeError, Reading, first_line
from telemetry.changestream import (
    BROKERS,
    END_OFFSET,
    GROUP_LAG,
    GROUP_OFFSET,
    HEARTBEAT_AGE,
    OFFLINE,
    TOPIC_PARTITIONS,
    UNDER_REPLICATED,
)

HEARTBEAT_PREFIX: Final = "__debezium-heartbeat."
_MILLIS: Final = 1000
_END: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]
_NEWEST: Final = OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
#: In states; the metrics count all of them.
_MOST_NAMED: Final = 3

Place = tuple[str, int]


class KafkaProbe:
    """Looks at a cluster. ``config``: of a librdkafka client; it may hold a password, and is not shown.

    ``topics``: those that must be there. ``groups``: consumer groups that read them, whose committed offsets
    are the job's position. ``prefix``: Debezium's ``topic.prefix``, for the heartbeat. ``timeout``: seconds.
    """

    name = "kafka"

    def __init__(
        self,
        config: Mapping[str, Any],
        topics: Sequence[str] = (),
        groups: Sequence[str] = (),
        prefix: str | None = None,
        timeout: float = 3.0,
    ) -> None:
        self._config = dict(config) | {"log_level": 0}  # what is wrong is said by the probe, once
        self._topics = tuple(topics)
        self._groups = tuple(groups)
        self._heartbeat = None if prefix is None else HEARTBEAT_PREFIX + prefix
        self._timeout = timeout
        self._client: AdminClient | None = None
        self._began = time.time()

    def look(self) -> Reading:
        """Raises :class:`ProbeError`."""
        reading = Reading()
        try:
            self._client = self._client or AdminClient(self._config)
            metadata = self._client.list_topics(timeout=self._timeout)
            reading.add(BROKERS, len(metadata.brokers))
            _tell_partitions(reading, metadata.topics)
            places = list(self._watched(reading, metadata.topics))
            ends = self._ends(places)
            for (topic, partition), end in ends.items():
                reading.add(END_OFFSET, end, topic, str(partition))
            for group in self._groups:
                self._tell_group(reading, group, places, ends)
            if self._heartbeat is not None:
                self._tell_heartbeat(reading, self._heartbeat, metadata.topics)
        except KafkaException as error:
            raise ProbeError(first_line(error.args[0].str())) from error
        return reading

    def _watched(self, reading: Reading, found: Mapping[str, Any]) -> Iterator[Place]:
        for topic in self._topics:
            partitions = sorted(found[topic].partitions) if topic in found else []
            reading.add(TOPIC_PARTITIONS, len(partitions), topic)
            text = f"{len(partitions)} partitions" if partitions else "missing"
            reading.note(f"topic {topic}", text, good=bool(partitions))
            for number in partitions:
                if found[topic].partitions[number].leader >= 0:  # nobody else could say where its end is
                    yield topic, number

    def _ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """Where a reader of committed records is at the end; without what is still being written."""
        return {place: info.offset for place, info in self._offsets(places, _END)}

    def _offsets(self, places: Iterable[Place], which: OffsetSpec) -> Iterator[tuple[Place, Any]]:
        asked = {TopicPartition(*place): which for place in places}
        if asked and self._client is not None:
            answers = self._client.list_offsets(
                asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=self._timeout
            )
            for place, answer in answers.items():
                yield (place.topic, place.partition), answer.result(self._timeout)

    def _tell_group(
        self, reading: Reading, group: str, places: Sequence[Place], ends: Mapping[Place, int]
    ) -> None:
        if not places or self._client is None:
            return
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(*place) for place in places])
        (answer,) = self._client.list_consumer_group_offsets([asked], request_timeout=self._timeout).values()
        committed = [found for found in answer.result(self._timeout).topic_partitions if found.offset >= 0]
        for found in committed:
            end = ends[found.topic, found.partition]
            labels = (group, found.topic, str(found.partition))
            reading.add(GROUP_OFFSET, found.offset, *labels)
            reading.add(GROUP_LAG, max(end - found.offset, 0), *labels)
        text = "has positions" if committed else "has committed nothing"
        reading.note(f"group {group}", text, good=bool(committed))

    def _tell_heartbeat(self, reading: Reading, topic: str, found: Mapping[str, Any]) -> None:
        places = [(topic, number) for number in found[topic].partitions] if topic in found else []
        newest = [info.timestamp for _, info in self._offsets(places, _NEWEST)]
        last = max(newest, default=-1) / _MILLIS
        # where there never was one, its age is that of the watch, so that somebody is told
        reading.add(HEARTBEAT_AGE, max(time.time() - (last if last >= 0 else self._began), 0.0), topic)
        text = "there" if last >= 0 else f"nothing in {topic}" if places else f"no topic {topic}"
        reading.note("heartbeat", text, good=last >= 0)


def _tell_partitions(reading: Reading, topics: Mapping[str, Any]) -> None:
    offline, behind = [], []
    for topic in sorted(topics):
        for number, partition in sorted(topics[topic].partitions.items()):
            if partition.leader < 0:
                offline.append(f"{topic}/{number}")
            elif len(partition.isrs) < len(partition.replicas):
                behind.append(f"{topic}/{number}")
    for metric, places, words in (
        (OFFLINE, offline, "offline"),
        (UNDER_REPLICATED, behind, "under-replicated"),
    ):
        reading.add(metric, len(places))
        named = ", ".join(places[:_MOST_NAMED]) + (", …" if len(places) > _MOST_NAMED else "")
        reading.note(f"partitions {words}", f"{len(places)}: {named}" if places else "none", good=not places)
