"""``logging.LogRecord`` → ``Line``: what the thread that logs hands over, by OpenTelemetry's log data model.

Names of attributes are those of OpenTelemetry's semantic conventions (code.*, exception.*, thread.name).
"""

import logging
import sys
import time
import traceback
from typing import Any, Final

import msgspec

from telemetry.logs.context import context_fields
from telemetry.logs.values import Copier, Limits

#: Names that LogRecord itself has, and what a formatter may add; everything else came as ``extra``.
_OWN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
EVENT_NAME: Final = "event_name"

_RANGES: Final = ((10, 1), (20, 5), (30, 9), (40, 13), (50, 17))  # below this level: from this number on
_FATAL: Final = 21
_TEXTS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


class Line(msgspec.Struct, kw_only=True):
    """One record. Texts are not redacted yet, and may be longer than the limit by the margin."""

    time_ns: int  # epoch
    observed_ns: int
    severity: int  # 1 to 24
    severity_text: str  # as Python names the level
    body: str
    scope: str  # the logger
    attributes: dict[str, Any]  # what the caller gave, and exceptions
    place: dict[str, Any]  # code.*, thread.name
    event_name: str | None = None
    trace_id: int = 0
    span_id: int = 0
    trace_flags: int = 0
    size: int = 0  # characters of all texts
    malformed: bool = False  # the message does not fit its arguments


def severity_number(level: int) -> int:
    """Python's level as a severity number: DEBUG 5, INFO 9, WARNING 13, ERROR 17, CRITICAL 21.

    Levels between are the finer steps of the same range, and what is below DEBUG is TRACE.
    """
    for bound, first in _RANGES:
        if level < bound:
            step = (level - bound + 10) if first > 1 else (level - 5)
            return first + min(3, max(0, step))
    return _FATAL + min(3, level - 50)


def severity_range(number: int) -> str:
    """The name of the range that a severity number is in, as ``WARN``."""
    return _TEXTS[min(max(number - 1, 0) // 4, 5)]


def line_of(record: logging.LogRecord, limits: Limits) -> Line:
    """What ``record`` says, copied, with the fields of the context and the span that is current."""
    copier = Copier(limits)
    body, malformed = _body(record, copier)
    given = {name: value for name, value in record.__dict__.items() if name not in _OWN}
    event_name = given.pop(EVENT_NAME, None)
    context = context_fields()
    attributes = copier.fields({**context, **given} if context else given)
    if malformed:
        attributes["log.arguments"] = copier.value(record.args)
    if record.exc_info and record.exc_info[1] is not None:
        _add_exception(attributes, record.exc_info[1], copier)
    elif record.exc_text:
        attributes["exception.stacktrace"] = copier.text(record.exc_text)
    if record.stack_info:
        attributes["code.stacktrace"] = copier.text(record.stack_info)
    line = Line(
        time_ns=int(record.created * 1e9),
        observed_ns=time.time_ns(),
        severity=severity_number(record.levelno),
        severity_text=record.levelname,
        body=body,
        scope=record.name,
        attributes=attributes,
        place={
            "code.function.name": record.funcName,
            "code.file.path": record.pathname,
            "code.line.number": record.lineno,
            "thread.name": record.threadName,
        },
        event_name=None if event_name is None else str(copier.value(event_name)),
        size=copier.size,
        malformed=malformed,
    )
    _add_span(line)
    return line


def _body(record: logging.LogRecord, copier: Copier) -> tuple[str, bool]:
    try:
        return copier.text(record.getMessage()), False
    except Exception:  # noqa: BLE001  arguments that do not fit, or whose own code raises
        return str(copier.value(record.msg)), True


def _add_exception(attributes: dict[str, Any], error: BaseException, copier: Copier) -> None:
    kind = type(error)
    named = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    attributes["exception.type"] = copier.text(named)
    try:
        attributes["exception.message"] = copier.text(str(error))
    except Exception as second:  # noqa: BLE001
        attributes["exception.message"] = f"<{type(second).__name__} when it was read>"
    try:
        stack = "".join(traceback.format_exception(error))
    except Exception as second:  # noqa: BLE001  of a cause or a note
        stack = f"<{type(second).__name__} when it was read>"
    attributes["exception.stacktrace"] = copier.text(stack)


def _add_span(line: Line) -> None:
    trace = sys.modules.get("opentelemetry.trace")  # who has a span has imported it
    if trace is None:
        return
    try:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line.trace_id, line.span_id = context.trace_id, context.span_id
            line.trace_flags = int(context.trace_flags)
    except Exception:  # noqa: BLE001  a span of somebody else's making; a line without one is better than none
        line.trace_id = line.span_id = line.trace_flags = 0
