"""How far a job is behind its topics, by the positions that it shows."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import confluent_kafka
from confluent_kafka import Consumer, TopicPartition

from connectors.kafka.cluster import Cluster

_ANSWER_SECONDS: Final = 5.0
_TIMED_OUT: Final = confluent_kafka.KafkaError._TIMED_OUT  # noqa: SLF001


class Look(NamedTuple):
    """Records behind the end of the topics, and records read a second since the look before.

    Offsets count: the marks of transactions are among them. ``None``: not known.
    """

    behind: int | None
    per_second: float | None


class Rate:
    """Records a second of a position that moves in steps: a job shows its positions once a checkpoint.

    A rate holds until the next step; if none comes in twice the time of the one before, nothing is read.
    """

    def __init__(self) -> None:
        self._moved: tuple[float, int] | None = None
        self._rate: float | None = None
        self._holds = 0.0

    def of(self, read: int, now: float) -> float | None:
        """The rate at the time ``now`` in seconds, when ``read`` records were read; ``None`` at first."""
        if self._moved is None:
            self._moved = now, read
            return None
        passed = now - self._moved[0]
        if read != self._moved[1] and passed > 0:
            self._rate, self._holds = (read - self._moved[1]) / passed, 2 * passed
            self._moved = now, read
        elif passed > self._holds:
            self._rate = 0.0
        return self._rate


class Lag:
    """Looks at one group's positions in ``topics``.

    By a consumer that joins no group: the admin client's requests for groups end the process, by an assertion
    of librdkafka (its issue 4605), when they time out because the broker was restarted.
    """

    def __init__(self, cluster: Cluster, topics: Sequence[str], group: str) -> None:
        self._client = Consumer(cluster.client(**{"group.id": group, "enable.auto.commit": False}))
        self._topics = topics
        self._rate = Rate()

    def look(self) -> Look:
        """What is known now; nothing while the cluster is away."""
        try:
            positions = self._positions()
            ends = sum(self._end(partition) for partition in positions)
        except confluent_kafka.KafkaException:
            return Look(None, None)
        if not positions:
            return Look(None, None)
        read = sum(partition.offset for partition in positions)
        return Look(max(0, ends - read), self._rate.of(read, time.monotonic()))

    def _positions(self) -> list[TopicPartition]:
        known = self._client.list_topics(timeout=_ANSWER_SECONDS).topics
        partitions = [
            TopicPartition(topic, number)
            for topic in self._topics
            if topic in known
            for number in known[topic].partitions
        ]
        shown = self._client.committed(partitions, timeout=_ANSWER_SECONDS) if partitions else []
        return [partition for partition in shown if partition.offset >= 0]

    def _end(self, partition: TopicPartition) -> int:
        found = self._client.get_watermark_offsets(partition, timeout=_ANSWER_SECONDS)
        if found is None:
            raise confluent_kafka.KafkaException(confluent_kafka.KafkaError(_TIMED_OUT))
        return found[1]
