"""Texts → names and addresses in them.

A text is looked at only around its cues (`cues`); what is there is tokens, their probabilities come from
`sequence`, and runs of tokens that are likely enough are findings.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.detectors.kind import Kind, Tier
from security.detectors.scan import Finding
from security.model.cues import Cues
from security.model.kinds import PERSON_NAME, POSTAL_ADDRESS
from security.model.plausible import bits, can_be_address, can_be_person, is_caseless
from security.model.sequence import REACH, Sequences, Weights, edges
from security.model.tokens import TOKEN, Token, lists_of, plain, tokens_of

_BEFORE: Final = 96  # characters before a cue that are looked at
_BEHIND: Final = 160  # and behind it: an address goes on
_MOST_ROWS: Final = 50_000  # tokens in one matrix
_LONGEST: Final = 20_000  # characters of a part: a longer one is cut between words
_LEAST_LIKE: Final = -0.6  # how much a word is to be like a name, for its pair to be a cue
_PERSON, _ADDRESS = 1, 2
_LABELS: Final[tuple[tuple[int, Kind], ...]] = ((_PERSON, PERSON_NAME), (_ADDRESS, POSTAL_ADDRESS))
_TITLED: Final = bits("title", "person")


class Least(NamedTuple):
    """The least mean probability of a run of tokens that makes it a finding."""

    person: float = 0.6
    address: float = 0.6


class _Piece(NamedTuple):
    """A part of a text, as tokens, and where its findings go."""

    text: str
    tokens: list[Token]
    found: list[Finding]


class Names:
    """Finds names and addresses."""

    def __init__(self, weights: Weights, least: Least) -> None:
        self._sequences = Sequences(weights)
        self._cues = Cues()
        self._least = least

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Of each text, in order; none overlap."""
        found: list[list[Finding]] = [[] for _ in texts]
        pieces: list[_Piece] = []
        words, gaps = edges(), edges()
        for row in self._cues.rows(texts):
            text = plain(texts[row])
            for start, end in _in_parts(text, self._windows(text)):
                tokens = [Token(t.word, t.start + start, t.end + start) for t in tokens_of(text[start:end])]
                word_rows, gap_rows = self._sequences.rows(text, tokens)
                pieces.append(_Piece(text, tokens, found[row]))
                words += word_rows + edges()
                gaps += gap_rows + edges()
                if len(words) > _MOST_ROWS:
                    self._decide(pieces, words, gaps)
                    pieces, words, gaps = [], edges(), edges()
        self._decide(pieces, words, gaps)
        return found

    def _windows(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the cues of a text are, with what is around; in order, apart."""
        start, end = 0, -1
        for a, b in self._cues.places(text):
            if self._cues.is_pair(text, a, b) and not self._is_likely(text, a, b):
                continue
            first, last = max(0, a - _BEFORE), min(len(text), b + _BEHIND)
            if first <= end:
                end = max(end, last)
                continue
            if end > 0:
                yield _at_words(text, start, end)
            start, end = first, last
        if end > 0:
            yield _at_words(text, start, end)

    def _is_likely(self, text: str, start: int, end: int) -> bool:
        """Whether two words with capitals are worth a look: one is like a name, or a title is before."""
        while end < len(text) and text[end].isalpha():
            end += 1
        for match in TOKEN.finditer(text, start, end):
            if max(self._sequences.likeness(match.group())[:2]) > _LEAST_LIKE:
                return True
        return any(lists_of(word) & _TITLED for word in text[max(0, start - 24) : start].split()[-2:])

    def _decide(self, pieces: list[_Piece], words: list[int], gaps: list[int]) -> None:
        """Add the findings of ``pieces``, whose tokens are in ``words`` and ``gaps``, to their texts' own."""
        if not pieces:
            return
        probabilities = self._sequences.probabilities(self._sequences.described(words, gaps))
        place = REACH
        for text, tokens, found in pieces:
            part = probabilities[place : place + len(tokens)]
            place += len(tokens) + REACH
            if part[:, 1:].max(initial=0) > _LEAST_TOKEN:
                last = found[-1].end if found else 0
                found += [one for one in self._spans(text, tokens, part) if one.start >= last]
        self._sequences.forget()

    def _spans(
        self, text: str, tokens: list[Token], probabilities: npt.NDArray[np.float32]
    ) -> Iterator[Finding]:
        labels = probabilities.argmax(axis=1)
        labels[probabilities.max(axis=1) < _LEAST_TOKEN] = 0
        _widen(text, tokens, labels, probabilities[:, _PERSON])
        position = 0
        while position < len(tokens):
            label = labels[position]
            end = position + 1
            if label:
                while end < len(tokens) and self._joins(text, tokens, labels, end, label):
                    end += 1
                yield from self._finding(
                    text, tokens[position:end], probabilities[position:end, label], label
                )
            position = end

    def _joins(
        self, text: str, tokens: list[Token], labels: npt.NDArray[np.int64], at: int, label: int
    ) -> bool:
        """Whether a token continues the run before it."""
        between = text[tokens[at - 1].end : tokens[at].start]
        if label == _ADDRESS:
            return _joins_address(text, tokens, labels, at, between)
        if labels[at] != label:
            return False
        return between in _IN_NAME or (between in _TURNS and self._is_turned(tokens, labels, at))

    def _is_turned(self, tokens: list[Token], labels: npt.NDArray[np.int64], at: int) -> bool:
        """Whether it is ``Last, First``."""
        before, behind = (
            self._sequences.likeness(tokens[at - 1].word),
            self._sequences.likeness(tokens[at].word),
        )
        alone = at < 2 or not labels[at - 2]  # noqa: PLR2004  the token before the one before
        return bool(alone and before[1] > before[0] and behind[0] > behind[1])

    def _finding(
        self, text: str, tokens: list[Token], probabilities: npt.NDArray[np.float32], label: int
    ) -> Iterator[Finding]:
        sure = round(float(probabilities[probabilities >= _LEAST_TOKEN].mean()), 2)
        start, end = tokens[0].start, tokens[-1].end
        words = [token.word for token in tokens]
        if label == _ADDRESS:
            if sure >= self._least.address and can_be_address(words, text, start):
                start -= text[max(0, start - 1) : start] in {"#", "№", "〒"}
                yield Finding(start, end, POSTAL_ADDRESS, sure, Tier.MODEL)
            return
        least = self._least.person + (_MORE_ALONE if len(words) == 1 and not is_caseless(words[0]) else 0)
        if label == _PERSON and sure >= least and can_be_person(words, text, start, end):
            end += len(words[-1]) == 1 and words[-1].isascii() and text[end : end + 1] == "."  # of an initial
            yield Finding(start, end, PERSON_NAME, sure, Tier.MODEL)


def _widen(
    text: str, tokens: list[Token], labels: npt.NDArray[np.int64], likely: npt.NDArray[np.float32]
) -> None:
    """Count a word beside a name to it that is less likely one: half a name helps nobody."""
    for places, step in ((range(1, len(tokens)), -1), (range(len(tokens) - 2, -1, -1), 1)):
        for at in places:
            if labels[at] or likely[at] < _LEAST_BESIDE or labels[at + step] != _PERSON:
                continue
            left, right = sorted((at, at + step))
            word = tokens[at].word
            if text[tokens[left].end : tokens[right].start] in {" ", "-", ". "} and not word.islower():
                labels[at] = _PERSON


def _joins_address(
    text: str, tokens: list[Token], labels: npt.NDArray[np.int64], at: int, between: str
) -> bool:
    if len(between) > _WIDEST_GAP or any(mark in between for mark in '"{}=[]|<>'):
        return False
    if labels[at] or at + 1 == len(tokens):
        return bool(labels[at] == _ADDRESS)
    if tokens[at].word.islower():  # ``to``, ``und``: two addresses
        return False
    # one word that is no part of it is: a town that no list has
    behind = text[tokens[at].end : tokens[at + 1].start]
    return bool(labels[at + 1] == _ADDRESS) and set(between + behind) <= _IN_ADDRESS_GAP


_LEAST_TOKEN: Final = 0.4
_MORE_ALONE: Final = 0.12  # how much surer a name of one word has to be
_LEAST_BESIDE: Final = 0.12
_WIDEST_GAP: Final = 4

_TURNS: Final = frozenset((", ", ","))
_IN_ADDRESS_GAP: Final = frozenset(" ,-.\n")
_IN_NAME: Final = frozenset(("", " ", "-", ". ", ".", "  ", "·", "・", "\u3000", "\u00a0", "+", "‐", "_"))


def _in_parts(text: str, windows: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """``windows``, none longer than `_LONGEST` and a word: memory does not grow with a text."""
    for start, end in windows:
        while end - start > _LONGEST:
            middle = _at_words(text, start, start + _LONGEST)[1]
            yield start, middle
            start = middle  # noqa: PLW2901  what is left of it
        yield start, end


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved outwards, a little, so that no word is cut."""
    for _ in range(_LONGEST_CUT):
        if start and text[start - 1].isalnum() and text[start].isalnum():
            start -= 1
        if end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
            end += 1
    return start, end


_LONGEST_CUT: Final = 24
