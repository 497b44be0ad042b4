"""Messages → topics, in transactions, each message once whatever was killed. Nothing of Beam.

A runner that lost a worker goes back to its last checkpoint and does again what came after it; what was
already committed to a topic must not be written twice. Kafka's transactions alone do not help there: they
make a retry inside one producer safe, not a second producer that does the same work again. So:

1. A writer has a fixed transactional id. When it opens, Kafka fences off whoever had it before, a zombie
   included, and aborts what that had begun (KIP-98).
2. Then it reads back what was committed behind the bound that the checkpoint holds, without what the
   checkpoint covers, and remembers the names of these messages: digests of their topic and of fields of their
   own JSON (:class:`Identity`). They will come again.
3. Messages with these names are left out when they come again, whatever order they come in.

The bound is the end of each partition at some time before the first message that the checkpoint does not
cover. It moves on every second, so that little is read back; the checkpoint holds with it the names of what
was met since (``covered``), and of the few that were still awaited when it moved.
"""

import contextlib
import math
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import confluent_kafka
from confluent_kafka import KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.errors import OutputError
from connectors.kafka.cluster import LATEST, Cluster, without_noise
from connectors.kafka.messages import Messages
from connectors.kafka.readback import Ends, Identity, read_back

_TIMEOUT_SECONDS: Final = 60.0
_BOUND_SECONDS: Final = 1.0  # how often the bound moves on; the more seldom, the more is read back
_KNOWN_SECONDS: Final = 30.0  # for how long the partitions that are known are taken for all
_MOST_AWAITED: Final = 1_024  # with more the bound stays, since the checkpoint holds their names
_REPEAT_SECONDS: Final = 3600.0  # by then all has come again that will
_LINGER_MS: Final = 2
_BATCH: Final = 10_000
_TAKEN_OVER: Final = frozenset(
    {KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED}  # noqa: SLF001
)
#: Where each partition ends, as the cluster will answer.
Asked = Mapping[TopicPartition, Future[Any]]
#: Bytes of a message's name.
NAME_BYTES: Final = 8
#: Of one message.
MOST_BYTES: Final = 8_000_000


