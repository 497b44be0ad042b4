"""What the reader promises, on a real broker: transactions, new partitions, idle ones, retention, outages."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster
from connectors.kafka.preflight import current_ranges
from connectors.kafka.reader import Reader
from connectors.kafka.source import ReadKafka
from runners import direct
from tests.connectors.kafka.mockcluster import read_all
from tests.integration.securebroker import MARKS, SecureBroker, secure_broker
from tests.integration.servers import wait_until
from tests.integration.topicsofsample import make_topics

pytestmark = MARKS
Make = Callable[[int], str]


@pytest.fixture(scope="module")
def broker() -> Iterator[SecureBroker]:
    with secure_broker() as one:
        yield one


@pytest.fixture
def kafka(broker: SecureBroker) -> Cluster:
    return broker.plain


@pytest.fixture
def make(kafka: Cluster) -> Make:
    """Make a topic of so many partitions; its name."""

    def one(partitions: int) -> str:
        name = f"t-{uuid4().hex[:8]}"
        make_topics(kafka, {name: partitions})
        return name

    return one


@pytest.fixture
def read(kafka: Cluster) -> Iterator[Callable[[str], Reader]]:
    """A reader of a topic from its beginning."""
    with contextlib.ExitStack() as at_the_end:

        def one(topic: str) -> Reader:
            reader = at_the_end.enter_context(
                contextlib.closing(Reader(cluster=kafka, topics=(topic,), group="test"))
            )
            reader.go_to({})
            return reader

        yield one


def producer(kafka: Cluster, transactional_id: str | None = None) -> Producer:
    more = {} if transactional_id is None else {"transactional.id": transactional_id}
    one = Producer(kafka.client(**more))
    if transactional_id is not None:
        one.init_transactions(30)
    return one


def put(one: Producer, topic: str, *values: str, partition: int = 0, at_ms: int = 0) -> None:
    for value in values:
        one.produce(topic, value.encode(), partition=partition, timestamp=at_ms or now_ms())
    assert one.flush(30) == 0


def now_ms() -> int:
    return int(time.time() * 1000)


def values(batches: list[Any]) -> list[str]:
    return [value.decode() for records in batches for value in records.values]


def test_what_was_aborted_is_never_given(kafka: Cluster, make: Make, read: Callable[[str], Reader]) -> None:
    topic, writer = make(1), producer(kafka, "aborts")
    for text, end in (
        ("aborted", writer.abort_transaction),
        ("kept", writer.commit_transaction),
        ("aborted too", writer.abort_transaction),
    ):
        writer.begin_transaction()
        put(writer, topic, text)
        end(30)
    reader = read(topic)
    assert values(read_all(reader)) == ["kept"]
    assert reader.positions == {(topic, 0): 6}  # beyond three records and three marks


def test_an_open_transaction_holds_back_what_is_behind_it_and_the_watermark(
    kafka: Cluster, make: Make, read: Callable[[str], Reader]
) -> None:
    topic, writer = make(2), producer(kafka, "opens")
    writer.begin_transaction()
    opened_ms = now_ms()
    put(writer, topic, "open", at_ms=opened_ms)
    put(producer(kafka), topic, "behind")
    reader = read(topic)
    assert values(read_all(reader)) == []
    idle = (topic, 1)

    def looked_since() -> bool:
        assert values(reader.poll(0.05)) == []
        return reader._seen[idle].complete_ms > opened_ms

    wait_until(looked_since)
    assert reader.watermark_ms() < opened_ms  # although the clock is beyond it
    writer.commit_transaction(30)
    found: list[str] = []

    def all_came() -> bool:
        found.extend(values(reader.poll(0.05)))
        return len(found) == 2

    wait_until(all_came, lambda: found)
    assert found == ["open", "behind"]


def test_partitions_that_are_added_are_read_from_their_beginning(
    kafka: Cluster, make: Make, read: Callable[[str], Reader]
) -> None:
    topic = make(1)
    reader, one = read(topic), producer(kafka)
    put(one, topic, "old")
    assert values(read_all(reader)) == ["old"]
    admin = AdminClient(kafka.client())
    for added in admin.create_partitions([NewPartitions(topic, 3)]).values():
        added.result()
    fresh = producer(kafka)  # the other one does not know of them yet
    wait_until(lambda: len(fresh.list_topics(topic, timeout=10).topics[topic].partitions) == 3)
    put(fresh, topic, "first of another", partition=1)
    put(fresh, topic, "first of the last", partition=2)
    found: list[str] = []

    def came() -> bool:
        found.extend(values(reader.poll(0.05)))
        return len(found) == 2

    wait_until(came, lambda: found)
    assert sorted(found) == ["first of another", "first of the last"]


def test_idle_partitions_do_not_hold_the_watermark(
    kafka: Cluster, make: Make, read: Callable[[str], Reader]
) -> None:
    topic = make(3)
    appended_ms = now_ms()
    put(producer(kafka), topic, "only one", at_ms=appended_ms)
    reader = read(topic)
    assert values(read_all(reader)) == ["only one"]

    def passed() -> bool:
        assert values(reader.poll(0.05)) == []
        return reader.watermark_ms() > appended_ms

    wait_until(passed)
    assert reader.watermark_ms() <= now_ms() - 1000  # an append may take that long to be seen


def test_a_bounded_source_ends_where_the_topic_ended_and_waits_for_no_open_transaction(
    kafka: Cluster, make: Make, tmp_path: Path
) -> None:
    topic, one = make(2), producer(kafka, "bounds")
    for end in (one.commit_transaction, one.abort_transaction):  # the last offsets are marks
        one.begin_transaction()
        put(one, topic, f"by {end.__name__}")
        end(30)
    one.begin_transaction()
    put(one, topic, "still open", partition=1)
    until = current_ranges(kafka, [topic])
    put(producer(kafka), topic, "later")
    source = ReadKafka(cluster=kafka, topics=(topic,), group="test", until=until)

    def graph(pipeline: beam.Pipeline) -> None:
        found = pipeline | "Read" >> source | "Values" >> beam.FlatMap(lambda records: records.values)
        assert_that(found, equal_to([b"by commit_transaction"]))

    direct.run(graph, streaming=False, spill_folder=tmp_path)
    one.abort_transaction(30)


def test_a_position_that_retention_deleted_is_refused(kafka: Cluster, make: Make) -> None:
    topic = make(1)
    put(producer(kafka), topic, *map(str, range(10)))
    admin = AdminClient(kafka.client())
    for deleted in admin.delete_records([TopicPartition(topic, 0, 7)]).values():
        deleted.result()
    reader = Reader(cluster=kafka, topics=(topic,), group="test")
    with contextlib.closing(reader):
        reader.go_to({(topic, 0): 3})
        with pytest.raises(InputError, match=f"^{topic} partition 0: offset 3 is not there any more"):
            wait_until(lambda: reader.poll(0.05))


def test_a_broker_that_was_away_costs_no_record_and_holds_the_watermark(
    broker: SecureBroker, kafka: Cluster, make: Make, read: Callable[[str], Reader]
) -> None:
    topic = make(2)
    put(producer(kafka), topic, "before")
    reader = read(topic)
    assert values(read_all(reader)) == ["before"]
    broker.stack.kill("kafka")
    away_ms = now_ms()

    def long_away() -> bool:
        assert reader.poll(0.05) == []
        return now_ms() > away_ms + 2_000

    wait_until(long_away)
    assert reader.watermark_ms() <= away_ms  # nobody confirms that nothing was appended
    broker.stack.start("kafka")
    put(producer(kafka), topic, "after")
    found: list[str] = []

    def came() -> bool:
        found.extend(values(reader.poll(0.05)))
        return bool(found) and reader.watermark_ms() > away_ms + 2_000

    wait_until(came, lambda: (found, reader.watermark_ms()))
    assert found == ["after"]
