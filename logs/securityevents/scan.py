"""Texts → what of them the detections find. Texts are joined and read once by one automaton of RE2; most
blocks hold nothing, and that is all that their lines cost. What has ``%`` codes is looked at decoded as well.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from logs.securityevents.detection import Detection
from logs.securityevents.injections import INJECTIONS
from logs.securityevents.logins import LOGINS
from logs.securityevents.privileges import PRIVILEGES

DETECTIONS: Final[tuple[Detection, ...]] = (*LOGINS, *PRIVILEGES, *INJECTIONS)

_MEMORY: Final = 256 * 1024 * 1024  # beyond, RE2 says that nothing was found
_BLOCK: Final = 8 * 1024  # bytes of texts that are looked at together
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


def _matching(text: str | memoryview) -> list[int]:
    """The numbers of the detections whose patterns are in ``text``, and that of the codes."""
    return _ready().every.Match(text) or []


def scan(texts: Sequence[str] | pa.Array) -> list[Hit]:
    """What is found in ``texts`` (none of them null), in their order; each detection once a text."""
    column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    hits = []
    for place, text in _suspects(column):
        numbers = _matching(text)
        found = _found(text, numbers)
        if len(DETECTIONS) in numbers:
            known = {detection.uid for detection, *_ in found}
            decoded = _decoded(text)
            again = _found(decoded, _matching(decoded))
            found += [hit for hit in again if hit[0].uid not in known]
        hits += [Hit(place, *hit) for hit in found]
    return hits


def _suspects(texts: pa.Array) -> Iterator[tuple[int, str]]:
    """The texts in blocks where something may be, and their places."""
    if len(texts) == 0:
        return
    if pc.max(pc.binary_length(texts)).as_py() > _LONGEST:
        texts = pc.utf8_slice_codeunits(texts, 0, _LONGEST)
    every = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    joined = memoryview(pc.binary_join(every, "\n")[0].as_buffer())
    ends = np.cumsum(pc.binary_length(texts).to_numpy() + 1, dtype=np.int64)  # each with its line feed
    last = np.flatnonzero(np.diff(ends // _BLOCK, append=-1)) + 1
    for (begin, end), (first, behind) in zip(
        pairwise([0, *last.tolist()]), pairwise([0, *ends[last - 1].tolist()]), strict=True
    ):
        if _matching(joined[first : behind - 1]):
            for suspect in _narrowed(texts.slice(begin, end - begin).to_pylist(), 0, end - begin):
                yield begin + suspect, texts[begin + suspect].as_py()


def _narrowed(texts: list[str], begin: int, end: int) -> list[int]:
    """Halve a block in which something is until it is one text."""
    if not _matching("\n".join(texts[begin:end])):
        return []
    if end - begin == 1:
        return [begin]
    middle = (begin + end) // 2
    return _narrowed(texts, begin, middle) + _narrowed(texts, middle, end)


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
