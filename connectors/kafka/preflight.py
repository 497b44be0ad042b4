"""What can be proved of a cluster before a job is built: that it answers, knows us, has the topics, lets us.

Each failure is one line that names the thing and the fix.
"""

import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import confluent_kafka
from confluent_kafka import IsolationLevel, KafkaError, TopicCollection, TopicPartition, admin
from confluent_kafka.admin import AdminClient

from connectors.errors import InputError, OutputError
from connectors.kafka.cluster import EARLIEST, LATEST, Cluster, without_noise
from connectors.kafka.source import Ranges
from connectors.kafka.writer import MOST_BYTES

_ANSWER_SECONDS: Final = 8.0
_SKEW_SECONDS: Final = 60.0
_COMMITTED: Final[Any] = IsolationLevel.READ_COMMITTED  # what is not, is not waited for
_NEWEST: Final[Any] = admin.OffsetSpec.max_timestamp()  # type: ignore[attr-defined, no-untyped-call]
#: What librdkafka says when the other side is there and does not want us.
_UNWANTED: Final = {
    KafkaError._AUTHENTICATION: "does not accept us; see --kafka-username and --kafka-password-file",  # noqa: SLF001
    KafkaError._SSL: "TLS failed; see --kafka-ca-file and --kafka-protocol",  # noqa: SLF001
    KafkaError._RESOLVE: "the host is unknown",  # noqa: SLF001
}


def check_inputs(cluster: Cluster, topics: Sequence[str]) -> None:
    """Prove that ``topics`` are there and may be read, and that the clocks agree. Raises InputError."""
    client = _connected(cluster)
    _check(cluster, client, topics, "READ", InputError)
    _check_clock(cluster, client, topics)


def check_outputs(cluster: Cluster, topics: Sequence[str], *, create: bool) -> None:
    """Prove that ``topics`` are there and may be written; ``create``: make those that are missing.

    Raises OutputError.
    """
    client = _connected(cluster)
    if create:
        _create(cluster, client, _missing(client, topics))
    _check(cluster, client, topics, "WRITE", OutputError)


def current_ranges(
    cluster: Cluster, topics: Sequence[str], *, since_ms: int | None = None, until_ms: int | None = None
) -> Ranges:
    """What ``topics`` hold now, as ranges of offsets: all, or what was appended in a span of time.

    Raises InputError.
    """
    client = _connected(cluster)
    partitions = [
        TopicPartition(topic, number)
        for topic in topics
        for number in client.list_topics(topic, timeout=_ANSWER_SECONDS).topics[topic].partitions
    ]
    begins = _offsets(cluster, client, partitions, EARLIEST if since_ms is None else _at(since_ms))
    ends = _offsets(cluster, client, partitions, LATEST if until_ms is None else _at(until_ms))
    newest = _offsets(cluster, client, partitions, LATEST)
    return tuple(
        (topic, number, _or(begins[topic, number], newest[topic, number]), _or(end, newest[topic, number]))
        for (topic, number), end in ends.items()
    )


def append_times(cluster: Cluster, places: Iterable[tuple[str, int, int]]) -> list[int]:
    """When the first records at or after these offsets (topic, partition, offset) were appended.

    Epoch milliseconds, in the order of ``places``; without those after which nothing is. Raises InputError.
    """
    client = _connected(cluster)
    consumer = confluent_kafka.Consumer(
        cluster.client(
            **{
                "group.id": "traceo-look",  # a name that a client must have; nothing is committed
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
            }
        )
    )
    found = []
    with contextlib.closing(consumer):
        for topic, partition, offset in places:
            newest = _offsets(cluster, client, [TopicPartition(topic, partition)], LATEST)
            consumer.assign([TopicPartition(topic, partition, offset)])
            give_up = time.monotonic() + _ANSWER_SECONDS
            while offset < newest[topic, partition] and time.monotonic() < give_up:
                message = consumer.poll(_ANSWER_SECONDS)
                error = None if message is None else message.error()
                if message is not None and error is None:
                    found.append(int(message.timestamp()[1]))
                    break
                if error is not None and error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                    break
    return found


def _or(offset: int, newest: int) -> int:
    """An offset by time is -1 where nothing is as late."""
    return newest if offset < 0 else offset


