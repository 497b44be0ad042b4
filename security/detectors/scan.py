"""Text → findings: where which kind of sensitive value stands.

One RE2 automaton over the hints of all kinds reads every text once; most hold none, and that is all they
cost. Where a hint is found, the patterns of its kinds, of RE2 too, say exactly what is there: so that the
time is linear in the text, whatever the text.
"""

import bisect
import functools
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import re2

from security.detectors.context import Words
from security.detectors.kind import Kind, Tier
from security.detectors.matching import Matcher, Spans

#: RE2 says "no match" when its automaton outgrows its memory; the hints need a small part of this.
_MEMORY: Final = 256 * 1024 * 1024
_NEAR: Final = 48  # characters in which a context word counts
_CLOSE: Final = 24  # characters in which a word that makes harmless must end
#: What masks look like: never found again, so that redacting twice gives what redacting once gave.
_MASKED: Final = re.compile(
    r"(?:\[[A-Z][A-Z0-9_]*+\]|(?=[*-]*\*{3})[*-]++(?:\d{4})?|<[a-z0-9_]++[:~][\w-]++>|[\s,;:/|.-]++)++"
)


class Finding(NamedTuple):
    """A value in a text: characters ``start`` up to, and without, ``end``.

    ``text``: what stands in for it; ``None``: the kind's mask. ``path``: the field of a document it is in.
    """

    start: int
    end: int
    kind: Kind
    confidence: float
    tier: Tier = Tier.PATTERN
    text: str | None = None
    path: tuple[str, ...] = ()


class _Pattern(NamedTuple):
    """A kind, ready to be looked for."""

    kind: Kind
    matcher: Matcher
    groups: tuple[int, ...]
    not_after: "re.Pattern[str] | None"
    not_before: "re.Pattern[str] | None"
    before: Words | None
    after: Words | None
    never: Words | None

    def not_after_end(self, text: str, start: int) -> int:
        """Where the characters of ``not_after`` that begin at ``start`` end."""
        while start < len(text) and self.not_after is not None and self.not_after.match(text, start):
            start += 1
        return start


class Scanner:
    """Looks for ``kinds``. ``also``: RE2 of what makes a text suspicious besides, without being a finding."""

    def __init__(self, kinds: Sequence[Kind], also: Sequence[str] = ()) -> None:
        self.kinds = tuple(kinds)
        by_rank = sorted(range(len(self.kinds)), key=lambda number: -self.kinds[number].rank)
        self._order = {number: place for place, number in enumerate(by_rank)}
        hints: dict[str, set[int]] = {}
        for number, kind in enumerate(kinds):
            for hint in kind.hints or (kind.pattern,):
                hints.setdefault(hint, set()).add(number)
        for hint in also:
            hints.setdefault(hint, set())
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        self._set = re2.Set.SearchSet(options)
        self._of_hint = []
        for hint, numbers in hints.items():
            self._set.Add(hint)
            self._of_hint.append(numbers)
        self._set.Compile()
        self._any = Matcher("|".join(f"(?:{hint})" for hint in hints), memory=_MEMORY, captures=False)

    def suspects(self, data: bytes) -> set[int]:
        """The kinds, by place, that may be in ``data``; empty for most texts."""
        found: set[int] = set()
        for hint in self._set.Match(data) or ():
            found |= self._of_hint[hint]
        return found

    def is_clean(self, data: bytes) -> bool:
        """Whether no hint of any kind is in ``data``."""
        return self._any.find(data) is None

    def suspicious(self, data: bytes, ends: Sequence[int]) -> Iterator[int]:
        """Which of the texts that lie end to end in ``data`` may hold something; ``ends``: of each."""
        return rows_with(self._any, data, ends)

    def scan(self, text: str, most: int = sys.maxsize) -> list[Finding]:
        """What is in ``text``, in order; no two overlap. Of one kind, ``most`` at most."""
        data = text.encode("utf-8", "surrogatepass")
        suspects = self.suspects(data)
        if not suspects:
            return []
        found: list[Finding] = []
        as_chars = None if len(data) == len(text) else _Places(data)
        for number in sorted(suspects, key=self._order.__getitem__):
            pattern = _prepared(self.kinds[number])
            spans = pattern.matcher.find(data)
            if spans is not None:
                found += itertools.islice(_found(pattern, text, data, as_chars, spans, found), most)
        return resolved(found, text) if len(found) > 1 else found


@functools.cache
def scanner_of(kinds: tuple[Kind, ...], also: tuple[str, ...] = ()) -> Scanner:
    """The one scanner of these in this process: its automata take a second to be built by the texts."""
    return Scanner(kinds, also)


def rows_with(matcher: Matcher, data: bytes, ends: Sequence[int]) -> Iterator[int]:
    """In which of the texts that lie end to end in ``data`` there is a match; ``ends``: of each text."""
    position, last = 0, len(data)
    while position < last and (spans := matcher.find(data, position)) is not None:
        start, end = spans[0]
        row = bisect.bisect_right(ends, start)
        yield row
        position = max(ends[row], start + 1)
        if end > ends[row] and row + 1 < len(ends):  # across two: either may be the one
            yield row + 1
            position = ends[row + 1]


