"""Redaction for logging that somebody else set up: a worker of a runner, a framework's own handlers."""

import logging
from typing import Any, Final

from telemetry.logs.redaction import FAILED, Redact

_NO_STACK: Final = logging.Formatter()


def redact_records(redact: Redact) -> None:
    """From now on every record of this process is made with its message and its stack redacted.

    They are formatted when the record is made, so that no handler sees an argument or an exception; a stack
    follows the message. What cannot be redacted is not shown. ``extra`` comes later, and passes as it is.
    Calls after the first add their redactor to those before.
    """
    make = logging.getLogRecordFactory()

    def redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                text = f"{text}\n{_NO_STACK.formatException(record.exc_info)}"
            if record.stack_info:
                text = f"{text}\n{record.stack_info}"
            record.msg = redact(text)
        except Exception:  # noqa: BLE001  neither a message nor a redactor fails the caller
            record.msg = FAILED
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return record

    logging.setLogRecordFactory(redacted)