def _at(milliseconds: int) -> Any:
    return admin.OffsetSpec.for_timestamp(milliseconds)  # type: ignore[attr-defined]


def _offsets(
    cluster: Cluster, client: AdminClient, partitions: Iterable[TopicPartition], spec: Any
) -> dict[tuple[str, int], int]:
    try:
        asked = client.list_offsets(dict.fromkeys(partitions, spec), isolation_level=_COMMITTED)
        return {(p.topic, p.partition): int(answer.result().offset) for p, answer in asked.items()}
    except confluent_kafka.KafkaException as error:
        raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error


def _connected(cluster: Cluster) -> AdminClient:
    """A client that has spoken to the cluster. Raises InputError, with the reason that a callback gave."""
    said: list[KafkaError] = []
    config = cluster.client(error_cb=said.append)
    try:
        client = AdminClient(config)
    except confluent_kafka.KafkaException as error:  # a file of TLS that holds something else
        raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error
    try:
        client.list_topics(timeout=_ANSWER_SECONDS)
    except confluent_kafka.KafkaException as error:
        client.poll(0)
        for refusal in said:
            if refusal.code() in _UNWANTED:
                raise InputError(f"{cluster.brokers}: {_UNWANTED[refusal.code()]}") from error
        heard = [r for r in said if r.code() != KafkaError._ALL_BROKERS_DOWN]  # noqa: SLF001  says less
        reason = f": {without_noise(heard[-1])}" if heard else ""
        raise InputError(
            f"{cluster.brokers}: no broker answers within {_ANSWER_SECONDS:.0f} s{reason}"
        ) from error
    return client


def _missing(client: AdminClient, topics: Iterable[str]) -> list[str]:
    known = client.list_topics(timeout=_ANSWER_SECONDS).topics
    return [topic for topic in topics if topic not in known]


def _check(
    cluster: Cluster, client: AdminClient, topics: Sequence[str], operation: str, kind: type[ValueError]
) -> None:
    missing = _missing(client, topics)
    if missing:
        fix = "create them, or let --create-topics do it" if kind is OutputError else "see the connector"
        raise kind(
            f"{cluster.brokers}: no topic {', '.join(missing)}, or no right to see it; {fix}, or grant it"
        )
    described = client.describe_topics(TopicCollection(list(topics)), include_authorized_operations=True)
    for topic, answer in described.items():
        try:
            allowed = answer.result().authorized_operations
        except confluent_kafka.KafkaException as error:
            raise kind(f"{cluster.brokers}: topic {topic}: {without_noise(error.args[0])}") from error
        if allowed and not {operation, "ALL"} & {right.name for right in allowed}:
            raise kind(
                f"{cluster.brokers}: no right to {operation.lower()} topic {topic}; grant it to our user"
            )


def _check_clock(cluster: Cluster, client: AdminClient, topics: Sequence[str]) -> None:
    """Records from the future: one of the clocks is wrong, and watermarks would be too."""
    partitions = [
        TopicPartition(topic, number)
        for topic, known in client.list_topics(timeout=_ANSWER_SECONDS).topics.items()
        if topic in topics
        for number in known.partitions
    ]
    asked = client.list_offsets(dict.fromkeys(partitions, _NEWEST))
    now_ms = time.time() * 1000
    for partition, answer in asked.items():
        if answer.exception() is not None:  # a cluster before Kafka 3.0 cannot tell
            continue
        ahead = (answer.result().timestamp - now_ms) / 1000
        if ahead > _SKEW_SECONDS:
            raise InputError(
                f"{cluster.brokers}: {partition.topic} holds a record from {ahead:.0f} s ahead of our clock; "
                "set the clocks of this machine and of the connector's"
            )


def _create(cluster: Cluster, client: AdminClient, topics: Iterable[str]) -> None:
    large = {"max.message.bytes": str(MOST_BYTES)}
    new = [
        admin.NewTopic(topic, num_partitions=3, config=large)  # type: ignore[attr-defined]
        for topic in topics
    ]
    if not new:
        return
    for topic, answer in client.create_topics(new).items():
        try:
            answer.result()
        except confluent_kafka.KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise OutputError(
                    f"{cluster.brokers}: topic {topic} cannot be created: {without_noise(error.args[0])}"
                ) from error
