"""What was changed, batch by batch → invalidations, window by window of commit time.

A window is released when it is old enough that nothing of it can come any more. Its invalidations follow from
what was changed in it alone: neither the order nor the size of the batches matters, and a second run over the
same changes gives the same ids, so that nobody acts on them twice.
"""

import hashlib
from typing import Final

import msgspec
import numpy as np

from actions.cache.changes import Touched
from actions.cache.cover import Changed, cover_changed
from actions.cache.dependencies import Due
from actions.cache.ladders import LadderTable
from actions.times import iso
from schemas.actions import Invalidation

#: How many changed series are told apart in a window, as a multiple of the invalidations that it may have.
_DETAIL: Final = 64
#: How many are kept over all windows; beyond, the older half of the windows is released early.
MOST_DUES: Final = 500_000
_LEVELS: Final = 3  # by then one due a kind is left
_TABLE: Final = 200_000  # names that are numbered, before those that no window needs are forgotten


class Window:
    """What was changed in one window, in numbers of a table; widened by ``level`` where it is too much."""

    def __init__(self, level: int = 0) -> None:
        self.level = level
        self._parts: list[Changed] = []
        self.rows = 0

    def add(self, part: Changed, table: LadderTable, most: int) -> None:
        """Add changes. Whether it is widened depends on what was changed, and not on the order."""
        self._parts.append(_widened(part, table, self.level) if self.level else part)
        self.rows += len(part.due)
        if self.rows > 2 * most:
            self.sums(table, most)

    def sums(self, table: LadderTable, most: int) -> Changed:
        """Each thing that was changed once; no more than ``most`` of them."""
        whole = _summed(self._parts)
        while len(whole.due) > most and self.level < _LEVELS:
            self.level += 1
            whole = _summed([_widened(whole, table, self.level)])
        self._parts, self.rows = [whole], len(whole.due)
        return whole


def _widened(part: Changed, table: LadderTable, level: int) -> Changed:
    due = np.array([table.number(table.dues[i].widened(level)) for i in part.due.tolist()], np.int64)
    return part._replace(due=due)


