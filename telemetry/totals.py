"""What became of records so far, as a stream tells it → metrics, and whether the steps add up.

Records are always under way between two steps of a stream, so that their sums never agree at one moment. What
is told is what stays behind: what had come in some time ago and has not gone out since, or what went out and
never came in.
"""

import functools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Final, NamedTuple

from prometheus_client.core import Metric

from telemetry.changestream import DIFFERENCE, RECORDS, TRANSACTION_LOSSES, TRANSACTIONS
from telemetry.lag import process_lags

_PATIENCE_SECONDS: Final = 60.0


class Passage(NamedTuple):
    """What went into and out of a step so far; ``holds_seconds``: how long it may keep a record."""

    records_in: int
    records_out: int
    holds_seconds: float = 0.0


class Totals:
    """The newest sums of this process. Safe in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records: dict[tuple[str, str], int] = {}
        self._transactions: Mapping[str, int] = {}
        self._losses: Mapping[str, int] = {}
        self._passages: Mapping[str, Passage] = {}
        self._seen: dict[str, deque[tuple[float, int]]] = {}

    def update(
        self,
        now: float,
        records: Iterable[tuple[str, str, int]],
        passages: Mapping[str, Passage],
        transactions: Mapping[str, int],
        losses: Mapping[str, int],
    ) -> None:
        """Take in sums at ``now`` (seconds on a clock that never goes back).

        ``records``: (step, result, records). ``transactions`` by result, ``losses`` by status.
        """
        with self._lock:
            self._records = {}
            for step, result, amount in records:
                self._records[step, result] = self._records.get((step, result), 0) + amount
            self._transactions, self._losses = dict(transactions), dict(losses)
            self._passages = dict(passages)
            for step, passage in passages.items():
                seen = self._seen.setdefault(step, deque())
                seen.append((now, passage.records_in))
                while len(seen) > 1 and seen[1][0] <= now - passage.holds_seconds - _PATIENCE_SECONDS:
                    seen.popleft()

    def differences(self) -> dict[str, int]:
        """For each step: records that should have gone out by now; negative: more went out than came in."""
        found = {}
        with self._lock:
            for step, passage in self._passages.items():
                seen = self._seen[step]
                newest, oldest = seen[-1], seen[0]
                waited = newest[0] - oldest[0] >= passage.holds_seconds + _PATIENCE_SECONDS
                behind = max(0, oldest[1] - passage.records_out) if waited else 0
                ahead = min(0, passage.records_in - passage.records_out)
                found[step] = ahead or behind
        return found

    def collect(self) -> Iterator[Metric]:
        """What Prometheus asks for."""
        differences = self.differences()
        with self._lock:
            yield RECORDS.family(dict(self._records).items())
            yield TRANSACTIONS.family(((result,), n) for result, n in self._transactions.items())
            yield TRANSACTION_LOSSES.family(((status,), n) for status, n in self._losses.items())
        yield DIFFERENCE.family(((step,), amount) for step, amount in differences.items())


@functools.cache
def process_totals() -> Totals:
    """The one of this process; its metrics are in the registry of the process's lags."""
    totals = Totals()
    process_lags().registry.register(totals)
    return totals
