"""Ladders by number, so that many can be looked at as columns."""

import numpy as np

from actions.cache.dependencies import RUNGS, Due, Ladder, ladders_of
from schemas.actions import Target

_MOST_OF_A_DUE = 4  # ladders


class LadderTable:
    """Numbers things that change, their ladders, and the targets that these are made of.

    ``of_due``: ladders of a thing, shape (things, 4), -1 where there is none. ``rungs``: targets of a ladder,
    the narrowest first, shape (ladders, RUNGS). ``direct``: whether a ladder is of what was changed itself.
    """

    def __init__(self) -> None:
        self.dues: list[Due] = []
        self.targets: list[Target] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._ladder_numbers: dict[Ladder, int] = {}
        self._target_numbers: dict[Target, int] = {}
        self.of_due = np.full((1, _MOST_OF_A_DUE), -1)
        self.rungs = np.zeros((1, RUNGS), np.int64)
        self.direct = np.zeros(1, bool)

    def __len__(self) -> int:
        return len(self.dues)

    def number(self, names: tuple[str, ...]) -> int:
        """The number of a Due, or of a tuple of its fields; a new one if it is not known."""
        known = self._numbers.get(names)
        if known is not None:
            return known
        due = Due(*names)
        number = self._numbers[due] = len(self.dues)
        self.dues.append(due)
        if number >= len(self.of_due):
            self.of_due = np.concatenate((self.of_due, np.full_like(self.of_due, -1)))
        for place, (direct, ladder) in enumerate(ladders_of(due)):
            self.of_due[number, place] = self._ladder(ladder, direct=direct)
        return number

    def _ladder(self, ladder: Ladder, *, direct: bool) -> int:
        number = self._ladder_numbers.setdefault(ladder, len(self._ladder_numbers))
        if number >= len(self.rungs):
            self.rungs = np.concatenate((self.rungs, np.zeros_like(self.rungs)))
            self.direct = np.concatenate((self.direct, np.zeros_like(self.direct)))
        self.rungs[number] = [self._target(target) for target in ladder]
        self.direct[number] |= direct
        return number

    def _target(self, target: Target) -> int:
        number = self._target_numbers.setdefault(target, len(self.targets))
        if number == len(self.targets):
            self.targets.append(target)
        return number
