"""``Line`` → ``Line`` without what a redactor masks, every text within its limit; fail closed.

The redactor is the caller's, a function of a text. It sees the body as it was formatted, names as well as
values of attributes, nested ones, numbers, exceptions with their stacks, and the names of loggers, threads
and files. A value is shown to it as ``name=value`` too, since a name may tell what its value does not.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from telemetry.logs.line import Line
from telemetry.logs.values import Limits, shortened

Redact = Callable[[str], str]

#: What stands for the value of a field whose name says that it is a secret.
HIDDEN: Final = "[REDACTED]"
#: What stands for the texts of a line whose redaction raised.
FAILED: Final = "[not shown: redaction failed]"
_ERROR: Final = "log.redaction.error"

_SECRET_NAME: Final = re.compile(
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|credentials?|authorization|cookie"
    r"|(?:api|access|private|secret|signing|encryption)[-_. ]?key)\Z",
    re.IGNORECASE,
)
_CACHED: Final = 2048
_CACHED_TEXT: Final = 256  # characters; longer ones are no names


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret whatever it looks like: ``db_password``, ``apiKey``."""
    return _SECRET_NAME.search(name) is not None


@dataclass(frozen=True, slots=True)
class Redaction:
    """What may not be shown. ``text`` masks a text; ``secret_name`` says that nothing of a field may be."""

    text: Redact | None = None
    secret_name: Callable[[str], bool] = is_secret_name


class Cleaner:
    """Redacts lines and holds their texts to the limit."""

    def __init__(self, redaction: Redaction, limits: Limits) -> None:
        self._redact = redaction.text
        self._secret_name = redaction.secret_name
        self._limit = limits.text
        self._name = functools.lru_cache(_CACHED)(self._text)

    def clean(self, line: Line) -> tuple[Line, bool]:
        """``line``, redacted in place, and whether that went well: else it has no text of the caller's."""
        try:
            body, scope, place = self._text(line.body), self._named(line.scope), line.place
            event_name = None if line.event_name is None else self._named(line.event_name)
            attributes = self._fields(line.attributes)
            if self._redact is not None:
                place = {name: self._placed(value) for name, value in place.items()}
        except Exception as error:  # noqa: BLE001  of a redactor no text may pass that it has not seen
            _empty(line, error)
            return line, False
        line.body, line.scope, line.place = body, scope, place
        line.event_name, line.attributes = event_name, attributes
        return line, True

    def _text(self, raw: str) -> str:
        clean = raw
        if self._redact is not None:
            clean = self._redact(raw)
            if not isinstance(clean, str):
                raise TypeError(f"the redactor gave {type(clean).__name__}, not str")
        return clean if len(raw) <= self._limit else shortened(raw, clean, self._limit)

    def _named(self, text: str) -> str:
        return self._name(text) if len(text) <= _CACHED_TEXT else self._text(text)

    def _placed(self, value: Any) -> Any:
        return self._named(value) if isinstance(value, str) else value

    def _fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in fields.items():
            shown = clean = self._named(name)
            number = 1
            while shown in found:  # names that are one once they are redacted: no field is lost
                number += 1
                shown = f"{clean}#{number}"
            found[shown] = HIDDEN if self._secret_name(name) else self._value(value, name)
        return found

    def _value(self, value: Any, name: str) -> Any:
        match value:
            case str():
                return self._of_name(value, name)
            case None | bool():
                return value
            case dict():
                return self._fields(value)
            case list():
                return [self._value(item, name) for item in value]
            case _ if self._redact is None:
                return value
            case _:
                text = str(value)
                clean = self._of_name(text, name)
                return value if clean == text else clean

    def _of_name(self, value: str, name: str) -> str:
        clean = self._text(value)
        start = f"{name}="
        if self._redact is None or clean != value or len(start) + len(value) > self._limit:
            return clean
        masked = self._text(start + value)
        if masked == start + value:
            return clean
        return masked[len(start) :] if masked.startswith(start) else HIDDEN


def _empty(line: Line, error: Exception) -> None:
    """Take every text away; where in the code it was stays as a number."""
    line.body = line.scope = FAILED
    line.event_name = None
    line.attributes = {_ERROR: type(error).__name__}
    line.place = {"code.line.number": line.place.get("code.line.number")}
