"""Topics, groups and partitions, against librdkafka's mock of a cluster, which speaks Kafka's protocol."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from runners.watch import kafka
from runners.watch.kafka import KafkaProbe
from runners.watch.probe import ProbeError, Reading
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
from tests.runners.watch.answers import values

RECORDS = 5
QUIET = {"log_level": 0}


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    """Three brokers; five records in partition 0 of ``events``, of which group ``sink`` has read two."""
    producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 3, **QUIET})
    found = producer.list_topics(timeout=10).brokers.values()
    servers = ",".join(f"{broker.host}:{broker.port}" for broker in found)
    for number in range(RECORDS):
        producer.produce("events", b"x", key=str(number), partition=0)
    producer.produce("__debezium-heartbeat.db", b"{}", partition=0)
    assert producer.flush(10) == 0
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "sink", **QUIET})
    consumer.commit(offsets=[TopicPartition("events", 0, 2)], asynchronous=False)
    yield servers
    consumer.close()


def probe(brokers: str, **more: Any) -> KafkaProbe:
    return KafkaProbe({"bootstrap.servers": brokers}, timeout=10, **more)


def test_what_a_cluster_has(brokers: str) -> None:
    reading = probe(brokers, topics=["events"]).look()
    assert values(reading, BROKERS) == {(): 3}
    assert values(reading, OFFLINE) == values(reading, UNDER_REPLICATED) == {(): 0}
    partitions = values(reading, TOPIC_PARTITIONS)["events",]
    assert partitions > 1
    ends = values(reading, END_OFFSET)
    assert len(ends) == partitions
    assert ends["events", "0"] == RECORDS


def test_a_topic_that_is_not_there_is_said_and_not_made(brokers: str) -> None:
    for _ in range(2):
        reading = probe(brokers, topics=["nowhere"]).look()
        assert values(reading, TOPIC_PARTITIONS) == {("nowhere",): 0}
        assert not reading.states["topic nowhere"].good
        assert values(reading, END_OFFSET) == {}


def test_how_far_a_group_is_behind(brokers: str) -> None:
    reading = probe(brokers, topics=["events"], groups=["sink", "nobody"]).look()
    assert values(reading, GROUP_OFFSET) == {("sink", "events", "0"): 2}
    assert values(reading, GROUP_LAG) == {("sink", "events", "0"): RECORDS - 2}
    assert reading.states["group sink"].good
    assert not reading.states["group nobody"].good


def test_the_age_of_the_heartbeat(brokers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock does not know the newest record's time; a broker's answer is put in its place."""
    watched = probe(brokers, prefix="db")
    assert not watched.look().states["heartbeat"].good  # there is a topic, and nothing is known of it
    newest = [
        (("t", 0), SimpleNamespace(offset=0, timestamp=-1)),
        (("t", 1), SimpleNamespace(offset=0, timestamp=(time.time() - 7) * 1000)),
    ]
    monkeypatch.setattr(watched, "_offsets", lambda *_: iter(newest))
    reading = watched.look()
    assert values(reading, HEARTBEAT_AGE)["__debezium-heartbeat.db",] == pytest.approx(7, abs=5)
    assert reading.states["heartbeat"].good


def test_where_there_never_was_a_heartbeat_the_watch_has_an_age(brokers: str) -> None:
    reading = probe(brokers, prefix="other").look()
    assert values(reading, HEARTBEAT_AGE)["__debezium-heartbeat.other",] < 60  # since the watch began
    assert not reading.states["heartbeat"].good


def test_partitions_that_are_not_well_are_named() -> None:
    def partition(leader: int, in_sync: int) -> Any:
        return SimpleNamespace(leader=leader, isrs=[1] * in_sync, replicas=[1, 2])

    topics = {
        "a": SimpleNamespace(partitions={0: partition(-1, 0), 1: partition(1, 2), 2: partition(1, 1)}),
        "b": SimpleNamespace(partitions={n: partition(1, 1) for n in range(4)}),
    }
    reading = Reading()
    kafka._tell_partitions(reading, topics)
    assert values(reading, OFFLINE) == {(): 1}
    assert values(reading, UNDER_REPLICATED) == {(): 5}
    assert reading.states["partitions offline"].text == "1: a/0"
    assert reading.states["partitions under-replicated"].text == "5: a/2, b/0, b/1, …"


def test_nobody_there_is_a_failed_look_in_bounded_time() -> None:
    began = time.monotonic()
    with pytest.raises(ProbeError):
        KafkaProbe({"bootstrap.servers": "127.0.0.1:1"}, timeout=0.5).look()
    assert time.monotonic() - began < 5
