"""What was changed in a window → the narrowest invalidations that reach it all and are not too many.

As when a CDN is told to purge a surrogate key instead of a thousand addresses: too much is thrown away, but
nothing that is stale is kept. Widening goes rung by rung (the series of a pod, all of a service, all of a
kind, everything), the largest group first, so that few answers are lost that need not be.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from actions.cache.dependencies import RUNGS, Due
from actions.cache.ladders import LadderTable
from schemas.actions import Cause, Target


class Sums(msgspec.Struct, array_like=True, gc=False):
    """How many changes, and the commit times of the first and the last, epoch microseconds."""

    changes: int
    first_us: int
    last_us: int


class Changed(NamedTuple):
    """What was changed, each thing once: its number in a ladder table, and sums; all of shape (things,)."""

    due: np.ndarray
    changes: np.ndarray
    first_us: np.ndarray
    last_us: np.ndarray


class Covered(NamedTuple):
    """What one invalidation stands for."""

    cause: Cause
    sums: Sums
    stands_for: int


def cover(dues: Mapping[Due, Sums], limit: int, *, level: int = 0) -> dict[Target, Covered]:
    """At most ``limit`` (1 or more) targets that reach what ``dues`` name and all that depends on them.

    A function of the set of ``dues``, whatever their order. ``level``: how far they were widened before.
    """
    table = LadderTable()
    sums = np.array([(s.changes, s.first_us, s.last_us) for s in dues.values()], np.int64).reshape(-1, 3)
    changed = Changed(np.array([table.number(due) for due in dues], np.int64), *sums.T)
    return cover_changed(table, changed, limit, level=level)


def cover_changed(
    table: LadderTable, changed: Changed, limit: int, *, level: int = 0
) -> dict[Target, Covered]:
    """As :func:`cover`, of what a ``table`` numbers."""
    of_due = table.of_due[changed.due]
    there = of_due >= 0
    ladders, ladder = np.unique(of_due[there], return_inverse=True)
    numbers, rungs = np.unique(table.rungs[ladders], return_inverse=True)
    rungs = rungs.reshape(-1, RUNGS)
    names = [table.targets[number] for number in numbers.tolist()]
    chosen = _widen(rungs, names, limit)
    # Each thing counts once for a target, by however many ladders it comes there.
    due = np.repeat(np.arange(len(of_due)), there.sum(axis=1))
    due, target = np.divmod(np.unique(due * len(names) + chosen[ladder]), len(names))
    changes = np.bincount(target, changed.changes[due], len(names)).astype(np.int64)
    first = np.full(len(names), np.iinfo(np.int64).max)
    last = np.full(len(names), np.iinfo(np.int64).min)
    np.minimum.at(first, target, changed.first_us[due])
    np.maximum.at(last, target, changed.last_us[due])
    narrow = np.unique(chosen * len(names) + rungs[:, 0]) // len(names)
    stands_for = np.bincount(narrow, minlength=len(names))
    unwidened = (chosen == rungs[:, 0]) & (level == 0)
    direct = np.zeros(len(names), bool)
    direct[chosen[unwidened & table.direct[ladders]]] = True
    narrowest = np.zeros(len(names), bool)
    narrowest[chosen[unwidened]] = True
    return {
        names[i]: Covered(
            Cause.CHANGE if direct[i] else Cause.CASCADE if narrowest[i] else Cause.STORM,
            Sums(int(changes[i]), int(first[i]), int(last[i])),
            int(stands_for[i]),
        )
        for i in sorted(np.unique(chosen).tolist(), key=names.__getitem__)
    }


def _widen(rungs: np.ndarray, names: list[Target], limit: int) -> np.ndarray:
    """The target of each ladder, so chosen that there are at most ``limit`` different ones.

    ``rungs``: of each ladder, numbers of ``names``, shape (ladders, RUNGS).
    """
    # What was named wide from the beginning (a truncated table) takes in all that is below it.
    named = np.zeros(len(names), bool)
    named[rungs[:, 0]] = True
    rung = RUNGS - 1 - np.argmax(named[rungs][:, ::-1], axis=1)
    chosen: np.ndarray = rungs[np.arange(len(rungs)), rung]
    used = np.bincount(chosen, minlength=len(names))
    count = int(np.count_nonzero(used))
    for level in range(1, RUNGS):
        if count <= limit:
            break
        below = np.flatnonzero(rung < level)
        if not len(below):
            continue
        wide = rungs[below, level]
        pairs, ladders = np.unique(wide * len(names) + chosen[below], return_counts=True)
        of_pair, inside = np.divmod(pairs, len(names))
        starts = np.flatnonzero(np.diff(of_pair, prepend=-1))
        ends = np.append(starts[1:], len(pairs))
        groups = zip(of_pair[starts].tolist(), starts.tolist(), ends.tolist(), strict=True)
        moved = np.zeros(len(names), bool)
        for target, start, end in sorted(groups, key=lambda g: (g[1] - g[2], names[g[0]])):
            if count <= limit:
                break
            members, n = inside[start:end], ladders[start:end]
            gone = int(np.count_nonzero((used[members] == n) & (members != target)))
            is_new = used[target] == 0
            if gone > is_new:
                used[members] -= n
                used[target] += n.sum()
                count += int(is_new) - gone
                moved[target] = True
        up = below[moved[wide]]
        rung[up] = level
        chosen[up] = rungs[up, level]
    return chosen
