"""What a reader of committed messages sees of the output topics, while they grow."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

_BATCH: Final = 5000
_LOOK_SECONDS: Final = 0.5

Message = dict[str, Any]


class TopicView:
    """All messages of ``topics``, read from their beginning by a thread of its own, as they come.

    ``messages``: by topic, as they came. ``seen``: how often each ``seq`` came on the first of the topics.
    """

    def __init__(self, brokers: str, topics: Iterable[str]) -> None:
        self.messages: dict[str, list[Message]] = {topic: [] for topic in topics}
        self.seen: Counter[int] = Counter()
        self._first = next(iter(self.messages))
        self._places: set[tuple[str | None, int | None, int | None]] = set()
        self._due_look = 0.0
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "chaos-view",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "log_level": 0,
                "reconnect.backoff.max.ms": 500,
            }
        )
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "TopicView":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()
        self._consumer.close()

    def _read(self) -> None:
        waiting = set(self.messages)
        while not self._ended.is_set():
            if waiting and time.monotonic() > self._due_look:
                self._due_look = time.monotonic() + _LOOK_SECONDS
                waiting -= self._begin(waiting)
            for message in self._consumer.consume(_BATCH, 0.1):
                place = (message.topic(), message.partition(), message.offset())
                value = message.value()
                if message.error() is not None or value is None or place in self._places:
                    continue
                self._places.add(place)
                document = json.loads(value)
                self.messages[str(message.topic())].append(document)
                if message.topic() == self._first:
                    self.seen[document["seq"]] += 1

    def _begin(self, waiting: set[str]) -> set[str]:
        try:
            known = self._consumer.list_topics(timeout=5).topics
        except confluent_kafka.KafkaException:
            return set()
        found = waiting & {topic for topic, data in known.items() if data.error is None}
        self._consumer.incremental_assign(
            [TopicPartition(t, number, OFFSET_BEGINNING) for t in found for number in known[t].partitions]
        )
        return found
