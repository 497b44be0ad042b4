"""Kinds that share a hint and need a word near them → the few of them that a text may hold.

What all states call their numbers is a hint of some sixty kinds. To look for each, and for the words of each,
takes a millisecond; here the words of all are looked for at once, and what begins near one of them.
"""

import bisect
from collections.abc import Mapping, Sequence
from typing import Final

from security.detectors.alternation import any_of, ways_of
from security.detectors.context import spellings
from security.detectors.hints import hints_of
from security.detectors.kind import Kind
from security.detectors.matching import Matcher

_WIDEST_CHARACTER: Final = 4  # bytes of UTF-8


class Crowd:
    """``kinds``, by their numbers, all of which need a word near them."""

    def __init__(self, kinds: Mapping[int, Kind]) -> None:
        self.numbers = frozenset(kinds)
        words = {word for kind in kinds.values() for word in (*kind.before, *kind.after)}
        ways = {way for spelling in spellings(words) for way in ways_of(spelling)}
        self._words = Matcher(any_of(sorted(ways)), captures=False)
        self._patterns = hints_of((kind.pattern, number) for number, kind in kinds.items())

    def words(self, data: bytes) -> list[int]:
        """Where in ``data`` a word of one of them may begin, in order: at most two characters behind that."""
        return list(self._words.places(data))

    def suspects(self, data: bytes, words: Sequence[int], before: int, behind: int) -> dict[int, int]:
        """Which may be in ``data``, and where the first may begin: near one of ``words``.

        ``before``, ``behind``: how many characters before it, and behind, a word may begin.
        """
        wide = 1 if data.isascii() else _WIDEST_CHARACTER
        found: dict[int, int] = {}
        for patterns in self._patterns:
            for place in patterns.places(data):
                if any_between(words, place - before * wide, place + behind * wide):
                    for number in patterns.at(data, place):
                        found.setdefault(number, place)
        return found


def any_between(places: Sequence[int], first: int, last: int) -> bool:
    """Whether one of ``places``, which are in order, is in ``first`` up to, and without, ``last``."""
    at = bisect.bisect_left(places, first)
    return at < len(places) and places[at] < last
