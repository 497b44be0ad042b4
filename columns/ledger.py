"""What batches tell of transactions → which are complete, which lack changes, and which have too many.

Numbers of transactions come again: they are of 32 bits, and a restored database goes back. So a transaction
is its number and its commit time, which all its changes and its end share: entries of one number that were
committed further apart are of two transactions.

A ledger is fed in any order. It holds what is open, and forgets what is complete. What is told is merged into
it when enough has gathered, so that a change costs the same however much is open.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from columns.transactions import ENTRY, TX_BITS, Sent
from schemas.losses import Loss, LossStatus
from schemas.names import Result
from schemas.times import iso

#: Entries of one connector that are kept; beyond it the oldest are given up, and counted as unjudged.
MOST_OPEN: Final = 500_000
#: How long after its end what was reported as missing can still be taken back: a connector may be away.
KEPT_MS: Final = 24 * 3600 * 1000

_APART_MS: Final = 60_000
_MERGE: Final = 3  # what is pending is merged when it is this part of what is open
_OPEN, _DOUBTFUL, _REPORTED = 0, 1, 2  # states of an entry; the later one stays


@dataclass(slots=True)
class Found:
    """What became of entries: counts by result and partition of the ends, and what is to be told."""

    counts: Counter[tuple[Result, int]] = field(default_factory=Counter)
    losses: list[Loss] = field(default_factory=list)
    unended: int = 0

    def count(self, result: Result, entries: np.ndarray) -> None:
        """``entries`` met ``result``."""
        for partition, records in zip(*np.unique(entries["partition"], return_counts=True), strict=True):
            self.counts[result, int(partition)] += int(records)

    def add(self, other: "Found") -> None:
        """What ``other`` found too."""
        self.counts.update(other.counts)
        self.losses += other.losses
        self.unended += other.unended


class _Kept(msgspec.Struct, array_like=True):
    version: int
    tables: list[str]
    begins: dict[str, dict[int, int]]
    forgotten_ms: int
    entries: bytes
    pending: bytes


class Ledger:
    """The open transactions of one connector; ``wait_ms``: how long after its end changes may still come."""

    def __init__(self, connector: str, wait_ms: int, kept: bytes | None = None) -> None:
        stored = _Kept(1, [], {}, -1, b"", b"") if kept is None else msgspec.msgpack.decode(kept, type=_Kept)
        self._connector, self._wait_ms = connector, wait_ms
        self._number = {table: number for number, table in enumerate(stored.tables)}
        self._begins = stored.begins
        # Up to this commit changes were given up whose end had not come.
        self._forgotten_ms = stored.forgotten_ms
        self._entries = np.frombuffer(stored.entries, dtype=ENTRY)
        self._pending = [np.frombuffer(stored.pending, dtype=ENTRY)]
        self._pending_rows = len(self._pending[0])

    def encode(self) -> bytes:
        """What :class:`Ledger` is made of again."""
        tables, pending = list(self._number), np.concatenate(self._pending)
        return msgspec.msgpack.encode(
            _Kept(1, tables, self._begins, self._forgotten_ms, self._entries.tobytes(), pending.tobytes())
        )

    def __len__(self) -> int:
        return len(self._entries) + self._pending_rows

    @property
    def due_ms(self) -> int | None:
        """When the first of the open entries is to be judged, epoch milliseconds; ``None``: there is none."""
        open_ones = [rows for rows in (self._entries, *self._pending) if len(rows)]
        return min((int(self._due(rows).min()) for rows in open_ones), default=None)

    def add(self, sent: Sent) -> Found:
        """Take in what a batch tells."""
        for table, partition, committed_ms in sent.begins:
            begins = self._begins.setdefault(table, {})
            begins[partition] = min(committed_ms, begins.get(partition, committed_ms))
        entries = np.frombuffer(sent.entries, dtype=ENTRY).copy()
        mine = [self._number.setdefault(table, len(self._number)) for table in sent.tables]
        low = entries["key"] & ((1 << TX_BITS) - 1)
        entries["key"] = np.array(mine, dtype=np.int64)[entries["key"] >> TX_BITS] << TX_BITS | low
        # Some of its changes may have been given up when this end comes.
        entries["state"][(entries["expected"] >= 0) & (entries["committed_ms"] <= self._forgotten_ms)] = (
            _DOUBTFUL
        )
        self._pending.append(entries)
        self._pending_rows += len(entries)
        if self._pending_rows * _MERGE < len(self._entries):
            return Found()
        found = self._settle()
        found.add(self._give_up())
        return found

    def judge(self, until_ms: int | None) -> Found:
        """Judge what is due at ``until_ms``; ``None``: everything has come, judge all and be empty."""
        found = self._settle()
        rows = self._entries
        due = np.ones(len(rows), bool) if until_ms is None else self._due(rows) <= until_ms
        ended, told = rows["expected"] >= 0, rows["state"] == _REPORTED
        surplus = due & ended & ~told & (rows["seen"] > rows["expected"])
        fewer = due & ended & ~told & ~surplus
        sure = fewer & (rows["state"] == _OPEN) & (rows["committed_ms"] > self._begin_of(rows))
        found.count(Result.SURPLUS, rows[surplus])
        found.count(Result.INCOMPLETE, rows[sure])
        found.count(Result.UNJUDGED, rows[fewer & ~sure])
        self._tell(rows[surplus], LossStatus.SURPLUS, found)
        self._tell(rows[sure], LossStatus.MISSING, found)
        self._forget(rows[due & ~ended], found)
        kept = rows[~due | sure].copy() if until_ms is not None else rows[:0]
        kept["state"][sure[~due | sure][: len(kept)]] = _REPORTED
        self._entries = kept
        return found

    def _due(self, rows: np.ndarray) -> np.ndarray:
        since = np.where(rows["expected"] >= 0, rows["ended_ms"], rows["at_ms"])
        due: np.ndarray = since + np.where(rows["state"] == _REPORTED, KEPT_MS, self._wait_ms)
        return due

    def _settle(self) -> Found:
        """Merge what is pending, and let go of what is complete."""
        rows = _merged(np.concatenate([self._entries, *self._pending]))
        self._pending, self._pending_rows = [rows[:0]], 0
        told = rows["state"] == _REPORTED
        late = told & (rows["seen"] >= rows["expected"])
        complete = ~told & (rows["seen"] == rows["expected"])
        found = Found()
        found.count(Result.COMPLETE, rows[complete])
        self._tell(rows[late], LossStatus.LATE, found)
        self._entries = rows[~(late | complete)]
        return found

    def _give_up(self) -> Found:
        """Keep within the bound: tables that are not read go first, then what is oldest."""
        found = Found()
        if len(self._entries) > MOST_OPEN:
            rows = self._entries
            read = np.array([table in self._begins for table in self._number])[rows["key"] >> TX_BITS]
            order = np.lexsort((rows["committed_ms"], read))
            gone = np.zeros(len(rows), bool)
            gone[order[: len(rows) - MOST_OPEN * 3 // 4]] = True
            ended = rows["expected"] >= 0
            found.count(Result.UNJUDGED, rows[gone & ended & (rows["state"] != _REPORTED)])
            self._forget(rows[gone & ~ended], found)
            self._entries = rows[~gone]
        return found

    def _forget(self, rows: np.ndarray, found: Found) -> None:
        if len(rows):
            found.unended += int(rows["seen"].sum())
            self._forgotten_ms = max(self._forgotten_ms, int(rows["committed_ms"].max()))

    def _begin_of(self, rows: np.ndarray) -> np.ndarray:
        """The commit from which on all changes of an entry's table should have come.

        What is not read has none; of what was not read from its beginning the first transaction may be cut.
        """
        never = np.iinfo(np.int64).max
        begins = [max(self._begins[t].values()) if t in self._begins else never for t in self._number]
        begin: np.ndarray = np.array(begins, dtype=np.int64)[rows["key"] >> TX_BITS]
        return begin

    def _tell(self, rows: np.ndarray, status: LossStatus, found: Found) -> None:
        tables = list(self._number)
        for row in rows:
            table, tx = tables[int(row["key"]) >> TX_BITS], int(row["key"]) & ((1 << TX_BITS) - 1)
            loss = Loss(
                id=f"{self._connector}/{tx}/{row['committed_ms']}/{table}",
                status=status,
                connector=self._connector,
                table=table,
                tx=tx,
                expected=int(row["expected"]),
                seen=int(row["seen"]),
                committed_at=iso(int(row["committed_ms"]) * 1000),
                ended_at=iso(int(row["ended_ms"]) * 1000),
            )
            found.losses.append(loss)


def _merged(rows: np.ndarray) -> np.ndarray:
    """One entry for each table and transaction, in the order of ``key`` and commit."""
    if len(rows) == 0:
        return rows
    order = np.argsort(rows["key"], kind="stable")  # what is sorted in parts is sorted fast
    key, committed_ms = rows["key"][order], rows["committed_ms"][order]
    first = np.append(True, np.diff(key) != 0)
    apart = np.append(False, np.abs(np.diff(committed_ms)) > _APART_MS) & ~first
    if apart.any():  # a number came again
        order = np.lexsort((rows["committed_ms"], rows["key"]))
        key, committed_ms = rows["key"][order], rows["committed_ms"][order]
        first = np.append(True, (np.diff(key) != 0) | (np.diff(committed_ms) > _APART_MS))
    rows = rows[order]
    starts = np.flatnonzero(first)
    merged = rows[starts].copy()
    merged["seen"] = np.add.reduceat(rows["seen"], starts)
    for name in ("expected", "at_ms", "ended_ms", "partition", "state"):
        merged[name] = np.maximum.reduceat(rows[name], starts)
    return merged
