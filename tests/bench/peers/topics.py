"""Topics of the comparison: the inputs are filled once, the outputs are fresh for each run."""

import hashlib
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import confluent_kafka
import msgspec
import numpy as np
import pyarrow.parquet as pq
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from connectors.kafka.cluster import LATEST
from pipelines.multiply import multiply

EVENTS: Final = "db.metrics.events"
SERIES: Final = "db.metrics.series"
PARTITIONS: Final = 3
#: How the names of runs begin, and so what a contender makes for itself can be told.
RUN: Final = "peers-"
_BEHIND_MS: Final = 60_000  # the newest record is as old as this: Kafka refuses what is an hour in the future
_LARGEST: Final = 8_000_000
_SECONDS: Final = 60.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Keys(NamedTuple):
    """What a topic of clean events holds: how many, how many different ones, and digests of their keys."""

    events: int
    different: int
    digest: str
    #: Of the events of the sample's own time: what truth.json has.
    first_copy: str


def fill(brokers: str, sample: Path, copies: int, events: str = EVENTS, series: str = SERIES) -> int:
    """Fill the input topics with ``copies`` of the sample; the number of records of events.

    Records keep their partitions, order and distances in time.
    """
    recreate(brokers, [events, series], {"max.message.bytes": str(_LARGEST)})
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": brokers,
            "message.max.bytes": _LARGEST,
            "compression.type": "lz4",
            "linger.ms": 20,
        }
    )
    targets = {EVENTS: events, SERIES: series}
    written = 0
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "records.parquet"
        multiply(str(sample), copies * _per_copy(sample, archive), archive)
        table = pq.read_table(archive)
        table = table.take(np.argsort(table["timestamp_ms"].to_numpy(), kind="stable"))
        later = int(time.time() * 1000) - _BEHIND_MS - int(table["timestamp_ms"][-1].as_py())
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                topic = targets.get(row["topic"])
                if topic is not None:
                    _produce(producer, topic, row, later)
                    written += topic == events
    producer.flush(_SECONDS)
    return written


def _per_copy(sample: Path, archive: Path) -> int:
    multiply(str(sample), 1, archive)
    return int(np.sum(pq.read_table(archive, columns=["topic"])["topic"].to_numpy() == EVENTS))


def _produce(producer: confluent_kafka.Producer, topic: str, row: dict[str, Any], later: int) -> None:
    while True:
        try:
            producer.produce(
                topic,
                row["value"],
                row["key"],
                row["partition"] % PARTITIONS,
                timestamp=row["timestamp_ms"] + later,
            )
        except BufferError:
            producer.poll(0.1)
        else:
            producer.poll(0)
            return


def recreate(brokers: str, topics: Iterable[str], config: dict[str, str] | None = None) -> None:
    """Make ``topics`` empty. Waits until they are."""
    client = AdminClient({"bootstrap.servers": brokers})
    wanted = list(topics)
    delete(brokers, wanted)
    config = {"retention.ms": "-1", "message.timestamp.type": "CreateTime"} | (config or {})
    new = [NewTopic(name, num_partitions=PARTITIONS, config=config) for name in wanted]
    for answer in client.create_topics(new).values():
        answer.result()


def delete(brokers: str, topics: Iterable[str]) -> None:
    """Delete those of ``topics`` that are there. Waits until they are gone."""
    client = AdminClient({"bootstrap.servers": brokers})
    there = set(topics) & set(client.list_topics(timeout=_SECONDS).topics)
    for answer in client.delete_topics(sorted(there)).values() if there else ():
        answer.result()
    end = time.monotonic() + _SECONDS
    while there & set(client.list_topics(timeout=_SECONDS).topics):
        if time.monotonic() > end:
            raise TimeoutError(f"topics {sorted(there)} are still there after {_SECONDS:.0f} s")
        time.sleep(0.2)


def strange(brokers: str, own: Iterable[str]) -> set[str]:
    """Topics that are neither ours nor Kafka's, nor made by a contender in a run."""
    return {name for name in names(brokers) - {EVENTS, SERIES, *own} if RUN not in name}


def names(brokers: str) -> set[str]:
    """All topics that are not Kafka's own."""
    found = AdminClient({"bootstrap.servers": brokers}).list_topics(timeout=_SECONDS).topics
    return {name for name in found if not name.startswith("__")}


def ends(client: AdminClient, skip: Iterable[str] = ()) -> dict[str, int]:
    """The sum of the end offsets of each topic of users."""
    topics = client.list_topics(timeout=_SECONDS).topics
    left_out = set(skip)
    partitions = [
        TopicPartition(name, number)
        for name, topic in topics.items()
        if not name.startswith("__") and name not in left_out
        for number in topic.partitions
    ]
    sums: dict[str, int] = {}
    for partition, answer in (
        client.list_offsets({p: LATEST for p in partitions}).items() if partitions else ()
    ):
        try:
            offset = answer.result().offset
        except confluent_kafka.KafkaException:  # it was made or deleted just now
            continue
        sums[partition.topic] = sums.get(partition.topic, 0) + offset
    return sums


def read_values(brokers: str, topic: str) -> list[bytes]:
    """All that a reader of committed records finds."""
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "peers-reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    values: list[bytes] = []
    ended: set[int] = set()
    end = time.monotonic() + _SECONDS
    while len(ended) < PARTITIONS:
        if time.monotonic() > end:
            raise TimeoutError(f"{topic} could not be read to its end")
        for message in consumer.consume(10_000, 0.2):
            if message.error() is None:
                values.append(message.value())
                end = time.monotonic() + _SECONDS
            else:
                ended.add(message.partition())
    consumer.close()
    return values


def read_keys(brokers: str, topic: str) -> Keys:
    """The keys of all committed clean events of ``topic``."""
    decode = msgspec.json.Decoder(_Clean).decode
    values = read_values(brokers, topic)
    lines = {f"{e.metric_id}\t{_micros(e.timestamp)}\n": e.timestamp for e in map(decode, values)}
    first = min(lines.values(), default=_EPOCH)
    own = [line for line, at in lines.items() if (at - first).total_seconds() < _SPAN_SECONDS]
    return Keys(len(values), len(lines), _digest(lines), _digest(own))


_SPAN_SECONDS: Final = 75 * 60


class _Clean(msgspec.Struct):
    metric_id: str
    timestamp: datetime


def _micros(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
