"""Texts → passwords, tokens and codes that what stands around them announces.

Patterns know the ways in which somebody thought that a secret would be written. Here, in a text that
speaks of secrets, each value near such a word is described by its looks and by the words and signs on both
sides of it: slots of a table (`looks`). What the table holds there is summed, and a small network says of the
sums whether the value is nothing, a password or a token.
"""

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.detectors.kind import Kind, Tier
from security.detectors.matching import Matcher
from security.detectors.scan import Finding, rows_with
from security.model.cues import cued
from security.model.doubt import least_of
from security.model.kinds import ANNOUNCED_PASSWORD, ANNOUNCED_TOKEN
from security.model.looks import SLOTS, Around
from security.model.said import CUES
from security.model.values import values

Array = npt.NDArray[np.float32]

#: Nothing, a password, a token.
CLASSES: Final = 3
#: What the classes are findings of.
KINDS: Final[tuple[tuple[int, Kind], ...]] = ((1, ANNOUNCED_PASSWORD), (2, ANNOUNCED_TOKEN))
_BEFORE: Final = 96  # characters before a cue in which values are looked at
_BEHIND: Final = 160  # and behind it
_PART: Final = 20_000  # characters of a text that are looked at at once
_TO_BLANK: Final = 400  # characters to a blank, at most
_MOST: Final = 5_000  # values of a text that are looked at


class AnnouncedWeights(NamedTuple):
    """What is trained. Shapes: K × H (int8), K, H, H, H × 3, 3.

    ``rows``: of `looks.SLOTS` those that the table has a row for, in order; the others tell nothing.
    """

    table: npt.NDArray[np.int8]
    rows: npt.NDArray[np.int32]
    scale: Array
    bias: Array
    out: Array
    out_bias: Array


class Announced:
    """Finds them. ``least``: from what probability on."""

    def __init__(self, weights: AnnouncedWeights, least: float) -> None:
        self._weights = weights
        self._least = least
        nothing = np.zeros((1, weights.table.shape[1]), np.int8)
        self._table = np.concatenate((weights.table, nothing))
        self._row_of = np.full(SLOTS, len(weights.rows), np.int32)
        self._row_of[weights.rows] = np.arange(len(weights.rows), dtype=np.int32)

    @cached_property
    def _cues(self) -> Matcher:
        return cues()

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Of each text, in order; none overlap. The same for one text as for many."""
        spans: list[tuple[int, int, int]] = []
        slots: list[list[int]] = []
        for row, text in enumerate(texts):
            for start, end, of_value in described(text, self._cues):
                spans.append((row, start, end))
                slots.append(of_value)
        found: list[list[Finding]] = [[] for _ in texts]
        taken: dict[int, bytearray] = {}  # which characters of a text are of a find
        if not spans:
            return found
        likely = self.probabilities(slots)
        best = likely[:, 1:].sum(axis=1)  # that it is a secret, of whichever class
        for at in sorted(np.flatnonzero(best >= self._least).tolist(), key=lambda at: (-best[at], at)):
            row, start, end = spans[at]
            if best[at] < max(self._least, least_of(texts[row], start, end)):
                continue
            if row not in taken:
                taken[row] = bytearray(len(texts[row]))
            if taken[row].find(1, start, end) < 0:
                taken[row][start:end] = b"\1" * (end - start)
                kind = KINDS[int(likely[at, 1:].argmax())][1]
                found[row].append(Finding(start, end, kind, round(float(best[at]), 3), Tier.MODEL))
        return [sorted(one, key=lambda finding: finding.start) for one in found]

    def rows(self, data: bytes, ends: Sequence[int]) -> Iterator[int]:
        """Which of the lines that lie end to end in ``data`` speak of secrets; ``ends``: of each line."""
        return rows_with(self._cues, data, ends)

    def probabilities(self, slots: Sequence[Sequence[int]]) -> Array:
        """N × 3: nothing, a password, a token, for each list of slots."""
        weights = self._weights
        flat = np.array(list(itertools.chain.from_iterable(slots)), np.int64)
        starts = np.cumsum([0, *(len(one) for one in slots)])[:-1]
        rows = self._table[self._row_of[flat]]
        sums = np.add.reduceat(rows, starts, axis=0, dtype=np.int32).astype(np.float32)
        hidden = np.maximum(sums * weights.scale + weights.bias, 0)
        # no matrix product, whose sums depend on how many rows there are
        logits = np.stack([(hidden * column).sum(axis=1) for column in weights.out.T], axis=1)
        logits += weights.out_bias
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        return np.asarray(logits / logits.sum(axis=1, keepdims=True), np.float32)


def cues() -> Matcher:
    """Finds what speaks of secrets."""
    return Matcher(CUES, captures=False)


def described(text: str, matcher: Matcher) -> Iterator[tuple[int, int, list[int]]]:
    """Values near one of the ``matcher``'s cues in ``text``, each with the slots of its features."""
    left = _MOST
    for start, end in _windows(text, matcher):
        around = Around(text, max(0, start - _BEFORE), min(len(text), end + _BEFORE))
        for a, b in values(text, start, end)[:left]:
            yield a, b, around.slots(a, b)
            left -= 1
        if not left:
            return


def _windows(text: str, matcher: Matcher) -> Iterator[tuple[int, int]]:
    """Where values are near a cue; in order, apart, from blank to blank."""
    start, end = 0, -1
    for first, last in cued(matcher, text):
        a, b = max(0, first - _BEFORE), min(len(text), last + _BEHIND)
        if a <= end and b - start < _PART:
            end = b
            continue
        if end > 0:
            yield _at_blanks(text, start, end)
        start, end = max(a, end), b
    if end > 0:
        yield _at_blanks(text, start, end)


def _at_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved outwards to a blank, if one is near."""
    before = text.rfind(" ", max(0, start - _TO_BLANK), start) + 1
    behind = text.find(" ", end, end + _TO_BLANK)
    start = before if before else max(0, start - _TO_BLANK)
    return start, behind if behind >= 0 else min(len(text), end + _TO_BLANK)