class Kept(NamedTuple):
    """What a checkpoint holds of a writer, beside the names of what was met since the bound moved."""

    bound: Ends
    #: Names of what had not come again when the bound moved.
    awaited: Sequence[bytes] = ()


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
    #: What a checkpoint must hold which covers what was written before; changed by :meth:`move_on` alone.
    kept: Kept = Kept({})
    _awaited: Counter[bytes] = field(default_factory=Counter)
    _due_bound: float = field(default=math.inf, init=False)

    def open(self, kept: Kept | None, covered: Iterable[bytes] = ()) -> None:
        """Fence off the predecessor, and read back what it committed that the checkpoint does not cover.

        ``kept``, ``covered``: as the checkpoint has them, the latter as names of what was written since the
        bound moved; ``None``: no checkpoint knows of this writer, so all that the topics still hold is read
        back.
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
        self.kept = kept or Kept({})
        self._due_bound = 0.0
        self._known: list[TopicPartition] = []
        self._due_known = 0.0
        self._give_up = time.monotonic() + _REPEAT_SECONDS
        try:
            self._producer.init_transactions(_TIMEOUT_SECONDS)
            found = Counter(self.kept.awaited)
            self._asked = self._ask_for_ends()
            found.update(self._read_back(self.kept.bound, _answered(self._asked)))  # it waits
            found.subtract(covered)
            self._awaited = +found
        except confluent_kafka.KafkaException as error:
            raise OutputError(f"{self.cluster.brokers}: {without_noise(error.args[0])}") from error

    @property
    def awaited(self) -> int:
        """How many messages are there that have not come again."""
        return self._awaited.total()

    def move_on(self, messages: Messages, names: Sequence[bytes]) -> bool:
        """Let the bound move on before ``messages`` are written, if it is time; whether it did.

        Then ``covered`` begins anew. The bound stays in a transaction, and while more is awaited than a
        checkpoint should hold. It moves only with something new to write: had somebody fenced us off and
        written, the bound must not pass that by, and only a commit can tell.
        """
        now = time.monotonic()
        if now > self._give_up:
            self._awaited.clear()
        if now < self._due_bound or self._in_transaction or self.awaited > _MOST_AWAITED:
            return False
        if not len(messages) or (names and all(name in self._awaited for name in names)):
            return False
        if not self._asked or not all(answer.done() for answer in self._asked.values()):
            return False
        with contextlib.suppress(confluent_kafka.KafkaException):  # then it is asked again
            self.kept = Kept(_answered(self._asked), tuple(self._awaited.elements()))
            self._due_bound = now + _BOUND_SECONDS
            return True
        return False

    def names(self, messages: Messages) -> list[bytes]:
        """The name of each message; none if messages of this topic are not known again."""
        identity = self.identities[messages.topic]
        if identity is None:
            return []
        begun = _begun(messages.topic)
        return [_named(begun, identity(value)) for value in messages.values]

    def write(self, messages: Messages, names: Sequence[bytes]) -> int:
        """Put ``messages`` into the open transaction, which is begun if none is open; how many were new.

        ``names``: as :meth:`names` gives them.
        """
        fresh = self._fresh(messages, names)
        if not fresh:
            return 0
        try:
            if not self._in_transaction:
                self._producer.begin_transaction()
                self._in_transaction = True
            self._asked = {}  # the ends are further now
            self._produce(messages.topic, fresh)
        except confluent_kafka.KafkaException as error:
            raise self._failure(error) from error
        return len(fresh)

    def commit(self) -> None:
        """Make what was written visible, all at once.

        Raises OutputError if it cannot be; nothing is visible then.
        """
        if not self._in_transaction:
            return
        while True:
            try:
                self._producer.commit_transaction(_TIMEOUT_SECONDS)
                break
            except confluent_kafka.KafkaException as error:
                if not error.args[0].retriable():
                    raise self._failure(error) from error
        self._in_transaction = False
        if time.monotonic() + _BOUND_SECONDS / 2 > self._due_bound:
            with contextlib.suppress(confluent_kafka.KafkaException):  # what is committed stays so
                self._asked = self._ask_for_ends()

    def close(self) -> None:
        """Abort what is open, and let go; who was fenced off has nothing open any more."""
        if self._in_transaction:
            with contextlib.suppress(confluent_kafka.KafkaException):
                self._producer.abort_transaction(_TIMEOUT_SECONDS)
            self._in_transaction = False
        with contextlib.suppress(confluent_kafka.KafkaException):
            self._producer.close()

    def _failure(self, error: confluent_kafka.KafkaException) -> OutputError:
        if error.args[0].code() in _TAKEN_OVER:
            return OutputError(
                f"{self.cluster.brokers}: another writer has taken over transactional id "
                f"{self.transactional_id}: does a job of this name run elsewhere?"
            )
        return OutputError(f"{self.cluster.brokers}: {without_noise(error.args[0])}")

    def _fresh(self, messages: Messages, names: Sequence[bytes]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [
            {"key": key, "value": value} for key, value in zip(messages.keys, messages.values, strict=True)
        ]
        if not self._awaited or not names:
            return rows
        fresh = []
        for row, name in zip(rows, names, strict=True):
            if name in self._awaited:  # it comes again as often as it is there; what comes then is news
                self._awaited[name] -= 1
                if not self._awaited[name]:
                    del self._awaited[name]
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

    def _ask_for_ends(self) -> Asked:
        """Ask where the partitions end; a bundle need not wait for the answer, the next one may have it."""
        now = time.monotonic()
        if now > self._due_known:
            self._known = self._partitions()
            self._due_known = now + _KNOWN_SECONDS
        return {} if not self._known else self._admin.list_offsets({p: LATEST for p in self._known})

    def _partitions(self) -> list[TopicPartition]:
        partitions = []
        for topic in self.identities:
            known = self._admin.list_topics(topic, timeout=_TIMEOUT_SECONDS).topics[topic]
            if known.error is not None:
                raise OutputError(f"{self.cluster.brokers}: topic {topic}: {without_noise(known.error)}")
            partitions += [TopicPartition(topic, number) for number in known.partitions]
        return partitions

    def _read_back(self, bound: Ends, ends: Ends) -> Iterable[bytes]:
        named = {topic: identity for topic, identity in self.identities.items() if identity is not None}
        for topic, key, found in read_back(self.cluster, self.transactional_id, named, bound, ends):
            if self.is_mine(key):
                yield _named(_begun(topic), found)


def _answered(asked: Asked) -> Ends:
    return {(p.topic, p.partition): answer.result().offset for p, answer in asked.items()}


@lru_cache
def _begun(topic: str) -> blake2b:
    return blake2b(digest_size=NAME_BYTES, person=zlib.crc32(topic.encode()).to_bytes(4))


def _named(begun: blake2b, identity: bytes) -> bytes:
    name = begun.copy()
    name.update(identity)
    return name.digest()
