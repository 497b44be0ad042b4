"""A hash table of event keys with the first value and commit time of each, worked on a batch at a time.

Open addressing with linear probing over numpy arrays: each round of a lookup is a handful of array operations
over the rows that are still unresolved, so that the cost a row hardly depends on how much the table holds.
Entries older than the horizon are left out whenever the table is rebuilt.
"""

from typing import Final

import numpy as np

ENTRY: Final = np.dtype([("low", "<u8"), ("high", "<u8"), ("value", "<u8"), ("committed_us", "<i8")])

_SMALLEST: Final = 1 << 10
_FULLEST: Final = 0.5  # beyond this load the table is rebuilt


class KeyIndex:
    """Keys of one shard. ``low`` must not be 0, which marks a free slot."""

    def __init__(self) -> None:
        self._allocate(_SMALLEST)

    def __len__(self) -> int:
        return self._used

    def _allocate(self, size: int) -> None:
        self._mask = np.uint64(size - 1)
        self._low = np.zeros(size, dtype=np.uint64)
        self._high = np.empty(size, dtype=np.uint64)
        self._value = np.empty(size, dtype=np.uint64)
        self._committed = np.empty(size, dtype=np.int64)
        self._claim = np.empty(size, dtype=np.int32)
        self._used = 0

    def reserve(self, rows: int, oldest_us: int) -> None:
        """Make room for ``rows`` more keys; entries committed before ``oldest_us`` may be left out."""
        size = len(self._low)
        if self._used + rows <= size * _FULLEST:
            return
        entries = self.entries(oldest_us)
        while len(entries) + rows > size * _FULLEST / 2:
            size *= 2
        self._allocate(size)
        self.load(entries)

    def entries(self, oldest_us: int) -> np.ndarray:
        """All entries committed at ``oldest_us`` or later, as ``ENTRY`` records."""
        live = np.flatnonzero((self._low != 0) & (self._committed >= oldest_us))
        found = np.empty(len(live), dtype=ENTRY)
        for name, column in zip(
            ENTRY.names or (), (self._low, self._high, self._value, self._committed), strict=True
        ):
            found[name] = column[live]
        return found

    def load(self, entries: np.ndarray) -> None:
        """Put ``entries`` in; of entries with one key the last counts. Room must be reserved."""
        slots, _ = self.find_or_insert(entries["low"], entries["high"])
        self.set(slots, entries["value"], entries["committed_us"])

    def get(self, slots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(value bits, commit time) at ``slots``."""
        return self._value[slots], self._committed[slots]

    def set(self, slots: np.ndarray, value: np.ndarray, committed_us: np.ndarray) -> None:
        """Write the value bits and commit times of ``slots``."""
        self._value[slots] = value
        self._committed[slots] = committed_us

    def find_or_insert(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The slot of each key, and which rows took a slot that was free.

        Of several rows with one new key exactly one is said to have taken its slot. The value and time of
        new slots are the caller's to set.
        """
        slots = (low & self._mask).astype(np.int64)
        fresh = np.zeros(len(low), dtype=bool)
        pending = np.arange(len(low), dtype=np.int32)
        while len(pending):
            at = slots[pending]
            there = self._low[at]
            free = there == 0
            if free.any():
                claimants, places = pending[free], at[free]
                self._claim[places] = claimants  # of several, the last one written wins
                won = self._claim[places] == claimants
                winners, taken = claimants[won], places[won]
                self._low[taken] = low[winners]
                self._high[taken] = high[winners]
                fresh[winners] = True
                there = self._low[at]
            same = (there == low[pending]) & (self._high[at] == high[pending])
            pending = pending[~same]
            at = at[~same]
            slots[pending] = (at + 1) & np.int64(self._mask)
        self._used += int(fresh.sum())
        return slots, fresh
