"""Any value of a log call → a copy of it that JSON can hold, within bounds, made in the thread that logs.

What is handed to a logger may change right after the call, so what is kept is text, numbers and copies. No
value can hurt the caller: one whose ``__repr__`` raises becomes a text that says so.
"""

import datetime
import decimal
import math
import numbers
import pathlib
import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

#: What stands where something was cut off.
CUT: Final = "…[cut]"
#: Characters kept beyond the limit until a text is redacted: a secret at the limit is seen whole.
MARGIN: Final = 4096
_LARGEST_INT: Final = 2**63 - 1  # beyond, readers of JSON lose digits

_PLAIN: Final = frozenset({bool, type(None)})
_AS_TEXT: Final = (uuid.UUID, decimal.Decimal, pathlib.PurePath)


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one record, and of all that wait. Texts are counted in characters."""

    text: int = 16_384  # of one text; what is longer is cut, with a mark
    total: int = 262_144  # of all texts of a record; further ones are the mark alone
    values: int = 256  # in all attributes of a record, nested ones too
    depth: int = 5  # of nested attributes
    waiting: int = 10_000  # records that wait to be written; a further one is dropped, and counted
    waiting_text: int = 16_000_000  # of all records that wait
    close_seconds: float = 5.0  # how long the end of the process waits for what is still to be written


class Copier:
    """Copies the values of one record; ``size`` is what they came to, in characters."""

    __slots__ = ("_limits", "_values", "size")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._values = limits.values
        self.size = 0

    def text(self, value: str) -> str:
        """At most the limit and the margin of ``value``, or the mark if the record is full."""
        kept = self._limits.text + MARGIN
        if len(value) > kept:
            value = value[:kept]
        if self.size + len(value) > self._limits.total:
            return CUT
        self.size += len(value)
        return value

    def value(self, value: Any, depth: int = 0) -> Any:
        """A copy of ``value``: text, number, bool, None, list or dict."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind in _PLAIN:
            return value
        if kind is int:
            return value if -_LARGEST_INT <= value <= _LARGEST_INT else self._guarded(value)
        if kind is float:
            return value if math.isfinite(value) else _no_number(value)
        return self._guarded(value, depth)

    def _guarded(self, value: Any, depth: int = 0) -> Any:
        try:
            return self._other(value, depth)
        except Exception as error:  # noqa: BLE001  whatever a value's own code does
            return f"<{type(value).__name__}: {type(error).__name__} when it was read>"

    def _other(self, value: Any, depth: int) -> Any:  # noqa: PLR0911  one a kind
        match value:
            case str():
                return self.text(str.__str__(value))
            case int():
                number = int(value)
                return number if -_LARGEST_INT <= number <= _LARGEST_INT else self.text(str(number))
            case float():
                return self.value(float(value))
            case Mapping():
                return self.fields(value, depth + 1)
            case list() | tuple() | Set():
                return self._items(value, depth + 1)
            case bytes() | bytearray():
                part = value[: self._limits.text + MARGIN]
                return self.text(part.decode("utf-8", "backslashreplace"))
            case datetime.date() | datetime.time():
                return value.isoformat()
            case numbers.Integral():
                return self.value(int(value))
            case numbers.Real():
                return self.value(float(value))
            case _ if isinstance(value, _AS_TEXT):
                return self.text(str(value))
            case _:
                return self.text(repr(value))

    def fields(self, fields: Mapping[Any, Any], depth: int = 0) -> Any:
        """A copy of ``fields`` whose keys are texts; the mark if it lies too deep."""
        if depth > self._limits.depth:
            return CUT
        found: dict[str, Any] = {}
        for key, value in fields.items():
            if self._values <= 0:
                found[CUT] = len(fields) - len(found)
                break
            self._values -= 1
            name = self.text(key) if type(key) is str else str(self._guarded(key))
            found[name] = self.value(value, depth)
        return found

    def _items(self, items: Any, depth: int) -> Any:
        if depth > self._limits.depth:
            return CUT
        found: list[Any] = []
        for item in items:
            if self._values <= 0:
                found.append(CUT)
                break
            self._values -= 1
            found.append(self.value(item, depth))
        return found


def shortened(raw: str, clean: str, limit: int) -> str:
    """``clean``, which is ``raw`` redacted, within ``limit``, with the mark if anything is missing.

    ``raw`` that is as long as a copy can be was cut itself. The secret that this cut through cannot be told,
    so as much as the margin goes from the end, whatever redaction made of the length.
    """
    if len(raw) <= limit:
        return clean
    kept = limit
    if len(raw) >= limit + MARGIN:
        kept = min(kept, max(0, len(clean) - MARGIN))
    return clean if len(clean) <= kept else clean[:kept] + CUT


def _no_number(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"  # as OTLP's JSON has them
