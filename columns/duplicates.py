"""Event batches of one shard → which rows are the first of their key, duplicates, or conflicts.

A row is a duplicate if the same (metric_id, timestamp) was committed before it and not more than the horizon
earlier; with another value it is a conflict. The first in commit order wins: (LSN of the last commit, LSN,
ordinal in the transaction, row key). The order matters only among rows of one key, so only those are sorted.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from columns.hashing import key_hashes
from columns.keyindex import ENTRY, KeyIndex
from schemas.batches import numbers

FIRST: Final = np.uint8(0)
DUPLICATE: Final = np.uint8(1)
CONFLICT: Final = np.uint8(2)


def classify(
    index: KeyIndex, batches: list[pa.RecordBatch], horizon_us: int
) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Judge all rows of ``batches`` against each other and against ``index``, which learns the new keys.

    Returns a pair a batch: FIRST, DUPLICATE or CONFLICT by row, and the value that was kept for the row's
    key; and the new entries (``ENTRY``), from which a caller can rebuild the index.
    """
    hashes = [key_hashes(batch) for batch in batches]
    low = np.concatenate([h[0] for h in hashes])
    high = np.concatenate([h[1] for h in hashes])
    value = _joined(batches, "value").view(np.uint64)
    committed = _joined(batches, "committed_us")
    oldest = int(committed.min(where=committed > 0, initial=int(committed.max())))
    index.reserve(len(low), oldest - horizon_us - horizon_us // 2)  # others may be behind these rows
    slots, fresh = index.find_or_insert(low, high)
    verdicts, kept = np.zeros(len(low), dtype=np.uint8), value.copy()
    index.set(slots[fresh], value[fresh], committed[fresh])
    if not fresh.all():
        _judge_repeats(index, batches, slots, fresh, value, committed, horizon_us, verdicts, kept)
    first = verdicts == FIRST
    entries = np.empty(int(first.sum()), dtype=ENTRY)
    for name, column in (("low", low), ("high", high), ("value", value), ("committed_us", committed)):
        entries[name] = column[first]
    bounds = np.cumsum([len(batch) for batch in batches])[:-1]
    by_batch = zip(np.split(verdicts, bounds), np.split(kept.view(np.float64), bounds), strict=True)
    return list(by_batch), entries


def _joined(batches: list[pa.RecordBatch], name: str) -> np.ndarray:
    return np.concatenate([numbers(batch, name) for batch in batches])


def _judge_repeats(
    index: KeyIndex,
    batches: list[pa.RecordBatch],
    slots: np.ndarray,
    fresh: np.ndarray,
    value: np.ndarray,
    committed: np.ndarray,
    horizon_us: int,
    verdicts: np.ndarray,
    kept_value: np.ndarray,
) -> None:
    """Go through the rows whose key occurs more than once, in commit order; they are few."""
    repeated = np.isin(slots, slots[~fresh])
    rows = np.flatnonzero(repeated)
    order = [_joined(batches, name)[rows] for name in ("seq", "order", "lsn", "commit_lsn")]
    rows = rows[np.lexsort(order)]
    known = set(slots[rows].tolist()) - set(slots[fresh & repeated].tolist())
    kept: dict[int, tuple[int, int]] = {}
    known_slots = np.fromiter(known, dtype=np.int64, count=len(known))
    for slot, bits, at in zip(known, *(c.tolist() for c in index.get(known_slots)), strict=True):
        kept[slot] = (bits, at)
    for row, slot, bits, at in zip(
        rows.tolist(), slots[rows].tolist(), value[rows].tolist(), committed[rows].tolist(), strict=True
    ):
        winner = kept.get(slot)
        if winner is None or abs(at - winner[1]) > horizon_us:
            kept[slot] = (bits, at)
        else:
            verdicts[row] = DUPLICATE if _same(bits, winner[0]) else CONFLICT
            kept_value[row] = winner[0]
    changed = np.fromiter(kept, dtype=np.int64, count=len(kept))
    bits_and_times = list(kept.values())
    index.set(
        changed,
        np.array([b for b, _ in bits_and_times], dtype=np.uint64),
        np.array([t for _, t in bits_and_times], dtype=np.int64),
    )


_SIGN: Final = 1 << 63


def _same(a: int, b: int) -> bool:
    """Whether two finite doubles, given as their bits, are equal (0.0 and -0.0 are)."""
    return a == b or (a | b) == _SIGN
