"""text → text without personal data and secrets, and how many values of each kind were masked.

A kind is a declared entry (:class:`Kind`) in one of the modules here; :mod:`security.detectors.scan` finds
them. ``BASIC`` are the eight kinds that every stream is freed of, ``ALL`` is everything that is known.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import re2

from security.detectors.basic import BASIC
from security.detectors.kind import Category, Kind, Tier
from security.detectors.personal import PERSONAL
from security.detectors.scan import Finding, Scanner, scanner_of
from security.detectors.secrets import SECRETS

__all__ = [
    "ALL",
    "BASIC",
    "KINDS",
    "Category",
    "Finding",
    "Kind",
    "Scanner",
    "Tier",
    "mask",
    "redact_name",
    "redact_text",
    "scanner",
    "secret_field",
]

#: Every kind that is declared.
ALL: Final = (*BASIC, *PERSONAL, *SECRETS)
#: Names of the basic ones.
KINDS: Final = tuple(dict.fromkeys(kind.name for kind in BASIC))


def scanner(kinds: tuple[Kind, ...] = BASIC) -> Scanner:
    """The one scanner of ``kinds`` in this process."""
    return scanner_of(kinds)


def mask(text: str, findings: Iterable[Finding], found: Counter[str]) -> str:
    """``text`` with every one of ``findings`` (in order) masked, and counted in ``found`` by kind."""
    parts: list[str] = []
    done = 0
    for one in findings:
        parts += text[done : one.start], one.kind.mask(text[one.start : one.end])
        done = one.end
        found[one.kind.name] += 1
    return "".join((*parts, text[done:])) if parts else text


def redact_text(text: str, found: Counter[str], kinds: tuple[Kind, ...] = BASIC) -> str:
    """``text`` with every sensitive value masked; what was masked is added to ``found``, by kind."""
    return mask(text, scanner(kinds).scan(text), found)


def redact_name(text: str, found: Counter[str], kinds: tuple[Kind, ...] = BASIC) -> str:
    """The same for names as ``pod:metric``, in which a colon assigns nothing."""
    parts = text.split(":")
    if len(parts) == _NAME_PARTS and not _MORE_THAN_A_NAME.search(text):
        return ":".join(redact_text(part, found, kinds) for part in parts)
    return redact_text(text, found, kinds)


_NAME_PARTS: Final = 2
_MORE_THAN_A_NAME: Final = re.compile(r"[\s\"'=/@]")


#: Where the words of a name in camel case meet.
_SEAM: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@functools.cache
def _field_names(kinds: tuple[Kind, ...]) -> "tuple[re2.Set, tuple[Kind, ...]]":
    named = tuple(kind for kind in kinds if kind.fields)
    names = re2.Set.FullMatchSet()
    for kind in named:
        names.Add(f"(?i:{kind.fields})")
    names.Compile()
    return names, named


def secret_field(name: str, kinds: tuple[Kind, ...] = BASIC) -> Kind | None:
    """The kind of which the value of a field is by its name, whatever it looks like."""
    names, named = _field_names(kinds)
    hits = names.Match(_SEAM.sub("_", name))
    return named[min(hits)] if hits else None
