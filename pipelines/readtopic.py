"""``traceo stack read``: what topics hold, a message a line, for a person who looks what a job gives out."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import confluent_kafka
from confluent_kafka import KafkaError, TopicPartition

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster, without_noise

_ANSWER_SECONDS: Final = 8.0
_POLL_SECONDS: Final = 0.2
_BATCH: Final = 1000
#: Offsets looked through for each message that is wanted: the marks of transactions have some too.
_OFFSETS_A_MESSAGE: Final = 20
_LEAST_OFFSETS: Final = 1000


class Line(NamedTuple):
    """A message: its topic, its value as text, and when it was appended (epoch milliseconds)."""

    topic: str
    text: str
    at_ms: int


def newest(cluster: Cluster, topics: Sequence[str], count: int, *, follow: bool = False) -> Iterator[Line]:
    """The newest ``count`` committed messages of ``topics`` together, in the order of their appends.

    ``follow``: then what comes after, for ever. Raises InputError if a topic is not there.
    """
    consumer = confluent_kafka.Consumer(
        cluster.client(
            **{
                "group.id": "traceo-stack-read",  # a name that a client must have; nothing is committed
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
            }
        )
    )
    with contextlib.closing(consumer):
        try:
            begins = _begins(consumer, cluster, topics, count)
            consumer.assign([TopicPartition(*place, offset) for place, offset in begins.items()])
            yield from sorted(_up_to_the_ends(consumer, set(begins)), key=lambda line: line.at_ms)[-count:]
            while follow:
                yield from _lines(consumer.consume(_BATCH, _POLL_SECONDS))
        except confluent_kafka.KafkaException as error:
            raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error


def _begins(
    consumer: confluent_kafka.Consumer, cluster: Cluster, topics: Sequence[str], count: int
) -> dict[tuple[str, int], int]:
    known = consumer.list_topics(timeout=_ANSWER_SECONDS).topics
    missing = [topic for topic in topics if topic not in known]
    if missing:
        raise InputError(
            f"{cluster.brokers}: no topic {', '.join(missing)}; there are: {', '.join(sorted(known))}"
        )
    back = max(_LEAST_OFFSETS, _OFFSETS_A_MESSAGE * count)
    begins = {}
    for topic in topics:
        for number in known[topic].partitions:
            partition = TopicPartition(topic, number)
            low, high = consumer.get_watermark_offsets(partition, timeout=_ANSWER_SECONDS)
            begins[topic, number] = max(low, high - back)
    return begins


def _up_to_the_ends(consumer: confluent_kafka.Consumer, open_ones: set[tuple[str, int]]) -> Iterator[Line]:
    give_up = time.monotonic() + _ANSWER_SECONDS
    while open_ones and time.monotonic() < give_up:
        messages: list[Any] = consumer.consume(_BATCH, _POLL_SECONDS)
        for message in messages:
            error = message.error()
            if error is not None and error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                open_ones.discard((message.topic(), message.partition()))
        yield from _lines(messages)


def _lines(messages: Sequence[Any]) -> Iterator[Line]:
    for message in messages:
        if message.error() is None:
            value = message.value()
            text = "null" if value is None else value.decode("utf-8", "backslashreplace")
            yield Line(message.topic(), text, message.timestamp()[1])
