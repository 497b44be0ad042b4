"""How far a job is behind its topics, by the positions that it shows."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import confluent_kafka
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.kafka.cluster import LATEST, Cluster


class Look(NamedTuple):
    """Records behind the end of the topics, and records read a second since the look before.

    Offsets count: the marks of transactions are among them. ``None``: not known.
    """

    behind: int | None
    per_second: float | None


class Lag:
    """Looks at one group's positions in ``topics``."""

    def __init__(self, cluster: Cluster, topics: Sequence[str], group: str) -> None:
        self._client = AdminClient(cluster.client())
        self._topics = topics
        self._group = group
        self._before: tuple[float, int] | None = None

    def look(self) -> Look:
        """What is known now; nothing while the cluster is away."""
        try:
            positions = self._positions()
            asked = self._client.list_offsets(
                {TopicPartition(*partition): LATEST for partition in positions}, request_timeout=5
            )
            ends = sum(int(answer.result().offset) for answer in asked.values())
        except confluent_kafka.KafkaException:
            return Look(None, None)
        if not positions:
            return Look(None, None)
        read, now = sum(positions.values()), time.monotonic()
        rate = None
        if self._before is not None and now > self._before[0]:
            rate = (read - self._before[1]) / (now - self._before[0])
        if self._before is None or read != self._before[1]:
            self._before = now, read
        return Look(max(0, ends - read), rate)

    def _positions(self) -> dict[tuple[str, int], int]:
        asked = self._client.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(self._group)], request_timeout=5
        )
        found = asked[self._group].result().topic_partitions
        return {(p.topic, p.partition): p.offset for p in found if p.topic in self._topics and p.offset >= 0}
