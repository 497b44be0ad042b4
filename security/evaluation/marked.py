"""parts → text that knows where its planted values are, through every way of writing text inside of text."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from security.evaluation.case import Planted, Value

#: How one character is written; what it makes of a text is what it makes of each character.
Encode = Callable[[str], str]
_BYTE_BITS: Final = 8
_BASE64_BITS: Final = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and what is planted in it."""

    text: str
    truth: tuple[Planted, ...] = ()


def planted(value: Value, kind: str, *, must: bool = True) -> Marked:
    """A value as the text that it is. ``must``: it must be found."""
    spans = value.spans if must else ()
    return Marked(value.text, (Planted(kind, spans, (0, len(value.text)), value.origin),))


def joined(parts: Iterable[Marked | str]) -> Marked:
    """Parts one behind the other."""
    text, truth, at = [], [], 0
    for part in parts:
        inner = part if isinstance(part, Marked) else Marked(part)
        truth += [_moved(one, at.__add__) for one in inner.truth]
        text.append(inner.text)
        at += len(inner.text)
    return Marked("".join(text), tuple(truth))


def encoded(inner: Marked, encode: Encode) -> Marked:
    """Every character as ``encode`` writes it."""
    written = [encode(char) for char in inner.text]
    starts = [0]
    for one in written:
        starts.append(starts[-1] + len(one))
    return Marked("".join(written), tuple(_moved(one, starts.__getitem__) for one in inner.truth))


def in_base64(inner: Marked) -> Marked:
    """As base64; what matters are the characters that hold a bit of the value."""
    token = base64.b64encode(inner.text.encode()).decode()

    def first(offset: int) -> int:
        return len(inner.text[:offset].encode()) * _BYTE_BITS // _BASE64_BITS

    def last(offset: int) -> int:
        return -(-len(inner.text[:offset].encode()) * _BYTE_BITS // _BASE64_BITS)

    truth = tuple(
        Planted(
            one.kind,
            tuple((first(start), last(end)) for start, end in one.pieces),
            (0, len(token)),
            one.origin,
        )
        for one in inner.truth
    )
    return Marked(token, truth)


def _moved(one: Planted, move: Callable[[int], int]) -> Planted:
    pieces = tuple((move(start), move(end)) for start, end in one.pieces)
    return Planted(one.kind, pieces, (move(one.whole[0]), move(one.whole[1])), one.origin)


def plain(char: str) -> str:
    """Unchanged."""
    return char


def in_json(char: str) -> str:
    """In a JSON string, as most writers do it."""
    return json.dumps(char, ensure_ascii=False)[1:-1]


def in_ascii_json(char: str) -> str:
    r"""In a JSON string in ASCII, as Python's and PHP's writers do it: other characters as ``\u…``."""
    return json.dumps(char)[1:-1]


def in_html_json(char: str) -> str:
    r"""In a JSON string as Go's and .NET's writers do it: ``<``, ``>``, ``&``, ``'``, ``+`` as ``\u…``."""
    return f"\\u{ord(char):04x}" if char in "<>&'+" else in_json(char)


def in_slash_json(char: str) -> str:
    r"""In a JSON string as PHP's writer does it: also ``\/``."""
    return "\\/" if char == "/" else in_ascii_json(char)


def in_url(char: str) -> str:
    """In a query, percent-encoded."""
    return quote(char, safe="")


def in_form(char: str) -> str:
    """In a form's body."""
    return quote_plus(char)


def in_loose_url(char: str) -> str:
    """In a query as people type it: only what would break it is encoded."""
    return quote(char) if char in " &#%+\"'<>" or not char.isascii() else char


def in_xml(char: str) -> str:
    """In XML."""
    return escape(char, {'"': "&quot;"})


def in_sql(char: str) -> str:
    """In a literal of SQL."""
    return "''" if char == "'" else char


def in_csv(char: str) -> str:
    """In a quoted field of CSV."""
    return '""' if char == '"' else char


def in_single(char: str) -> str:
    """In single quotes with backslashes."""
    return "\\" + char if char in "\\'" else "\\n" if char == "\n" else char


def in_double(char: str) -> str:
    """In double quotes with backslashes."""
    return "\\" + char if char in '\\"' else "\\n" if char == "\n" else char
