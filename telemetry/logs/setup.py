"""One call sets a process' logging up: ``configure(service="orders", redact=…)``."""

import contextlib
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from telemetry.logs.counts import Stats
from telemetry.logs.form import JsonFormatter, TextFormatter
from telemetry.logs.handler import QueuedHandler
from telemetry.logs.levels import LevelFile, level_number
from telemetry.logs.redaction import Redact, Redaction
from telemetry.logs.sink import Writable
from telemetry.logs.values import Limits

_UNCAUGHT: Final = "uncaught"
_lock: Final = threading.RLock()
_current: "_Setup | None" = None


class Form(StrEnum):
    """How records are written: JSON lines, or lines for a person."""

    JSON = "json"
    TEXT = "text"


class _Setup:
    """A handler at the root logger, and what is to be put back when it goes."""

    def __init__(self, handler: QueuedHandler, level: int, levels: LevelFile | None) -> None:
        self.handler, self._levels = handler, levels
        root = logging.getLogger()
        self._level = root.level
        self._undo = contextlib.ExitStack()
        self._printing = [known for known in root.handlers if _prints(known)]
        for known in self._printing:
            root.removeHandler(known)
        root.addHandler(handler)
        root.setLevel(level)
        self._captures = _capture_warnings()

    def hook(self) -> None:
        self._undo.callback(_hook_main(self.handler))
        self._undo.callback(_hook_threads(self.handler))

    def undo(self) -> None:
        self._undo.close()
        if self._captures:
            logging.captureWarnings(False)
        root = logging.getLogger()
        root.removeHandler(self.handler)
        self.handler.close()
        for known in self._printing:
            root.addHandler(known)
        if self._levels is not None:
            self._levels.restore()
        root.setLevel(self._level)


def configure(
    service: str,
    *,
    redact: Redact | Redaction | None = None,
    stream: Writable | None = None,
    level: str | int = "INFO",
    form: Form | str = Form.JSON,
    resource: Mapping[str, Any] | None = None,
    level_file: Path | str | None = None,
    hooks: bool = False,
    limits: Limits | None = None,
) -> QueuedHandler:
    """Write what is logged in this process, and its warnings, to ``stream`` (``None``: standard error).

    ``service`` and ``resource`` (``{"service.version": …}``) are on every line and are not redacted.
    ``redact`` masks texts (:mod:`telemetry.logs.redaction`). ``level_file`` is looked at every five seconds
    (:mod:`telemetry.logs.levels`). ``hooks``: what nobody catches, in the main thread and in others, is
    logged, redacted, instead of printed. A further call replaces an earlier one.

    Handlers of ``logging.basicConfig`` that print to the terminal are taken away, for they do not redact.
    Other handlers of the root logger stay. Raises LevelError or ValueError for what is no level or form.
    """
    global _current  # noqa: PLW0603  logging is one a process
    number, chosen = level_number(level), Form(form)
    make = JsonFormatter if chosen is Form.JSON else TextFormatter
    formatter = make(service, redact=redact, resource=resource, limits=limits)
    levels = None if level_file is None else LevelFile(Path(level_file))
    with _lock:
        shutdown()
        setup = _Setup(
            QueuedHandler(formatter, stream, watch=None if levels is None else levels.look), number, levels
        )
        if levels is not None:
            for notice in levels.look():
                logging.getLogger(__name__).log(*notice)
        if hooks:
            setup.hook()
        _current = setup
        return setup.handler


def shutdown() -> None:
    """Write what waits, within ``Limits.close_seconds``, and put back what :func:`configure` replaced."""
    global _current  # noqa: PLW0603
    with _lock:
        setup, _current = _current, None
        if setup is not None:
            setup.undo()


def flush(seconds: float = 5.0) -> bool:
    """Wait until all that was logged is written; whether it was, within ``seconds``."""
    setup = _current
    return setup is None or setup.handler.wait(seconds)


def stats() -> Stats:
    """What became of the records logged since :func:`configure`."""
    setup = _current
    return Stats() if setup is None else setup.handler.stats()


def _prints(handler: logging.Handler) -> bool:
    """Whether it is one that ``basicConfig`` makes, or a ``logging.warning`` before anything is set up."""
    printed = (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__)
    return type(handler) is logging.StreamHandler and handler.stream in printed


def _capture_warnings() -> bool:
    """Whether they were not captured before."""
    import warnings

    shown = warnings.showwarning
    logging.captureWarnings(True)
    return warnings.showwarning is not shown


def _hook_main(handler: QueuedHandler) -> Callable[[], None]:
    known = sys.excepthook

    def tell(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            known(kind, error, where)
            return
        logging.getLogger(_UNCAUGHT).critical("nobody caught it", exc_info=(kind, error, where))
        handler.flush()
        if known is not sys.__excepthook__:  # that one would print what is not redacted
            known(kind, error, where)

    sys.excepthook = tell

    def undo() -> None:
        if sys.excepthook is tell:
            sys.excepthook = known

    return undo


def _hook_threads(handler: QueuedHandler) -> Callable[[], None]:
    known = threading.excepthook

    def tell(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is None or issubclass(what.exc_type, SystemExit):
            return
        exception = (what.exc_type, what.exc_value, what.exc_traceback)
        logging.getLogger(_UNCAUGHT).critical("nobody caught it", exc_info=exception)
        handler.flush()
        if known is not threading.__excepthook__:
            known(what)

    threading.excepthook = tell

    def undo() -> None:
        if threading.excepthook is tell:
            threading.excepthook = known

    return undo
