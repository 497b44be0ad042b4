"""Tokens → what each is: nothing, part of a name, part of an address.

Two steps. A word alone: its hashed n-grams, summed over a table, say how much it is like a first name, a last
name, a place, a word of a language, a word of software. Then a small network looks at a word between its
neighbours: those five, the flags of `tokens`, and what is between them. The first is computed once for every
distinct word; the second is a few matrix products for a whole batch.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.model.tokens import (
    SEPARATORS,
    WORD_FLAGS,
    Token,
    separator_flags,
    word_flags,
    word_slots,
)

Array = npt.NDArray[np.float32]
Places = Sequence[int] | npt.NDArray[np.int64]

#: What a word alone is like.
LIKE: Final = ("first", "last", "place", "common", "technical")
#: Words that are looked at to each side.
REACH: Final = 4
WINDOW: Final = 2 * REACH + 1
#: Numbers that describe a token.
WIDTH: Final = len(LIKE) + WORD_FLAGS + len(SEPARATORS)
CLASSES: Final = 3
_CLIP: Final = 6.0  # logits beyond are as sure as those at it
_MOST_WORDS: Final = 100_000  # distinct words that are remembered
_BLOCK: Final = 64  # rows of a matrix product: always as many, so that a batch gives what one text gives


class Weights(NamedTuple):
    """What is trained. Shapes: SLOTS × 5 (int8), 5, 5, WINDOW × WIDTH × H, H, H × 3, 3."""

    table: npt.NDArray[np.int8]
    scale: Array
    bias: Array
    window: Array
    window_bias: Array
    out: Array
    out_bias: Array


class Sequences:
    """Says what tokens are."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._known: dict[str, int] = {}
        self._vectors = np.zeros((1024, len(LIKE) + WORD_FLAGS), np.float32)
        self._gaps: dict[str, int] = {}
        self._gap_flags = np.zeros((256, len(SEPARATORS)), np.float32)

    def likeness(self, word: str) -> Array:
        """How much ``word`` is like each of `LIKE`: logits, clipped, about -2 to 2."""
        place = self._word(word)  # which may move the vectors
        return np.asarray(self._vectors[place, : len(LIKE)])

    def forget(self) -> None:
        """Drop what was remembered of words, when that is much: memory does not grow with the input."""
        if len(self._known) > _MOST_WORDS:
            self._known.clear()
        if len(self._gaps) > _MOST_WORDS:
            self._gaps.clear()

    def rows(self, text: str, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
        """Places of the tokens' words, and of what stands before each, in what `described` reads."""
        words, gaps, end = [], [], 0
        for token in tokens:
            words.append(self._word(token.word))
            gaps.append(self._gap(text[end : token.start] if end or token.start == 0 else "^"))
            end = token.end
        return words, gaps

    def described(self, words: Places, gaps: Places) -> Array:
        """Rows of `WIDTH` numbers, of the places that `rows` gave; a place of -1 is the edge of a text."""
        word_rows, gap_rows = np.asarray(words, np.int64), np.asarray(gaps, np.int64)
        out = np.hstack((self._vectors[word_rows], self._gap_flags[gap_rows]))
        out[word_rows < 0] = 0
        return out

    def probabilities(self, described: Array) -> Array:
        """N × 3: nothing, name, address, for each row of ``described``."""
        count = len(described)
        padded = np.zeros((count + WINDOW - 1 + (-count) % _BLOCK, WIDTH), np.float32)
        padded[REACH : REACH + count] = described
        rows = len(padded) - WINDOW + 1
        hidden = np.zeros((rows // _BLOCK, _BLOCK, len(self._weights.window_bias)), np.float32)
        for offset in range(WINDOW):
            shifted = padded[offset : offset + rows].reshape(-1, _BLOCK, WIDTH)
            hidden += shifted @ self._weights.window[offset]
        hidden += self._weights.window_bias
        np.maximum(hidden, 0, out=hidden)
        logits = (hidden @ self._weights.out + self._weights.out_bias).reshape(rows, CLASSES)[:count]
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        return np.asarray(logits / logits.sum(axis=1, keepdims=True))

    def _word(self, word: str) -> int:
        place = self._known.get(word)
        if place is None:
            place = len(self._known)
            if place == len(self._vectors):
                self._vectors = np.concatenate((self._vectors, np.zeros_like(self._vectors)))
            logits = self._weights.table[word_slots(word)].sum(axis=0, dtype=np.int32) * self._weights.scale
            logits += self._weights.bias
            self._vectors[place, : len(LIKE)] = np.clip(logits, -_CLIP, _CLIP) / (_CLIP / 2)
            self._vectors[place, len(LIKE) :] = word_flags(word)
            self._known[word] = place
        return place

    def _gap(self, between: str) -> int:
        place = self._gaps.get(between)
        if place is None:
            place = len(self._gaps)
            if place == len(self._gap_flags):
                self._gap_flags = np.concatenate((self._gap_flags, np.zeros_like(self._gap_flags)))
            self._gap_flags[place] = separator_flags(between)
            self._gaps[between] = place
        return place


def edges() -> list[int]:
    """Places of the rows between two texts, so that one says nothing of the other."""
    return [-1] * REACH
