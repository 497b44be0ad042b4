"""A value in a text → slots of a table: one for each feature of its looks and of what stands around it."""

import bisect
import math
import re
import zlib
from collections import Counter
from functools import lru_cache
from typing import Final

from security.model.fieldname import field_name, said_by
from security.model.said import class_of

#: Slots that hashed features fall into.
SLOTS: Final = 1 << 20
_WORDS_BEFORE: Final = 8
_WORDS_BEHIND: Final = 4
_SPELT: Final = 2  # words before a value of which the spelling counts too
_CLASSES: Final = "PTCL"  # of `said`, of which is told how far away the nearest is
_WORD: Final = re.compile(r"[A-Z]*[^\W\d_A-Z]+|[A-Z]+|\d+")
_NUMBER: Final = "0"
_OTHER: Final = "-"


class Around:
    """The words of characters ``start`` to ``end`` of a text, for features of values in it."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        matches = list(_WORD.finditer(text, start, end))
        self._words = [_NUMBER if one.group()[0].isdigit() else one.group().lower() for one in matches]
        self._classes = "".join(map(_class, self._words))  # a letter each
        self._starts = [one.start() for one in matches]
        self._ends = [one.end() for one in matches]

    def slots(self, start: int, end: int) -> list[int]:
        """Of the features of the value at ``start`` up to ``end``."""
        before = bisect.bisect_right(self._ends, start)  # words that end before it
        behind = bisect.bisect_left(self._starts, end)
        before_it = slice(max(0, before - _WORDS_BEFORE), before)
        behind_it = slice(behind, behind + _WORDS_BEHIND)
        left, right = self._words[before_it][::-1], self._words[behind_it]  # the nearest first
        gap, gap_behind = self._gap_before(start, before), self._gap_behind(end, behind)
        looks, kind = _looks(self._text[start:end])
        slots = [*looks, *_by_signs("".join(left[:1]), "".join(left[1:2]), gap, gap_behind, kind)]
        of_left, of_right = self._classes[before_it][::-1], self._classes[behind_it]
        slots += _by_classes(of_left, of_right, gap, gap_behind, kind)
        slots += _by_name(field_name(self._text, start), kind, of_left)
        for number, word in enumerate(left):
            slots += _before(number, word)
        for number, word in enumerate(right):
            slots += _behind(number, word)
        return slots

    def _gap_before(self, start: int, before: int) -> str:
        if before:
            return _signs(self._text[self._ends[before - 1] : start])
        return _signs("^" + self._text[max(0, start - 4) : start])

    def _gap_behind(self, end: int, behind: int) -> str:
        if behind < len(self._words):
            return _signs(self._text[end : self._starts[behind]])[:4]
        return _signs(self._text[end : end + 4] + "$")[:4]


def _signs(between: str) -> str:
    """What is between a word and a value: the last signs of it."""
    return between[-6:]


def _class(word: str) -> str:
    return _NUMBER if word == _NUMBER else class_of(word) or _OTHER


@lru_cache(maxsize=16384)
def _by_signs(first: str, second: str, gap: str, gap_behind: str, kind: str) -> tuple[int, ...]:
    """``first``, ``second``: the words before, the nearest and the next."""
    return (
        _slot("p", gap),
        _slot("x", f"{first}|{gap}"),
        _slot("y", f"{second} {first}"),
        _slot("m", f"{kind}|{first}"),
        _slot("n", f"{kind}|{gap}"),
        _slot("r", gap_behind),
        _slot("q", f"{gap[-1:]}{gap_behind[:1]}"),
        _slot("o", f"{gap}|{gap_behind}"),
    )


@lru_cache(maxsize=16384)
def _by_classes(left: str, right: str, gap: str, gap_behind: str, kind: str) -> tuple[int, ...]:
    """``left``, ``right``: a class for each word on that side, the nearest first."""
    slots = [
        _slot("K", left[:5]),
        _slot("J", left[:3] + gap),
        _slot("I", left[:2] + kind),
        _slot("G", left[:2] + gap[-2:] + kind),
        _slot("F", right[:2] + gap_behind),
        _slot("E", "".join(sorted({*left, *right}))),
    ]
    for name in _CLASSES:
        far = left.find(name)
        slots += (
            _slot(f"D{name}", str(far)),
            _slot(f"A{name}", str(right.find(name))),
            _slot(f"M{name}", f"{min(far, 3)}{kind}"),
        )
    return tuple(slots)


@lru_cache(maxsize=16384)
def _by_name(name: str, kind: str, left: str) -> tuple[int, ...]:
    """``name``: of the field whose value it is."""
    said = said_by(name)
    slots = [_slot("N", said), _slot("NV", f"{said}|{kind}"), _slot("NK", said + left[:3])]
    if name:
        words = sorted({word.lower() for word in _WORD.findall(name)})
        slots += (_slot("NN", name.lower()), *(_slot("NW", word) for word in words))
    return tuple(slots)


@lru_cache(maxsize=16384)
def _before(number: int, word: str) -> tuple[int, ...]:
    """Of a word with ``number`` words between it and the value."""
    slots = (_slot("b", word), _slot(f"{min(number, 5)}", word))
    return (*slots, *_grams(str(number), word)) if number < _SPELT else slots


@lru_cache(maxsize=16384)
def _behind(number: int, word: str) -> tuple[int, ...]:
    return _slot("B", word), _slot(f"R{min(number, 2)}", word)


@lru_cache(maxsize=65536)
def _slot(role: str, what: str) -> int:
    return zlib.crc32(f"{role}\0{what}".encode("utf-8", "surrogatepass")) % SLOTS


def _grams(role: str, word: str) -> tuple[int, ...]:
    """Of a word's n-grams of three and four characters, its ends marked."""
    marked = f"^{word[-12:]}$"
    grams = {marked[at : at + size] for size in (3, 4) for at in range(len(marked) - size + 1)}
    return tuple(_slot(f"g{role}", gram) for gram in sorted(grams))


