"""Name of a field, as it stands in a text → what the field holds."""

import re
from enum import IntEnum
from typing import Final

from security.model.fields import lists
from security.model.plausible import bits
from security.model.tokens import lists_of


class Role(IntEnum):
    """What a field holds, by its name."""

    PART = 1
    WHOLE = 2
    ROLE = 3
    STREET = 4
    CODE = 5
    TOWN = 6
    LINE = 7
    MET = 8


def folded(name: str) -> str:
    """A name as `ROLES` has it: small, without what is between its words."""
    return re.sub(r"[_. -]", "", name.lower())


#: What listed names, folded, hold; a name on several lists is on the last of these.
ROLES: Final[dict[str, Role]] = {
    folded(name): role
    for role, names in (
        (Role.TOWN, lists.TOWN),
        (Role.CODE, lists.CODE),
        (Role.STREET, lists.STREET),
        (Role.ROLE, lists.ROLE),
        (Role.PART, lists.PART),
        (Role.WHOLE, lists.WHOLE),
    )
    for name in names
}


def key_of(text: str, start: int, at: int) -> str | None:
    """The name that a match of `FIELD` begins with, folded; None if it is none, or one of other things.

    ``start``: where the match begins; ``at``: where the value does.
    """
    camel = text[start].islower() and text[start + 1 : start + 2].isupper()
    begin = start + (camel or not text[start].isalnum())
    match = _AT.match(text, begin)
    if match is None:
        return None
    best = _longest(match.group())
    if text.startswith("--", start):
        best = _longest(match.group().split("-")[-1]) or best
        best = next(
            (k for n in (3, 2, 1) if (k := listed("_".join(text[start:at].strip().split("-")[-n:])))), best
        )
    if best is None:
        return None
    if begin == start and start and text[start - 1].isalpha() and text[start].islower():
        return None
    before = _BEFORE.search(text, max(0, begin - 24), begin)
    if before and ROLES[best] in (Role.STREET, Role.ROLE, Role.TOWN) and best in VAGUE:
        word = re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", before.group())
        if word and (word[-1].lower() in lists.OTHERS or lists_of(word[-1]) & _OF_THINGS):
            return None
    return best


def listed(text: str) -> str | None:
    """``text``, folded and without a number at its end, if it is a listed name."""
    name = folded(text)
    name = name if name in ROLES else name.rstrip("0123456789")
    return name if name in ROLES else None


def _longest(text: str) -> str | None:
    """The longest listed name that ``text`` begins with."""
    ends = [m.end() for m in re.finditer(r"[^\W_]+", text)]
    parts = [m.end() for m in re.finditer(r"[A-Z]?[^\W\d_A-Z]+\d?|[A-Z]+(?![a-z])\d?|[^\W\d_]+", text)]
    for end in sorted({*ends, *parts}, reverse=True):
        if len(text[:end]) <= _LONGEST_NAME and (found := listed(text[:end])):
            return found
    return None


_OF_THINGS: Final = bits("software", "level", "organisation", "calendar", "thing")
_LONGEST_NAME: Final = 32
_AT: Final = re.compile(r"[^\W\d_][\w. -]*")
_BEFORE: Final = re.compile(r"[^\W\d][\w]*[_. -]?$")
#: Names that say little: what is before them decides.
VAGUE: Final = frozenset(
    "address addr adresse adresa adress adres name owner author contact nom nome line1 客户 via адрес 地址"
    " 주소".split()
)
