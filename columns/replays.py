"""Change batch, mark of its partition → which rows are replays, the new mark.

A restarted connector sends again what it had sent since its last committed offset. The second copy differs
from the first in its headers and its ``ts_ms``, but not in its source position: (LSN of the last commit, LSN
of the change, ordinal in the transaction). Debezium's PostgreSQL connector emits changes in the order of this
triple, although the LSN alone goes back and forth when transactions interleave.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import numbers
from schemas.names import Op

#: How many changes can share one position: PostgreSQL writes at most 1,000 rows in one log record (COPY).
MAX_TIES: Final = 4096
_SNAPSHOT: Final = ord(Op.READ)  # rows that a snapshot read, and not from the log


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
        """(LSN of the last commit, LSN of the change, ordinal in its transaction)."""
        return self.commit_lsn, self.lsn, self.order


def find_replays(batch: pa.RecordBatch, mark: Mark) -> tuple[np.ndarray, Mark]:
    """Which rows of ``batch`` (rows in the order of their offsets) were sent before.

    A row is a replay if a row at a lower offset of its partition has the same or a later position. So a first
    copy is never called a replay, in whatever order batches arrive; and when they arrive in the order of
    their offsets, every replay is found. Three kinds of rows pass although their position is not new:

    - snapshot rows, which all share one position: a snapshot that was begun again is told by its keys;
    - rows at one position with other keys or none, as COPY writes them when there is no transaction metadata;
    - rows whose position is older but whose commit is newer than all before: the log itself was restored or
      replaced, and dropping would lose data until the old position is reached again.

    Rows without a position pass, and so do rows without ``source.sequence``, which older connectors do not
    write: the LSN alone proves nothing. Returns a mask of shape (rows,) and the mark after the batch.
    """
    columns = [numbers(batch, name) for name in ("commit_lsn", "lsn", "order")]
    newest_us = np.maximum.accumulate(np.append(mark.newest_us, numbers(batch, "committed_us")))
    if not _in_order(batch, mark):
        return _row_by_row(batch, mark)
    ranks = _ranks(columns, mark)
    furthest = np.maximum.accumulate(ranks)[:-1]  # before each row
    behind = ranks[1:] < furthest
    if (behind & (numbers(batch, "committed_us") > newest_us[:-1])).any():
        return _row_by_row(batch, mark)
    replays = behind
    level = np.flatnonzero((ranks[1:] == furthest) & (numbers(batch, "op") != _SNAPSHOT))
    at = int(np.argmax(ranks)) - 1  # the row that holds the furthest position; -1: the mark still does
    ties = _judge_level(batch, mark, ranks, level, at, replays)
    if at < 0:
        return replays, msgspec.structs.replace(mark, newest_us=int(newest_us[-1]), ties=ties)
    commit_lsn, lsn, order = (int(column[at]) for column in columns)
    offset = int(numbers(batch, "offset")[at])
    return replays, Mark(
        commit_lsn=commit_lsn, lsn=lsn, order=order, offset=offset, newest_us=int(newest_us[-1]), ties=ties
    )


def _in_order(batch: pa.RecordBatch, mark: Mark) -> bool:
    """Whether all rows have a position, and offsets that rise from beyond the mark's."""
    offsets = numbers(batch, "offset")
    rising = int(offsets[0]) > mark.offset and bool((np.diff(offsets) > 0).all())
    return rising and bool((numbers(batch, "commit_lsn") >= 0).all())


def _ranks(columns: list[np.ndarray], mark: Mark) -> np.ndarray:
    """The mark's position and those of the rows, as numbers that sort like them: shape (1 + rows,)."""
    full = [np.append(own, column) for own, column in zip(mark.position, columns, strict=True)]
    sorting = np.lexsort(full[::-1])
    beyond = np.zeros(len(sorting), dtype=bool)
    for column in full:
        beyond[1:] |= np.diff(column[sorting]) != 0
    ranks = np.empty(len(sorting), dtype=np.int64)
    ranks[sorting] = np.cumsum(beyond)
    return ranks


def _judge_level(
    batch: pa.RecordBatch, mark: Mark, ranks: np.ndarray, level: np.ndarray, at: int, replays: np.ndarray
) -> list[int]:
    """Rows level with the furthest position are told apart by key and operation; they are few.

    Marks the replays among them, and returns the identities seen at the furthest position.
    """
    seen: dict[int, set[int | None]] = {int(ranks[0]): set(mark.ties)}
    for row in level.tolist():
        rank = int(ranks[row + 1])
        if rank not in seen:
            seen[rank] = {_identity(batch, int(np.argmax(ranks == rank)) - 1)}
        identity = _identity(batch, row)
        replays[row] = identity is not None and identity in seen[rank]
        if identity is not None and len(seen[rank]) < MAX_TIES:
            seen[rank].add(identity)
    last = int(ranks.max())
    return _known(seen[last] if last in seen else {_identity(batch, at)})


def _row_by_row(batch: pa.RecordBatch, mark: Mark) -> tuple[np.ndarray, Mark]:
    """The same for batches with rows out of order, without a position, or of a log that was restored."""
    replays = np.zeros(len(batch), dtype=bool)
    ties: set[int | None] = set(mark.ties)
    position, at, newest_us = mark.position, mark.offset, mark.newest_us
    for i, (offset, row_position, committed_us, op) in enumerate(_rows(batch)):
        if row_position[0] < 0 or offset <= at:
            continue
        if row_position > position or (row_position < position and committed_us > newest_us):
            position, at, ties = row_position, offset, {_identity(batch, i)}
        elif row_position < position:
            replays[i] = True
        elif op != _SNAPSHOT:
            identity = _identity(batch, i)
            replays[i] = identity is not None and identity in ties
            if identity is not None and len(ties) < MAX_TIES:
                ties.add(identity)
        newest_us = max(newest_us, committed_us)
    commit_lsn, lsn, order = position
    return replays, Mark(
        commit_lsn=commit_lsn, lsn=lsn, order=order, offset=at, newest_us=newest_us, ties=_known(ties)
    )


def _rows(batch: pa.RecordBatch) -> Iterable[tuple[int, tuple[int, int, int], int, int]]:
    offset, commit, lsn, order, committed_us, op = (
        batch.column(name).to_pylist()
        for name in ("offset", "commit_lsn", "lsn", "order", "committed_us", "op")
    )
    return zip(offset, zip(commit, lsn, order, strict=True), committed_us, op, strict=True)


def _known(identities: set[int | None]) -> list[int]:
    return sorted(identity for identity in identities if identity is not None)


def _identity(batch: pa.RecordBatch, row: int) -> int | None:
    """What tells two changes at one position apart: 64 bits of the key and the operation.

    ``None`` without a key: two such rows may be two rows of the table, so neither is the other's replay.
    """
    key = batch.column("key")[row].as_py()
    if not key:
        return None
    op = bytes([batch.column("op")[row].as_py()])
    return int.from_bytes(hashlib.blake2b(op + key, digest_size=8).digest())
