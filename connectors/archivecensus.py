"""Files of records → how many there are, and when they were appended, so that they can be cut by time.

Of Parquet the file's own statistics are read, of other files each record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.archivefiles import run_of
from connectors.archives import spans_of
from connectors.errors import InputError
from connectors.recordfiles import read_file
from schemas.steps import is_events_topic

_BATCH_ROWS: Final = 8_192
_LARGE: Final = 1 << 62


@dataclass(frozen=True, kw_only=True)
class Census:
    """``at_ms``, ``counts``: at about which time how many records were appended, in the order of time.

    ``catalogue_rows``: records of the catalogue, which are not among these, as far as is known unread.
    """

    at_ms: np.ndarray
    counts: np.ndarray
    catalogue_rows: int

    @classmethod
    def of(cls, files: Iterable[Path], catalogue_table: str, step_rows: int) -> "Census":
        """The records of ``files``; times are known of one in ``step_rows``. Raises InputError."""
        found: list[tuple[np.ndarray, np.ndarray]] = []
        catalogue = 0
        for number, file in enumerate(files):
            run = run_of(file)
            known = _by_statistics(file, step_rows) if file.suffix == ".parquet" else None
            if run is not None and is_events_topic(run.topic, catalogue_table):
                catalogue += 0 if known is None else int(known[1].sum())
            elif known is not None:
                found.append(known)
            else:
                for records in read_file(file, number, _BATCH_ROWS):
                    if is_events_topic(records.topic, catalogue_table):
                        catalogue += len(records)
                    else:
                        times = np.sort(np.array(records.timestamps, np.int64))[::step_rows]
                        counts = np.full(len(times), step_rows)
                        counts[-1] = len(records) - step_rows * (len(times) - 1)
                        found.append((times, counts))
        at_ms = np.concatenate([at for at, _ in found] or [np.empty(0, np.int64)])
        counts = np.concatenate([counts for _, counts in found] or [np.empty(0, np.int64)])
        order = np.argsort(at_ms, kind="stable")
        return cls(at_ms=at_ms[order], counts=counts[order], catalogue_rows=catalogue)

    @property
    def rows(self) -> int:
        """How many records there are in all."""
        return int(self.counts.sum()) + self.catalogue_rows

    @property
    def first_ms(self) -> int:
        """The first append that is known; -1: none is."""
        known = self.at_ms[self.at_ms >= 0]
        return int(known[0]) if len(known) else -1

    def between(self, since_ms: int | None, until_ms: int | None) -> int:
        """About how many records were appended from ``since_ms`` until before ``until_ms``."""
        rows = (self.at_ms >= (-_LARGE if since_ms is None else since_ms)) & (
            self.at_ms < (_LARGE if until_ms is None else until_ms)
        )
        return int(self.counts[rows].sum())

    def bounds(self, rows: int, since_ms: int | None, until_ms: int | None) -> list[int]:
        """Times between the two, with about ``rows`` records from one to the next."""
        within = (self.at_ms >= (0 if since_ms is None else since_ms)) & (
            self.at_ms < (_LARGE if until_ms is None else until_ms)
        )
        at_ms, before = self.at_ms[within], np.cumsum(self.counts[within]) - self.counts[within]
        pieces = np.unique(before // rows, return_index=True)[1][1:]
        times = sorted(set(at_ms[pieces].tolist()))
        return [at for at in times if len(at_ms) and at > at_ms[0]]


def _by_statistics(file: Path, step_rows: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Times and counts of a Parquet file; rows of a group as if spread evenly. Raises InputError."""
    try:
        with pq.ParquetFile(file) as archive:
            spans = spans_of(archive)
    except (OSError, pa.ArrowException, KeyError) as error:
        raise InputError(f"{file}: damaged or cut off: {error}") from error
    if any(span is None for span in spans):
        return None
    parts: list[np.ndarray] = []
    counts: list[np.ndarray] = []
    for span in filter(None, spans):
        steps = max(1, -(-span.rows // step_rows))
        parts.append(np.linspace(span.first_ms, span.last_ms, steps).astype(np.int64))
        rows = np.full(steps, span.rows // steps)
        rows[0] += span.rows - int(rows.sum())
        counts.append(rows)
    return np.concatenate(parts or [np.empty(0, np.int64)]), np.concatenate(counts or [np.empty(0, np.int64)])
