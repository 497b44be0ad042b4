"""Calls that ended in a window of event time: how many, how many failed, how long they took.

What RED metrics and the service graph are sums of. Sums of parts add up, whatever the parts are: batches,
bundles, shards, or what came late.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from traces.histogram import Buckets, add, bucket_of, quantile

_NANOS: Final = 10**9


class Calls(msgspec.Struct, array_like=True):
    """Sums over calls; ``buckets`` as traces.histogram numbers them."""

    calls: int = 0
    errors: int = 0
    duration_ns: int = 0
    buckets: Buckets = {}

    def count(self, duration_ns: int, *, error: bool) -> None:
        """Add one call."""
        self.calls += 1
        self.errors += error
        self.duration_ns += duration_ns
        bucket = bucket_of(duration_ns)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def merge(self, other: "Calls") -> None:
        """Add what ``other`` counted."""
        self.calls += other.calls
        self.errors += other.errors
        self.duration_ns += other.duration_ns
        add(self.buckets, other.buckets)


def window_of(at_ns: int, window_ns: int) -> int:
    """The begin of the window that ``at_ns`` lies in, both epoch nanoseconds."""
    return at_ns - at_ns % window_ns


def columns_of(calls: Calls, window: int, window_ns: int) -> dict[str, Any]:
    """What a row says of ``calls`` of the window that begins at ``window``, by name."""
    return {
        "window_start": datetime.fromtimestamp(window / _NANOS, UTC).isoformat().replace("+00:00", "Z"),
        "window_seconds": window_ns / _NANOS,
        "errors": calls.errors,
        "duration_ns": calls.duration_ns,
        "p50_ns": quantile(calls.buckets, 0.5),
        "p95_ns": quantile(calls.buckets, 0.95),
        "p99_ns": quantile(calls.buckets, 0.99),
        "buckets": dict(sorted(calls.buckets.items())),
    }
