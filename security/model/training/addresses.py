"""Addresses as people write them, beside those of faker: streets and towns that there are in most places.

The lists are in addresses.toml.
"""

import functools
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_LISTS: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("addresses.toml").read_text("utf-8"))
_ELSEWHERE: Final = _LISTS["elsewhere"]


def written(language: str, rng: random.Random, joint: str) -> tuple[str, str]:
    """An address of ``language``, its parts joined with ``joint``; and its street with its number alone."""
    if language == "en":
        return rng.choice((_american, _american, _british, _of_commonwealth, _box))(rng, joint)
    lists = _ELSEWHERE[language]
    street = _filled(rng.choice(lists["forms"]).replace("{s}", rng.choice(lists["streets"])), rng)
    town = _filled(rng.choice(lists["towns"]), rng)
    if not town or rng.random() < _STREET_ALONE:
        return street, street
    if language in {"ru", "uk"} and rng.random() < 0.6:  # noqa: PLR2004  the larger comes first there
        return f"{town}, {street}", street
    return joint.join((street, town)), street


_STREET_ALONE: Final = 0.12
LANGUAGES: Final = ("en", *_ELSEWHERE)


def _filled(form: str, rng: random.Random) -> str:
    letters = "ABCDEFGH"
    values: dict[str, Callable[[], str]] = {
        "n": lambda: str(rng.randint(1, rng.choice((30, 200, 999)))),
        "N": lambda: f"{rng.randint(1, 90)}{rng.choice('ABC')}",
        "m": lambda: str(rng.randint(1, 20)),
        "a": lambda: rng.choice("abc"),
        "A": lambda: rng.choice(letters),
        "B": lambda: rng.choice("KLMNPRSTXZ"),
        **{f"p{n}": functools.partial(_code, rng, n) for n in range(2, 7)},
    }
    for name, value in values.items():
        while f"{{{name}}}" in form:
            form = form.replace(f"{{{name}}}", value(), 1)
    return form


def _code(rng: random.Random, digits: int) -> str:
    return str(rng.randint(10 ** (digits - 1), 10**digits - 1))


def _street(rng: random.Random) -> str:
    if rng.random() < 0.04:  # noqa: PLR2004  streets without a type
        return f"{rng.randint(1, 2000)} Broadway"
    number = rng.randint(1, rng.choice((99, 999, 9999)))
    letter = rng.choice(("", "", "", "", "", "", "A", "b", "-12", "/2"))
    return f"{number}{letter} {rng.choice(_LISTS['streets'])} {rng.choice(_LISTS['types'])}"


def _unit(rng: random.Random) -> str:
    n = rng.randint(1, 99)
    return rng.choice(
        (
            f"Apt {n}",
            f"Apt. {n}B",
            f"Suite {n}0",
            f"Unit {n}",
            f"#{n}",
            f"Flat {n}",
            f"Floor {n}",
            f"Ste {n}0",
        )
    )


def _american(rng: random.Random, joint: str) -> tuple[str, str]:
    street = _street(rng)
    if rng.random() < 0.3:  # noqa: PLR2004
        street += rng.choice((", ", " ", joint)) + _unit(rng)
    if rng.random() < _STREET_ALONE:
        return street, street
    code = f"{rng.randint(1000, 99999):05}" + (f"-{rng.randint(1000, 9999)}" if rng.random() < 0.15 else "")  # noqa: PLR2004
    town = f"{rng.choice(_LISTS['american_towns'])}, {rng.choice(_LISTS['states'])} {code}"
    town = rng.choice((town, town, town, town.replace(", ", " ", 1), town[: -len(code) - 1]))
    country = rng.choice(("", "", "", "", ", USA", ", United States", " US"))
    return joint.join((street, town)) + country, street


def _postcode(rng: random.Random) -> str:
    area = rng.choice("SW1A M1 B33 CR2 DN55 W1A EC1A LS1 G2 BS8 EH1 OX4 CB2 N1 S6".split())
    return f"{area} {rng.randint(1, 9)}{rng.choice('ABDEFGHJ')}{rng.choice('ABDEFGHJLNPQ')}"


def _british(rng: random.Random, joint: str) -> tuple[str, str]:
    street = _street(rng)
    if rng.random() < 0.2:  # noqa: PLR2004
        street = _unit(rng) + ", " + street
    parts = [street, rng.choice(_LISTS["british_towns"])]
    if rng.random() < 0.8:  # noqa: PLR2004
        parts[-1] += rng.choice((joint, " ", ", ")) + _postcode(rng)
    return joint.join(parts), street


def _of_commonwealth(rng: random.Random, joint: str) -> tuple[str, str]:
    street = _street(rng)
    country = rng.choice(sorted(_LISTS["commonwealth"]))
    town = rng.choice(_LISTS["commonwealth"][country])
    code = {
        "au": f" {rng.randint(2000, 7999)}",
        "ca": " " + rng.choice("K1A 0B1,M5V 2T6,V6B 4Y8,H2Y 1C6,L4K 3X2,T2P 5H9,B3H 4R2".split(",")),
        "in": rng.choice((" ", " - ")) + str(rng.randint(110001, 799999)),
        "ie": "",
    }[country]
    return joint.join((street, town + code)), street


def _box(rng: random.Random, joint: str) -> tuple[str, str]:
    box = f"{rng.choice(('P.O. Box', 'PO Box', 'P.O. Box', 'POB', 'GPO Box'))} {rng.randint(1, 9999)}"
    town = (
        f"{rng.choice(_LISTS['american_towns'])}, {rng.choice(_LISTS['states'])} {rng.randint(10000, 99999)}"
    )
    return joint.join((box, town)), box
