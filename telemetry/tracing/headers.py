"""Headers as a client library gives them → values by lower-case name, in the order they came.

A name can come more than once, also with other letters in upper case. What that means depends on the header.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
Fields = Mapping[str, Sequence[str]]

OWS: Final = " \t"  # optional whitespace around values and list members, RFC 9110 section 5.6.3


def gather(headers: Headers) -> Fields:
    """The values of each header, in order, without the whitespace around them."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name.lower(), []).append(value.strip(OWS))
    return fields


def first(fields: Fields, name: str) -> str | None:
    """The first value of the header ``name``, if it came."""
    return next(iter(fields.get(name, ())), None)


def only(fields: Fields, name: str) -> str | None:
    """The value of the header ``name``, if it came exactly once."""
    values = fields.get(name, ())
    return values[0] if len(values) == 1 else None


def members(values: Iterable[str]) -> Iterable[str]:
    """The members of a comma-separated list, from all header fields that it was split over.

    Empty members are left out and count for nothing (RFC 9110 section 5.6.1.2).
    """
    stripped = (member.strip(OWS) for value in values for member in value.split(","))
    return filter(None, stripped)
