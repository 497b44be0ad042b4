"""Partitions side by side: none is given further ahead of the others, by append time, than a drift.

After an outage a reader finds hours of records, and Kafka gives them partition by partition as it pleases.
What follows remembers for a while (duplicates, replays) and holds what is early (windows, joins); a partition
that is hours ahead of another would make it forget too soon, or hold all that is between. Flink's own sources
call it watermark alignment (FLIP-182).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.records import RawRecords

Partition = tuple[str, int]


@dataclass(kw_only=True)
class Alignment:
    """Holds back what is more than ``drift_seconds`` ahead of the partition that is furthest behind.

    A record from the future, by a clock that is wrong, counts as one of now, so that it need not wait long.
    """

    drift_seconds: float
    _waiting: dict[Partition, RawRecords] = field(default_factory=dict)

    def waiting(self, rows: int = 1) -> set[Partition]:
        """Partitions of which so many records or more are held back."""
        return {partition for partition, records in self._waiting.items() if len(records) >= rows}

    def add(self, records: RawRecords) -> None:
        """Take what was read of a partition, behind what waits of it."""
        partition = records.topic, records.partition
        before = self._waiting.get(partition)
        self._waiting[partition] = records if before is None else before.followed_by(records)

    def drop(self, partition: Partition) -> None:
        """Forget what waits of ``partition``: it is read again."""
        self._waiting.pop(partition, None)

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def ready(self, fronts: Mapping[Partition, int]) -> list[RawRecords]:
        """What may be given now, in the order in which it is to be given.

        ``fronts``: of each partition that may still bring records of before, up to when it was given (epoch
        milliseconds); partitions that have nothing of before are left out.
        """
        now_ms = int(time.time() * 1000)
        others = dict(fronts)
        found: list[RawRecords] = []
        gave = True
        while gave and self._waiting:
            heads = {p: min(records.timestamps[0], now_ms) for p, records in self._waiting.items()}
            bound_ms = min((others | heads).values()) + self.drift_seconds * 1000
            gave = False
            for partition, records in list(self._waiting.items()):
                rows = _rows_until(records.timestamps, bound_ms, now_ms)
                if rows == 0:
                    continue
                gave = True
                taken = records if rows == len(records) else records.part(0, rows)
                found.append(taken)
                if partition in fronts:
                    others[partition] = max(taken.timestamps)
                if rows < len(records):
                    self._waiting[partition] = records.part(rows, len(records))
                else:
                    del self._waiting[partition]
        return found


def _rows_until(timestamps: list[int], bound_ms: float, now_ms: int) -> int:
    """How many of the first records are not beyond ``bound_ms``."""
    if now_ms <= bound_ms or max(timestamps) <= bound_ms:
        return len(timestamps)
    return next(row for row, at in enumerate(timestamps) if min(at, now_ms) > bound_ms)
