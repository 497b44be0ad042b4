"""JSON text → its names, texts and numbers, where each of them stands, and in which field.

The text is not decoded into values: what is replaced is replaced where it stands, and all else stays as it
was written, byte for byte. Depth costs no stack.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

import msgspec

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+')
_PATH: Final = 32  # names of a path that are kept; deeper ones stand for what is above them
_NAME: Final = 256  # characters of such a name; of a longer one its beginning and its end


class Part(Enum):
    """What a token of JSON is."""

    NAME = auto()
    TEXT = auto()
    NUMBER = auto()
    TRUTH = auto()


class Token(NamedTuple):
    """Characters ``start`` up to ``end`` of a text. ``path``: the names above it, its own last.

    ``owner``: tells apart the objects that names belong to.
    """

    part: Part
    start: int
    end: int
    path: tuple[str, ...]
    owner: int


def is_json(text: str) -> bool:
    """Whether ``text`` is an object or an array of JSON, and nothing else."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        msgspec.json.decode(text.encode("utf-8", "replace"), type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def tokens(text: str) -> Iterator[Token]:
    """The names, texts, numbers, and what is true or false, of ``text``, which is JSON."""
    stack: list[tuple[bool, tuple[str, ...], int]] = []  # is an object, its path, its number
    path: tuple[str, ...] = ()
    in_object, owner, made, expects_name = False, 0, 0, False
    for match in _TOKEN.finditer(text):
        sign = text[match.start()]
        if sign in "{[":
            stack.append((in_object, path, owner))
            made += 1
            in_object, owner, expects_name = sign == "{", made, sign == "{"
        elif sign in "}]":
            in_object, path, owner = stack.pop()
            expects_name = False
        elif sign == ",":
            expects_name = in_object
        elif sign == ":":
            expects_name = False
        elif expects_name:
            outer = stack[-1][1] if stack else ()
            name = _kept(msgspec.json.decode(match.group()))
            path = (*outer, name) if len(outer) < _PATH else outer
            yield Token(Part.NAME, *match.span(), path, owner)
        elif sign == '"':
            yield Token(Part.TEXT, *match.span(), path, owner)
        elif sign.isdigit() or sign == "-":
            yield Token(Part.NUMBER, *match.span(), path, owner)
        elif sign in "tf":
            yield Token(Part.TRUTH, *match.span(), path, owner)


def _kept(name: str) -> str:
    """A path is read for each value below it, so that its names are bounded."""
    return name if len(name) <= _NAME else name[: _NAME // 2] + name[-_NAME // 2 :]
