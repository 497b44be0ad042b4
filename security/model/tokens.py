"""Text → tokens: where words stand, and what is between them.

A token is a run of letters and digits (an apostrophe between letters belongs to it); in scripts without
spaces between words each character is one. What a token is, without its neighbours, is a vector that
`word_flags` and the hashed n-grams of `word_slots` give; it is computed once for every distinct word.
"""

import re
import unicodedata
import zlib
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from security.model.words import CATEGORIES, LISTS_OF

Flags = npt.NDArray[np.float32]

#: Characters that are words by themselves: kana and Han.
_ONE_EACH: Final = "\u3041-\u3096\u30a1-\u30fa\u30fc\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: Marks that belong to the letter before: accents, vowel signs of the scripts of India, points, joiners.
MARKS: Final = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0970-\u09e5\u0a01-\u0dff\u0e31-\u0e4e"
    "\u200c\u200d"
)
_LETTER: Final = rf"(?:[^\W_{_ONE_EACH}]|[{MARKS}])"
TOKEN: Final = re.compile(rf"[{_ONE_EACH}]|{_LETTER}+(?:['’ʼ`´]{_LETTER}+)*")
_ESCAPE: Final = re.compile(r"\\+[nrtu](?=\W|[^\W\d_])")
_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

SHAPES: Final = (
    "capital lower upper camel one_letter two_letters digits1 digits2_4 digits5 digits6 digits_more mixed "
    "mixed_short apostrophe latin cyrillic greek han kana hangul arabic hebrew indic other_script accented "
    "long"
).split()
SEPARATORS: Final = (
    "start glued space comma newline dot hyphen underscore equals colon quote slash bracket_in bracket_out "
    "other long"
).split()
#: The flags of a word: its lists, then its shapes.
WORD_FLAGS: Final = len(CATEGORIES) + len(SHAPES)
_SHAPE: Final = {name: len(CATEGORIES) + number for number, name in enumerate(SHAPES)}
_SEPARATOR: Final = {name: number for number, name in enumerate(SEPARATORS)}

_SCRIPTS: Final = (
    (0x0250, "latin"),
    (0x0370, "other_script"),
    (0x0400, "greek"),
    (0x0530, "cyrillic"),
    (0x0590, "other_script"),
    (0x0600, "hebrew"),
    (0x0780, "arabic"),
    (0x0900, "other_script"),
    (0x0E00, "indic"),
    (0x1100, "other_script"),
    (0x1200, "hangul"),
    (0x1E00, "other_script"),
    (0x1F00, "latin"),
    (0x2000, "greek"),
    (0x3040, "other_script"),
    (0x3100, "kana"),
    (0x3400, "other_script"),
    (0xA000, "han"),
    (0xAC00, "other_script"),
    (0xD7B0, "hangul"),
    (0xF900, "other_script"),
    (0xFB00, "han"),
)


class Token(NamedTuple):
    """A word: characters ``start`` up to, and without, ``end``."""

    word: str
    start: int
    end: int


def plain(text: str) -> str:
    r"""``text``, as long as it was, with ``\n`` and its like (two characters, as in JSON) as white space."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: "\n" * len(match.group()), text)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text that `plain` made."""
    return [Token(match.group(), match.start(), match.end()) for match in TOKEN.finditer(text)]


@lru_cache(maxsize=65536)
def separator_flags(between: str) -> Flags:
    """What is between two tokens, as flags named `SEPARATORS`."""
    flags = np.zeros(len(SEPARATORS), np.float32)
    if not between:
        flags[_SEPARATOR["glued"]] = 1
    for name, characters in _OF_SEPARATOR:
        if any(character in between for character in characters):
            flags[_SEPARATOR[name]] = 1
    if len(between) > _LONG_GAP:
        flags[_SEPARATOR["long"]] = 1
    if between.strip(_KNOWN):
        flags[_SEPARATOR["other"]] = 1
    return flags


