"""Invalidations → what is said of them: over time, by scope and cause, the widest and the busiest."""

import heapq
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from schemas.actions import ActionRecord

_SHOWN: Final = 8
_WINDOWS: Final = 20_000  # told apart; what comes after counts in the totals alone


class Invalidations(msgspec.Struct, kw_only=True):
    """Sums over invalidations. ``windows``: how many each window of commit time has, by its start."""

    total: int
    changes: int
    by_kind: Counter[tuple[str, str]]  # scope and cause
    windows: dict[str, int]
    window_seconds: float
    widest: list[dict[str, Any]]
    busiest: list[dict[str, Any]]
    results: Counter[str]


def read_invalidations(
    invalidations: Iterable[dict[str, Any]], ledger: Iterable[ActionRecord]
) -> Invalidations:
    """Sums over ``invalidations``, and over what the ``ledger`` of the cache says became of them."""
    kinds: Counter[tuple[str, str]] = Counter()
    windows: Counter[str] = Counter()
    wide: list[tuple[int, int, dict[str, Any]]] = []
    busy: list[tuple[int, int, dict[str, Any]]] = []
    changes, seconds = 0, 0.0
    for place, found in enumerate(invalidations):
        kinds[found["scope"], found["cause"]] += 1
        changes += found["changes"]
        seconds = found["window_seconds"]
        if found["window_start"] in windows or len(windows) < _WINDOWS:
            windows[found["window_start"]] += 1
        _keep(wide, (found["stands_for"], -place, found))
        _keep(busy, (found["changes"], -place, found))
    return Invalidations(
        total=kinds.total(),
        changes=changes,
        by_kind=kinds,
        windows=dict(sorted(windows.items())),
        window_seconds=seconds,
        widest=[found for _, _, found in sorted(wide, reverse=True)],
        busiest=[found for _, _, found in sorted(busy, reverse=True)],
        results=Counter(str(record.result) for record in ledger),
    )


def _keep(heap: list[tuple[int, int, dict[str, Any]]], item: tuple[int, int, dict[str, Any]]) -> None:
    if len(heap) < _SHOWN:
        heapq.heappush(heap, item)
    else:
        heapq.heappushpop(heap, item)
