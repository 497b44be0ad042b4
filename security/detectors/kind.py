"""One kind of sensitive value: a declared entry, and nothing else, is all it takes to find and mask it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Whether a value that fits the pattern is one: its checksum, the ranges that were issued, its entropy.
Check = Callable[[str], bool]
#: (start, end) of the true values in what fits the pattern: of a card in a longer run of digits.
Within = Callable[[str], Iterable[tuple[int, int]]]
#: What stands in for a value.
Mask = Callable[[str], str]


class Category(StrEnum):
    """Why a value must not be read."""

    PII = "pii"
    PCI = "pci"
    PHI = "phi"
    SECRET = "secret"  # noqa: S105  a name


class Tier(StrEnum):
    """What decided that a value is sensitive."""

    PATTERN = "pattern"
    MODEL = "model"


class Rank:
    """Which of two findings that overlap stands: what holds other kinds is above them."""

    CONTAINER: Final = 100  # a URL, a private key, a token of several parts
    SHAPE: Final = 80  # a key by its own unmistakable form
    NAMED: Final = 60  # a value by the name before it
    TEXT: Final = 40  # an address, an account
    NUMBER: Final = 30  # digits with a checksum
    LOOSE: Final = 20  # digits by their grouping


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    r"""One kind.

    ``pattern``: RE2, over UTF-8, case-sensitive unless it says ``(?i)``. Groups named ``value…`` hold what is
    sensitive, the first that took part; without such a group all of the match is. RE2 knows no look-around:
    ``not_after`` and ``not_before`` are the characters (the inside of a class of Python's ``re``, as
    ``\w-``) that must not stand directly before and behind the match.
    ``hints``: RE2; one of them is found wherever the pattern is. They are searched in all text, so they are
    to be rare and simple: the fixed beginning of a token, a keyword. Without hints the pattern is its own.
    ``check``, ``within``: see there; a match that they refuse is harmless.
    ``before``, ``after``: lower-case words one of which, near a match, makes it surer; with
    ``needs_context`` it is none without. ``never``: words directly before a match that make it harmless.
    ``confidence``: 0 to 1; with a context word it is half-way nearer to 1.
    ``fields``: RE2; a field whose whole name it matches, in lower case, holds such a value whatever it
    looks like. ``family``: the seed kind that it is of, if any.
    ``matches``, ``misses``: texts in which it must, and must not, be found; a value is between ``‹`` and
    ``›`` in those where it is (these two marks are taken out before).
    """

    name: str
    title: str
    category: Category
    pattern: str
    mask: Mask
    matches: tuple[str, ...]
    misses: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    not_after: str = ""
    not_before: str = ""
    check: Check | None = None
    within: Within | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    needs_context: bool = False
    confidence: float = 0.9
    rank: int = Rank.SHAPE
    fields: str = ""
    family: str = ""


def constant(text: str) -> Mask:
    """A mask that is the same for every value."""
    return lambda _value: text
