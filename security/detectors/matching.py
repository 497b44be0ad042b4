"""RE2 as it is below its Python module, which makes an object and a generator for every question.

Most questions are answered with no, and this asks millions.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import re2
from re2 import _re2

_MEMORY: Final = 32 * 1024 * 1024
#: RE2 says "no match" when its automaton outgrows its memory; the hints need a small part of this.
LARGE: Final = 256 * 1024 * 1024
_ANYWHERE: Final = _re2.RE2.Anchor.UNANCHORED
_NOWHERE: Final = (-1, -1)

#: Of the match and of each group: bytes from, and up to, which it stands; (-1, -1): it took no part.
Spans = list[tuple[int, int]]


class Matcher:
    """One pattern over UTF-8. Raises ``re2.error`` for what is no RE2."""

    def __init__(self, pattern: str, *, memory: int = _MEMORY, captures: bool = True) -> None:
        options = re2.Options()
        options.max_mem = memory
        options.log_errors = False
        options.never_capture = not captures
        self._regexp = _re2.RE2(pattern.encode(), options)
        if not self._regexp.ok():
            raise re2.error(self._regexp.error())
        self._match = self._regexp.Match

    def find(self, data: bytes, start: int = 0) -> Spans | None:
        """The first match that begins at ``start`` or later."""
        spans: Spans = self._match(_ANYWHERE, data, start, len(data))
        return None if spans[0] == _NOWHERE else spans

    def places(self, data: bytes) -> Iterator[int]:
        """Where matches begin, in order, those that overlap as well."""
        position = 0
        while position < len(data) and (spans := self.find(data, position)) is not None:
            yield spans[0][0]
            position = spans[0][0] + 1

    @property
    def groups(self) -> dict[str, int]:
        """Named groups, with their places in what :meth:`find` gives."""
        return {
            name.decode() if isinstance(name, bytes) else name: place
            for name, place in self._regexp.NamedCapturingGroups()
        }


def which_of(patterns: Iterable[str], *, here: bool = False) -> Callable[[bytes | memoryview], list[int]]:
    """A function: which of ``patterns``, by their places, are in a text; ``here``: which it begins with."""
    options = re2.Options()
    options.max_mem = LARGE
    options.never_capture = True
    found = _re2.Set(_re2.RE2.Anchor.ANCHOR_START if here else _ANYWHERE, options)
    for pattern in patterns:
        if found.Add(pattern.encode()) < 0:
            raise re2.error(pattern)
    found.Compile()
    match: Callable[[bytes | memoryview], list[int]] = found.Match
    return match
