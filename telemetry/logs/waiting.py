"""Lines that wait to be written: put by any thread, taken by one, within bounds of number and of text."""

import threading
import time
from queue import Empty, SimpleQueue

from telemetry.logs.line import Line
from telemetry.logs.values import Limits

#: A line, the end (``None``), or an event to set once everything before it is done.
Item = Line | threading.Event | None


class Waiting:
    """A queue whose ``put`` never blocks, not even for a signal's handler that logs within a ``put``."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._lock = threading.RLock()
        self._lines = self._text = 0

    @property
    def lines(self) -> int:
        """How many lines wait, or are being written."""
        return self._lines

    def put(self, line: Line) -> bool:
        """Whether there was room for it."""
        with self._lock:
            if self._lines >= self._limits.waiting or self._text + line.size > self._limits.waiting_text:
                return False
            self._lines += 1
            self._text += line.size
            self._queue.put(line)
            return True

    def put_end(self) -> None:
        """Nothing comes after it."""
        self._queue.put(None)

    def put_event(self) -> threading.Event:
        """An event that is set when all lines that were put before are done."""
        event = threading.Event()
        self._queue.put(event)
        return event

    def take(self, most: int, *, linger: float, timeout: float | None) -> list[Item]:
        """What waits, at most so many; of none the next, for which it waits ``timeout`` seconds.

        After a first line it waits for ``linger`` seconds, so that a burst wakes the thread once.
        """
        try:
            taken = [self._queue.get(timeout=timeout)]
        except Empty:
            return []
        if isinstance(taken[0], Line) and self._queue.empty():
            time.sleep(linger)
        try:
            while len(taken) < most and taken[-1] is not None:
                taken.append(self._queue.get_nowait())
        except Empty:
            pass
        return taken

    def done(self, lines: list[Line]) -> None:
        """These lines make room."""
        with self._lock:
            self._lines -= len(lines)
            self._text -= sum(line.size for line in lines)