def resolved(findings: Iterable[Finding], text: str = "") -> list[Finding]:
    """``findings`` in order, without overlaps: the higher rank stands, then the longer, then the first.

    What sticks out of one that stands is kept as a finding of its own, so that no part of a value is left.
    """
    kept: list[Finding] = []
    starts: list[int] = []  # of those kept, in order, with their ends
    ends: list[int] = []
    for one in sorted(findings, key=lambda one: (-one.kind.rank, one.start - one.end, one.start)):
        first, last = bisect.bisect_right(ends, one.start), bisect.bisect_left(starts, one.end)
        pieces = list(_between(one, starts[first:last], ends[first:last]))
        whole = first >= last
        for start, end in pieces:
            if whole:
                kept.append(one)
            elif sum(map(str.isdigit, text[start:end])) >= _TELLING_DIGITS:
                kept.append(one._replace(start=start, end=end, text=_HIDDEN))
            else:
                continue
            place = bisect.bisect_left(starts, start)
            starts.insert(place, start)
            ends.insert(place, end)
    return sorted(kept, key=lambda one: (one.start, one.end))


_HIDDEN: Final = "***"  # for a part, of which a kind's own mask may show something
_FEW: Final = 50  # finds that are compared one by one
_TELLING_DIGITS: Final = 5  # in what is left of a value


def _between(one: Finding, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """What of ``one`` is not in any of the spans, which are in order."""
    begin = one.start
    for start, end in zip(starts, ends, strict=True):
        if begin < start:
            yield begin, start
        begin = max(begin, end)
    if begin < one.end:
        yield begin, one.end


class _Places:
    """Bytes of UTF-8 → characters, for places that come in any order."""

    _STEP: Final = 4096

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._marks = [0]
        for start in range(0, len(data), self._STEP):
            self._marks.append(self._marks[-1] + _characters(data[start : start + self._STEP]))

    def __getitem__(self, place: int) -> int:
        block, rest = divmod(place, self._STEP)
        start = block * self._STEP
        return self._marks[block] + (_characters(self._data[start : start + rest]) if rest else 0)


_CONTINUATION: Final = bytes(range(0x80, 0xC0))


def _characters(data: bytes) -> int:
    """How many characters begin in ``data``."""
    return len(data.translate(None, _CONTINUATION))


def _found(
    pattern: _Pattern,
    text: str,
    data: bytes,
    as_chars: _Places | None,
    spans: Spans | None,
    above: Sequence[Finding],
) -> Iterator[Finding]:
    """All from ``spans`` on, which are of the first match, but what lies in a find of ``above``.

    These are of higher ranks, or of the same and came first: they would stand.
    """
    above = tuple(above) if len(above) <= _FEW else ()
    kind = pattern.kind
    while spans is not None:
        here = spans
        at, after = begin, finish = here[0]
        start, end = next((here[group] for group in pattern.groups if here[group][0] >= 0), here[0])
        if as_chars is not None:
            begin, finish, start, end = (as_chars[place] for place in (begin, finish, start, end))
        if pattern.not_after and begin and pattern.not_after.match(text, begin - 1):
            # nor can it begin at any of the characters that follow and are as the one before
            passed = text[begin : pattern.not_after_end(text, begin) + 1]
            spans = pattern.matcher.find(data, at + max(1, len(passed.encode("utf-8", "surrogatepass"))))
            continue
        if after < len(data):
            spans = pattern.matcher.find(data, max(after, at + 1))
        else:
            spans = None
        if pattern.not_before and finish < len(text) and pattern.not_before.match(text, finish):
            continue
        if any(one.start <= start and end <= one.end for one in above):
            continue
        value = text[start:end]
        if not value or _MASKED.fullmatch(value) or (kind.check is not None and not kind.check(value)):
            continue
        sure = _confidence(pattern, text, begin, finish)
        if sure is None:
            continue
        if kind.within is None:
            yield Finding(start, end, kind, sure)
        else:
            for a, b in kind.within(value):
                yield Finding(start + a, start + b, kind, sure)


def _confidence(pattern: _Pattern, text: str, begin: int, finish: int) -> float | None:
    kind = pattern.kind
    if pattern.never is not None and pattern.never.end_at(text, begin - _CLOSE, begin):
        return None
    near = (pattern.before is not None and pattern.before.among(text, begin - _NEAR, begin)) or (
        pattern.after is not None and pattern.after.among(text, finish, finish + _NEAR)
    )
    if near:
        return round((1 + kind.confidence) / 2, 3)
    return None if kind.needs_context else kind.confidence


@functools.cache
def _prepared(kind: Kind) -> _Pattern:
    """Made when it is first needed: most processes meet few kinds."""
    matcher = Matcher(kind.pattern)
    groups = sorted((place, name) for name, place in matcher.groups.items())
    return _Pattern(
        kind=kind,
        matcher=matcher,
        groups=tuple(place for place, name in groups if name.startswith("value")),
        not_after=re.compile(f"[{kind.not_after}]") if kind.not_after else None,
        not_before=re.compile(f"[{kind.not_before}]") if kind.not_before else None,
        before=Words(kind.before) if kind.before else None,
        after=Words(kind.after) if kind.after else None,
        never=Words(kind.never) if kind.never else None,
    )