def _summed(parts: list[Changed]) -> Changed:
    columns = Changed(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    due, place = np.unique(columns.due, return_inverse=True)
    first = np.full(len(due), np.iinfo(np.int64).max)
    last = np.full(len(due), np.iinfo(np.int64).min)
    np.minimum.at(first, place, columns.first_us)
    np.maximum.at(last, place, columns.last_us)
    return Changed(due, np.bincount(place, columns.changes).astype(np.int64), first, last)


class _KeptWindow(msgspec.Struct, array_like=True):
    level: int
    dues: list[Due]
    sums: list[list[int]]


class Kept(msgspec.Struct, array_like=True):
    """What a coalescer is made again from: the windows that wait, by number, and what was released before."""

    version: int = 1
    released: int = -1
    newest_us: int = -1
    appended_us: int = -1
    windows: dict[int, _KeptWindow] = {}


class Coalescer:
    """The windows that wait. ``limit``: invalidations a window, 1 or more; ``width_us``: of a window.

    ``newest_us``: the newest commit of an event, epoch microseconds; -1 before the first. Events are held on
    their way; other changes come before events that were committed with them. ``appended_us``: likewise the
    newest append.
    """

    def __init__(self, *, width_us: int, limit: int, kept: Kept | None = None) -> None:
        kept = kept or Kept()
        self._width_us = width_us
        self._limit = limit
        self._most = _DETAIL * limit
        self._table = LadderTable()
        self._released_to = kept.released
        self.newest_us = kept.newest_us
        self.appended_us = kept.appended_us
        self._windows: dict[int, Window] = {}
        for number, window in kept.windows.items():
            self._windows[number] = Window(window.level)
            numbers = np.array([self._table.number(due) for due in window.dues], np.int64)
            sums = np.array(window.sums, np.int64).reshape(3, -1)
            self._windows[number].add(Changed(numbers, *sums), self._table, self._most)

    def add(self, touched: Touched) -> None:
        """Take up what a batch tells. What comes after its window was released goes into the next one."""
        if not touched.name:
            return
        dues = [self._table.number((touched.kind, *names)) for names in touched.names]
        due = np.array(dues, np.int64)[np.array(touched.name)]
        window = np.maximum(np.array(touched.window), self._released_to + 1)
        order = np.argsort(window, kind="stable")
        columns = (due, np.array(touched.changes), np.array(touched.first_us), np.array(touched.last_us))
        part = Changed(*(column[order] for column in columns))
        window = window[order]
        bounds = [*np.flatnonzero(np.diff(window, prepend=window[0] - 1)).tolist(), len(window)]
        for start, end in zip(bounds, bounds[1:], strict=False):
            into = self._windows.setdefault(int(window[start]), Window())
            into.add(Changed(*(column[start:end] for column in part)), self._table, self._most)
        if touched.paces:
            self.newest_us = max(self.newest_us, *touched.last_us)
            self.appended_us = max(self.appended_us, touched.appended_us)

    @property
    def due_us(self) -> int | None:
        """When the oldest window that waits ends, epoch microseconds; ``None``: none waits."""
        return (min(self._windows) + 1) * self._width_us if self._windows else None

    def release(self, until_us: int | None) -> list[Invalidation]:
        """The invalidations of the windows that ended by ``until_us`` (``None``: of all), oldest first."""
        ready = sorted(n for n in self._windows if until_us is None or (n + 1) * self._width_us <= until_us)
        return self._released(ready)

    def overflow(self) -> list[Invalidation]:
        """The older half, where more waits than is to be kept."""
        if sum(window.rows for window in self._windows.values()) <= MOST_DUES:
            return []
        rows = sum(len(window.sums(self._table, self._most).due) for window in self._windows.values())
        if rows <= MOST_DUES:
            return []
        return self._released(sorted(self._windows)[: (len(self._windows) + 1) // 2])

    def _released(self, numbers: list[int]) -> list[Invalidation]:
        found = []
        for number in numbers:
            found += self._invalidations(number, self._windows.pop(number))
            self._released_to = max(self._released_to, number)
        if len(self._table) > _TABLE:
            self._renumber()
        return found

    def _renumber(self) -> None:
        """Forget the names that no window needs any more."""
        again = Coalescer(width_us=self._width_us, limit=self._limit, kept=self._kept())
        self._table, self._windows = again._table, again._windows

    def _invalidations(self, number: int, window: Window) -> list[Invalidation]:
        start_us = number * self._width_us
        changed = window.sums(self._table, self._most)
        covered = cover_changed(self._table, changed, self._limit, level=window.level)
        window_start, window_seconds = iso(start_us), self._width_us / 1e6
        return [
            Invalidation(
                id=_id(start_us, self._width_us, target.scope, target.key),
                scope=target.scope,
                key=target.key,
                cause=of.cause,
                window_start=window_start,
                window_seconds=window_seconds,
                changes=of.sums.changes,
                stands_for=of.stands_for,
                first_committed_us=of.sums.first_us,
                last_committed_us=of.sums.last_us,
            )
            for target, of in covered.items()
        ]

    def _kept(self) -> Kept:
        kept = Kept(1, self._released_to, self.newest_us, self.appended_us, {})
        for number, window in self._windows.items():
            due, *sums = window.sums(self._table, self._most)
            dues = [self._table.dues[i] for i in due.tolist()]
            kept.windows[number] = _KeptWindow(window.level, dues, [column.tolist() for column in sums])
        return kept

    def encode(self) -> bytes:
        """What :func:`restored` makes the coalescer of again."""
        return msgspec.msgpack.encode(self._kept())


def restored(data: bytes | None, *, width_us: int, limit: int) -> Coalescer:
    """The coalescer that :meth:`Coalescer.encode` wrote; a new one where nothing was written."""
    kept = msgspec.msgpack.decode(data, type=Kept) if data else None
    return Coalescer(width_us=width_us, limit=limit, kept=kept)


def _id(start_us: int, width_us: int, scope: str, key: str) -> str:
    text = f"invalidation|{start_us}|{width_us}|{scope}|{key}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
