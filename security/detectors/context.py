"""Words near a match: whether one of a kind's words is there, however it is spelled.

``tax id`` is also ``tax_id``, ``tax-id``, ``taxId`` and ``taxid``. A text is cut into words and looked up, so
that a hundred words cost no more than one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: Where words in a name meet, and escapes that stick to a word: ``userTaxId2``, ``\\ntax_id``.
_SEAMS: Final = re.compile(r"\\+[nrtbf](?=\w)|(?<=[^\W\d_A-Z])(?=[A-Z])")
#: Scripts without blanks, in which no end of a word can be told.
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_BEFORE_VALUE: Final = re.compile(r"[\s\"':=#(]*\Z")


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

    def among(self, text: str, start: int, end: int) -> bool:
        """Whether one of them is in characters ``start`` up to ``end`` of ``text``, whole."""
        near = text[_whole(text, max(0, start)) : end]
        if any(word in near for word in self._unspaced):
            return True
        return any(phrase in self._phrases for phrase in self._said(near))

    def end_at(self, text: str, start: int, end: int) -> bool:
        """Whether one of them ends at ``end``, but for what stands between a name and its value."""
        near = text[_whole(text, max(0, start)) : end]
        near = _BEFORE_VALUE.sub("", near)
        if near.endswith(self._unspaced):
            return True
        if not near or not near[-1].isalpha():
            return False
        return any(
            " ".join(words[-size:]) in self._phrases
            for words in _readings(near)
            for size in range(1, self._most + 1)
        )

    def _said(self, near: str) -> Iterator[str]:
        for words in _readings(near):
            for size in range(1, self._most + 1):
                for first in range(len(words) - size + 1):
                    yield " ".join(words[first : first + size])


def _readings(near: str) -> Iterator[list[str]]:
    """The words as they stand, and with names in camel case taken apart."""
    words = _LETTERS.findall(near.lower())
    yield words
    apart = _LETTERS.findall(_SEAMS.sub(" ", near).lower())
    if apart != words:
        yield apart


def _whole(text: str, start: int) -> int:
    """``start``, or where the word that it would cut ends."""
    if start and text[start - 1].isalpha():
        while start < len(text) and text[start].isalpha():
            start += 1
    return start
