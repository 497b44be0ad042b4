"""What the entries of national numbers have in common."""

from typing import Final

from security.detectors import checks, masks
from security.detectors.kind import Category, Check, Kind, Rank
from security.detectors.nearby import PERSON, PERSON_HINTS, abutting, bounded, hints, spaced, spelled

#: Names of numbers that stand beside those of persons, and are none.
_OTHER_NUMBERS: Final = spelled(
    *(
        "ts timestamp time epoch expires expiry exp iat nbf hash hashcode nonce seq sequence offset s"
        "ize".split()
    ),
    *("bytes length duration elapsed latency port pid tid version build uptime amount total count".split()),
    *(
        "created at",
        "updated at",
        "expires at",
        "trace id",
        "span id",
        "request id",
        "order id",
        "message id",
        "event id",
    ),
)
_NAME: Final = r"(?:.*[^a-z0-9])?"


def national(  # noqa: PLR0913  as many as an entry has parts
    name: str,
    title: str,
    pattern: str,
    check: Check,
    words: tuple[str, ...],
    *,
    matches: tuple[str, ...],
    misses: tuple[str, ...] = (),
    alone: str = "",
    person: bool = True,
    plain: bool = True,
    fields: str = "",
    confidence: float = 0.9,
    rank: int = Rank.NUMBER,
    not_after: str = r"\pL\pN_.-",
    not_before: str = r"\w-",
    beside_letters: bool = False,
) -> Kind:
    """An entry of a number that a state gives to a person.

    A digit behind a point makes it a decimal. ``words``: what it is called; with ``person`` what all such
    numbers are called counts as well. Without ``alone`` one of them must be near. ``alone``: its hint; the
    shape and the check tell enough. ``plain``: none of one digit alone.
    ``beside_letters``: as writing without blanks between words has it.
    """
    called = spelled(*words, *(PERSON if person else ()))
    return Kind(
        name=name,
        title=title,
        category=Category.PII,
        pattern=abutting(spaced(pattern)) if beside_letters else bounded(spaced(pattern), not_after),
        not_after=".-" if beside_letters else "",
        hints=(alone,) if alone else (*hints(*words), *(PERSON_HINTS if person else ())),
        check=checks.both(
            checks.is_no_decimal,
            *((checks.is_plain,) if plain else ()),
            lambda value: check(checks.plainly(value)),
        ),
        before=called,
        after=called,
        never=() if alone else _OTHER_NUMBERS,
        needs_context=not alone,
        not_before=not_before,
        mask=masks.named(name),
        confidence=confidence,
        rank=rank,
        fields=f"{_NAME}(?:{fields})(?:[^a-z0-9]?(?:number|num|no|nr))?" if fields else "",
        matches=matches,
        misses=misses,
    )
