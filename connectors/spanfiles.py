"""Files of span documents → RawRecords, one record a document.

- JSON lines (``.jsonl``, ``.ndjson``, also with ``.zst`` or ``.gz``): a document a line;
- ``.json``: one document, over as many lines as it likes, or JSON lines;
- anything else: Protocol Buffers, one message;
- whatever the name: messages each after its length in four bytes, big endian, as the file exporter of the
  OpenTelemetry Collector writes Protocol Buffers, and JSON too when it compresses, which it does one by one.
"""

import codecs
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from connectors.errors import InputError
from connectors.inputs import named_files
from connectors.jsonlines import COMPRESSED, lines_of
from schemas.names import LOCK_FILE, SPANS_TOPIC
from schemas.records import RawRecords

_DOCUMENTS: Final = 64
_BYTES: Final = 4 * 1024 * 1024
_LINES: Final = {".jsonl", ".ndjson"}
_PROTOBUF: Final = {".pb", ".binpb", ".proto", ".otlp"}
_LENGTH: Final = struct.Struct(">I")
#: First byte of a length: what begins with it is neither text nor a message, nor a compressed file.
_LENGTHS: Final = b"\0"
#: First byte of a TracesData message: its only field. It is a line feed too, with which JSON may begin.
_MESSAGE: Final = b"\n"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


def find_span_files(inputs: Iterable[str]) -> list[Path]:
    """The files that ``inputs`` name; of a folder those whose name says that they hold spans or traces."""
    return named_files(inputs, _in_folder)


def _in_folder(folder: Path) -> list[Path]:
    known = _LINES | _PROTOBUF | {".json"}
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and known & set(path.suffixes)
        and ("span" in path.name.lower() or "trace" in path.name.lower())
        and not any((parent / LOCK_FILE).is_file() for parent in path.parents)
    ]
    if not found:
        raise InputError(f"{folder}: no file of spans in this folder; name files outright")
    return found


def read_span_files(files: Iterable[Path]) -> Iterator[RawRecords]:
    """The documents of ``files``, some dozens at a time; a negative partition numbers the file."""
    for number, file in enumerate(files, start=1):
        empty = True
        try:
            for records in _batched(read_documents(file), -number):
                empty = False
                yield records
        except (OSError, ValueError, pa.ArrowException) as error:
            raise InputError(f"{file}: damaged or cut off: {error}") from error
        if empty:
            raise InputError(f"{file}: the file holds no documents")


def read_documents(file: Path) -> Iterator[tuple[int, bytes]]:
    """(place, document): the number of the line, of the message, or 1."""
    with file.open("rb") as raw:
        if raw.read(1) == _LENGTHS:
            raw.seek(0)
            yield from _messages(raw.read())
            return
    suffixes = [suffix for suffix in file.suffixes if suffix not in COMPRESSED]
    kind = suffixes[-1] if suffixes else ""
    if kind in _LINES:
        yield from ((place, line) for place, line in enumerate(lines_of(file), start=1) if line.strip())
        return
    with file.open("rb") as raw, pa.input_stream(raw, compression=COMPRESSED.get(file.suffix)) as stream:
        data = stream.read().removeprefix(codecs.BOM_UTF8)
    if data[:1] == _LENGTHS:
        yield from _messages(data)
    elif kind == ".json" or _is_json_text(data):
        yield from _json_documents(data)
    elif data:
        yield 1, data


def _is_json_text(data: bytes) -> bool:
    if data.lstrip()[:1] not in (b"{", b"["):
        return False
    return data[:1] != _MESSAGE or _is_json(data) or _is_json(_first_line(data))


def _json_documents(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not _is_json(data) and _is_json(_first_line(data)):
        yield from ((place, line) for place, line in enumerate(data.splitlines(), start=1) if line.strip())
    elif data.strip():
        yield 1, data


def _first_line(data: bytes) -> bytes:
    return data.lstrip().partition(b"\n")[0]


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    start, place = 0, 0
    while start < len(data):
        place += 1
        begin = start + _LENGTH.size
        end = begin + _LENGTH.unpack_from(data, start)[0] if begin <= len(data) else begin
        if end > len(data):
            raise ValueError(f"message {place} ends {end - len(data)} bytes after the file")
        yield place, _decompressed(data[begin:end])
        start = end


def _decompressed(message: bytes) -> bytes:
    if not message.startswith(_ZSTD):
        return message
    with pa.input_stream(pa.BufferReader(message), compression="zstd") as stream:
        whole: bytes = stream.read()
    return whole


def _batched(documents: Iterator[tuple[int, bytes]], partition: int) -> Iterator[RawRecords]:
    places: list[int] = []
    values: list[bytes] = []
    size = 0
    for place, document in documents:
        places.append(place)
        values.append(document)
        size += len(document)
        if len(values) >= _DOCUMENTS or size >= _BYTES:
            yield _records(partition, places, values)
            places, values, size = [], [], 0
    if values:
        yield _records(partition, places, values)


def _records(partition: int, places: list[int], values: list[bytes]) -> RawRecords:
    return RawRecords(SPANS_TOPIC, partition, places, [-1] * len(values), [None] * len(values), list(values))
