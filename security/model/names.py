"""Texts → names and addresses in them.

A text is looked at only around its cues (`cues`); what is there is tokens, their probabilities come from
`sequence`, and runs of tokens that are likely enough are findings.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.detectors.kind import Kind, Tier
from security.detectors.scan import Finding
from security.model.cues import Cues, cued, encoded, is_pair
from security.model.fields import DEGREES, TITLES, Field, Fields, Role
from security.model.kinds import PERSON_NAME, POSTAL_ADDRESS
from security.model.plausible import (
    GREETINGS,
    bits,
    can_be_address,
    can_be_person,
    is_announced,
    is_caseless,
)
from security.model.sequence import REACH, Sequences, Weights, edges
from security.model.tokens import TOKEN, Token, lists_of, plain, tokens_of
from security.model.words import LISTS_OF

_BEFORE: Final = 96  # characters before a cue that are looked at
_BEHIND: Final = 160  # and behind it: an address goes on
_MOST_ROWS: Final = 50_000  # tokens in one matrix
_LONGEST: Final = 20_000  # characters of a part: a longer one is cut between words
_PERSON, _ADDRESS = 1, 2
_LABELS: Final[tuple[tuple[int, Kind], ...]] = ((_PERSON, PERSON_NAME), (_ADDRESS, POSTAL_ADDRESS))
_LEAST_LIKE: Final = -0.6  # how much a word on some list is to be like a name, for its pair to be a cue
_DOUBT: Final = 0.2  # how much more it may be like another word
_TITLED: Final = bits("title", "person")
_TITLE: Final = bits("title")
_TOLD: Final = bits("title", "person", "name")
_NO_NAME: Final = bits("software", "level", "calendar")  # words that make no two words a name
_REST_OF_WORD: Final = re.compile(r"[^\W\d_]+")
_LETTERS: Final = re.compile(rb"[A-Za-z\x80-\xff]+")  # in UTF-8
_MOST_PAIRS: Final = 100_000  # pairs of words that are remembered


class Least(NamedTuple):
    """The least mean probability of a run of tokens that makes it a finding."""

    person: float = 0.6
    address: float = 0.6


class _Piece(NamedTuple):
    """A part of a text, as tokens, and where its findings go."""

    text: str
    tokens: list[Token]
    found: list[Finding]


class _Seen(NamedTuple):
    """The words of a window: (words,) labels, (words, 3) probabilities."""

    text: str
    tokens: list[Token]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]


class Names:
    """Finds names and addresses."""

    def __init__(self, weights: Weights, least: Least) -> None:
        self._sequences = Sequences(weights)
        self._cues = Cues()
        self._least = least
        self._likely: dict[str, bool] = {}

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Of each text, in order; none overlap."""
        found: list[list[Finding]] = [[] for _ in texts]
        fields: list[list[Field]] = [[] for _ in texts]
        pieces: list[_Piece] = []
        words, gaps = edges(), edges()
        for row, text in enumerate(texts):
            if "\\" in text:
                if self._cues.any.find(encoded(text)) is None:
                    continue
                text = plain(text)  # noqa: PLW2901  as long as it was
            cues = list(cued(self._cues.any, text))
            if not cues:
                continue
            windows = list(_in_parts(text, self._windows(text, cues)))
            if windows or self._cues.field.find(encoded(text)):
                fields[row] = self._fields.find(text)
            for start, end in windows:
                tokens = [Token(t.word, t.start + start, t.end + start) for t in tokens_of(text[start:end])]
                word_rows, gap_rows = self._sequences.rows(text, tokens)
                pieces.append(_Piece(text, tokens, found[row]))
                words += word_rows + edges()
                gaps += gap_rows + edges()
                if len(words) > _MOST_ROWS:
                    self._decide(pieces, words, gaps)
                    pieces, words, gaps = [], edges(), edges()
        self._decide(pieces, words, gaps)
        return [_together(one, found[row]) for row, one in enumerate(fields)]

    def rows(self, data: bytes, ends: Sequence[int]) -> Iterator[int]:
        """Which of the lines that lie end to end in ``data`` are worth a look, in order.

        ``ends``: of each line. Those with a cue, but for two words with capitals that are like no name.
        """
        position = asked = 0  # bytes; ``asked``: up to where fields were looked for
        while (spans := self._cues.any.find(data, position)) is not None:
            start, end = spans[0]
            row = bisect.bisect_right(ends, start)
            if row == len(ends):
                return
            position = end
            line = ends[row - 1] if row else 0
            if end > ends[row]:  # across two: either may be the one
                yield row
                if row + 1 < len(ends):
                    yield row + 1
                position = ends[min(row + 1, len(ends) - 1)]
                continue
            behind = rest.end() if (rest := _LETTERS.match(data, end)) else end
            cue = data[start:behind].decode("utf-8", "replace")
            worth = self._is_worth(
                cue, data[max(line, start - 4 * _LONGEST_TITLE) : start].decode("utf-8", "replace")
            )
            if not worth and asked <= line:
                asked = ends[row]
                worth = self._cues.field.find(data[line:asked]) is not None
            if worth:
                yield row
                position = ends[row]

    @cached_property
    def _fields(self) -> Fields:
        """Made for the first text that has a cue: its automata take some 40 ms."""
        return Fields(self._is_like, self._are_turned)

    def _is_like(self, words: list[str]) -> bool:
        """Whether words are more like a name than like anything else."""
        likeness = [self._sequences.likeness(token.word) for word in words for token in tokens_of(word)]
        names = [max(one[:2]) - max(one[3:]) for one in likeness]
        return bool(names) and sum(names) > 0 and max(names) > _SURELY_LIKE

    def _are_turned(self, words: list[str]) -> bool:
        """Whether two are the last and the first name of somebody, not a town and its country."""
        last, first = (self._sequences.likeness(word) for word in words)
        return bool(first[0] > max(first[2:].max(), -1) and max(last[:2]) + 1 > max(last[2:]))

    def _windows(self, text: str, cues: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Where the ``cues`` of a text are, with what is around; in order, apart."""
        start, end = 0, -1
        for a, b in cues:
            behind = rest.end() if (rest := _REST_OF_WORD.match(text, b)) else b
            if not self._is_worth(text[a:behind], text[max(0, a - _LONGEST_TITLE) : a]):
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

    def _is_worth(self, cue: str, before: str) -> bool:
        """Whether a cue is more than two words with capitals, or they may be a name, or one is told of."""
        likely = self._likely.get(cue)
        if likely is None:
            if not is_pair(cue):
                return True
            if len(self._likely) > _MOST_PAIRS:
                self._likely.clear()
            words = TOKEN.findall(cue)
            of_person = lists_of(words[0]) & _TITLED and not lists_of(words[-1])
            worth = self._is_surely_like if "," in cue else self._is_worth_it
            likely = self._likely[cue] = bool(of_person) or any(map(worth, words))
        said = () if likely else _REST_OF_WORD.findall(before[-_LONGEST_TITLE:])[-2:]
        return likely or any(LISTS_OF.get(word.lower(), 0) & _TOLD for word in said)

    def _is_surely_like(self, word: str) -> bool:
        """Whether a word beside a comma, as most lists have, is more like a name than like any other word."""
        likeness = self._sequences.likeness(word)
        return bool(not lists_of(word) & _NO_NAME and max(likeness[:2]) > max(0, *likeness[2:]))

    def _is_worth_it(self, word: str) -> bool:
        if lists_of(word) & _TITLE:
            return True
        likeness = self._sequences.likeness(word)
        like = max(likeness[:2])
        rather = like + _DOUBT > max(likeness[3:])
        known = like > _LEAST_LIKE or not lists_of(word)
        return bool(not lists_of(word) & _NO_NAME and known and rather)

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
                for one in self._spans(text, tokens, part):
                    if not found or one.start >= found[-1].end:
                        found.append(one)
        self._sequences.forget()

    def _spans(
        self, text: str, tokens: list[Token], probabilities: npt.NDArray[np.float32]
    ) -> Iterator[Finding]:
        labels = probabilities.argmax(axis=1)
        labels[probabilities.max(axis=1) < _LEAST_TOKEN] = 0
        _widen(text, tokens, labels, probabilities[:, _PERSON])
        seen = _Seen(text, tokens, labels, probabilities)
        position = 0
        while position < len(tokens):
            label = labels[position]
            end = position + 1
            if label:
                while end < len(tokens) and self._joins(seen, end, label):
                    end += 1
                yield from self._finding(
                    text, tokens[position:end], probabilities[position:end, label], label
                )
            position = end

    def _joins(self, seen: _Seen, at: int, label: int) -> bool:
        """Whether a token continues the run before it."""
        before = seen.tokens[at - 1]
        between = seen.text[before.end : seen.tokens[at].start]
        if label == _ADDRESS:
            return _joins_address(seen.text, seen.tokens, seen.labels, at, between)
        if seen.labels[at] != label or (between[:1] == "." and len(before.word) > _LONGEST_INITIAL):
            return False
        return between in _IN_NAME or (between in _TURNS and self._is_turned(seen, at))

    def _is_turned(self, seen: _Seen, at: int) -> bool:
        """Whether it is ``Last, First``: by its words, or because the network has little doubt of both."""
        before, behind = (self._sequences.likeness(token.word) for token in seen.tokens[at - 1 : at + 1])
        alone = at < 2 or not seen.labels[at - 2]  # noqa: PLR2004  the token before the one before
        known = before[1] > before[0] and behind[0] > behind[1]
        return bool(alone and (known or min(seen.probabilities[at - 1 : at + 1, _PERSON]) > _SURE_NEW))

    def _is_person(self, words: list[str], text: str, start: int, end: int, sure: float) -> bool:
        """Whether words are like names, which those that nothing announces have to be."""
        if is_announced(text, start, end) or (len(words) == 1 and not is_caseless(words[0])):
            return True
        written = [word for word in words if len(word) > 1 or is_caseless(word)] or words
        first, last = self._sequences.likeness(written[0]), self._sequences.likeness(words[-1])
        if is_caseless(words[0]):
            return bool(max(first[:2]) > first[3] - _MUCH or len(words[0]) > 1)
        like = max(last[:2])
        known = like > _LEAST_LAST and like > max(last[2:]) and max(first[:2]) > _LEAST_LAST
        new = sure >= _SURE_NEW and not all(map(self._is_known_as_other, words))
        return bool((sure >= _SURE_ALONE and known) or new)

    def _is_known_as_other(self, word: str) -> bool:
        """Whether a word is known as one of a place, a language or software, more than as a name."""
        likeness = self._sequences.likeness(word)
        other = max(likeness[2:])
        return bool(other > max(0, *likeness[:2]))

    def _finding(
        self, text: str, tokens: list[Token], probabilities: npt.NDArray[np.float32], label: int
    ) -> Iterator[Finding]:
        while label == _PERSON and len(tokens) > 1 and tokens[0].word.lower() in GREETINGS:
            tokens, probabilities = tokens[1:], probabilities[1:]
        likely = probabilities[probabilities >= _LEAST_TOKEN]
        if not len(likely):
            return
        sure = round(float(likely.mean()), 2)
        start, end = tokens[0].start, tokens[-1].end
        words = [token.word for token in tokens]
        if label == _ADDRESS:
            header = _HEADER.search(text, start, end + 2)
            if sure >= self._least.address and not header and can_be_address(words, text, start):
                start -= text[max(0, start - 1) : start] in {"#", "№", "〒"}
                if not any(word.isdigit() and len(word) >= _POSTCODE for word in words):
                    end += len(behind.group()) if (behind := _CODE_BEHIND.match(text[end : end + 16])) else 0
                yield Finding(start, end, POSTAL_ADDRESS, sure, Tier.MODEL)
            return
        least = self._least.person + (_MORE_ALONE if len(words) == 1 and not is_caseless(words[0]) else 0)
        if (
            sure >= least
            and can_be_person(words, text, start, end, certain=sure >= _CERTAIN)
            and self._is_person(words, text, start, end, sure)
        ):
            end += len(words[-1]) == 1 and words[-1].isascii() and text[end : end + 1] == "."  # of an initial
            end = _to_its_end(text, start, end)
            if title := TITLES.search(text, max(0, start - _LONGEST_TITLE), start):
                start = title.start()
            yield Finding(start, end, PERSON_NAME, sure, Tier.MODEL)


def _together(fields: Sequence[Field], found: list[Finding]) -> list[Finding]:
    """What fields hold, and what of ``found`` is apart from it; some go as far as either says."""
    if not fields:
        return found
    sure: list[Finding] = []
    for start, end, role in fields:
        if role in _PARTLY:
            near = [one for one in found if one.start < end and start < one.end and one.kind is _HOLDS[role]]
            start = min((start, *(one.start for one in near)))  # noqa: PLW2901  as far as either says
            end = max((end, *(one.end for one in near)))  # noqa: PLW2901
        if not sure or sure[-1].end <= start:
            sure.append(Finding(start, end, _HOLDS[role], _SURE[role], Tier.MODEL))
    apart = [one for one in found if not any(one.start < f.end and f.start < one.end for f in sure)]
    return sorted((*sure, *apart), key=lambda one: one.start)


def _widen(
    text: str, tokens: list[Token], labels: npt.NDArray[np.int64], likely: npt.NDArray[np.float32]
) -> None:
    """Count a word beside a name to it that is less likely one: half a name helps nobody."""
    for places, step in ((range(1, len(tokens)), -1), (range(len(tokens) - 2, -1, -1), 1)):
        for at in places:
            if labels[at] or labels[at + step] != _PERSON:
                continue
            left, right = sorted((at, at + step))
            word, between = tokens[at].word, text[tokens[left].end : tokens[right].start]
            least = 0 if between == "-" and word.istitle() else _LEAST_BESIDE
            if likely[at] >= least and between in {" ", "-", ". "} and not word.islower():
                labels[at] = _PERSON


def _to_its_end(text: str, start: int, end: int) -> int:
    """Where a name ends, with what belongs to it: particles, what else is in the same quotes, degrees."""
    if parts := _PARTICLES.match(text, end):
        end = parts.end()
    if start and (rest := _REST.match(text, end)) and text[start - 1] in _OPENING:
        end = rest.end()
    degrees = DEGREES.match(text, end)
    return degrees.end() if degrees else end


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
_SURELY_LIKE: Final = 0.4  # how much more a word is like a name than like a word of software
_MUCH: Final = 1.2  # how much less a character may be like one of a name than like one of a word
_SURE_ALONE: Final = 0.85
_CERTAIN: Final = 0.95  # that what stands before it is no matter
_SURE_NEW: Final = 0.85  # where the words are on no list at all
_LEAST_LAST: Final = -1.2  # how much a word is to be like a name, where nothing announces one
_POSTCODE: Final = 4  # digits of a code of the post
_CODE_BEHIND: Final = re.compile(r"(?:\.?,? / |, | |\n)(?:[A-Z]{1,3}-)?\d{4,6}(?:-\d{3,4})?(?![\w.:])")
_LONGEST_INITIAL: Final = 4  # letters before a dot that ends no sentence: ``St.``, ``Prof.``
_LONGEST_TITLE: Final = 24
_PERSONS: Final = (Role.PART, Role.WHOLE, Role.ROLE, Role.MET)
#: Of which more may be around.
_PARTLY: Final = (Role.LINE, Role.MET)
_HOLDS: Final = {role: PERSON_NAME if role in _PERSONS else POSTAL_ADDRESS for role in Role}
#: How sure a field's name is of what it holds.
_SURE: Final = {
    Role.PART: 0.85, Role.WHOLE: 0.9, Role.ROLE: 0.7, Role.STREET: 0.85, Role.LINE: 0.8,
    Role.CODE: 0.75, Role.TOWN: 0.7, Role.MET: 0.85,
}  # fmt: skip
_MORE_ALONE: Final = 0.12  # how much surer a name of one word has to be
_LEAST_BESIDE: Final = 0.12
_WIDEST_GAP: Final = 4

_HEADER: Final = re.compile(r"\bX-[A-Z]")
_LARGE: Final = r"[^\W\d_a-z](?:[^\W\d_]|['’])+(?:-[^\W\d_]+)?"
_PARTICLES: Final = re.compile(
    rf" (?:(?:de|da|do|dos|van|von|der|den|di|del|la|le|du) ){{1,2}}{_LARGE}(?!\w)"
)
_REST: Final = re.compile(rf"(?:[ -]{_LARGE}){{1,3}}(?=[\"'<|,;\])])")
_OPENING: Final = frozenset("\"'>|,;[(")
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
