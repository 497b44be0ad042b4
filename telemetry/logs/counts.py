"""What became of log records, in plain numbers and for Prometheus: written, dropped, lost; what failed."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from telemetry.changestream import Declared, Kind

#: Every metric of the logs: name, help, labels.
RECORDS: Final = Declared(
    "traceo_log_records",
    "Log records, by their severity and by what became of them: written, dropped (too many were waiting), "
    "lost (the stream failed, or itself logged, or logging had ended).",
    ("severity", "result"),
    Kind.COUNTER,
)
FAILURES: Final = Declared(
    "traceo_log_failures",
    "What went wrong while logging: redaction (the line went without its texts), format (a message did not "
    "fit its arguments), sink (the stream refused a write), levels (a file of levels was not understood).",
    ("kind",),
    Kind.COUNTER,
)
WAITING: Final = Declared("traceo_log_waiting", "Log records that wait to be written.")


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the records that were logged in this process: by severity, as ``{"WARN": 3}``.

    All that was logged is ``written``, ``dropped``, ``lost`` or ``waiting``.
    """

    written: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)  # by kind: redaction, format, sink, levels
    waiting: int = 0


class Counts:
    """Counts of one process."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, in a process that was forked."""
        self._lock = threading.RLock()  # a signal's handler may log while its thread counts
        self._results: dict[str, Counter[str]] = {r: Counter() for r in ("written", "dropped", "lost")}
        self._failures: Counter[str] = Counter()

    def count(self, result: str, severity: str, records: int = 1) -> None:
        """``records`` of this severity met ``result``."""
        with self._lock:
            self._results[result][severity] += records

    def fail(self, kind: str) -> None:
        """Something of this kind failed."""
        with self._lock:
            self._failures[kind] += 1

    def of(self, result: str) -> Counter[str]:
        """Records that met ``result``, by severity."""
        with self._lock:
            return Counter(self._results[result])

    def stats(self, waiting: int = 0) -> Stats:
        """All of it."""
        with self._lock:
            return Stats(
                **{result: dict(counter) for result, counter in self._results.items()},
                failures=dict(self._failures),
                waiting=waiting,
            )


class LogsCollector(Collector):
    """The counts as Prometheus scrapes them: ``registry.register(LogsCollector(telemetry.logs.stats))``."""

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        """As they are now."""
        stats = self._stats()
        results = (("written", stats.written), ("dropped", stats.dropped), ("lost", stats.lost))
        yield RECORDS.family(
            ((severity, result), count) for result, found in results for severity, count in found.items()
        )
        yield FAILURES.family(((kind,), count) for kind, count in stats.failures.items())
        yield WAITING.family([((), stats.waiting)])
