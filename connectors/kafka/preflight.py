"""What can be proved of a cluster before a job is built: that it answers, knows us, has the topics, lets us.

Each failure is one line that names the thing and the fix.
"""

import contextlib
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import confluent_kafka
from confluent_kafka import IsolationLevel, KafkaError, TopicCollection, TopicPartition, admin
from confluent_kafka.admin import AdminClient

from connectors.errors import InputError, OutputError
from connectors.kafka.cluster import EARLIEST, LATEST, Cluster, without_noise
from connectors.kafka.contact import ANSWER_SECONDS, connected
from connectors.kafka.source import Ranges
from connectors.kafka.writer import MOST_BYTES

_SKEW_SECONDS: Final = 60.0
_COMMITTED: Final[Any] = IsolationLevel.READ_COMMITTED  # what is not, is not waited for
_NEWEST: Final[Any] = admin.OffsetSpec.max_timestamp()  # type: ignore[attr-defined, no-untyped-call]
_READ: Final = frozenset({"READ"})
_WRITE: Final = frozenset({"READ", "WRITE"})  # read back after a restart
_ASK_SECONDS: Final = 0.5
#: Of a topic that was made, or a broker that was started, a moment ago.
_NO_LEADER: Final = frozenset(
    {
        KafkaError._NOENT,  # noqa: SLF001
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    }
)


def check_inputs(cluster: Cluster, topics: Sequence[str], *, group: str | None = None) -> None:
    """Prove that ``topics`` are there and may be read, and that the clocks agree. Raises InputError.

    ``group``: the name under which they are to be read.
    """
    client = connected(cluster)
    _check(cluster, client, topics, _READ, InputError)
    if group is not None:
        _check_group(cluster, group, topics[0], InputError)
    _check_clock(cluster, client, topics)


def check_outputs(
    cluster: Cluster, topics: Sequence[str], *, create: bool, writer: str | None = None
) -> None:
    """Prove that ``topics`` are there and may be written; ``create``: or that the missing may be made.

    ``writer``: the name of the transactional writers. Raises InputError, OutputError. Nothing is made, and
    no writer fenced off.
    """
    client = connected(cluster)
    missing = _missing(client, topics) if create else []
    _create(cluster, client, missing, only_try=True)
    _check(cluster, client, [topic for topic in topics if topic not in missing], _WRITE, OutputError)
    if writer is not None:
        _check_group(cluster, f"{writer}-0", topics[0], OutputError)
        _check_writer(cluster, writer)


def create_missing(cluster: Cluster, topics: Sequence[str]) -> None:
    """Make those of ``topics`` that are not there. Raises InputError, OutputError."""
    client = connected(cluster)
    _create(cluster, client, _missing(client, topics))


def current_ranges(
    cluster: Cluster, topics: Sequence[str], *, since_ms: int | None = None, until_ms: int | None = None
) -> Ranges:
    """What ``topics`` hold now, as ranges of offsets: all, or what was appended in a span of time.

    Raises InputError.
    """
    client = connected(cluster)
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in client.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic].partitions
        ]
    except confluent_kafka.KafkaException as error:
        raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error
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
    client = connected(cluster)
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
            give_up = time.monotonic() + ANSWER_SECONDS
            while offset < newest[topic, partition] and time.monotonic() < give_up:
                message = consumer.poll(ANSWER_SECONDS)
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
    give_up = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            asked = client.list_offsets(dict.fromkeys(partitions, spec), isolation_level=_COMMITTED)
            return {(p.topic, p.partition): int(answer.result().offset) for p, answer in asked.items()}
        except confluent_kafka.KafkaException as error:
            if error.args[0].code() not in _NO_LEADER or time.monotonic() > give_up:
                raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error
        with contextlib.suppress(confluent_kafka.KafkaException):  # else it would not ask anew for a while
            client.list_topics(timeout=_ASK_SECONDS)


