r"""RE2 patterns → the same, written so that RE2 is quick to build the automata of all of them.

A state of such an automaton lists all that may begin, or go on, at a place in a text. Of hundreds of patterns
that begin with lists of words, that is thousands of entries in each of thousands of states. Written out, as
``(?:key|token)=|kex`` is ``ke(?:y=|x)|token=``, what begins alike is one entry.
"""

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_TIMES: Final = r"(?:(?:[*+?]|\{\d+(?:,\d*)?\})\??)?"
_TOKEN: Final = re.compile(
    rf"(?P<letter>[a-z](?![*+?{{]))|(?P<fold>\(\?i:)|(?P<open>\((?:\?(?:P?<\w+>|:))?(?!\?))|(?P<choice>\|)"
    rf"|(?P<close>\){_TIMES})|(?P<atom>(?:\\x\{{[0-9A-Fa-f]+\}}|\\[pP]\{{[^}}]*\}}|\\x[0-9A-Fa-f]{{2}}|\\[^QE]"
    rf"|[^()|\[\\]|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]){_TIMES})",
    re.S,
)
_LETTER: Final = re.compile(r"(?<!\\)[^\W\d_]|\\x")
_ALIKE: Final = 5  # atoms at the end of patterns that may share it
_FEW: Final = 800  # ways that are read for together
_FAMILY: Final = 8  # such patterns, at least
#: Where a word begins, which what begins with a letter has to be told from; and one of some letters.
_EDGES: Final = frozenset(("^", r"\b", "[^0-9A-Za-z]"))
_A_LETTER: Final = re.compile(r"\[[A-Za-z-]+\]")
#: What may be a digit.
_A_DIGIT: Final = re.compile(r"\d|\\[dw]|\[[^\]^]*?(?:\d|\\[dw])")
#: An atom that stands for a digit, and how often, if it is repeated.
_DIGITS: Final = re.compile(r"(?:\\d|\d|\[\d[\d-]*\])(?P<times>\+|\{\d+(?:,\d+)?\})?")
#: What is before the first digit of a number: the code of a character may end with one.
_BEFORE_DIGITS: Final = ("^", "[^0-9]", "%[0-9A-Fa-f]{2}", "u00[0-9A-Fa-f]{2}")
_NOTHING: Final = r"[^\x00-\x{10FFFF}]"
#: Before an atom that stands for large and small letters alike.
_FOLDED: Final = "\0"

#: A way in which a match may begin, and what follows, in atoms: what stands for a character, or is repeated.
Way = tuple[str, ...]


class _UnreadError(ValueError):
    """What cannot be taken apart, or may be empty."""


class _Choice:
    """Of ``ways`` one must stand."""

    def __init__(self, ways: "list[list[str | _Choice]]") -> None:
        self.ways = ways

    @functools.cached_property
    def text(self) -> str:
        """As one atom."""
        return f"(?:{'|'.join(rendered([*map(_written, way)]) for way in self.ways)})"


def ways_of(pattern: str) -> list[Way]:
    """The ways in which a match of ``pattern`` begins, each with an atom of its own.

    What is read by RE2 alone, as flags that are not of a group, is an atom as it stands.
    """
    try:
        return list(dict.fromkeys(led for way in _parsed(pattern) for led in _led(way)))
    except _UnreadError:
        return [(f"(?:{pattern})",)]


def at_first_digits(way: Way) -> list[Way]:
    """``way``; if it begins with two digits or more, so that it does where a number begins.

    Else each digit of a long number could be the first, and an automaton has a state for every set of those
    that could: of numbers of twenty digits so many that RE2 gives up, and does without it.
    """
    first = _DIGITS.fullmatch(way[0])
    several = first is not None and (
        first["times"] is not None or (len(way) > 1 and _A_DIGIT.match(way[1]) is not None)
    )
    return [(before, *way) for before in _BEFORE_DIGITS] if several else [way]


def rendered(way: Sequence[str]) -> str:
    """``way`` as RE2 reads it."""
    parts: list[str] = []
    run = ""
    for atom in way:
        if atom[0] == _FOLDED:
            run += atom[1:]
        else:
            parts += (f"(?i:{run})", atom) if run else (atom,)
            run = ""
    return "".join((*parts, f"(?i:{run})" if run else ""))


