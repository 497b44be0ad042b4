"""Texts → where a hint of any kind begins, and which: one pass for all of them."""

import bisect
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import re2

from security.detectors.alternation import Way, any_of, apart, at_first_digits, rendered, ways_of
from security.detectors.matching import Matcher

#: RE2 says "no match" when its automaton outgrows its memory; the hints need a small part of this.
_MEMORY: Final = 256 * 1024 * 1024
_LINES: Final = "(?m)"  # a text that begins behind another one begins at ^, too
_PLACES: Final = 32  # in a text at which it is asked what begins there
_EDGE: Final = 4  # bytes at the end of a text that may be taken for what stands before the next one's first


def hints_of(patterns: Iterable[tuple[str, int]]) -> "list[Hints]":
    """``patterns``, each with what it is a hint of: as many automata as read them soonest."""
    numbers: dict[Way, set[int]] = {}
    for pattern, number in patterns:
        for way in itertools.chain.from_iterable(map(at_first_digits, ways_of(pattern))):
            numbers.setdefault(way, set()).add(number)
    return [Hints({way: numbers[way] for way in ways}) for ways in apart(numbers) if ways]


def set_of(patterns: Iterable[str], *, here: bool = False) -> "re2.Set":
    """Which of ``patterns`` are in a text; ``here``: which of them it begins with."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.never_capture = True
    found = re2.Set.MatchSet(options) if here else re2.Set.SearchSet(options)
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


class Hints:
    """Some of the hints: an automaton that finds where any begins, and a set that tells which begin there.

    The set reads only as far as a hint may go on: a set that looked for them in all of a text would have an
    automaton of its own, as large as the first, which only texts with a hint would get to know.
    """

    def __init__(self, numbers: Mapping[Way, set[int]]) -> None:
        self._any = Matcher(_LINES + any_of(list(numbers)), memory=_MEMORY, captures=False)
        self._numbers: dict[str, set[int]] = {}
        for way, ones in numbers.items():
            self._numbers.setdefault(_LINES + rendered(way), set()).update(ones)

    @functools.cached_property
    def _here(self) -> "tuple[re2.Set, list[set[int]]]":
        return set_of(self._numbers, here=True), list(self._numbers.values())

    @functools.cached_property
    def _anywhere(self) -> "tuple[re2.Set, list[set[int]]]":
        return set_of(self._numbers), list(self._numbers.values())

    def places(self, data: bytes) -> Iterator[int]:
        """Where in ``data`` one may begin, in order."""
        return self._any.places(data)

    def at(self, data: bytes, place: int) -> set[int]:
        """What those that begin at ``place`` are hints of."""
        sets, numbers = self._here
        return set().union(*(numbers[hint] for hint in sets.Match(memoryview(data)[place:]) or ()))

    def suspects(self, data: bytes, ends: Sequence[int]) -> Iterator[tuple[int, set[int]]]:
        """Places of texts in ``data`` and numbers of hints that may be in them; see Scanner.suspicious."""
        position, row, left = 0, -1, _PLACES
        while position < len(data) and (spans := self._any.find(data, position)) is not None:
            start = spans[0][0]
            position = start + 1
            if row < 0 or start >= ends[row]:
                row, left = bisect.bisect_right(ends, start), _PLACES
            across = start + _EDGE >= ends[row] and row + 1 < len(ends)
            until = ends[row + 1] if across else ends[row]
            left -= 1
            if left >= 0:
                sets, numbers = self._here
                told = sets.Match(memoryview(data)[start:until])
            else:  # as many as a long line of numbers has: one look at all of it
                sets, numbers = self._anywhere
                told = sets.Match(memoryview(data)[ends[row - 1] if row else 0 : until])
                position, left = max(position, ends[row] - _EDGE), _EDGE
            for hint in told or ():
                yield row, numbers[hint]
                if across:  # it may be the next one's
                    yield row + 1, numbers[hint]