_HOLES: Final = (
    "redacted|masked|hidden|filtered|removed|null|none|nil|true|false|yes|no|undefined|empty|n/a|unknown|default|required"
    r"|missing|invalid|expired|\(?not set\)?"
)
#: Forms of values that mostly are harmless, or mostly are not; the first that fits names the kind of a value.
_FORMATS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("uuid", r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("digest", r"(?i)(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"),
        ("hex", r"(?i)(?:0x)?(?=\w*\d)(?=\w*[a-f])[0-9a-f]{8,}"),
        ("number", r"\d+"),
        ("address", r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?"),
        ("url", r"[a-z][\w+.-]*://\S*"),
        ("mail", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        ("windows", r"(?:[A-Za-z]:\\|\\\\)\S*"),
        ("path", r"(?:\.{0,2}/[\w.+@-]+)+/?|(?:[\w.+-]+/){2,}[\w.+-]*"),
        ("dotted", r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2,}|[a-z][\w-]*(?:\.[a-z][\w-]*)+"),
        ("hole", rf"\$.*|%\w*[%)s]?|<.*>|\[?(?i:{_HOLES})\]?|x{{4,}}|X{{4,}}|\.{{3,}}|#{{3,}}|•+|-+"),
        ("call", r"[\w.]+\(.*"),
        ("snake", r"[a-z]+(?:[_-][a-z0-9]+)+"),
        ("shout", r"[A-Z]+(?:_[A-Z0-9]+)*"),
        ("camel", r"[a-z]+(?:[A-Z][a-z]+)+|(?:[A-Z][a-z]+){2,}"),
        ("title", r"[A-Z][a-z]+"),
        ("lower", r"[a-z]+"),
        ("assigned", r"[\w.-]+[=:].*"),
        ("base64", r"(?=\S*\d)(?=\S*[A-Z])(?=\S*[a-z])[A-Za-z0-9+/_-]{16,}={0,2}"),
        ("worddigits", r"[A-Za-z]+\d+"),
    )
)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_UPPER: Final = re.compile(r"[A-Z]+")
_LOWER: Final = re.compile(r"[^\W\d_A-Z]+")
_DIGIT: Final = re.compile(r"\d+")
_TEN: Final = 10  # characters, above which sizes are told by steps
_LONGEST_WORD, _LONGEST_OF_WORDS = 16, 40  # characters of words in a value, and of such a value


@lru_cache(maxsize=8192)
def _looks(value: str) -> tuple[tuple[int, ...], str]:
    """Slots of what a value looks like by itself, and its kind."""
    shape = _DIGIT.sub("9", _LOWER.sub("a", _UPPER.sub("A", value[:64])))
    formats = [name for name, pattern in _FORMATS if pattern.fullmatch(value)]
    classes = "".join(sorted(set(map(_class_of_sign, value))))
    length = len(value)
    size = length if length < _TEN else _TEN + int(4 * math.log2(length / _TEN))
    bits = -sum(n / length * math.log2(n / length) for n in Counter(value).values())
    kind = formats[0] if formats else classes
    words = {word.lower() for word in _LETTERS.findall(value)} if length < _LONGEST_OF_WORDS else set()
    first, last = (sign if not sign.isalnum() else "a" for sign in (value[0], value[-1]))
    slots = [
        _slot("s", shape[:10]),
        _slot("l", str(size)),
        _slot("c", classes),
        _slot("e", str(int(2 * bits))),
        _slot("k", kind),
        _slot("L", f"{kind}{size}"),
        _slot("d", str(min(sum(map(str.isdigit, value)), 6))),
        _slot("S", str(min(sum(not sign.isalnum() for sign in value), 5))),
        _slot("h", first),
        _slot("t", last),
        *(_slot("f", name) for name in formats),
        *(_slot("V", word) for word in sorted(words) if len(word) < _LONGEST_WORD),
    ]
    if " " in value:
        slots.append(_slot("w", str(min(value.count(" "), 8))))
    return tuple(slots), kind


def _class_of_sign(sign: str) -> str:
    if sign.isdigit():
        return "9"
    return "a" if sign.islower() else "A" if sign.isupper() else "."