_LONG_GAP: Final = 4
_OF_SEPARATOR: Final = (
    ("space", " \t\u00a0\u3000"),
    ("comma", ",،、，"),
    ("newline", "\n\r"),
    ("dot", ".。।"),
    ("hyphen", "-–"),
    ("underscore", "_"),
    ("equals", "="),
    ("colon", ":："),
    ("quote", "\"'«»„“”`"),
    ("slash", "/\\"),
    ("bracket_in", "([{<（【「"),
    ("bracket_out", ")]}>）】」;|"),
)
_KNOWN: Final = "".join(characters for _, characters in _OF_SEPARATOR)


@lru_cache(maxsize=65536)
def lists_of(word: str) -> int:
    """The lists of `words` that ``word``, or one of the words in a camelCase name, is on: one bit each."""
    lower = word.lower()
    bits = LISTS_OF.get(lower, 0)
    if not bits and lower != word and word[1:] != lower[1:]:  # aCamelCaseName, or upper case
        for part in _CAMEL.findall(word):
            bits |= LISTS_OF.get(part.lower(), 0)
    return bits


def word_flags(word: str) -> Flags:
    """What a word is by itself: its lists and its shapes."""
    flags = np.zeros(WORD_FLAGS, np.float32)
    bits = lists_of(word)
    for number in range(len(CATEGORIES)):
        if bits >> number & 1:
            flags[number] = 1
    for shape in _shapes(word):
        flags[_SHAPE[shape]] = 1
    return flags


def _shapes(word: str) -> list[str]:
    shapes = []
    digits = sum(map(str.isdigit, word))
    if digits == len(word):
        by_length = ("digits1", "digits2_4", "digits2_4", "digits2_4", "digits5", "digits6")
        return [by_length[digits - 1] if digits <= len(by_length) else "digits_more"]
    if digits:
        shapes += ["mixed", "mixed_short"] if len(word) <= _SHORT_MIXED else ["mixed"]
    shapes.append(_script(word))
    if len(word) <= 2:  # noqa: PLR2004  as the names of the shapes say
        shapes.append("one_letter" if len(word) == 1 else "two_letters")
    if word.islower():
        shapes.append("lower")
    elif word.isupper():
        shapes.append("upper")
        if len(word) == 1:
            shapes.append("capital")
    elif word[:1].isupper() and word[1:].islower():
        shapes.append("capital")
    elif word.upper() != word.lower():
        shapes.append("camel")
    if any(mark in word for mark in "'’ʼ`´"):
        shapes.append("apostrophe")
    if shapes[0] == "latin" and not word.isascii():
        shapes.append("accented")
    if len(word) > _LONG_WORD:
        shapes.append("long")
    return shapes


_SHORT_MIXED: Final = 7  # a house number with its letter, a British or Canadian postcode
_LONG_WORD: Final = 14


def _script(word: str) -> str:
    code = max(map(ord, word))
    return next((name for end, name in _SCRIPTS if code < end), "other_script")


#: Slots of the table that hashed n-grams fall into.
SLOTS: Final = 1 << 18
_MOST_GRAMS: Final = 24  # characters of a word that are looked at


def word_slots(word: str, *, whole: bool = True) -> list[int]:
    """Slots of a word's n-grams (of 1 to 5 characters, its ends marked) and, if ``whole``, of itself."""
    lower = unicodedata.normalize("NFC", word.lower())[:_MOST_GRAMS]
    marked = f"^{lower}$"
    grams = [f"={lower}"] if whole else []
    grams += [marked[i : i + n] for n in (2, 3, 4, 5) for i in range(len(marked) - n + 1)]
    if not lower.isascii():
        grams += [f"~{character}" for character in lower]
    grams.append(f"#{min(len(lower), 12)}{_script(lower)}" if lower else "#")
    return [zlib.crc32(gram.encode("utf-8", "surrogatepass")) % SLOTS for gram in grams]
