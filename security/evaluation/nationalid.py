"""A national id: how its digits are drawn, how stdnum says whether they are right, and how it is written."""

import importlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from security.evaluation.case import Value
from security.evaluation.draw import Draw
from security.evaluation.spell import spell

_DIGITS: Final = "0123456789"
#: What check characters may be.
ONE: Final = tuple(_DIGITS)
TWO: Final = tuple(map("".join, product(_DIGITS, repeat=2)))
LETTERS: Final = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
NONE: Final = ("",)
#: The module of an id of which stdnum has no rule: what is drawn is right.
UNKNOWN: Final = ""


class Id(NamedTuple):
    """A national id. ``body``: what stands before the check characters; ``checks``: what these may be.

    ``module``: that of stdnum, which says whether a number is valid.

    ``forms``: where spaces and marks go, ``#`` for a character. ``bare``: the forms that are known by
    themselves. ``words``: how logs call it.
    """

    name: str
    module: str
    body: Callable[[Draw], str]
    checks: Sequence[str]
    forms: tuple[str, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    bare: tuple[str, ...] = ()


def born(form: str) -> Callable[[Draw], str]:
    """A body that begins with a date of birth; behind ``|`` is what :func:`spell` draws."""
    dates, _, rest = form.partition("|")

    def body(draw: Draw) -> str:
        day = date(1935, 1, 1) + timedelta(days=draw.randrange(25_000))
        return day.strftime(dates) + spell(draw, rest)

    return body


def spelt(*forms: str) -> Callable[[Draw], str]:
    """A body that :func:`spell` draws by one of ``forms``."""
    return lambda draw: spell(draw, draw.choice(forms))


def is_valid(module: str, text: str) -> bool:
    """What stdnum says of a number."""
    return module == UNKNOWN or bool(importlib.import_module(f"stdnum.{module}").is_valid(text))


def _number(draw: Draw, one: Id) -> str:
    """A body, and the first of the check characters in a random order that stdnum takes."""
    while True:
        body = one.body(draw)
        for check in draw.sample(one.checks, len(one.checks)):
            if is_valid(one.module, body + check):
                return body + check


def _written(text: str, form: str) -> str:
    """``text`` in the places of a form; a form may have more of them at its end."""
    chars = iter(text)
    return "".join(next(chars, "") if mark == "#" else mark for mark in form)


def right(draw: Draw, *, one: Id) -> Value:
    """A number in one of its forms."""
    form = draw.choice(one.forms)
    return Value(text=_written(_number(draw, one), form), origin=form, bare=form in one.bare)


def wrong(draw: Draw, *, one: Id) -> Value:
    """A check character that is wrong."""
    text = _number(draw, one)
    others = [check for check in one.checks if not is_valid(one.module, text[: -len(check)] + check)]
    return Value(text=text[: len(text) - len(one.checks[0])] + draw.choice(others))
