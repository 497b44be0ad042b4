"""Texts → what of them the detections find. Texts are joined and read once by one automaton of RE2; most
blocks hold nothing, and that is all that their lines cost. What has ``%`` codes is looked at decoded as well.
"""

import bisect
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

import re2

from logs.securityevents.detection import Detection
from logs.securityevents.injections import INJECTIONS
from logs.securityevents.logins import LOGINS
from logs.securityevents.privileges import PRIVILEGES

DETECTIONS: Final[tuple[Detection, ...]] = (*LOGINS, *PRIVILEGES, *INJECTIONS)

_MEMORY: Final = 256 * 1024 * 1024  # beyond, RE2 says that nothing was found
_BLOCK: Final = 16 * 1024  # bytes of texts that are looked at together
_LONGEST: Final = 16 * 1024  # characters of a text
#: Codes of characters without which no injection can be: what is looked at decoded.
_CODED: Final = r"%(?:25)*(?:2[02789bBcCeEfF]|3[bBcCdDeE]|5[bBcC]|7[bBcC]|0[aA])"
_DECODINGS: Final = 3


class Hit(NamedTuple):
    """A text in which a detection found something; who and from where, as it stands there."""

    text: int
    detection: Detection
    actor: str | None
    source: str | None


class _Ready(NamedTuple):
    every: Any
    one_by_one: list[Any]


@cache
def _ready() -> _Ready:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.never_capture = True
    every = re2.Set.SearchSet(options)
    for detection in DETECTIONS:
        every.Add(detection.pattern)
    every.Add(_CODED)
    every.Compile()
    capturing = re2.Options()
    capturing.max_mem = _MEMORY
    return _Ready(every, [re2.compile(detection.pattern, capturing) for detection in DETECTIONS])


def scan(texts: Sequence[str]) -> list[Hit]:
    """What is found in ``texts``, in their order; each detection once a text."""
    hits = []
    for place in _suspects(texts):
        text = texts[place][:_LONGEST]
        numbers = _ready().every.Match(text)
        found = _found(text, numbers)
        if len(DETECTIONS) in numbers:
            known = {detection.uid for detection, *_ in found}
            decoded = _decoded(text)
            again = _found(decoded, _ready().every.Match(decoded))
            found += [hit for hit in again if hit[0].uid not in known]
        hits += [Hit(place, *hit) for hit in found]
    return hits


def _suspects(texts: Sequence[str]) -> list[int]:
    """The places of the texts in blocks where something may be."""
    encoded = [text[:_LONGEST].encode(errors="replace") for text in texts]
    found: list[int] = []
    begin = 0
    ends = []
    total = 0
    for data in encoded:
        total += len(data) + 1
        ends.append(total)
    while begin < len(encoded):
        end = max(bisect.bisect_right(ends, (ends[begin - 1] if begin else 0) + _BLOCK), begin + 1)
        found += _narrowed(encoded, begin, end)
        begin = end
    return found


def _narrowed(encoded: list[bytes], begin: int, end: int) -> list[int]:
    """Halve a block in which something is until it is one text."""
    if not _ready().every.Match(b"\n".join(encoded[begin:end])):
        return []
    if end - begin == 1:
        return [begin]
    middle = (begin + end) // 2
    return _narrowed(encoded, begin, middle) + _narrowed(encoded, middle, end)


def _found(text: str, numbers: list[int]) -> list[tuple[Detection, str | None, str | None]]:
    found = []
    for number in sorted(numbers):
        if number == len(DETECTIONS):
            continue
        detection = DETECTIONS[number]
        if detection.unless is not None and detection.unless in text:
            continue
        groups = _ready().one_by_one[number].search(text).groupdict()
        actor = groups.get("actor") or groups.get("user")
        found.append((detection, actor or None, groups.get("source") or None))
    return found


def _decoded(text: str) -> str:
    """``text`` without its URL encoding, however often that was done."""
    for _ in range(_DECODINGS):
        plain = unquote_plus(text)
        if plain == text:
            break
        text = plain
    return text[:_LONGEST]
