"""librdkafka's mock of a cluster, which speaks Kafka's protocol, transactions included, but fences nobody."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

from confluent_kafka import Producer

from connectors.kafka.cluster import Cluster
from connectors.kafka.reader import Reader
from schemas.records import RawRecords

PATIENCE_SECONDS = 20


class Mock:
    """A cluster of one broker. Topics are made by their first mention, each of four partitions."""

    def __init__(self) -> None:
        self.producer = Producer(
            {"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0, "linger.ms": 0}
        )
        brokers = self.producer.list_topics(timeout=10).brokers.values()
        self.brokers = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self.cluster = Cluster(brokers=self.brokers)

    def put(self, topic: str, *values: bytes | None, partition: int = 0, at_ms: int = 0) -> None:
        """Append ``values``."""
        for value in values:
            self.producer.produce(topic, value, partition=partition, timestamp=at_ms)
        assert self.producer.flush(PATIENCE_SECONDS) == 0

    def partitions(self, topic: str) -> int:
        """How many partitions ``topic`` has; it is there afterwards."""
        return len(self.producer.list_topics(topic, timeout=10).topics[topic].partitions)

    def values(self, topic: str) -> list[bytes | None]:
        """All that was committed to ``topic``, partition by partition."""
        reader = Reader(cluster=self.cluster, topics=(topic,), group="test")
        with contextlib.closing(reader):
            reader.go_to({})
            return [value for records in read_all(reader) for value in records.values]


@contextlib.contextmanager
def mock_cluster() -> Iterator[Mock]:
    """A mock, as long as the body runs."""
    yield Mock()


def read_all(reader: Reader) -> list[RawRecords]:
    """What ``reader`` gives until it is at the end of each of its partitions."""
    found: list[RawRecords] = []

    def is_at_end() -> bool:
        found.extend(reader.poll(0.02))
        return all(seen.at_end for seen in reader._seen.values())

    wait_until(is_at_end)
    return sorted(found, key=lambda records: (records.topic, records.partition, records.offsets[0]))


def wait_until(condition: Callable[[], Any]) -> Any:
    """What ``condition`` gives once it holds; it waits by itself."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < give_up
    return found
