"""What was changed, batch by batch → invalidations, window by window of commit time.

A window is released when it is old enough that nothing of it can come any more. Its invalidations follow from
what was changed in it alone: neither the order nor the size of the batches matters, and a second run over the
same changes gives the same ids, so that nobody acts on them twice.
"""

import hashlib
from typing import Final

import msgspec

from actions.cache.changes import Touched
from actions.cache.cover import Sums, cover
from actions.cache.dependencies import Due
from actions.times import iso
from schemas.actions import Invalidation

#: How many changed series are told apart in a window, as a multiple of the invalidations that it may have.
_DETAIL: Final = 64
#: How many are kept over all windows; beyond, the older half of the windows is released early.
MOST_DUES: Final = 500_000
_LEVELS: Final = 3  # by then one due a kind is left


class Window(msgspec.Struct, array_like=True):
    """What was changed in one window; widened by ``level`` once it has become too much to tell apart."""

    level: int = 0
    dues: dict[Due, Sums] = {}

    def add(self, due: Due, sums: Sums, most: int) -> None:
        """Add changes. Whether it is widened depends on what was changed, and not on the order."""
        due = due.widened(self.level) if self.level else due
        known = self.dues.get(due)
        if known is not None:
            known.add(sums)
            return
        self.dues[due] = sums
        while len(self.dues) > most and self.level < _LEVELS:
            self.level += 1
            narrow, self.dues = self.dues, {}
            for old, old_sums in narrow.items():
                self.add(old, old_sums, most)


class Kept(msgspec.Struct, array_like=True):
    """What a coalescer is made again from: the windows that wait, by number, and what was released before."""

    version: int = 1
    released: int = -1
    newest_us: int = -1
    appended_us: int = -1
    windows: dict[int, Window] = {}


class Coalescer:
    """The windows that wait. ``limit``: invalidations a window, 1 or more; ``width_us``: of a window."""

    def __init__(self, *, width_us: int, limit: int, kept: Kept | None = None) -> None:
        self._width_us = width_us
        self._limit = limit
        self._most = _DETAIL * limit
        self._kept = kept or Kept()

    def add(self, touched: Touched) -> None:
        """Take up what a batch tells. What comes after its window was released goes into the next one."""
        kept = self._kept
        for number, due, sums in touched.rows():
            open_number = max(number, kept.released + 1)
            window = kept.windows.get(open_number)
            if window is None:
                window = kept.windows[open_number] = Window()
            window.add(due, sums, self._most)
        if touched.paces:
            kept.newest_us = max(kept.newest_us, *touched.last_us)
            kept.appended_us = max(kept.appended_us, touched.appended_us)

    @property
    def newest_us(self) -> int:
        """The newest commit of an event, epoch microseconds; -1 before the first.

        Events are held on their way; other changes come before events that were committed with them.
        """
        return self._kept.newest_us

    @property
    def appended_us(self) -> int:
        """The newest append of an event, epoch microseconds; -1 before the first."""
        return self._kept.appended_us

    @property
    def due_us(self) -> int | None:
        """When the oldest window that waits ends, epoch microseconds; ``None``: none waits."""
        return (min(self._kept.windows) + 1) * self._width_us if self._kept.windows else None

    def release(self, until_us: int | None) -> list[Invalidation]:
        """The invalidations of the windows that ended by ``until_us`` (``None``: of all), oldest first."""
        windows = self._kept.windows
        ready = sorted(n for n in windows if until_us is None or (n + 1) * self._width_us <= until_us)
        return self._released(ready)

    def overflow(self) -> list[Invalidation]:
        """The older half, where more waits than is to be kept."""
        windows = self._kept.windows
        if sum(len(window.dues) for window in windows.values()) <= MOST_DUES:
            return []
        return self._released(sorted(windows)[: (len(windows) + 1) // 2])

    def _released(self, numbers: list[int]) -> list[Invalidation]:
        found = []
        for number in numbers:
            found += self._invalidations(number, self._kept.windows.pop(number))
            self._kept.released = max(self._kept.released, number)
        return found

    def _invalidations(self, number: int, window: Window) -> list[Invalidation]:
        start_us = number * self._width_us
        covered = cover(window.dues, self._limit, level=window.level)
        return [
            Invalidation(
                id=_id(start_us, self._width_us, target.scope, target.key),
                scope=target.scope,
                key=target.key,
                cause=of.cause,
                window_start=iso(start_us),
                window_seconds=self._width_us / 1e6,
                changes=of.sums.changes,
                stands_for=of.stands_for,
                first_committed_us=of.sums.first_us,
                last_committed_us=of.sums.last_us,
            )
            for target, of in covered.items()
        ]

    def encode(self) -> bytes:
        """What :func:`restored` makes the coalescer of again."""
        return msgspec.msgpack.encode(self._kept)


def restored(data: bytes | None, *, width_us: int, limit: int) -> Coalescer:
    """The coalescer that :meth:`Coalescer.encode` wrote; a new one where nothing was written."""
    kept = msgspec.msgpack.decode(data, type=Kept) if data else None
    return Coalescer(width_us=width_us, limit=limit, kept=kept)


def _id(start_us: int, width_us: int, scope: str, key: str) -> str:
    text = f"invalidation|{start_us}|{width_us}|{scope}|{key}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
