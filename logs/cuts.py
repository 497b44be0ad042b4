"""Bytes of a text that is too long → where it is cut, so that no letter is cut in two, and no value.

Half of a value is as telling as all of it, and is not known for what it is: the word that touches the cut
goes, and the groups of digits before it, which may be one number.
"""

from typing import Final

_REACH: Final = 4096  # bytes before the cut that are looked at; a word that is longer is cut where it is
_BLANKS: Final = b" \t"
_SEPARATORS: Final = b" \t\r\n\f\v,;\"'`&<>|"
_WORD: Final = bytes(set(range(256)) - set(_SEPARATORS))
_NUMBER: Final = b"0123456789()+.-/"


def kept_end(data: bytes, most: int) -> int:
    """How many bytes of ``data`` are kept, ``most`` at most, of a text that went on behind them."""
    end = letter_end(data, min(most, len(data))) if data else 0
    tail = data[max(0, end - _REACH) : end]
    kept = tail.rstrip(_WORD)
    while kept:
        before = kept.rstrip(_BLANKS)
        shorter = before.rstrip(_NUMBER)
        if len(shorter) == len(before) or (shorter and shorter[-1] not in _SEPARATORS):
            break
        kept = shorter
    return end - len(tail) + len(kept) if kept else end


def letter_end(value: bytes, end: int) -> int:
    """``end``, or up to three bytes before it, so that no letter of UTF-8 is cut in two."""
    lead = end - 1
    while lead > max(end - 4, 0) and value[lead] & 0xC0 == 0x80:  # noqa: PLR2004  inside of a letter
        lead -= 1
    first = value[lead]
    length = 1 + (first >= 0xC0) + (first >= 0xE0) + (first >= 0xF0)  # noqa: PLR2004
    return lead if lead + length > end else end
