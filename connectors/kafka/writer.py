"""Messages → topics, in transactions, each message once whatever was killed. Nothing of Beam.

A runner that lost a worker goes back to its last checkpoint and does again what came after it; what was
already committed to a topic must not be written twice. Kafka's transactions alone do not help there: they
make a retry inside one producer safe, not a second producer that does the same work again. So:

1. A writer has a fixed transactional id. When it opens, Kafka fences off whoever had it before, a zombie
   included, and aborts what that had begun (KIP-98).
2. Then it reads back what was committed behind the bound that the checkpoint holds, and remembers the
   identities of these messages: fields of the message's own JSON (:class:`Identity`).
3. Messages with these identities are left out when they come again, whatever order they come in.

The bound is the end of each partition at some time before the first message that the checkpoint does not
cover; it moves on with the checkpoints, so that little is read back.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import confluent_kafka
import msgspec
from confluent_kafka import KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.errors import OutputError
from connectors.kafka.cluster import LATEST, Cluster, without_noise
from connectors.kafka.readback import Ends, Identity, read_back

_TIMEOUT_SECONDS: Final = 60.0
_BOUND_SECONDS: Final = 1.0  # how often the bound moves on; the more seldom, the more is read back
_REPEAT_SECONDS: Final = 3600.0  # by then all has come again that will
_LINGER_MS: Final = 2
_BATCH: Final = 10_000
#: Of one message.
MOST_BYTES: Final = 8_000_000


class Messages(msgspec.Struct, frozen=True, gc=False):
    """Messages for one topic; the lists have one length.

    ``committed_us``, ``appended_ms``: when what a message tells of was committed and appended to its topic,
    as 64-bit integers side by side; empty where nobody asks.
    """

    topic: str
    keys: list[bytes | None]
    values: list[bytes]
    committed_us: bytes = b""
    appended_ms: bytes = b""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return sum(map(len, self.values))


@dataclass(kw_only=True)
class Writer:
    """One transactional producer.

    ``transactional_id``: what tells this writer from all others, now and after every restart. ``identities``:
    for each topic how a message is known again; ``None``: it is not, and may be there twice after a failure.
    ``is_mine``: whether a message with this key comes to this writer, and not to another one of its topics.
    """

    cluster: Cluster
    transactional_id: str
    identities: Mapping[str, Identity | None]
    is_mine: Callable[[bytes | None], bool] = lambda _key: True
    #: Messages that were found to be there already since the writer was opened.
    repeated: int = 0
    _known: dict[str, Counter[bytes]] = field(default_factory=dict)

    def open(self, bound: Ends | None) -> None:
        """Fence off the predecessor, and read back what it committed beyond ``bound``.

        ``None``: no checkpoint knows of this writer, so all that the topics still hold is read back.
        """
        self._producer = confluent_kafka.Producer(
            self.cluster.client(
                **{
                    "transactional.id": self.transactional_id,
                    "transaction.timeout.ms": 60_000,
                    "enable.idempotence": True,
                    "linger.ms": _LINGER_MS,
                    "batch.num.messages": _BATCH,
                    "compression.type": "lz4",
                    "queue.buffering.max.messages": 1_000_000,
                    "message.max.bytes": MOST_BYTES,
                }
            )
        )
        self._admin = AdminClient(self.cluster.client())
        self._in_transaction = False
        self._bound: Ends = dict(bound or {})
        self._due_bound = 0.0
        self._give_up = time.monotonic() + _REPEAT_SECONDS
        try:
            self._producer.init_transactions(_TIMEOUT_SECONDS)
            self._known = self._read_back(self._bound, self._ends())
        except confluent_kafka.KafkaException as error:
            raise OutputError(f"{self.cluster.brokers}: {without_noise(error.args[0])}") from error

    def bound(self) -> Ends:
        """The bound that a checkpoint may hold which covers all that was written *before* this call.

        It stays where it is while messages are awaited that were there when the writer was opened: the next
        restart must find these again.
        """
        now = time.monotonic()
        if now > self._give_up and self._known:
            self._known = {}
        if now >= self._due_bound and not self._in_transaction and not any(self._known.values()):
            self._due_bound = now + _BOUND_SECONDS
            self._bound = self._ends()
        return self._bound

    def write(self, messages: Messages) -> int:
        """Put ``messages`` into the open transaction, which is begun if none is open; how many were new."""
        fresh = self._fresh(messages)
        if not fresh:
            return 0
        if not self._in_transaction:
            self._producer.begin_transaction()
            self._in_transaction = True
        self._produce(messages.topic, fresh)
        return len(fresh)

    def commit(self) -> None:
        """Make what was written visible, all at once. Raises if it cannot be; nothing is visible then."""
        if not self._in_transaction:
            return
        while True:
            try:
                self._producer.commit_transaction(_TIMEOUT_SECONDS)
                break
            except confluent_kafka.KafkaException as error:
                if not error.args[0].retriable():
                    raise
        self._in_transaction = False

    def close(self) -> None:
        """Abort what is open, and let go; who was fenced off has nothing open any more."""
        if self._in_transaction:
            with contextlib.suppress(confluent_kafka.KafkaException):
                self._producer.abort_transaction(_TIMEOUT_SECONDS)
            self._in_transaction = False
        self._producer.close()

    def _fresh(self, messages: Messages) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [
            {"key": key, "value": value} for key, value in zip(messages.keys, messages.values, strict=True)
        ]
        known = self._known.get(messages.topic)
        if not known:
            return rows
        identity = self.identities[messages.topic]
        assert identity is not None  # noqa: S101  what has none is never known
        fresh = []
        for row in rows:
            name = identity(row["value"])
            if name in known:  # it comes again as often as it is there; what comes then is news
                known[name] -= 1
                if not known[name]:
                    del known[name]
                self.repeated += 1
            else:
                fresh.append(row)
        return fresh

    def _produce(self, topic: str, rows: list[dict[str, Any]]) -> None:
        while rows:
            self._producer.produce_batch(topic, rows)
            refused = [(row, error) for row in rows if (error := row.pop("_error", None)) is not None]
            for row, error in refused:
                if error.code() != KafkaError._QUEUE_FULL:  # noqa: SLF001
                    size = f"a message of {len(row['value']):,} bytes"
                    raise OutputError(
                        f"{self.cluster.brokers}: topic {topic}: {size}: {without_noise(error)}"
                    )
            rows = [row for row, _ in refused]
            if rows:  # let the queue drain
                self._producer.poll(0.05)

    def _ends(self) -> Ends:
        partitions = []
        for topic in self.identities:
            known = self._admin.list_topics(topic, timeout=_TIMEOUT_SECONDS).topics[topic]
            if known.error is not None:
                raise OutputError(f"{self.cluster.brokers}: topic {topic}: {without_noise(known.error)}")
            partitions += [TopicPartition(topic, number) for number in known.partitions]
        asked = self._admin.list_offsets({p: LATEST for p in partitions})
        return {(p.topic, p.partition): answer.result().offset for p, answer in asked.items()}

    def _read_back(self, bound: Ends, ends: Ends) -> dict[str, Counter[bytes]]:
        known: dict[str, Counter[bytes]] = {}
        named = {topic: identity for topic, identity in self.identities.items() if identity is not None}
        for topic, key, name in read_back(self.cluster, self.transactional_id, named, bound, ends):
            if self.is_mine(key):
                known.setdefault(topic, Counter())[name] += 1
        return known
