"""Lines → the same lines without personal data and secrets | a JSON line a find."""

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

import numpy as np

from logs.cuts import kept_end
from pipelines.setting import SettingError
from security.redactor import Found, Redacted, Redactor

_CHUNK: Final = 1 << 20
_KEY: Final = b"-----BEGIN "
_BEGIN: Final = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
_END: Final = re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY")
_KEY_LINES: Final = 400  # of a private key, at most; no key is longer
_CUT: Final = "[CUT]"
_LINE_FEED: Final = 10
#: What files begin with that are no text of UTF-8, what they are, and what makes it of them.
_NOT_READ: Final = (
    (b"\x1f\x8b", "compressed by gzip", "zcat"),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard", "zstdcat"),
    (b"\xff\xfe", "UTF-16", "iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "UTF-16", "iconv -f UTF-16 -t UTF-8"),
)

#: Told of what was found in a line: its number, from 1, its text, and what was found.
Listener = Callable[[int, str, list[Found]], None]


class Filter:
    """Reads lines, writes them redacted. ``found``: how many values of each kind, and lines of each fate."""

    def __init__(
        self, redactor: Redactor, *, max_line_bytes: int, source: str = "", listener: Listener
    ) -> None:
        self._redactor = redactor
        self._most = max_line_bytes
        self._source = source
        self._listener = listener
        self.found: Counter[str] = Counter()
        self.lines = 0
        self.dropped = 0
        self.cut = 0

    def run(self, lines: BinaryIO, out: BinaryIO) -> None:
        """All of ``lines``, to their end."""
        for block in _blocks(lines, self._most):
            if block.cut:
                self.cut += 1
            out.writelines(self._redacted(block.data, block.cut))

    def _redacted(self, data: bytes, cut: int) -> Iterator[bytes | memoryview]:
        """Whole lines, redacted, in pieces; a clean line stays as it is, byte for byte."""
        if not _is_utf8(data):
            data = data.decode(errors="replace").encode()
        ends = _line_ends(data)
        first = self.lines
        self.lines += len(ends)
        clean = memoryview(data)  # of which no copy need be made
        done, last = 0, -1
        for row, suspects in sorted(self._redactor.suspicious(data, ends).items()):
            if row <= last:
                continue
            start = ends[row - 1] if row else 0
            last, end = _whole_key(data, ends, row)
            text = data[start:end].decode()
            ending = text[len(text.rstrip("\r\n")) :]
            redacted = self._redactor.redact(
                text[: len(text) - len(ending)],
                source=self._source,
                suspects=suspects if last == row else None,
            )
            if not redacted.found:
                continue
            self._tell(first + last + 1, text, redacted)
            yield clean[done:start]
            done = end
            if redacted.text is None:
                self.dropped += 1
            else:
                yield (redacted.text + ending).encode("utf-8", "replace")
        yield clean[done:]
        if cut:
            yield f" {_CUT} {cut} bytes\n".encode()

    def _tell(self, last_line: int, text: str, redacted: Redacted) -> None:
        for one in redacted.found:
            self.found[one.finding.kind.name] += 1
        first = last_line - text.rstrip("\r\n").count("\n")
        self._listener(first, text, redacted.found)


class _Block:
    """Whole lines; of a line that is too long its beginning, and how many bytes were ``cut``."""

    def __init__(self, data: bytes, cut: int = 0) -> None:
        self.data = data
        self.cut = cut


def _blocks(lines: BinaryIO, most: int) -> Iterator[_Block]:
    """The lines in blocks of about a megabyte; what is no whole line yet waits for the rest."""
    read = getattr(lines, "read1", lines.read)
    rest = b""
    while chunk := read(_CHUNK):
        whole = chunk.rfind(b"\n") + 1
        data = b"".join((rest, memoryview(chunk)[:whole]))
        end = len(data) if whole else data.rfind(b"\n") + 1
        inside_key = data.rfind(_KEY, 0, end)
        if inside_key >= 0 and not _END.search(data, inside_key, end) and len(data) - inside_key < _CHUNK:
            end = data.rfind(b"\n", 0, inside_key) + 1  # the key may go on
        rest = data[end:] + chunk[whole:]
        if end:
            yield from _checked(data if end == len(data) else data[:end], most)
        elif len(rest) > most and b"\n" not in rest:
            keep = kept_end(rest, most)
            head, rest, size = rest[:keep], b"", len(rest) - keep
            while chunk := read(_CHUNK):  # to the end of the line, without keeping it
                place = chunk.find(b"\n")
                size += len(chunk) if place < 0 else place
                if place >= 0:
                    rest = chunk[place + 1 :]
                    break
            yield _Block(head, size)
    if rest:
        yield from _checked(rest, most)


def _checked(data: bytes, most: int) -> Iterator[_Block]:
    """``data``, in which a line that is too long is cut."""
    if len(data) <= most:
        yield _Block(data)
        return
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if end - start > most:
            keep = kept_end(data[start:end], most)
            yield _Block(data[start : start + keep], end - start - keep)
            start = end + 1
        else:
            stop = max(data.rfind(b"\n", start, start + most) + 1, min(end + 1, len(data)))
            yield _Block(data[start:stop])
            start = stop


def _is_utf8(data: bytes) -> bool:
    if data.isascii():  # most is, and that is told sooner
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _line_ends(data: bytes) -> list[int]:
    ends: list[int] = (np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_FEED) + 1).tolist()
    if data and not data.endswith(b"\n"):
        ends.append(len(data))
    return ends


