"""What was changed in a window → the narrowest invalidations that reach it all and are not too many.

As when a CDN is told to purge a surrogate key instead of a thousand addresses: too much is thrown away, but
nothing that is stale is kept. Widening goes rung by rung (the series of a pod, all of a service, all of a
kind, everything), the largest group first, so that few answers are lost that need not be.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from typing import NamedTuple

import msgspec

from actions.cache.dependencies import RUNGS, Due, Ladder, ladders_of
from schemas.actions import Cause, Target


class Sums(msgspec.Struct, array_like=True, gc=False):
    """How many changes, and the commit times of the first and the last, epoch microseconds."""

    changes: int
    first_us: int
    last_us: int

    def add(self, other: "Sums") -> None:
        """Take ``other`` in."""
        self.changes += other.changes
        self.first_us = min(self.first_us, other.first_us)
        self.last_us = max(self.last_us, other.last_us)


class Covered(NamedTuple):
    """What one invalidation stands for."""

    cause: Cause
    sums: Sums
    stands_for: int


def cover(dues: Mapping[Due, Sums], limit: int, *, level: int = 0) -> dict[Target, Covered]:
    """At most ``limit`` (1 or more) targets that reach what ``dues`` name and all that depends on them.

    A function of the set of ``dues``, whatever their order. ``level``: how far they were widened before.
    """
    ladders = {ladder: direct for due in dues for direct, ladder in ladders_of(due)}
    rung = _widen(ladders, limit)
    sums: dict[Target, Sums] = {}
    for due, of_due in dues.items():
        for target in {ladder[rung[ladder]] for _, ladder in ladders_of(due)}:
            if target in sums:
                sums[target].add(of_due)
            else:
                sums[target] = copy(of_due)
    narrow: dict[Target, set[Target]] = {}
    causes: dict[Target, Cause] = {}
    for ladder, direct in ladders.items():
        target = ladder[rung[ladder]]
        narrow.setdefault(target, set()).add(ladder[0])
        if target == ladder[0] and level == 0 and causes.get(target) is not Cause.CHANGE:
            causes[target] = Cause.CHANGE if direct else Cause.CASCADE
    return {
        target: Covered(causes.get(target, Cause.STORM), sums[target], len(narrow[target]))
        for target in sorted(sums)
    }


def _widen(ladders: Iterable[Ladder], limit: int) -> dict[Ladder, int]:
    """The rung of each ladder at which there are at most ``limit`` different targets."""
    named = {ladder[0] for ladder in ladders}
    # What was named wide from the beginning (a truncated table) takes in all that is below it.
    rung = {ladder: max(i for i in range(RUNGS) if ladder[i] in named) for ladder in ladders}
    used = Counter(ladder[i] for ladder, i in rung.items())
    for level in range(1, RUNGS):
        if len(used) <= limit:
            break
        groups: dict[Target, list[Ladder]] = {}
        for ladder, i in rung.items():
            if i < level:
                groups.setdefault(ladder[level], []).append(ladder)
        inside = {wide: Counter(ladder[rung[ladder]] for ladder in group) for wide, group in groups.items()}
        for wide in sorted(groups, key=lambda wide: (-len(inside[wide]), wide)):
            if len(used) <= limit:
                break
            gone = sum(used[target] == n for target, n in inside[wide].items() if target != wide)
            if gone > (wide not in used):
                _move(used, inside[wide], wide)
                rung |= dict.fromkeys(groups[wide], level)
    return rung


def _move(used: Counter[Target], from_targets: Counter[Target], to: Target) -> None:
    for target, ladders in from_targets.items():
        used[target] -= ladders
        if not used[target]:
            del used[target]
    used[to] += from_targets.total()
