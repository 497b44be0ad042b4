"""How long a row takes from its INSERT to metrics.processed: rows at a steady rate through the live stack.

    python -m tests.bench.latency --rate 500 --seconds 300

The job runs already (``traceo run ingest --runner flink``). Each row carries the time of its INSERT by the
clock of this machine. Two consumers, read_committed, note when a row can be read: on Debezium's topic, and as
a clean event. So the whole is insert → clean event, Debezium's share is insert → its topic, ours is the rest.
"""

import argparse
import json
import threading
import time
from typing import Any

import confluent_kafka
import msgspec
import numpy as np
import psycopg
from confluent_kafka import TopicPartition

from runners.stack import Stack

SERIES = 200
PERCENTILES = (50, 95, 99, 100)
_PATIENCE_SECONDS = 60.0
_INSERT = 'insert into metrics.events(metric_id, "timestamp", value, tags) values '
_ROW = """(%s, clock_timestamp(), %s, '{"pod": "b", "service": "bench"}')"""


class Arrivals(threading.Thread):
    """When each row (by the value that it was inserted with) can be read from a topic."""

    def __init__(self, brokers: str, topic: str, value_of: Any) -> None:
        super().__init__(daemon=True)
        self._consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "latency",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                # whoever measures should not load the broker with a fetch for each record; counted against us
                "fetch.min.bytes": 65_536,
                "fetch.wait.max.ms": 10,
            }
        )
        partitions = self._consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = [TopicPartition(topic, p) for p in partitions]
        for partition in ends:
            partition.offset = self._consumer.get_watermark_offsets(partition, timeout=10)[1]
        self._consumer.assign(ends)
        self._value_of = value_of
        self.at: dict[float, float] = {}
        self.repeated = 0
        self.done = threading.Event()

    def run(self) -> None:
        """Read until told to end."""
        while not self.done.is_set():
            for message in self._consumer.consume(1000, 0.005):
                if message.error() is None and message.value():
                    value, now = self._value_of(message.value()), time.time()
                    if value in self.at:
                        self.repeated += 1
                    elif value is not None:
                        self.at[value] = now
        self._consumer.close()


def inserted_value(value: bytes) -> float | None:
    """The value of a created row in Debezium's envelope."""
    found = msgspec.json.decode(value)
    return found["after"]["value"] if found.get("op") == "c" else None


def clean_value(value: bytes) -> float | None:
    """The value of a clean event."""
    found: float = msgspec.json.decode(value)["value"]
    return found


def insert(stack: Stack, rate: float, seconds: float, together: int) -> dict[float, float]:
    """Insert rows, ``together`` of them in a transaction; when, by the value of the row."""
    sent: dict[float, float] = {}
    with psycopg.connect(stack.addresses.postgres_dsn(), autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.executemany(
            "insert into metrics.series(metric_id, service, pod, name, unit)"
            " values (%s, 'bench', 'b', 'x', '1') on conflict do nothing",
            [(f"bench:{number}",) for number in range(SERIES)],
        )
        base = time.time()
        for number in range(0, int(rate * seconds), together):
            wait = base + number / rate - time.time()
            if wait > 0:
                time.sleep(wait)
            numbers = range(number, number + together)
            now = time.time()
            sent |= {base + n * 1e-3: now for n in numbers}
            rows = [(f"bench:{n % SERIES}", base + n * 1e-3) for n in numbers]
            cursor.execute(_INSERT + ", ".join([_ROW] * together), [field for row in rows for field in row])
    return sent


def measure(stack: Stack, rate: float, seconds: float, together: int) -> dict[str, Any]:
    """Percentiles in milliseconds of the whole, of Debezium's share and of ours; rows lost and repeated."""
    brokers = stack.addresses.bootstrap_servers
    topic = Arrivals(brokers, "db.metrics.events", inserted_value)
    clean = Arrivals(brokers, "metrics.processed", clean_value)
    for reader in (topic, clean):
        reader.start()
    sent = insert(stack, rate, seconds, together)
    end = time.monotonic() + _PATIENCE_SECONDS
    while len(clean.at.keys() & sent.keys()) < len(sent) and time.monotonic() < end:
        time.sleep(0.1)
    for reader in (topic, clean):
        reader.done.set()
        reader.join()
    seen = sorted(sent.keys() & clean.at.keys() & topic.at.keys())
    whole = np.array([clean.at[v] - sent[v] for v in seen]) * 1000
    debezium = np.array([topic.at[v] - sent[v] for v in seen]) * 1000
    ours = np.array([clean.at[v] - topic.at[v] for v in seen]) * 1000
    figures: dict[str, Any] = {"rows": len(sent), "lost": len(sent) - len(seen), "repeated": clean.repeated}
    for name, times in (("whole", whole), ("debezium", debezium), ("ours", ours)):
        found = np.percentile(times, PERCENTILES).round(1).tolist() if len(times) else []
        figures[name] = dict(zip([f"p{p}" for p in PERCENTILES], found, strict=False))
    return figures


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=500.0, help="rows a second")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--together", type=int, default=25, help="rows of a transaction (the sample: 47)")
    arguments = parser.parse_args()
    print(json.dumps(measure(Stack(), arguments.rate, arguments.seconds, arguments.together), indent=2))


if __name__ == "__main__":
    main()
