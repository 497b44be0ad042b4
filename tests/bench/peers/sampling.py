"""How far a run is and what it costs, by the clock: end offsets of topics, CPU seconds of processes."""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from confluent_kafka.admin import AdminClient

from tests.bench.peers.topics import ends

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_EVERY_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Sample:
    """One look: end offsets by topic; CPU seconds of the contender and of Kafka so far."""

    at: float
    ends: dict[str, int]
    cpu: float
    kafka_cpu: float


@dataclass
class Sampler:
    """Looks at a run four times a second, in a thread, until it is stopped."""

    brokers: str
    skip: Collection[str]
    roots: Callable[[], Iterable[int]]
    kafka: int
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = AdminClient({"bootstrap.servers": self.brokers})
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def written(self, topic: str) -> int:
        """End offset of ``topic`` at the last look."""
        return self.samples[-1].ends.get(topic, 0) if self.samples else 0

    def _run(self) -> None:
        while not self._stop.is_set():
            at = time.monotonic()
            cpu, kafka = cpu_seconds(self.roots()), cpu_seconds([self.kafka])
            self.samples.append(Sample(at, ends(self._client, self.skip), cpu, kafka))
            self._stop.wait(max(0.0, at + _EVERY_SECONDS - time.monotonic()))


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of ``roots`` and all their descendants that live."""
    spent: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text(encoding="ascii", errors="replace")
        except OSError:  # it ended just now
            continue
        fields = text.rpartition(")")[2].split()
        pid = int(folder.name)
        children.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
    open_ones, seen = list(roots), set()
    while open_ones:
        pid = open_ones.pop()
        if pid not in seen:
            seen.add(pid)
            open_ones += children.get(pid, ())
    return sum(spent.get(pid, 0.0) for pid in seen)


@dataclass(frozen=True)
class Figures:
    """What a run did between the first message that it wrote and 98 % of all."""

    records_per_second: float
    cpu_us_per_record: float
    kafka_cpu_us_per_record: float
    cores: float
    seconds: float


def figures(samples: list[Sample], topic: str, records: int) -> Figures:
    """The figures of a run over ``records`` whose clean events went to ``topic``.

    The run begins with the first message in any topic: what was before (starting, importing) is left out,
    and so is the tail, where a contender waits for its next commit.
    """
    base = samples[0].ends
    begin = next(s for s in samples if any(end > base.get(name, 0) for name, end in s.ends.items()))
    total = samples[-1].ends[topic]
    end = next(s for s in samples if s.ends.get(topic, 0) >= _MOST * total)
    share = (end.ends[topic] - begin.ends.get(topic, 0)) / total
    done, seconds = share * records, end.at - begin.at
    cpu, kafka = end.cpu - begin.cpu, end.kafka_cpu - begin.kafka_cpu
    return Figures(done / seconds, cpu / done * 1e6, kafka / done * 1e6, cpu / seconds, seconds)


_MOST: Final = 0.98
