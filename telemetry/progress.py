"""Counts of records by step, for a person who watches the run; nothing is decided by them.

They live in this process. Where the runner's workers are other processes nothing is shown while they work.
"""

from collections import Counter
from threading import Lock

_counts: Counter[str] = Counter()
_lock = Lock()


def advance(step: str, records: int) -> None:
    """``records`` more went through ``step``."""
    with _lock:
        _counts[step] += records


def snapshot() -> dict[str, int]:
    """Records so far, by step."""
    with _lock:
        return dict(_counts)


def reset() -> None:
    """Begin a new run."""
    with _lock:
        _counts.clear()