def apart(ways: Iterable[Way]) -> list[list[Way]]:
    """``ways``, few of them together; of many those of words, those of digits, and the others.

    One automaton of all has a state for each set of what goes on in each: in numbers something always does.
    To read a text three times takes longer than once, so that it pays for many alone.
    """
    every = list(dict.fromkeys(ways))
    if len(every) <= _FEW:
        return [every]
    words: list[Way] = []
    digits: list[Way] = []
    others: list[Way] = []
    for way in every:
        first = way[0].lstrip(_FOLDED)
        follows = way[1] if _is_edge(first) and len(way) > 1 else first
        if _A_DIGIT.match(follows.lstrip(_FOLDED)):
            digits.append(way)
        elif first[0].isalpha() or first in _EDGES or _A_LETTER.match(first):
            words.append(way)
        else:
            others.append(way)
    return [words, digits, others]


def _is_edge(atom: str) -> bool:
    return atom in _EDGES or atom in _BEFORE_DIGITS or atom.startswith("[^")


def any_of(ways: Sequence[Way]) -> str:
    """A pattern that finds what one of ``ways`` does: it begins where that does, and may end before."""
    families: dict[Way, list[Way]] = {}
    for way in ways:
        families.setdefault(way[-_ALIKE:] if len(way) > _ALIKE else (), []).append(way)
    alone: list[Way] = []
    parts = []
    for ending, members in families.items():
        if not ending or len(members) < _FAMILY:
            alone += members
            continue
        tail = os.path.commonprefix([way[:0:-1] for way in members])[::-1]  # the first atom is not of it
        parts.append(_merged([way[: -len(tail)] for way in members], goes_on=True) + rendered(tail))
    if alone:
        parts.append(_merged(alone))
    return "|".join(parts) or _NOTHING


def _merged(ways: Sequence[Way], *, goes_on: bool = False) -> str:
    """One of ``ways``, what they begin with once. ``goes_on``: more follows, so that the longer count too."""
    if len(ways) == 1:
        return rendered(ways[0])
    common = len(os.path.commonprefix(ways))
    by_next: dict[str | None, list[Way]] = {}
    for one in ways:
        by_next.setdefault(one[common] if len(one) > common else None, []).append(one[common:])
    before = rendered(ways[0][:common])
    if None in by_next and (not goes_on or len(by_next) == 1):  # found as soon as the shortest is
        return before
    return f"{before}(?:{'|'.join(_merged(one, goes_on=goes_on) for one in by_next.values())})"


def _led(way: Sequence["str | _Choice"]) -> Iterator[Way]:
    """``way`` with the choices that it begins with made."""
    if not way:
        raise _UnreadError
    first, rest = way[0], way[1:]
    if isinstance(first, _Choice):
        for one in first.ways:
            yield from _led([*one, *rest])
    elif first[-1] == "?" and len(first) > 1 and first[-2] not in "\\*+?}":
        yield from _led([first[:-1], *rest])
        yield from _led(rest)
    else:
        yield (first, *map(_written, rest))


def _written(one: "str | _Choice") -> str:
    return one if isinstance(one, str) else one.text


def _parsed(pattern: str) -> list[list["str | _Choice"]]:
    """The alternatives of ``pattern``."""
    ways: list[list[str | _Choice]] = [[]]
    outer: list[tuple[list[list[str | _Choice]], bool]] = []
    folded, at = False, 0
    for token in _TOKEN.finditer(pattern):
        if token.start() != at:
            break
        at = token.end()
        what, text = token.lastgroup, token.group()
        if what == "letter":
            ways[-1].append(_FOLDED + text if folded else text)
        elif what == "choice":
            ways.append([])
        elif what == "atom":
            letter = folded and _LETTER.search(text) is not None
            ways[-1].append(_FOLDED + (text if text[0] in "[\\" else text.lower()) if letter else text)
        elif what == "close":
            if not outer:
                at = token.start()
                break
            inside = ways
            ways, folded = outer.pop()
            if text == ")?":
                ways[-1].append(_Choice([*inside, []]))
            elif len(text) > 1:
                ways[-1].append(_Choice(inside).text + text[1:])
            else:
                ways[-1] += inside[0] if len(inside) == 1 else [_Choice(inside)]
        else:
            outer.append((ways, folded))
            ways, folded = [[]], folded or what == "fold"
    if outer or at != len(pattern):
        raise _UnreadError
    return ways
