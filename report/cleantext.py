"""Names and texts of a result → what a report may show of them: masked once more, printable, short.

Results are redacted before they are written, but a policy may keep values, and a report is handed on to more
people than a result is. So whatever is shown is looked at again, for every kind and without any policy.
"""

import functools
from typing import Any, Final

import msgspec

from report.payload import shortened
from security.loaded import load_redactor

_NAME: Final = 120  # letters shown of a name
_READ: Final = 20_000  # letters that are looked at; far more than is ever shown
_HIDDEN: Final = "[REDACTED]"


@functools.lru_cache(maxsize=20_000)
def clean(value: str, most: int = _NAME) -> str:
    """``value`` without personal data, secrets, and marks that turn or hide what is beside them.

    At most ``most`` letters (up to 10,000) of it; line feeds and tabs become spaces.
    """
    return shortened(_visible(_masked(value).replace("\n", " ").replace("\t", " ")), most)


def clean_lines(value: str, most: int) -> str:
    """The same of a text of several lines."""
    return shortened("\n".join(map(_visible, _masked(value).expandtabs(4).split("\n"))), most)


def clean_all(value: Any) -> Any:
    """A struct of plain values, with every text in it cleaned."""
    return msgspec.convert(_walked(msgspec.to_builtins(value)), type(value))


def _walked(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, 600)
    if isinstance(value, list | tuple):
        return [_walked(one) for one in value]
    return {name: _walked(one) for name, one in value.items()} if isinstance(value, dict) else value


def _masked(value: str) -> str:
    redacted = load_redactor("all", model="off").redact(value[:_READ]).text
    return _HIDDEN if redacted is None else redacted


def _visible(line: str) -> str:
    """Marks of direction, of no width, and controls are written out, so that nobody is misled by them."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)
