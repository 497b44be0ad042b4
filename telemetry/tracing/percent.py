"""Percent-encoding of UTF-8 text (RFC 3986 section 2.1), for any text: nothing raises.

What cannot be UTF-8, octets on one way and lone surrogates on the other, becomes U+FFFD.
"""

from urllib.parse import quote, unquote, unquote_plus


def encode(text: str, *, safe: str = "") -> str:
    """``text`` with everything encoded but letters, digits, ``-._~`` and the characters of ``safe``."""
    return quote(_scalars(text), safe=safe)


def decode(text: str, *, plus_is_space: bool = False) -> str:
    """``text`` decoded; a ``%`` without two hex digits stands for itself."""
    return _scalars(unquote_plus(text) if plus_is_space else unquote(text))


def _scalars(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
