"""Change batch, mark of its partition → which rows are replays, the new mark.

A restarted connector sends again what it had sent since its last committed offset. The second copy differs
from the first in its headers and its ``ts_ms``, but not in its source position: (LSN of the last commit, LSN
of the change, ordinal in the transaction). Debezium's PostgreSQL connector emits changes in the order of this
triple, although the LSN alone goes back and forth when transactions interleave.
"""

import zlib
from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import numbers

#: How many changes can share one position: PostgreSQL writes at most 1,000 rows in one log record (COPY).
MAX_TIES: Final = 4096


class Mark(msgspec.Struct, array_like=True):
    """The furthest position of a partition; all that is kept of it.

    ``offset`` is where that position was first seen, ``newest_us`` the newest commit time, ``ties`` the rows
    seen at exactly this position, where the position alone does not tell rows apart.
    """

    version: int = 1
    commit_lsn: int = -1
    lsn: int = -1
    order: int = -1
    offset: int = -1
    newest_us: int = -1
    ties: list[int] = []

    @property
    def position(self) -> tuple[int, int, int]:
        return self.commit_lsn, self.lsn, self.order


def find_replays(batch: pa.RecordBatch, mark: Mark) -> tuple[np.ndarray, Mark]:
    """Which rows of ``batch`` (rows in the order of their offsets) were sent before.

    A row is a replay if a row at a lower offset of its partition has the same or a later position. So a first
    copy is never called a replay, in whatever order batches arrive; and when they arrive in the order of
    their offsets, every replay is found. Three kinds of rows pass although their position is not new:

    - snapshot rows, which all share one position: a snapshot that was begun again is told by its keys;
    - rows at one position with other keys, as COPY writes them when there is no transaction metadata;
    - rows whose position is older but whose commit is newer than all before: the log itself was restored or
      replaced, and dropping would lose data until the old position is reached again.

    Rows without a position pass. Returns a mask of shape (rows,) and the mark after the batch.
    """
    columns = [numbers(batch, name) for name in ("commit_lsn", "lsn", "order")]
    if _all_new(batch, columns, mark):
        commits, lsns, orders = columns
        last = _first_at_last_position(columns)
        return np.zeros(len(batch), dtype=bool), Mark(
            commit_lsn=int(commits[-1]),
            lsn=int(lsns[-1]),
            order=int(orders[-1]),
            offset=int(numbers(batch, "offset")[last]),
            newest_us=max(mark.newest_us, int(numbers(batch, "committed_us").max())),
            ties=[_identity(batch, len(batch) - 1)],
        )
    return _row_by_row(batch, mark)


def _all_new(batch: pa.RecordBatch, columns: list[np.ndarray], mark: Mark) -> bool:
    """Whether each row is beyond the one before it, or level with it in a snapshot."""
    commits, lsns, orders = columns
    first = (int(commits[0]), int(lsns[0]), int(orders[0]))
    if first[1] < 0 or first <= mark.position or int(numbers(batch, "offset")[0]) <= mark.offset:
        return False
    beyond = np.diff(commits) > 0
    same_commit = np.diff(commits) == 0
    beyond |= same_commit & (np.diff(lsns) > 0)
    level = same_commit & (np.diff(lsns) == 0)
    beyond |= level & (np.diff(orders) > 0)
    snapshot = numbers(batch, "snapshot")
    beyond |= level & (np.diff(orders) == 0) & snapshot[1:] & snapshot[:-1]
    return bool(beyond.all()) and bool((np.diff(numbers(batch, "offset")) > 0).all())


def _first_at_last_position(columns: list[np.ndarray]) -> int:
    at_last = np.logical_and.reduce([column == column[-1] for column in columns])
    return int(np.argmax(at_last))


def _row_by_row(batch: pa.RecordBatch, mark: Mark) -> tuple[np.ndarray, Mark]:
    replays = np.zeros(len(batch), dtype=bool)
    ties = set(mark.ties)
    position, at, newest_us = mark.position, mark.offset, mark.newest_us
    for i, (offset, row_position, committed_us, snapshot) in enumerate(_rows(batch)):
        if row_position[1] < 0 or offset <= at:
            continue
        if row_position > position or (row_position < position and committed_us > newest_us):
            position, at, ties = row_position, offset, {_identity(batch, i)}
        elif row_position < position:
            replays[i] = True
        elif not snapshot:
            identity = _identity(batch, i)
            replays[i] = identity in ties
            if len(ties) < MAX_TIES:
                ties.add(identity)
        newest_us = max(newest_us, committed_us)
    commit_lsn, lsn, order = position
    return replays, Mark(
        commit_lsn=commit_lsn, lsn=lsn, order=order, offset=at, newest_us=newest_us, ties=sorted(ties)
    )


def _rows(batch: pa.RecordBatch) -> Iterable[tuple[int, tuple[int, int, int], int, bool]]:
    offset, commit, lsn, order, committed_us, snapshot = (
        batch.column(name).to_pylist()
        for name in ("offset", "commit_lsn", "lsn", "order", "committed_us", "snapshot")
    )
    return zip(offset, zip(commit, lsn, order, strict=True), committed_us, snapshot, strict=True)


def _identity(batch: pa.RecordBatch, row: int) -> int:
    """What tells two changes at one position apart: the key and the operation."""
    key = batch.column("key")[row].as_py() or b""
    return zlib.crc32(key) << 8 | int(batch.column("op")[row].as_py())
