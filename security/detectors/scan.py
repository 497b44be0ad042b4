"""Text → findings: where which kind of sensitive value stands.

RE2 automata over the hints of all kinds read every text; most hold none, and that is all they cost. Where a
hint is found, sets say which, and the patterns of its kinds, of RE2 too, what exactly is there: so that the
time is linear in the text, whatever the text.
"""

import bisect
import functools
import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from security.detectors.context import Words
from security.detectors.crowd import Crowd, any_between
from security.detectors.hints import hints_of
from security.detectors.kind import Category, Kind, Tier
from security.detectors.matching import Matcher, Spans

_NEAR: Final = 48  # characters in which a context word counts
_CROWD: Final = 10  # kinds that a text may hold, above which most are ruled out at once
_LONG: Final = 2_000  # characters of a text in which words are looked for once, and not near each number
_WIDEST: Final = 100  # characters of a match, where words are looked for
_CLOSE: Final = 24  # characters in which a word that makes harmless must end
_ENDS_OF_NAMES: Final = frozenset("0123456789,;|()[]{}\n")
_EDGE: Final = 3  # characters before a word from which on it may be said to begin
#: What masks look like: never found again, so that redacting twice gives what redacting once gave.
_MASKED: Final = re.compile(
    r"(?:\[[A-Z][A-Z0-9_]*+\]|(?=[*-]*\*{3})[*-]++(?:\d{4})?|<[a-z0-9_]++[:~][\w-]++>|[\s,;:/|.-]++)++"
)


class Finding(NamedTuple):
    """A value in a text: characters ``start`` up to, and without, ``end``.

    ``text``: what stands in for it; ``None``: the kind's mask. ``path``: the field of a document it is in.
    ``value``: what it says, and ``encode``: how another text is written there, if not as it stands.
    """

    start: int
    end: int
    kind: Kind
    confidence: float
    tier: Tier = Tier.PATTERN
    text: str | None = None
    path: tuple[str, ...] = ()
    value: str | None = None
    encode: Callable[[str], str] | None = None


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
        self.kinds = tuple(sorted(kinds, key=lambda kind: -kind.rank))
        hints = [
            (hint, number) for number, kind in enumerate(self.kinds) for hint in kind.hints or (kind.pattern,)
        ]
        self._worded = frozenset(n for n, kind in enumerate(self.kinds) if kind.before or kind.after)
        hints += ((hint, len(self.kinds) + place) for place, hint in enumerate(also))
        self._hints = hints_of(hints)

    def suspects(self, data: bytes) -> frozenset[int]:
        """What may be in ``data``: kinds by place in ``kinds``, behind them ``also``; mostly nothing."""
        return self.suspicious(data, (len(data),)).get(0, frozenset())

    def is_clean(self, data: bytes) -> bool:
        """Whether no hint of any kind is in ``data``."""
        return all(next(hints.places(data), None) is None for hints in self._hints)

    def suspicious(self, data: bytes, ends: Sequence[int]) -> dict[int, frozenset[int]]:
        """Which of the texts that lie end to end in ``data`` may hold something, and what; ``ends``: of each.

        What is in a text by itself is told; what two texts together have is told of both.
        """
        found: dict[int, frozenset[int]] = {}
        for hints in self._hints:
            for row, numbers in hints.suspects(data, ends):
                known = found.get(row)
                if known is not numbers:  # of several hints of one kind, as mostly
                    found[row] = known | numbers if known else numbers
        return found

    def scan(
        self, text: str, most: int = sys.maxsize, suspects: Iterable[int] | None = None
    ) -> list[Finding]:
        """What is in ``text``, in order; no two overlap. Of one kind, ``most`` at most.

        ``suspects``: what :meth:`suspects` says of it, if that is known.
        """
        data = text.encode("utf-8", "surrogatepass")
        if suspects is None:
            suspects = self.suspects(data)
        numbers = sorted([number for number in suspects if number < len(self.kinds)])
        as_chars = None if len(data) == len(text) else _Places(data)
        firsts: dict[int, int] = {}
        words: list[int] = []
        if len(numbers) > _CROWD:
            crowd = self._crowd
            words = crowd.words(data)
            firsts = crowd.suspects(data, words, _NEAR + _EDGE, _WIDEST + _NEAR)
            numbers = [number for number in numbers if number in firsts or number not in crowd.numbers]
            words = words if as_chars is None else [as_chars[place] for place in words]
        found: list[Finding] = []
        said = text
        last = max(self._worded.intersection(numbers), default=-1)
        for number in numbers:
            first = firsts.get(number)
            if first is not None and not words:
                continue
            pattern = _prepared(self.kinds[number])
            spans = pattern.matcher.find(data, first or 0)
            if spans is not None:
                near = words if first is not None else _words_in(pattern, text)
                every = _found(pattern, _Text(text, said, data, as_chars), spans, found, near)
                ones = list(itertools.islice(every, most))
                found += ones
                # what names one number says nothing of others near; who needs it may have found a part of one
                if ones and number < last and not pattern.kind.needs_context:
                    names = _names_of(ones, text)
                    said = _without(said, names)
                    words = _outside(words, names)
        return resolved(found, text) if len(found) > 1 else found

    @functools.cached_property
    def _crowd(self) -> Crowd:
        """The kinds that share the commonest hint: what all states call their numbers."""
        counts = Counter(hint for kind in self.kinds for hint in kind.hints)
        shared = next((hint for hint, _ in counts.most_common(1)), None)
        crowd = {n: kind for n, kind in enumerate(self.kinds) if kind.needs_context and shared in kind.hints}
        return Crowd(crowd)


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
            elif _tells(one, text, start, end):
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
_TELLING_OF_SECRETS: Final = 3  # letters and digits of one


