"""Texts → where a hint of any kind begins, and which: one pass for all of them."""

import bisect
import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from security.detectors.alternation import Way, any_of, apart, at_first_digits, rendered, ways_of
from security.detectors.matching import LARGE, Matcher, which_of

_LINES: Final = "(?m)"  # a text that begins behind another one begins at ^, too
_PLACES: Final = 32  # in a text at which it is asked what begins there
_REMEMBERED: Final = 4096  # of what several hints together tell
_EDGE: Final = 4  # bytes at the end of a text that may be taken for what stands before the next one's first


def hints_of(patterns: Iterable[tuple[str, int]]) -> "list[Hints]":
    """``patterns``, each with what it is a hint of: as many automata as read them soonest."""
    numbers: dict[Way, set[int]] = {}
    for pattern, number in patterns:
        for way in itertools.chain.from_iterable(map(at_first_digits, ways_of(pattern))):
            numbers.setdefault(way, set()).add(number)
    return [Hints({way: numbers[way] for way in ways}) for ways in apart(numbers) if ways]


class Hints:
    """Some of the hints: an automaton that finds where any begins, and a set that tells which begin there.

    The set reads only as far as a hint may go on: a set that looked for them in all of a text would have an
    automaton of its own, as large as the first, which only texts with a hint would get to know.
    """

    def __init__(self, numbers: Mapping[Way, set[int]]) -> None:
        self._any = Matcher(_LINES + any_of(list(numbers)), memory=LARGE, captures=False)
        self._numbers: dict[str, set[int]] = {}
        for way, ones in numbers.items():
            self._numbers.setdefault(_LINES + rendered(way), set()).update(ones)

    @functools.cached_property
    def _here(self) -> "_Told":
        return _Told(self._numbers, here=True)

    @functools.cached_property
    def _anywhere(self) -> "_Told":
        return _Told(self._numbers, here=False)

    def places(self, data: bytes) -> Iterator[int]:
        """Where in ``data`` one may begin, in order."""
        return self._any.places(data)

    def at(self, data: bytes, place: int) -> frozenset[int]:
        """What those that begin at ``place`` are hints of."""
        return self._here.by(memoryview(data)[place:])

    def suspects(self, data: bytes, ends: Sequence[int]) -> Iterator[tuple[int, frozenset[int]]]:
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
                told = self._here.by(memoryview(data)[start:until])
            else:  # as many as a long line of numbers has: one look at all of it
                told = self._anywhere.by(memoryview(data)[ends[row - 1] if row else 0 : until])
                position, left = max(position, ends[row] - _EDGE), _EDGE
            if told:
                yield row, told
                if across:  # it may be the next one's
                    yield row + 1, told


class _Told:
    """Which of ``hints`` are in a text, or, ``here``, at its beginning: all that they are hints of."""

    def __init__(self, hints: Mapping[str, set[int]], *, here: bool) -> None:
        self._match = which_of(hints, here=here)
        self._numbers = list(hints.values())
        self._all_of = functools.lru_cache(_REMEMBERED)(self._union)

    def by(self, text: memoryview) -> frozenset[int]:
        return self._all_of(*self._match(text))

    def _union(self, *hints: int) -> frozenset[int]:
        return frozenset().union(*(self._numbers[hint] for hint in hints))
