"""Files of logs → lines and messages, in bounded batches.

- Protocol Buffers, by name (``.pb``, ``.binpb``, ``.proto``, ``.otlp``) or by their bytes: one message, or
  messages each after its length in four bytes, big endian, as the Collector's file exporter writes them;
- ``.json``: one document over many lines, or a document a line;
- anything else: lines.

All may be compressed (``.zst``, ``.gz``, or by their first bytes), and text may be UTF-16 with a byte order
mark, as PowerShell writes it. No line is held in memory beyond the bound of what it is.
"""

import codecs
import hashlib
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from connectors.errors import InputError
from connectors.inputs import named_files
from connectors.jsonlines import COMPRESSED
from schemas.logs import MAX_DOCUMENT_BYTES, MAX_LINE_BYTES, Line, LogForm
from schemas.names import LOCK_FILE

_CHUNK: Final = 1024 * 1024
_BATCH_LINES: Final = 32 * 1024
_BATCH_BYTES: Final = 16 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP: Final = b"\x1f\x8b\x08"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PROTOBUF: Final = {".pb", ".binpb", ".proto", ".otlp"}
_HEAD: Final = 4096
_NAMED: Final = re.compile(r"(?:^|[^a-z])(?:sys|access|error)?logs?(?:[^a-z]|$)|\.(?:out|err)(?:\.|$)")
_NO_LOGS: Final = (".parquet", ".avro", ".py", ".md", ".html")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How a file is read; bounds in bytes."""

    form: LogForm = LogForm.AUTO
    max_line_bytes: int = MAX_LINE_BYTES
    max_document_bytes: int = MAX_DOCUMENT_BYTES

    def most(self, begin: bytes) -> int:
        """How long a line may be that begins so."""
        may_be_json = self.form is not LogForm.TEXT and begin.lstrip()[:1] in (b"{", b"[")
        return self.max_document_bytes if may_be_json else self.max_line_bytes


def find_log_files(inputs: Iterable[str]) -> list[Path]:
    """The files that ``inputs`` name; of a folder those whose name says that they hold logs.

    One may be empty, as those are that a rotation has just begun.
    """
    return named_files(inputs, _in_folder, may_be_empty=True)


def _in_folder(folder: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and _NAMED.search(path.name.lower())
        and not path.name.startswith(".")
        and path.suffix not in _NO_LOGS
        and not any((parent / LOCK_FILE).is_file() for parent in path.parents)
    ]
    if not found:
        raise InputError(
            f"{folder}: no file of logs in this folder (a name with log in it); name files outright"
        )
    return found


class FileReader:
    """The lines or messages of one file, some at a time; blank lines too, which a text may have inside."""

    def __init__(self, file: Path, bounds: Bounds) -> None:
        self._file = file
        self._bounds = bounds

    def batches(self) -> Iterator[list[Line]]:
        """Lines, up to some thousands or some megabytes of them at a time. Raises InputError."""
        held: list[Line] = []
        size = 0
        try:
            for line in self._lines():
                held.append(line)
                size += len(line.value)
                if len(held) >= _BATCH_LINES or size >= _BATCH_BYTES:
                    yield held
                    held, size = [], 0
        except (OSError, ValueError, pa.ArrowException) as error:
            raise InputError(f"{self._file}: damaged or cut off: {error}") from error
        if held:
            yield held

    def _lines(self) -> Iterator[Line]:
        suffixes = [suffix for suffix in self._file.suffixes if suffix not in COMPRESSED]
        kind = suffixes[-1] if suffixes else ""
        with self._file.open("rb") as raw:
            compression = _compression(raw.read(_LENGTH.size), self._file.suffix)
            raw.seek(0)
            with pa.input_stream(raw, compression=compression) if compression else raw as opened:
                stream = _Stream(opened)
                head = stream.peek(_HEAD)
                form = self._bounds.form
                if head[:1] == b"\0" and form in (LogForm.AUTO, LogForm.OTLP):
                    yield from self._messages(stream)
                elif form is not LogForm.TEXT and (_is_message(head, kind) or _is_spread(head, kind)):
                    yield Line(1, *stream.take(self._bounds.max_document_bytes), whole=True)
                else:
                    yield from stream.lines(self._bounds)

    def _messages(self, stream: "_Stream") -> Iterator[Line]:
        place = 0
        while length := stream.exactly(_LENGTH.size):
            place += 1
            size = _LENGTH.unpack(length)[0]
            data, cut, digest = stream.take(self._bounds.max_document_bytes, size)
            if len(data) + cut < size:
                raise ValueError(f"message {place} ends {size - len(data) - cut} bytes after the file")
            yield Line(place, _decompressed(data, self._bounds.max_document_bytes), cut, digest, whole=True)


def _compression(begin: bytes, suffix: str) -> str | None:
    """How a file is compressed; one of messages each after its length is not, whatever it is called."""
    if begin.startswith(_GZIP):
        return "gzip"
    if begin.startswith(_ZSTD):
        return "zstd"
    return None if begin[:1] == b"\0" else COMPRESSED.get(suffix)


def _is_message(head: bytes, kind: str) -> bool:
    """Whether it is one message; its first byte is a line feed, with which text may begin, but not so on."""
    return head[:1] == b"\n" and (kind in _PROTOBUF or re.search(rb"[\x00-\x08]", head) is not None)


def _is_spread(head: bytes, kind: str) -> bool:
    """Whether it is one JSON document over many lines."""
    if kind not in (".json", "") or head.lstrip()[:1] not in (b"{", b"["):
        return False
    first, feed, _ = head.lstrip().partition(b"\n")
    if not feed:
        return kind == ".json" and len(head) < _HEAD
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return kind == ".json"
    return False


def _decompressed(message: bytes, most: int) -> bytes:
    if not message.startswith(_ZSTD):
        return message
    with pa.input_stream(pa.BufferReader(message), compression="zstd") as stream:
        return bytes(stream.read(most + 1))


@dataclass(slots=True)
class _Kept:
    """A line or a message that is read: what is kept of it, and what is only counted and hashed."""

    most: int
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    cut: int = 0
    digest: Any = None

    def add(self, data: bytes) -> None:
        room = self.most - self.size
        if len(data) > room and self.digest is None:
            self.digest = hashlib.sha256(b"".join(self.parts))
        if self.digest is not None:
            self.digest.update(data)
        if room > 0:
            self.parts.append(data[:room])
            self.size += min(room, len(data))
        self.cut += max(0, len(data) - max(room, 0))

    def whole(self) -> tuple[bytes, int, str]:
        return b"".join(self.parts), self.cut, self.digest.hexdigest() if self.digest else ""


class _Stream:
    """A stream of bytes that is read a chunk at a time."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._held = b""
        self._decoder: codecs.IncrementalDecoder | None = None  # of UTF-16

    def _chunk(self) -> bytes:
        held, self._held = self._held, b""
        return held or self._as_utf8(bytes(self._stream.read(_CHUNK)))

    def _as_utf8(self, data: bytes) -> bytes:
        return self._decoder.decode(data, final=not data).encode() if self._decoder else data

    def peek(self, size: int) -> bytes:
        begin = bytes(self._stream.read(_CHUNK))
        if begin.startswith(_UTF16):
            self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        self._held = self._as_utf8(begin).removeprefix(codecs.BOM_UTF8)
        return self._held[:size]

    def exactly(self, size: int) -> bytes:
        """``size`` bytes, or none at the end."""
        data, _, _ = self.take(size, size)
        if data and len(data) < size:
            raise ValueError(f"ends {size - len(data)} bytes inside of a length")
        return data

    def take(self, most: int, size: int | None = None) -> tuple[bytes, int, str]:
        """What follows, or ``size`` bytes: ``most`` of it at most, how much more, then SHA-256 of all."""
        kept = _Kept(most)
        while (size is None or kept.size + kept.cut < size) and (chunk := self._chunk()):
            wanted = len(chunk) if size is None else size - kept.size - kept.cut
            kept.add(chunk[:wanted])
            self._held = chunk[wanted:]
        return kept.whole()

    def lines(self, bounds: Bounds) -> Iterator[Line]:
        """The lines that follow; the blank ones too."""
        place = 0
        kept: _Kept | None = None
        while chunk := self._chunk():
            pieces = chunk.split(b"\n")
            last = pieces.pop()
            for piece in pieces:
                place += 1
                if kept is None:
                    yield Line(place, piece[:-1] if piece[-1:] == b"\r" else piece)
                else:
                    kept.add(piece)
                    yield _line(place, kept)
                    kept = None
            if last:
                kept = kept or _Kept(bounds.most(last[:_HEAD]))
                kept.add(last)
        if kept is not None:
            yield _line(place + 1, kept)


def _line(place: int, kept: _Kept) -> Line:
    data, cut, digest = kept.whole()
    return Line(place, data if cut else data.removesuffix(b"\r"), cut, digest)