def _tells(one: Finding, text: str, start: int, end: int) -> bool:
    """Whether what is left of a value, characters ``start`` up to ``end``, must not be read either."""
    left = text[start:end]
    told_by_words = one.tier is Tier.MODEL and one.kind.category is Category.SECRET
    if told_by_words and "\n" not in text[one.start : one.end]:
        return sum(map(str.isalnum, left)) >= _TELLING_OF_SECRETS
    return sum(map(str.isdigit, left)) >= _TELLING_DIGITS


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


class _Text(NamedTuple):
    """A text; ``said``: without names that are of another value; ``data``: in UTF-8, with its places."""

    text: str
    said: str
    data: bytes
    as_chars: _Places | None


def _found(
    pattern: _Pattern, read: _Text, spans: Spans, above: Sequence[Finding], words: Sequence[int] | None
) -> Iterator[Finding]:
    """All from ``spans`` on, which are of the first match, but what lies in a find of ``above``.

    These are of higher ranks, or of the same and came first: they would stand. ``words``: where the words
    that it needs may begin, in order; ``None``: that is not known.
    """
    text, said, data, as_chars = read
    above = above[:] if len(above) <= _FEW else ()
    kind = pattern.kind
    if words is not None:
        first = words[0] - _NEAR - _WIDEST if words else len(text)
        if as_chars is None and first > spans[0][0]:
            later = pattern.matcher.find(data, first)
            if later is None:
                return
            spans = later
    for begin, finish, start, end in _matches(pattern, text, data, as_chars, spans):
        if above and any([one.start <= start and end <= one.end for one in above]):
            continue
        if words is not None and not any_between(words, begin - _NEAR - _EDGE, finish + _NEAR):
            if not words or begin > words[-1] + _NEAR + _EDGE:
                return
            continue
        value = text[start:end]
        if not value or _MASKED.fullmatch(value):
            continue
        sure = _confidence(pattern, said, begin, finish)  # words are told sooner than checksums
        if sure is None or (kind.check is not None and not kind.check(value)):
            continue
        if kind.within is None:
            yield Finding(start, end, kind, sure)
        else:
            for a, b in kind.within(value):
                yield Finding(start + a, start + b, kind, sure)


def _matches(
    pattern: _Pattern, text: str, data: bytes, as_chars: _Places | None, spans: Spans | None
) -> Iterator[tuple[int, int, int, int]]:
    """Where the matches from ``spans`` on that stand by themselves, and the values in them, begin and end."""
    while spans is not None:
        here = spans
        at, after = begin, finish = here[0]
        start, end = here[0]
        for group in pattern.groups:
            if here[group][0] >= 0:
                start, end = here[group]
                break
        if as_chars is not None:
            begin, finish, start, end = (as_chars[place] for place in (begin, finish, start, end))
        if pattern.not_after and begin and pattern.not_after.match(text, begin - 1):
            # nor can it begin at any of the characters that follow and are as the one before
            passed = text[begin : pattern.not_after_end(text, begin) + 1]
            spans = pattern.matcher.find(data, at + max(1, len(passed.encode("utf-8", "surrogatepass"))))
            continue
        spans = pattern.matcher.find(data, max(after, at + 1)) if after < len(data) else None
        if pattern.not_before and finish < len(text) and pattern.not_before.match(text, finish):
            continue
        yield begin, finish, start, end


def _names_of(found: Iterable[Finding], text: str) -> list[tuple[int, int]]:
    """From, and up to, where the names stand that what was ``found`` has directly before it."""
    names = []
    for one in found:
        begin = one.start
        while begin > max(0, one.start - _CLOSE) and text[begin - 1] not in _ENDS_OF_NAMES:
            begin -= 1
        names.append((begin, one.start))
    return names


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with blanks in ``spans``, which are in order."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += text[done:start], " " * (end - max(start, done))
        done = end
    return "".join((*parts, text[done:]))


def _outside(places: Iterable[int], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Those of ``places`` that are in none of ``spans``, which are in order."""
    ends = [end for _, end in spans]
    at = ((place, bisect.bisect_right(ends, place)) for place in places)
    return [place for place, next_one in at if next_one == len(spans) or place < spans[next_one][0]]


def _words_in(pattern: _Pattern, text: str) -> list[int] | None:
    """Where the words that ``pattern`` needs may begin in a long ``text``, in order; ``None``: not known."""
    if not pattern.kind.needs_context or len(text) <= _LONG or len(text.lower()) != len(text):
        return None  # the last: a letter that is two when it is small
    return sorted(at for words in (pattern.before, pattern.after) if words for at in words.places(text))


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
