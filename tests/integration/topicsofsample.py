"""The sample's records in topics of Kafka, and what a reader of committed messages finds in any topics."""

import base64
import json
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from connectors.kafka.cluster import Cluster
from connectors.kafka.preflight import current_ranges
from connectors.kafka.reader import Reader
from tests.captures import sample_lines

KEPT = {"max.message.bytes": "8000000", "retention.ms": "-1"}  # the sample is old


def make_topics(cluster: Cluster, partitions: dict[str, int], **config: str) -> None:
    """Topics that are empty."""
    admin = AdminClient(cluster.client())
    new = [NewTopic(topic, num_partitions=n, config=KEPT | config) for topic, n in partitions.items()]
    for made in admin.create_topics(new).values():
        made.result()
    every = Producer(cluster.client())
    for topic in partitions:  # the answer may come before the leader
        while every.list_topics(topic, timeout=30).topics[topic].error is not None:
            pass


def load_sample(cluster: Cluster, prefix: str) -> tuple[str, ...]:
    """Make topics of events, series and transactions, whose names begin with ``prefix``, with the sample's
    records in the partitions in which they were.
    """
    topics = {f"{prefix}.metrics.events": 3, f"{prefix}.metrics.series": 1, f"{prefix}.transaction": 1}
    make_topics(cluster, topics)
    producer = Producer(
        cluster.client(**{"message.max.bytes": 8_000_000, "queue.buffering.max.messages": 1_000_000})
    )
    for line in sample_lines():
        record = json.loads(line)
        topic = prefix + record["topic"].removeprefix("db")
        if topic in topics:
            key, value = (
                None if (text := record[name]) is None else base64.b64decode(text)
                for name in ("key", "value")
            )
            producer.produce(
                topic, value, key, partition=record["partition"], timestamp=record["timestamp_ms"]
            )
    assert producer.flush(60) == 0
    return tuple(topics)


def committed(cluster: Cluster, topics: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """All messages of ``topics``, as JSON, that are committed now."""
    found: dict[str, list[dict[str, Any]]] = {topic: [] for topic in topics}
    ends = {(topic, number): end for topic, number, _, end in current_ranges(cluster, list(found))}
    reader = Reader(cluster=cluster, topics=tuple(found), group="test")
    reader.go_to({})
    while any(position < ends[p] for p, position in reader.positions.items()):
        for records in reader.poll(0.05):
            found[records.topic] += [json.loads(value or b"null") for value in records.values]
    reader.close()
    return found
