"""``baggage`` ↔ entries: W3C Baggage, ``key=value;property;property=value,…``.

Values are text: percent-encoding is of the header alone. A member that is not well-formed in all its parts
is left out, because no part of a member may be passed on without the rest.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from telemetry.tracing import percent
from telemetry.tracing.headers import OWS, Fields, members

BAGGAGE: Final = "baggage"

MAX_MEMBERS: Final = 64
MAX_BYTES: Final = 8192  # of all header fields together

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")  # RFC 7230 section 3.2.6
_VALUE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")  # baggage-octet
# The baggage-octets that are sent as they are. "%" must be encoded, and "+" may be: some receivers take
# it for a space.
_SAFE: Final = "!#$&'()*-./:<=>?@[]^_`{|}~"


class Entry(msgspec.Struct, frozen=True):
    """A member of baggage. Keys are tokens and know upper case; a property has a value or ``None``."""

    key: str
    value: str
    properties: tuple[tuple[str, str | None], ...] = ()


Baggage = tuple[Entry, ...]


def read(fields: Fields) -> Baggage:
    """The baggage of the headers."""
    return parse_baggage(fields.get(BAGGAGE, ()))


def write(baggage: Baggage) -> dict[str, str]:
    """The header that tells ``baggage``; none if it is empty."""
    text = write_baggage(baggage)
    return {BAGGAGE: text} if text else {}


def parse_baggage(values: Iterable[str]) -> Baggage:
    """The entries of all ``baggage`` fields in order, repeated keys included, within the limits."""
    entries = map(_parse_entry, members(values))
    return within_limits(entry for entry in entries if entry is not None)


def write_baggage(baggage: Baggage) -> str:
    """The entries as one header field, within the limits; empty if none is well-formed."""
    return ",".join(map(_write_entry, within_limits(baggage)))


def within_limits(entries: Iterable[Entry]) -> Baggage:
    """The well-formed entries from the left that every platform must pass on: 64, in 8192 bytes.

    One that has no room left is passed over, and smaller ones after it may still have.
    """
    kept: list[Entry] = []
    size = -1  # there is a comma less than members
    for entry in entries:
        if not _is_valid(entry):
            continue
        if len(kept) == MAX_MEMBERS:
            break
        grown = size + 1 + len(_write_entry(entry))
        if grown <= MAX_BYTES:
            kept.append(entry)
            size = grown
    return tuple(kept)


def value_of(baggage: Baggage, key: str) -> str | None:
    """The value under ``key``. Of several the last counts, as in OpenTelemetry; the standard does not say."""
    return next((entry.value for entry in reversed(baggage) if entry.key == key), None)


def with_entry(baggage: Baggage, entry: Entry) -> Baggage:
    """Set an entry; all others under its key go."""
    return (*without_entry(baggage, entry.key), entry)


def without_entry(baggage: Baggage, key: str) -> Baggage:
    """Delete all entries under ``key``."""
    return tuple(entry for entry in baggage if entry.key != key)


def is_token(text: str) -> bool:
    """Whether ``text`` can be a key, and the name of a header."""
    return _TOKEN.fullmatch(text) is not None


def _parse_entry(member: str) -> Entry | None:
    (key, value), *properties = map(_parse_pair, member.split(";"))
    if value is None:
        return None
    entry = Entry(key, value, tuple(properties))
    return entry if _is_valid(entry) else None


def _parse_pair(text: str) -> tuple[str, str | None]:
    """``key=value`` or ``key``, where a value may have more equals signs; an ill-formed one has no key."""
    key, equals, value = (part.strip(OWS) for part in text.partition("="))
    if not equals:
        return key, None
    return (key, percent.decode(value)) if _VALUE.fullmatch(value) else ("", "")


def _is_valid(entry: Entry) -> bool:
    return is_token(entry.key) and all(is_token(key) for key, _ in entry.properties)


def _write_entry(entry: Entry) -> str:
    return ";".join(
        key if value is None else f"{key}={percent.encode(value, safe=_SAFE)}"
        for key, value in ((entry.key, entry.value), *entry.properties)
    )
