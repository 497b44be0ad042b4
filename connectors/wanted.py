"""Which records of files are wanted: of some tables, appended in a span of time; none twice.

Bounds of time are epoch milliseconds, the first one within, the second one not. A record whose append is not
known lies before all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from schemas.records import RawRecords
from schemas.steps import is_events_topic


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """``tables``: (``schema.table``) of which records are wanted, ``None``: of all; ``but``: of which not."""

    since_ms: int | None = None
    until_ms: int | None = None
    tables: tuple[str, ...] | None = None
    but: tuple[str, ...] = ()

    def topic(self, topic: str) -> bool:
        """Whether records of ``topic`` are wanted."""
        if any(is_events_topic(topic, table) for table in self.but):
            return False
        return self.tables is None or any(is_events_topic(topic, table) for table in self.tables)

    def span(self, first_ms: int, last_ms: int) -> bool:
        """Whether some records that were appended from ``first_ms`` to ``last_ms`` are wanted."""
        return (self.until_ms is None or first_ms < self.until_ms) and (
            self.since_ms is None or last_ms >= self.since_ms
        )

    def of(self, records: RawRecords) -> RawRecords | None:
        """Those of ``records`` that are wanted; ``None`` if none is."""
        if not self.topic(records.topic):
            return None
        if self.since_ms is None and self.until_ms is None:
            return records
        return rows_of(records, self.within(np.array(records.timestamps, np.int64)))

    def within(self, times_ms: np.ndarray) -> np.ndarray:
        """Which of these appends lie in the span: a mask."""
        rows = np.ones(len(times_ms), bool)
        if self.since_ms is not None:
            rows &= times_ms >= self.since_ms
        if self.until_ms is not None:
            rows &= times_ms < self.until_ms
        return rows


EVERYTHING: Final = Wanted()


class Unseen:
    """Leaves out records of one partition whose offsets came before, in files whose first offsets rise."""

    def __init__(self) -> None:
        self._seen = np.empty(0, np.int64)

    def begin(self, first: int) -> None:
        """A file begins whose first offset is ``first``: nothing below it will come any more."""
        self._seen = self._seen[self._seen >= first]

    def of(self, records: RawRecords) -> RawRecords | None:
        """Those of ``records`` that have not come; ``None`` if all have."""
        offsets = np.array(records.offsets, np.int64)
        fresh = ~np.isin(offsets, self._seen)
        fresh &= np.isin(np.arange(len(offsets)), np.unique(offsets, return_index=True)[1])
        self._seen = np.concatenate([self._seen, offsets[fresh]])
        return rows_of(records, fresh)


def rows_of(records: RawRecords, rows: np.ndarray) -> RawRecords | None:
    """``rows`` (a mask) of ``records``; ``None`` if there are none."""
    if rows.all():
        return records
    places = np.flatnonzero(rows).tolist()
    if not places:
        return None

    def picked(values: Sequence[Any]) -> list[Any]:
        return [values[place] for place in places]

    return msgspec.structs.replace(
        records,
        offsets=picked(records.offsets),
        timestamps=picked(records.timestamps),
        keys=picked(records.keys),
        values=picked(records.values),
        headers=picked(records.headers) if records.headers else [],
    )


def only(batch: pa.RecordBatch, wanted: Wanted) -> pa.RecordBatch:
    """The rows of an archive's batch whose append is in the span."""
    if wanted.since_ms is None and wanted.until_ms is None:
        return batch
    rows = wanted.within(batch.column("timestamp_ms").to_numpy())
    return batch if rows.all() else batch.filter(pa.array(rows))
