"""Text → a stream, without what a stream of Python does badly when it is slow or broken."""

import os
import sys
from typing import Final, Protocol, TextIO

_UTF_8: Final = frozenset({"utf-8", "utf8", "utf_8"})


class Writable(Protocol):
    """What a sink needs of a stream; ``flush``, ``encoding`` and ``isatty`` are used if they are there."""

    def write(self, text: str, /) -> object:
        """Take the text, or raise."""


class Sink:
    """``stream``, or standard error as it is at each write if it is ``None``."""

    def __init__(self, stream: Writable | None) -> None:
        self._stream = stream
        self._torn = False

    def write(self, text: str) -> None:
        """Write and flush. Raises what the stream does; then the next write begins a line of its own."""
        stream = self._stream or sys.stderr
        if stream is None:  # a process without one
            raise OSError("there is no standard error")
        if self._torn:
            text = "\n" + text
        self._torn = True
        if stream is sys.__stderr__:
            _write_directly(sys.__stderr__, text)
        else:
            stream.write(text)
            flush = getattr(stream, "flush", None)
            if flush is not None:
                flush()
        self._torn = False

    @property
    def is_utf8(self) -> bool:
        """Whether the stream takes every character."""
        encoding = getattr(self._stream or sys.stderr, "encoding", None)
        return encoding is None or str(encoding).lower() in _UTF_8

    @property
    def is_terminal(self) -> bool:
        """Whether a person sees it in colours, if they did not ask for none (NO_COLOR)."""
        isatty = getattr(self._stream or sys.stderr, "isatty", None)
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        return bool(isatty and isatty()) and not plain


def _write_directly(stream: TextIO, text: str) -> None:
    """Past the stream's buffer: a thread that waits in it while the process ends would abort the process."""
    stream.flush()
    data = text.encode(stream.encoding or "utf-8", "backslashreplace")
    number = stream.fileno()
    while data:
        data = data[os.write(number, data) :]
