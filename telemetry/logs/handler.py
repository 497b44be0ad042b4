"""``logging`` → queue → a thread of its own → redacted text → stream; the caller waits for none of it.

A queue that is full drops the new record, and a stream that fails loses what it was given. Both are counted
by severity, and the first is said in a line when there is room. No call of a logger raises or blocks.
"""

import logging
import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterable
from multiprocessing import process as processes
from multiprocessing import util as processes_util
from typing import Final

from telemetry.logs.counts import Stats
from telemetry.logs.form import JsonFormatter, StructuredFormatter, TextFormatter
from telemetry.logs.line import Line, severity_range
from telemetry.logs.sink import Sink, Writable
from telemetry.logs.waiting import Waiting

_SCOPE: Final = "telemetry.logs"
_BATCH: Final = 256  # lines a write
_LINGER_SECONDS: Final = 0.005
_TELL_SECONDS: Final = 1.0  # between two lines that say what was dropped, while many wait
_FORK_SECONDS: Final = 1.0  # how long a fork waits for a write that is under way

#: ``(level, text)`` of what the writing thread has to say itself.
Notice = tuple[int, str]


class QueuedHandler(logging.Handler):
    """Writes records with ``formatter`` to ``stream`` (standard error if ``None``) in a thread of its own.

    ``watch`` is called in that thread every ``watch_seconds``, and what it gives is logged.
    """

    def __init__(
        self,
        formatter: StructuredFormatter,
        stream: Writable | None = None,
        *,
        watch: Callable[[], Iterable[Notice]] | None = None,
        watch_seconds: float = 5.0,
    ) -> None:
        super().__init__()
        self._form, self._sink = formatter, Sink(stream)
        self._limits, self._counts = formatter.limits, formatter.counts
        self.formatter = formatter
        if isinstance(formatter, TextFormatter):
            formatter.colour = self._sink.is_terminal
        elif isinstance(formatter, JsonFormatter):
            formatter.ascii_only = not self._sink.is_utf8
        self._watch, self._watch_seconds, self._watched = watch, watch_seconds, time.monotonic()
        self._closed = False
        self._begin()
        _HANDLERS.add(self)
        if watch is not None:
            self._start()

    def _begin(self) -> None:
        self._waiting = Waiting(self._limits)
        self._told: Counter[str] = Counter()  # drops that a line has said
        self._tell_after = 0.0
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def setFormatter(self, fmt: logging.Formatter | None) -> None:
        """Refused with TypeError: another formatter would not redact."""
        if fmt is not self._form:
            raise TypeError("a QueuedHandler keeps the formatter that it was made with, which redacts")

    def handle(self, record: logging.LogRecord) -> bool:
        """Filter and emit, without the lock that Handler holds meanwhile: values' own code runs here."""
        passed = self.filter(record)
        if not passed:
            return False
        self.emit(
            passed if isinstance(passed, logging.LogRecord) else record
        )  # the first from Python 3.12 on
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Copy the record and queue it."""
        severity = "ERROR"
        try:
            line = self._form.line(record)
            severity = severity_range(line.severity)
            if self._closed or threading.current_thread() is self._thread:
                # the second: a stream or redactor that logs would feed itself for ever
                self._counts.count("lost", severity)
                return
            if self._thread is None:
                self._start()
            if not self._waiting.put(line):
                self._counts.count("dropped", severity)
        except Exception:  # noqa: BLE001  logging never fails its caller
            self._counts.fail("format")
            self._counts.count("lost", severity)

    def _start(self) -> None:
        self.acquire()
        try:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="log writer", daemon=True)
                self._thread.start()
                if processes.parent_process() is not None:  # such a process ends without atexit
                    processes_util.Finalize(None, self.flush, exitpriority=0)
        finally:
            self.release()

    def flush(self) -> None:
        """Wait until all that was logged before is written, within ``Limits.close_seconds``."""
        self.wait(self._limits.close_seconds)

    def wait(self, seconds: float) -> bool:
        """Wait until all that was logged before is written; whether it was, within ``seconds``."""
        thread = self._thread
        if thread is None or not thread.is_alive() or threading.current_thread() is thread:
            return self._waiting.lines == 0
        return self._waiting.put_event().wait(seconds)

    def close(self) -> None:
        """Write what waits, within ``Limits.close_seconds``; later records are dropped."""
        self._closed = True
        _HANDLERS.discard(self)
        thread = self._thread
        if thread is not None and thread.is_alive() and threading.current_thread() is not thread:
            self._waiting.put_end()
            thread.join(self._limits.close_seconds)
        super().close()

    def stats(self) -> Stats:
        """What became of the records so far."""
        return self._counts.stats(self._waiting.lines)

    def _work(self) -> None:
        waiting = self._waiting
        timeout = self._watch_seconds if self._watch else None
        ended = False
        while not ended:
            items = waiting.take(_BATCH, linger=_LINGER_SECONDS, timeout=timeout)
            lines = [item for item in items if isinstance(item, Line)]
            self._write(lines)
            waiting.done(lines)
            self._tell()
            for item in items:
                if isinstance(item, threading.Event):
                    item.set()
            ended = None in items

    def _write(self, lines: list[Line]) -> None:
        texts, severities = [], Counter[str]()
        for line in lines:
            severity = severity_range(line.severity)
            try:
                texts.append(self._form.text(line))
            except Exception:  # noqa: BLE001  one line that cannot be written is no reason to write none
                self._counts.fail("format")
                self._counts.count("lost", severity)
            else:
                severities[severity] += 1
        result = "written" if self._sent(texts) else "lost"
        for severity, records in severities.items():
            self._counts.count(result, severity, records)

    def _sent(self, texts: list[str]) -> bool:
        if not texts:
            return True
        try:
            with self._writing:
                self._sink.write("\n".join(texts) + "\n")
        except Exception:  # noqa: BLE001  a pipe that is broken, a disk that is full, a stream that is closed
            self._counts.fail("sink")
            return False
        return True

    def _tell(self) -> None:
        """Say what was dropped since it was said last, and what the watch found."""
        now = time.monotonic()
        dropped = self._counts.of("dropped")
        new = dropped - self._told
        if new and (self._waiting.lines == 0 or now >= self._tell_after):
            text = f"{new.total():,} log records were dropped: too many were waiting to be written"
            self._tell_after = now + _TELL_SECONDS
            if self._sent(
                [self._notice(logging.WARNING, text, **{f"dropped.{k}": n for k, n in new.items()})]
            ):
                self._told = dropped
        if self._watch is not None and now - self._watched >= self._watch_seconds:
            self._watched = now
            try:
                for level, text in self._watch():
                    self._sent([self._notice(level, text)])
            except Exception:  # noqa: BLE001  the thread that writes goes on
                self._counts.fail("levels")

    def _notice(self, level: int, text: str, **attributes: int) -> str:
        record = logging.LogRecord(_SCOPE, level, __file__, 0, text, (), None, self._tell.__name__)
        record.__dict__.update(attributes)
        return self._form.text(self._form.line(record))

    def before_fork(self) -> bool:
        """Let no write be under way; whether that was so in time."""
        return self._writing.acquire(timeout=_FORK_SECONDS)

    def after_fork(self, *, in_child: bool, held: bool) -> None:
        """Go on; in the child with nothing that waits, for that is the parent's to write."""
        if in_child:
            self._counts.reset()
            self._begin()
        elif held:
            self._writing.release()


_HANDLERS: Final["weakref.WeakSet[QueuedHandler]"] = weakref.WeakSet()
_FORKING: Final = threading.local()  # two threads may fork at once


def _before_fork() -> None:
    _FORKING.held = [(handler, handler.before_fork()) for handler in list(_HANDLERS)]


def _after_fork(*, in_child: bool) -> None:
    for handler, held in _FORKING.held:
        handler.after_fork(in_child=in_child, held=held)
    _FORKING.held = []


os.register_at_fork(
    before=_before_fork,
    after_in_parent=lambda: _after_fork(in_child=False),
    after_in_child=lambda: _after_fork(in_child=True),
)
