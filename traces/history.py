"""What each operation is used to: a bounded history of its errors, durations and self times, made while
traces go by.

A history has two parts. What was seen since the last whole quarter of an hour is recent; before that it is
settled, and at each such point what is settled is halved and what is recent is added to it. Spans are judged
by the settled part as soon as it knows enough: so an incident does not become usual within minutes of its
beginning. The points are in event time, so that the same traces in the same order give the same history.
"""

from typing import Final

import msgspec

from schemas.spans import Span
from traces.histogram import Buckets, add, bucket_of, halved, quantile

PERIOD_NS: Final = 900 * 10**9
#: From so many spans on it is known how often an operation fails and what its median is.
KNOWN: Final = 20
#: From so many spans on a p99 is known.
KNOWN_TAIL: Final = 100
MOST_OPERATIONS: Final = 4096
_KEPT_WHEN_FULL: Final = 3 * MOST_OPERATIONS // 4
_LONG_AGO: Final = 62  # halvings after which nothing is left of any count

Key = tuple[str, str]


class Stats(msgspec.Struct, array_like=True):
    """Sums over spans of one operation. ``roots``: those that were the root of their trace."""

    seen: int = 0
    roots: int = 0
    errors: int = 0
    durations: Buckets = {}
    self_times: Buckets = {}

    @property
    def error_rate(self) -> float:
        """The share of spans that failed; 0 of none."""
        return self.errors / self.seen if self.seen else 0.0

    def merge(self, other: "Stats") -> None:
        """Add what ``other`` counted."""
        self.seen += other.seen
        self.roots += other.roots
        self.errors += other.errors
        add(self.durations, other.durations)
        add(self.self_times, other.self_times)

    def halve(self, times: int = 1) -> None:
        """Let half of it be forgotten."""
        for _ in range(min(times, _LONG_AGO)):
            self.seen, self.roots, self.errors = self.seen // 2, self.roots // 2, self.errors // 2
            self.durations, self.self_times = halved(self.durations), halved(self.self_times)


class Operation(msgspec.Struct, array_like=True):
    """The history of one operation of one service."""

    settled: Stats = msgspec.field(default_factory=Stats)
    recent: Stats = msgspec.field(default_factory=Stats)

    @property
    def seen(self) -> int:
        """Spans in the whole history."""
        return self.settled.seen + self.recent.seen

    @property
    def roots(self) -> int:
        """Roots of traces in the whole history."""
        return self.settled.roots + self.recent.roots

    def judge(self, enough: int = KNOWN) -> Stats | None:
        """What to judge by: the settled part if it has seen ``enough``, else all of it if that has."""
        if self.settled.seen >= enough:
            return self.settled
        if self.seen < enough:
            return None
        if not self.settled.seen:
            return self.recent
        both = Stats()
        both.merge(self.settled)
        both.merge(self.recent)
        return both

    def slow_from(self) -> int | None:
        """The p99 of the durations in nanoseconds: what takes longer is slow; ``None``: not known yet."""
        known = self.judge(KNOWN_TAIL)
        return None if known is None else quantile(known.durations, 0.99)


class History(msgspec.Struct):
    """The histories of all operations of a shard; at most ``MOST_OPERATIONS``, the most used ones."""

    version: int = 1
    period: int = -1  # number of the period of event time that ``recent`` is of
    operations: dict[Key, Operation] = {}

    def of(self, service: str, operation: str) -> Operation | None:
        """What is known of an operation."""
        return self.operations.get((service, operation))

    def advance(self, at_ns: int) -> None:
        """Settle what is recent if ``at_ns`` (epoch) lies in a later period; time does not go back."""
        period = at_ns // PERIOD_NS
        if self.period == -1:
            self.period = period
        elif period > self.period:
            self._settle(period - self.period)
            self.period = period

    def _settle(self, periods: int) -> None:
        for key, operation in list(self.operations.items()):
            operation.settled.halve()
            operation.settled.merge(operation.recent)
            operation.settled.halve(periods - 1)
            operation.recent = Stats()
            if operation.settled.seen == 0:
                del self.operations[key]

    def observe(self, span: Span, duration_ns: int, self_ns: int, *, is_root: bool = False) -> None:
        """Learn from one span."""
        key = (span.service, span.name)
        operation = self.operations.get(key)
        if operation is None:
            if len(self.operations) >= MOST_OPERATIONS:
                self._make_room()
            operation = self.operations[key] = Operation()
        stats = operation.recent
        stats.seen += 1
        if span.error:
            stats.errors += 1
        if is_root:
            stats.roots += 1
        bucket = bucket_of(duration_ns)
        stats.durations[bucket] = stats.durations.get(bucket, 0) + 1
        bucket = bucket_of(self_ns)
        stats.self_times[bucket] = stats.self_times.get(bucket, 0) + 1

    def _make_room(self) -> None:
        """Names that are made up at run time (an id in a path) are seen once each: they go first."""
        ranked = sorted(self.operations.items(), key=lambda item: -item[1].seen)
        self.operations = dict(ranked[:_KEPT_WHEN_FULL])

    def merge(self, other: "History") -> None:
        """Add what another shard has seen."""
        other = msgspec.msgpack.decode(msgspec.msgpack.encode(other), type=History)
        for one, period in ((self, other.period), (other, self.period)):
            if period != -1:
                one.advance(period * PERIOD_NS)
        for key, operation in other.operations.items():
            own = self.operations.setdefault(key, Operation())
            own.settled.merge(operation.settled)
            own.recent.merge(operation.recent)
        if len(self.operations) > MOST_OPERATIONS:
            self._make_room()


def typical(buckets: Buckets) -> int:
    """The median of durations in nanoseconds, as the bound of its bucket."""
    return quantile(buckets, 0.5)


def tail(buckets: Buckets) -> int:
    """The p95 of durations in nanoseconds: a self time beyond it is unusual."""
    return quantile(buckets, 0.95)
