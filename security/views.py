r"""Text → the texts that hide in it: percent-encoded, with JSON's escapes, in base64, broken over lines.

A value is as readable to whoever decodes it as it is in clear. Each view says where its characters come
from, so that what is found in it is masked where it stands.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from security import records
from security.detectors.matching import Matcher

#: RE2 of what makes a view worth a look. Of base64: only bytes of ASCII are text, and their first bits are 0.
_QUAD: Final = r"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
BASE64_HINT: Final = f"(?:{_QUAD}){{5}}"
PERCENT_HINT: Final = "%(?:[2-7][0-9A-Fa-f])"
ESCAPE_HINT: Final = r"\\(?:u00|/|x[2-7])"
ENTITY_HINT: Final = r"&(?:lt|gt|quot|apos|amp|#\d|#x)"
COLOUR_HINT: Final = r"(?:\x1b|\\e|\\033|\\u001[bB]|\\x1[bB]|\^\[|#033)\["
TYPESET_HINT: Final = r"[\x{ff10}-\x{ff19}\x{201e}\x{300e}\x{200b}]"
OTHER_HINTS: Final = (
    PERCENT_HINT,
    ESCAPE_HINT,
    ENTITY_HINT,
    COLOUR_HINT,
    TYPESET_HINT,
    *records.RECORD_HINTS,
)

_HEX: Final = "[0-9A-Fa-f]"
_NEXT: Final = f"(?:%[89ABab]{_HEX})"
#: One character of UTF-8, so that each is known by where it stands.
_PERCENT: Final = re.compile(
    f"%[0-7]{_HEX}|%[CDcd]{_HEX}{_NEXT}|%[Ee]{_HEX}{_NEXT}{{2}}|%[Ff][0-7]{_NEXT}{{3}}"
)
#: What is no printable character to Python, and yet in texts.
_IN_TEXTS: Final = dict.fromkeys(map(ord, "\n\r\t\u00a0\u2007\u2009\u202f\u3000"))
_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}")
_TOKEN_OF_ASCII: Final = Matcher("[A-Za-z0-9+/_-]{20,}={0,2}", captures=False)
_QUADS: Final = re.compile(BASE64_HINT)
_ESCAPE: Final = re.compile(r'\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|["\\/bfnrt])')
_ENTITY: Final = re.compile(r"&(?:lt|gt|quot|apos|amp|nbsp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ANY: Final = re.compile(f"{_PERCENT.pattern}|{_ESCAPE.pattern}|{_ENTITY.pattern}")
#: What terminals take for colours (ECMA-48), as such or as it is written out.
_COLOUR: Final = re.compile(r"(?:\x1b|\\(?:e|033|u001[bB]|x1[bB])|\^\[|#033)\[[0-9;:?]*+[A-Za-z]")
#: Writing without blanks, in which what is written in another way begins at once.
_UNSPACED: Final = "\u0590-\u06ff\u0e00-\u0eff\u2e80-\u2fff\u3005-\u3007\u3040-\ud7ff\uf900-\ufaff"
#: Quotes as they are typeset, signs that are as wide as Chinese ones, signs that nobody sees.
_TYPED: Final = (
    dict.fromkeys("\u201c\u201d\u201e\u201f\u201a\u00ab\u00bb\u300c\u300d\u300e\u300f", '"')
    | {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
)
_TYPESET: Final = re.compile(
    rf"(?<=[{_UNSPACED}])(?=[A-Za-z0-9+\u00c0-\u04ff])|(?<=[A-Za-z0-9\u00c0-\u04ff])(?=[{_UNSPACED}])|[{''.join(_TYPED)}]"
)
_PLAIN: Final = "plain"
#: Between lines of which the second is no name with a value of its own.
_BREAK: Final = re.compile(
    r"(?<![ \t])[ \t]*+\r?\n[ \t]*+(?![A-Za-z_][\w.-]{0,40}+(?: [\w.-]{1,40}+){0,4}+(?: ?= ?|:\t++)[^\s=])"
)
#: `View.once` of lines that were joined.
JOINED: Final = "joined"
_LAID_OUT: Final = "laid out"
_SIMPLE: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LARGEST_TOKEN: Final = 16_000_000  # characters of base64 that are decoded


class View(NamedTuple):
    """A text that hides in another one, from ``start`` up to, and without, ``end``.

    ``starts``, ``ends``: of each character of ``text``, where it stands in the other one; ``None``: it is a
    whole, of which no part can be replaced. ``encode``: what stands for a text in the other one. ``once``:
    the way in which it was made, if that need not be taken again in it.
    """

    text: str
    start: int
    end: int
    starts: Sequence[int] | None
    ends: Sequence[int] | None
    encode: Callable[[str], str]
    once: str = ""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start`` to ``end`` of the view stand."""
        if self.starts is None or self.ends is None:
            return self.start, self.end
        return self.starts[start], self.ends[end - 1]