def _whole_key(data: bytes, ends: list[int], row: int) -> tuple[int, int]:
    """The row with which a private key that begins in ``row`` ends, and where that row ends."""
    start = ends[row - 1] if row else 0
    key = data.find(_KEY, start, ends[row])
    begin = _BEGIN.search(data, key, ends[row]) if key >= 0 else None
    if begin is None or _END.search(data, begin.end(), ends[row]):
        return row, ends[row]
    last = min(row + _KEY_LINES, len(ends) - 1)
    end = _END.search(data, begin.end(), ends[last])
    if end is not None:
        while ends[row] < end.end():
            row += 1
        return row, ends[row]
    return row, ends[row]


def findings_writer(stream: TextIO) -> Listener:
    """Writes a JSON line a find; of a value over several lines one for each."""

    def listener(number: int, text: str, found: list[Found]) -> None:
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        for one in found:
            f = one.finding
            for line, start in enumerate(starts):
                end = starts[line + 1] - 1 if line + 1 < len(starts) else len(text.rstrip("\r\n"))
                a, b = max(f.start, start), min(f.end, end)
                if a >= b:
                    continue
                record = {
                    "line": number + line,
                    "start": a - start,
                    "end": b - start,
                    "kind": f.kind.name,
                    "category": str(f.kind.category),
                    "family": f.kind.family or f.kind.name,
                    "confidence": f.confidence,
                    "tier": str(f.tier),
                    "field": one.field if one.finding.path else None,
                    "action": str(one.action),
                }
                stream.write(json.dumps(record) + "\n")

    return listener


def open_findings(path: str) -> TextIO:
    """The file of findings, readable by its owner alone. Raises SettingError."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise SettingError(f"--findings: {path}: {error.strerror}") from error


def open_input(path: str | None) -> BufferedReader:
    """A file, or standard input, of UTF-8 text. Raises SettingError."""
    if path is None and sys.stdin is None:
        raise SettingError("standard input is closed; name a FILE, or give it lines")
    try:
        lines = cast(BufferedReader, sys.stdin.buffer) if path is None else Path(path).open("rb")
        begin = lines.peek(4) if isinstance(lines, BufferedReader) else b""
    except OSError as error:
        raise SettingError(f"{path or 'standard input'}: {error.strerror}") from error
    for mark, what, tool in _NOT_READ:
        if begin.startswith(mark):
            fix = f"{tool} {path or 'FILE'} | traceo redact"
            raise SettingError(f"{path or 'standard input'}: {what}, in which nothing would be found; {fix}")
    return lines
