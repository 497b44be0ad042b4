"""Log files of two services, and what a collector makes of them."""

import uuid
from collections.abc import Sequence

import pyarrow as pa
from confluent_kafka import Consumer

from logs.decode import decode_documents
from runners.stack import Stack
from runners.stack.collector import TOPIC
from schemas.batches import Origin
from schemas.logs import LOGS

TRACE_LINES = (
    "java.lang.IllegalStateException: no stock",
    *(f"\tat org.example.Stock.take(Stock.java:{line})" for line in (12, 34)),
    "Caused by: java.io.IOException: gone",
    "\t... 2 more",
)


def services(word: str, lines: int) -> tuple[dict[str, list[str]], int]:
    """Lines of two services, a stack trace behind each error, and how many records they are.

    ``word``: is in each record, so that tests do not find those of others.
    """
    files: dict[str, list[str]] = {"orders": [], "payments": []}
    records = 0
    while (written := sum(map(len, files.values()))) < lines:
        service = "payments" if records % 3 == 0 else "orders"
        time = f"2025-11-29T12:{records // 60 % 60:02}:{records % 60:02}.{records % 1000:03}Z"
        failed = records % 50 == 7 and lines - written > len(TRACE_LINES)
        text = f"number{records} {word} trace_id={records + 1:032x}"
        files[service].append(f"{time} {'ERROR' if failed else 'INFO'} [{service}] {text}")
        files[service] += TRACE_LINES if failed else ()
        records += 1
    return files, records


def decoded(documents: Sequence[bytes], partition: int = 0) -> list[pa.RecordBatch]:
    batches = []
    for first in range(0, len(documents), 20):
        some = documents[first : first + 20]
        found = decode_documents(some, range(first, first + len(some)))
        assert found.refused == []
        origin = Origin(TOPIC, partition, "")
        batches.append(found.batch.replace_schema_metadata(origin.stamp(LOGS).metadata))
    return batches


class Collected:
    """What the collector has sent to Kafka so far, by partition."""

    def __init__(self, stack: Stack) -> None:
        self.documents: dict[int, list[bytes]] = {}
        self._bodies: list[str] = []
        self._consumer = Consumer(
            {
                "bootstrap.servers": stack.addresses.bootstrap_servers,
                "group.id": f"test-{uuid.uuid4()}",
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        self._consumer.subscribe([TOPIC])

    def bodies(self, word: str) -> list[str]:
        """Those of the records with this word, read on from where it was."""
        for message in self._consumer.consume(1000, timeout=0.2):
            assert message.error() is None
            value = message.value() or b""
            self.documents.setdefault(message.partition() or 0, []).append(value)
            for batch in decoded([value]):
                self._bodies += batch.column("body").to_pylist()
        return [body for body in self._bodies if word in body]

    def batches(self) -> list[pa.RecordBatch]:
        return [one for partition, values in self.documents.items() for one in decoded(values, partition)]

    def close(self) -> None:
        self._consumer.close()
