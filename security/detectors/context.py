"""Words near a match: whether one of a kind's words is there, however it is spelled.

``tax id`` is also ``tax_id``, ``tax-id``, ``taxId`` and ``taxid``. A text is cut into words and looked up, so
that a hundred words cost no more than one.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: Where words in a name meet, and escapes that stick to a word: ``userTaxId2``, ``\\ntax_id``.
_SEAMS: Final = re.compile(r"\\+[nrtbf](?=\w)|(?<=[^\W\d_A-Z])(?=[A-Z])")
#: Scripts without blanks, in which no end of a word can be told.
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
#: What stands between a name and its value.
_BEFORE_VALUE: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\"':=#("


class Words:
    """Words and phrases, in any spelling."""

    def __init__(self, words: Iterable[str]) -> None:
        spaced = [word for word in words if not _UNSPACED.search(word)]
        self._unspaced = tuple(word for word in words if _UNSPACED.search(word))
        phrases = {tuple(_LETTERS.findall(word.lower())) for word in spaced}
        self._phrases = frozenset(
            text for phrase in phrases if phrase for text in (" ".join(phrase), "".join(phrase))
        )
        self._most = max(map(len, phrases), default=0)
        self._first = frozenset(word for phrase in phrases if phrase for word in (phrase[0], "".join(phrase)))
        self._last = tuple({phrase[-1] for phrase in phrases if phrase})

    def among(self, text: str, start: int, end: int) -> bool:
        """Whether one of them is in characters ``start`` up to ``end`` of ``text``, whole."""
        near = text[_whole(text, max(0, start)) : end]
        if self._unspaced and not near.isascii() and any(word in near for word in self._unspaced):
            return True
        for words in _read(near):
            if self._first.isdisjoint(words):
                continue
            for size in range(1, self._most + 1):
                for first in range(len(words) - size + 1):
                    if " ".join(words[first : first + size]) in self._phrases:
                        return True
        return False

    def places(self, text: str) -> Iterator[int]:
        """Where in ``text`` one of them may begin; in no order. Lengths of small letters must be the same."""
        small, said = _all_said(text)
        for word in (*(self._first & said), *self._unspaced):
            at = small.find(word)
            while at >= 0:
                yield at
                at = small.find(word, at + 1)

    def end_at(self, text: str, start: int, end: int) -> bool:
        """Whether one of them ends at ``end``, but for what stands between a name and its value."""
        near = text[_whole(text, max(0, start)) : end].rstrip(_BEFORE_VALUE)
        if near.endswith(self._unspaced):
            return True
        if not near.lower().endswith(self._last):
            return False
        return any(
            " ".join(words[-size:]) in self._phrases
            for words in _read(near)
            for size in range(1, self._most + 1)
        )


def spellings(words: Iterable[str]) -> Iterator[str]:
    """RE2 of all that :class:`Words` takes for one of ``words``, and of more; may begin two before it."""
    for word in words:
        letters = [] if _UNSPACED.search(word) else _LETTERS.findall(word.lower())
        if not letters:
            yield re.escape(word)
            continue
        phrase = r"(?:[^a-zA-Z]|\\[nrtbf])*".join(letters)
        if not phrase[0].isascii():
            yield f"(?i:{phrase})"
        else:
            yield rf"(?:^|[^a-zA-Z]|\\[nrtbf])(?i:{phrase})"
            yield f"[^A-Z]{phrase[0].upper()}(?i:{phrase[1:]})"  # in camel case


@functools.lru_cache(maxsize=1)
def _all_said(text: str) -> tuple[str, frozenset[str]]:
    """``text`` in small letters, and its words; many kinds ask for those of the same text."""
    return text.lower(), frozenset(word for words in _readings(text) for word in words)


@functools.lru_cache(maxsize=256)
def _read(near: str) -> tuple[list[str], ...]:
    """The readings of what stands near a match; many kinds ask for the same."""
    return tuple(_readings(near))


def _readings(near: str) -> Iterator[list[str]]:
    """The words as they stand, and with names in camel case taken apart."""
    small = near.lower()
    words = _LETTERS.findall(small)
    yield words
    if small == near and "\\" not in near:
        return
    apart = _LETTERS.findall(_SEAMS.sub(" ", near).lower())
    if apart != words:
        yield apart


def _whole(text: str, start: int) -> int:
    """``start``, or where the word that it would cut ends."""
    if start and text[start - 1].isalpha():
        while start < len(text) and text[start].isalpha():
            start += 1
    return start