def _missing(client: AdminClient, topics: Iterable[str]) -> list[str]:
    known = client.list_topics(timeout=ANSWER_SECONDS).topics
    return [topic for topic in topics if topic not in known]


def _check(
    cluster: Cluster,
    client: AdminClient,
    topics: Sequence[str],
    operations: frozenset[str],
    kind: type[ValueError],
) -> None:
    missing = _missing(client, topics)
    if missing:
        fix = "create them, or let --create-topics do it" if kind is OutputError else "see the connector"
        raise kind(
            f"{cluster.brokers}: no topic {', '.join(missing)}, or no right to see it; {fix}, or grant it"
        )
    if not topics:
        return
    described = client.describe_topics(TopicCollection(list(topics)), include_authorized_operations=True)
    for topic, answer in described.items():
        try:
            allowed = {right.name for right in answer.result().authorized_operations or ()}
        except confluent_kafka.KafkaException as error:
            raise kind(f"{cluster.brokers}: topic {topic}: {without_noise(error.args[0])}") from error
        lacking = operations - allowed
        if allowed and lacking and "ALL" not in allowed:
            verbs = " and ".join(sorted(lacking)).lower()
            raise kind(f"{cluster.brokers}: no right to {verbs} topic {topic}; grant it to our user")


def _check_group(cluster: Cluster, group: str, topic: str, kind: type[ValueError]) -> None:
    """By a consumer: see :class:`connectors.kafka.lag.Lag` for why not by the admin client."""
    consumer = confluent_kafka.Consumer(cluster.client(**{"group.id": group, "enable.auto.commit": False}))
    give_up = time.monotonic() + ANSWER_SECONDS
    with contextlib.closing(consumer):
        while True:
            try:
                consumer.committed([TopicPartition(topic, 0)], timeout=_ASK_SECONDS)
                return
            except confluent_kafka.KafkaException as error:
                reason = error.args[0]
            message = consumer.poll(0)
            told = None if message is None else message.error()
            if told is not None and told.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                raise kind(
                    f"{cluster.brokers}: no right to read group {group}, nor perhaps others that begin "
                    "with --job-name; grant it to our user"
                )
            if time.monotonic() > give_up:
                raise kind(f"{cluster.brokers}: group {group}: {without_noise(reason)}")


def _check_writer(cluster: Cluster, name: str) -> None:
    """By a writer of a number that no other has: one with theirs would fence them off."""
    silent = logging.getLogger("librdkafka")  # it writes of what is fatal at any level
    silent.disabled = True
    config = cluster.client(**{"transactional.id": f"{name}-preflight", "logger": silent})
    producer = confluent_kafka.Producer(config)
    try:
        producer.init_transactions(ANSWER_SECONDS)
    except confluent_kafka.KafkaException as error:
        if error.args[0].code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            raise OutputError(
                f"{cluster.brokers}: no right to write with transactional ids {name}-…, which begin with "
                "--job-name; grant it to our user"
            ) from error
        raise OutputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error


def _check_clock(cluster: Cluster, client: AdminClient, topics: Sequence[str]) -> None:
    """Records from the future: one of the clocks is wrong, and watermarks would be too."""
    partitions = [
        TopicPartition(topic, number)
        for topic, known in client.list_topics(timeout=ANSWER_SECONDS).topics.items()
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


def _create(cluster: Cluster, client: AdminClient, topics: Iterable[str], *, only_try: bool = False) -> None:
    large = {"max.message.bytes": str(MOST_BYTES)}
    new = [
        admin.NewTopic(topic, num_partitions=3, config=large)  # type: ignore[attr-defined]
        for topic in topics
    ]
    if not new:
        return
    for topic, answer in client.create_topics(new, validate_only=only_try).items():
        try:
            answer.result()
        except confluent_kafka.KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise OutputError(
                    f"{cluster.brokers}: topic {topic} cannot be created: "
                    f"{without_noise(error.args[0])} See --create-topics"
                ) from error
