"""Loggers that nobody else has, with the library's handlers at them."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator
from itertools import count
from typing import Any

from telemetry.logs import JsonFormatter, QueuedHandler, StructuredFormatter

_NUMBERS = count()


@contextlib.contextmanager
def logger_to(handler: logging.Handler) -> Iterator[logging.Logger]:
    """A logger that writes to ``handler`` alone, all levels; the handler is closed after it."""
    logger = logging.getLogger(f"tests.own{next(_NUMBERS)}")
    logger.propagate, logger.level = False, 1
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        handler.close()


class Lines:
    """What was logged, as JSON documents."""

    def __init__(self, **options: Any) -> None:
        self.stream = io.StringIO()
        self.handler = QueuedHandler(JsonFormatter("orders", **options), self.stream)

    @contextlib.contextmanager
    def logger(self) -> Iterator[logging.Logger]:
        with logger_to(self.handler) as logger:
            yield logger

    def all(self) -> list[dict[str, Any]]:
        self.handler.flush()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def one(self) -> dict[str, Any]:
        (line,) = self.all()
        return line


def formatted(formatter: StructuredFormatter, message: Any, *args: Any, **extra: Any) -> str:
    """A record of ``message`` as text, without a handler."""
    record = logging.LogRecord("a.b", logging.INFO, "/src/pay.py", 7, message, args, None, "pay")
    record.__dict__.update(extra)
    return formatter.format(record)
