"""A file of JSON lines → records: a capture, or plain envelopes (formats: see connectors.recordfiles)."""

import codecs
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import pyarrow as pa

from connectors.errors import InputError
from schemas.records import Record

COMPRESSED: Final = {".zst": "zstd", ".gz": "gzip"}
_CHUNK_BYTES: Final = 4 * 1024 * 1024
_HEAD_LINES: Final = 100
_RECORD = msgspec.json.Decoder(Record)
_ANY = msgspec.json.Decoder()


def read_json_lines(file: Path, number: int) -> Iterator[Record]:
    """The first lines that can be read tell whether it is a capture; of envelopes, each line is a value."""
    lines = ((place, line) for place, line in enumerate(lines_of(file), start=1) if line.strip())
    head = list(itertools.islice(lines, _HEAD_LINES))
    if not head:
        return
    parse: Callable[[int, bytes], Record] = (
        _captured(file) if _is_capture(file, head) else _Envelopes(-1 - number)
    )
    for place, line in itertools.chain(head, lines):
        yield parse(place, line)


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of ``file``, decompressed, without a byte order mark and without their ends."""
    with file.open("rb") as raw, _decompressed(file, raw) as stream:
        rest = b""
        mark = codecs.BOM_UTF8
        while chunk := stream.read(_CHUNK_BYTES):
            lines = (rest + bytes(chunk).removeprefix(mark)).split(b"\n")
            mark = b""
            rest = lines.pop()
            yield from lines
        if rest:
            yield rest


def _decompressed(file: Path, raw: BinaryIO) -> Any:
    """Arrow's streams say so when a compressed file is cut off; the ones of the zstd module do not."""
    return pa.input_stream(raw, compression=COMPRESSED.get(file.suffix))


def _is_capture(file: Path, head: list[tuple[int, bytes]]) -> bool:
    for _, line in head:
        try:
            document = _ANY.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(document, dict):
            if {"topic", "partition", "offset"} <= document.keys():
                return True
            if {"op", "payload", "status", "ts_ms"} & document.keys():
                return False
    raise InputError(f"{file}:{head[0][0]}: no record: neither a line of a capture nor a Debezium envelope")


def _captured(file: Path) -> Callable[[int, bytes], Record]:
    def parse(place: int, line: bytes) -> Record:
        try:
            return _RECORD.decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(f"{file}:{place}: no record: {error}") from error

    return parse


class _Origin(msgspec.Struct, gc=False, rename={"schema_name": "schema"}):
    schema_name: str
    table: str


class _Envelope(msgspec.Struct, gc=False):
    """What tells of which table a value is; parsing the rest is the decoder's work."""

    op: object = None
    source: _Origin | None = None
    payload: "_Envelope | None" = None
    status: object = None
    ts_ms: object = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class _Envelopes:
    """Lines that are values. What names no table stands beside the line before it."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._topic = "unknown"

    def __call__(self, place: int, line: bytes) -> Record:
        value = None if line.strip() == b"null" else line
        return Record(self._topic_of(line), self._partition, place, value=value)

    def _topic_of(self, line: bytes) -> str:
        try:
            envelope = _ENVELOPE.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._topic
        envelope = envelope.payload or envelope
        if envelope.source is not None:
            self._topic = f"{envelope.source.schema_name}.{envelope.source.table}"
        elif envelope.op is None and envelope.status is not None:
            return "plain.transaction"
        elif envelope.op is None and envelope.ts_ms is not None:
            return "__debezium-heartbeat.plain"
        return self._topic