def views(
    text: str,
    without: frozenset[str] = frozenset(),
    *,
    encoded: bool = True,
    coloured: bool = True,
    hidden: Sequence[tuple[int, int]] = (),
) -> Iterator[View]:
    """All that hide in ``text``. ``without``: ways of looking (``once`` of a view) that were taken already.

    ``encoded``, ``coloured``: whether ``BASE64_HINT``, ``COLOUR_HINT`` is in it. ``hidden``: from, and up to,
    where nothing is decoded.

    Each way that can be taken at every depth multiplies how often a text is read, so that what is encoded in
    whatever way is decoded at once, and lines are joined, and records laid out, once.
    """
    if ("%" in text or "\\" in text or "&" in text) and (view := _decoded(text)) is not None:
        yield view
    if _PLAIN not in without and (view := _plain(text, coloured)) is not None:
        yield view._replace(once=_PLAIN)
    if JOINED not in without and "\n" in text and (view := _replaced(text, _BREAK, _joined, str)) is not None:
        yield view._replace(once=JOINED)
    if encoded:
        yield from _base64(text, hidden)
    if _LAID_OUT not in without and (values := records.records(text)):
        shown, starts, ends = records.shown(text, values)
        yield View(shown, 0, len(text), starts, ends, str, once=_LAID_OUT)


def _decoded(text: str) -> View | None:
    backslash, entity = "\\" in text, "&" in text and _ENTITY.search(text) is not None
    if not entity and "%" not in text:
        return _replaced(text, _ESCAPE, _unescaped, escaped) if backslash else None
    encode = (_escaped_entities if backslash else _entities) if entity else (escaped if backslash else str)
    return _replaced(text, _ANY if backslash or entity else _PERCENT, _any, encode)


def _plain(text: str, coloured: bool) -> View | None:
    """Without colours; and, of what is not of ASCII alone, as it would be typed."""
    if coloured and _COLOUR.search(text):
        return _replaced(text, _COLOUR, _joined, str)
    return None if text.isascii() else _replaced(text, _TYPESET, _typed, str)


def _typed(sign: str) -> str:
    return _TYPED.get(sign, " ")


def _entities(text: str) -> str:
    return html.escape(text, quote=False)


def _escaped_entities(text: str) -> str:
    return escaped(_entities(text))


def unquoted(token: str, start: int) -> View:
    """The value of a string of JSON, which stands with its quotes at ``start``."""
    inside, begin = token[1:-1], start + 1
    end = begin + len(inside)
    if "\\" not in inside:
        return View(inside, begin, end, range(begin, end), range(begin + 1, end + 1), escaped)
    text: str = msgspec.json.decode(token.encode("utf-8", "replace"))
    view = _replaced(inside, _ESCAPE, _unescaped, escaped)
    if view is None or view.text != text:  # a pair of surrogates is two escapes and one character
        return View(text, begin, end, None, None, escaped)
    starts = [begin + place for place in view.starts or ()]
    return View(text, begin, end, starts, [begin + place for place in view.ends or ()], escaped)


def escaped(text: str) -> str:
    """``text`` as it stands between the quotes of JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


def _replaced(
    text: str, pattern: "re.Pattern[str]", decode: Callable[[str], str | None], encode: Callable[[str], str]
) -> View | None:
    """``text`` with what ``pattern`` finds decoded; ``None`` if nothing was."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done, changed = 0, False
    for match in pattern.finditer(text):
        plain = decode(match.group())
        if plain is None:
            continue
        changed = True
        start, end = match.span()
        parts += text[done:start], plain
        starts += range(done, start)
        ends += range(done + 1, start + 1)
        width = (end - start) / max(1, len(plain))
        starts += (start + int(i * width) for i in range(len(plain)))
        ends += (start + int((i + 1) * width) for i in range(len(plain)))
        done = end
    if not changed:
        return None
    parts.append(text[done:])
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return View("".join(parts), 0, len(text), starts, ends, encode)


def _percent(token: str) -> str | None:
    data = bytes.fromhex(token.replace("%", ""))
    try:
        plain = data.decode()
    except UnicodeDecodeError:
        return None
    return plain if _is_readable(plain) else None


def _is_readable(text: str) -> bool:
    return text.translate(_IN_TEXTS).isprintable()


def _any(token: str) -> str | None:
    if token[0] == "%":
        return _percent(token)
    return html.unescape(token) if token[0] == "&" else _unescaped(token)


def _unescaped(token: str) -> str | None:
    sign = token[1]
    if sign in "ux":
        return chr(int(token[2:], 16))
    return _SIMPLE.get(sign, sign)


def _joined(_break: str) -> str:
    return ""


def _base64(text: str, hidden: Sequence[tuple[int, int]]) -> Iterator[View]:
    for begin, behind in _tokens(text):
        if any(start <= begin and behind <= end for start, end in hidden):
            continue
        token = text[begin:behind]
        if len(token) > _LARGEST_TOKEN or not _QUADS.search(token):
            continue
        plain = _from_base64(token)
        if plain is not None:
            url = "-" in token or "_" in token
            yield View(plain, begin, behind, None, None, _url_encoder if url else _encoder)


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where what may be base64 begins and ends: of ASCII RE2 tells, whose places are those of characters."""
    if not text.isascii():
        yield from (match.span() for match in _TOKEN.finditer(text))
        return
    data, position = text.encode(), 0
    while position < len(data) and (spans := _TOKEN_OF_ASCII.find(data, position)) is not None:
        yield spans[0]
        position = spans[0][1]


def _from_base64(token: str) -> str | None:
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    body = body[: len(body) - (len(body) % 4 == 1)]  # it was cut off
    try:
        plain = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return plain if _is_readable(plain) else None


def _encoder(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _url_encoder(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")
