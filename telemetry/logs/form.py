"""``Line`` → text: a JSON line with the names of OpenTelemetry's log data model, or a line for a person.

Both are ``logging.Formatter``, so that any handler of the standard library can have one. A queue takes
:meth:`StructuredFormatter.line` in the thread that logs, and :meth:`StructuredFormatter.text` in its own.
"""

import logging
import re
import time
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from telemetry.logs.counts import Counts
from telemetry.logs.line import Line, line_of, severity_range
from telemetry.logs.redaction import Cleaner, Redact, Redaction
from telemetry.logs.values import Copier, Limits

_ENCODER: Final = msgspec.json.Encoder()
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")  # a terminal may obey them
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_NEEDS_QUOTES: Final = re.compile(r"[\s=\"]")
_BMP: Final = 0xFFFF
_NANOS: Final = 1_000_000_000
_COLOURS: Final = {"TRACE": "2", "DEBUG": "2", "INFO": "32", "WARN": "33", "ERROR": "31", "FATAL": "1;31"}
_STACKS: Final = ("exception.stacktrace", "code.stacktrace")
_IN_STACK: Final = frozenset({"exception.type", "exception.message"})


class StructuredFormatter(logging.Formatter):
    """Base of the two forms. ``redact``: see :mod:`telemetry.logs.redaction`; ``None`` masks nothing."""

    def __init__(
        self,
        service: str,
        *,
        redact: Redact | Redaction | None = None,
        resource: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self.limits = limits or Limits()
        self.resource: dict[str, Any] = Copier(self.limits).fields(
            {"service.name": service, **(resource or {})}
        )
        self.counts = Counts()
        redaction = redact if isinstance(redact, Redaction) else Redaction(redact)
        self._cleaner = Cleaner(redaction, self.limits)
        self._second, self._shown = -1, ""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without an end of line."""
        return self.text(self.line(record))

    def line(self, record: logging.LogRecord) -> Line:
        """What the record says now; to be called in the thread that logs."""
        return line_of(record, self.limits)

    def text(self, line: Line) -> str:
        """The line redacted, as text; in any thread, one at a time."""
        if line.malformed:
            self.counts.fail("format")
        line, went_well = self._cleaner.clean(line)
        if not went_well:
            self.counts.fail("redaction")
        return self._written(line)

    def _written(self, line: Line) -> str:
        raise NotImplementedError

    def _time(self, nanos: int, digits: int) -> str:
        """RFC 3339 in UTC, with so many digits of a second."""
        second, rest = divmod(nanos, _NANOS)
        if second != self._second:
            self._shown = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second
        return f"{self._shown}.{rest:09d}"[: 20 + digits] + "Z"


class JsonFormatter(StructuredFormatter):
    """One JSON object a record. ``ascii_only``: for streams of another encoding than UTF-8."""

    ascii_only = False

    def _written(self, line: Line) -> str:
        document: dict[str, Any] = {
            "timestamp": self._time(line.time_ns, 9),
            "observed_timestamp": self._time(line.observed_ns, 9),
            "severity_number": line.severity,
            "severity_text": line.severity_text,
            "body": line.body,
        }
        if line.event_name is not None:
            document["event_name"] = line.event_name
        if line.trace_id:
            document["trace_id"] = f"{line.trace_id:032x}"
            document["span_id"] = f"{line.span_id:016x}"
            document["trace_flags"] = line.trace_flags
        document["scope"] = line.scope
        document["attributes"] = {**line.attributes, **line.place}
        document["resource"] = self.resource
        try:
            found = _ENCODER.encode(document).decode()
        except UnicodeEncodeError:  # half of a surrogate pair
            found = _ENCODER.encode(_whole(document)).decode()
        return _NON_ASCII.sub(_escaped, found) if self.ascii_only else found


class TextFormatter(StructuredFormatter):
    """For a person: time, severity, logger, body, fields; an exception's stack below. No control characters.

    ``colour``: the severity in colour.
    """

    colour = False

    def _written(self, line: Line) -> str:
        name = severity_range(line.severity)
        severity = f"\x1b[{_COLOURS[name]}m{name:5}\x1b[0m" if self.colour else f"{name:5}"
        fields = {k: v for k, v in line.attributes.items() if k not in _STACKS}
        stacks = [str(line.attributes[k]) for k in _STACKS if k in line.attributes]
        parts = [f"{line.scope}: {line.body.rstrip()}"]
        parts += [f"{k}={_short(v)}" for k, v in fields.items() if not (stacks and k in _IN_STACK)]
        if line.trace_id:
            parts.append(f"trace_id={line.trace_id:032x} span_id={line.span_id:016x}")
        text = _whole("\n".join([" ".join(parts), *(stack.rstrip("\n") for stack in stacks)]))
        text = _CONTROL.sub(_visible, text).replace("\n", "\n    ")  # who sends a line end begins no line
        return f"{self._time(line.time_ns, 6)} {severity} {text}"


def _short(value: Any) -> str:
    if isinstance(value, str) and value and not _NEEDS_QUOTES.search(value):
        return value
    return _ENCODER.encode(_whole(value)).decode()


def _whole(value: Any) -> Any:
    """``value`` with each half of a surrogate pair replaced."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_whole(k): _whole(v) for k, v in value.items()}
        case list():
            return [_whole(item) for item in value]
        case _:
            return value


def _escaped(found: re.Match[str]) -> str:
    point = ord(found[0])
    if point <= _BMP:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"


def _visible(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}" if found[0] != "\t" else " "
