"""Committed messages of some topics, from one set of offsets up to another → their identities."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import confluent_kafka
import msgspec
from confluent_kafka import KafkaError, TopicPartition

from connectors.errors import OutputError
from connectors.kafka.cluster import Cluster, without_noise

Ends = dict[tuple[str, int], int]
#: The identity of a message, by its value.
Identity = Callable[[bytes], bytes]

_PATIENCE_SECONDS: Final = 120.0
_BATCH: Final = 10_000


def read_back(
    cluster: Cluster, group: str, identities: Mapping[str, Identity], begins: Ends, ends: Ends
) -> Iterator[tuple[str, bytes | None, bytes]]:
    """Topic, key and identity of each committed message between ``begins`` (absent: the first) and ``ends``.

    What somebody else wrote there, without the fields of an identity's form, has none and is left out. Waits
    for open transactions of others below ``ends``: behind them a reader does not see ours.
    """
    open_ones = {p: end for p, end in ends.items() if begins.get(p, 0) < end and p[0] in identities}
    if not open_ones:
        return
    consumer = confluent_kafka.Consumer(
        cluster.client(
            **{
                "group.id": group,
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 20,  # an end is told when a fetch comes back
                "auto.offset.reset": "earliest",  # what retention deleted cannot be told apart any more
            }
        )
    )
    consumer.assign([TopicPartition(*p, begins.get(p, 0)) for p in open_ones])
    begun = time.monotonic()
    try:
        while open_ones:
            message: Any
            for message in consumer.consume(_BATCH, 0.1):
                partition = (message.topic(), message.partition())
                error = message.error()
                if error is None:
                    begun = time.monotonic()
                    name = _name(identities[partition[0]], message.value())
                    if name is not None and message.offset() < ends[partition]:
                        yield partition[0], message.key(), name
                elif error.code() != KafkaError._PARTITION_EOF and not error.retriable():  # noqa: SLF001
                    raise OutputError(f"{cluster.brokers}: {without_noise(error)}")
                if partition in open_ones and message.offset() + (error is None) >= open_ones[partition]:
                    del open_ones[partition]
            if time.monotonic() - begun > _PATIENCE_SECONDS:
                names = ", ".join(f"{topic}/{number}" for topic, number in open_ones)
                raise OutputError(f"{names}: a transaction of somebody else is open there for too long")
    finally:
        consumer.close()


def _name(identity: Identity, value: bytes | None) -> bytes | None:
    try:
        return None if value is None else identity(value)
    except msgspec.DecodeError:
        return None


def json_identity(fields: Iterable[str]) -> Identity:
    """The identity of a JSON object that has ``fields``: their values."""
    kind = msgspec.defstruct("Identified", [(name, Any, None) for name in fields], gc=False)
    decode, encode = msgspec.json.Decoder(kind).decode, msgspec.msgpack.Encoder().encode

    def identity(value: bytes) -> bytes:
        return encode(decode(value))

    return identity
