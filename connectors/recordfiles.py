"""Files of records → RawRecords, in the order of the files' records.

Formats, by name and first line:

- capture: JSON lines ``{topic, partition, offset, timestamp_ms, key, value, headers}``, bytes in base64
  (``.jsonl``, also with ``.zst`` or ``.gz``);
- envelopes: JSON lines, each the value of a record; they carry no partition and no offset, so that the file
  stands for the partition (numbered -1, -2 …, see ``schemas.records``) and the line for the offset;
- archives: Avro (``.avro``) and Parquet (``.parquet``) with the columns of the capture, bytes as bytes.
"""

import heapq
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import fastavro
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import InputError
from schemas.records import RawRecords

_COMPRESSED: Final = {".zst": "zstd", ".gz": "gzip"}
_JSON_LINES: Final = {".jsonl", ".json", ".ndjson"}
_CHUNK_BYTES: Final = 4 * 1024 * 1024
_ARCHIVE_COLUMNS: Final = ("topic", "partition", "offset", "timestamp_ms", "key", "value")


class Record(msgspec.Struct, gc=False):
    """One record of a capture; msgspec reads bytes from base64."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int = -1
    key: bytes | None = None
    value: bytes | None = None
    headers: list[tuple[str, bytes | None]] = []


_RECORD = msgspec.json.Decoder(Record)


def find_files(inputs: Iterable[str]) -> list[Path]:
    """The files that ``inputs`` (files and folders) name, checked so far as this can be done unread."""
    files: list[Path] = []
    for name in inputs:
        path = Path(name)
        try:
            if path.is_dir():
                inside = sorted(p for p in path.rglob("*") if p.is_file() and _is_stream(p))
                if not inside:
                    raise InputError(f"{path}: no file of records in this folder (known: {_KNOWN})")
                files += inside
            elif _format(path) is None:
                path.stat()
                raise InputError(f"{path}: not a file of records (known: {_KNOWN})")
            else:
                files.append(path)
            for file in files:
                with file.open("rb") as stream:
                    if not stream.read(1):
                        raise InputError(f"{file}: the file is empty")
        except OSError as error:
            raise InputError(f"{error.filename or path}: {error.strerror}") from error
    return files


def read_files(files: Iterable[Path], batch_rows: int) -> Iterator[RawRecords]:
    """All records of ``files``, at most ``batch_rows`` of one partition at a time.

    Inside a file the order is kept. Several files are read side by side, the one whose records were appended
    first comes first, so that a catalogue in one file is there for the events in another.
    """
    streams = [read_file(file, number, batch_rows) for number, file in enumerate(files)]
    yield from heapq.merge(*streams, key=_appended_first)


def _appended_first(records: RawRecords) -> int:
    return records.timestamps[0]


def read_file(file: Path, number: int, batch_rows: int) -> Iterator[RawRecords]:
    """The records of one file; ``number`` tells files apart whose records name no partition."""
    try:
        match _format(file):
            case "avro":
                records: Iterable[Record] = _avro(file)
            case "parquet":
                yield from _parquet(file, batch_rows)
                return
            case _:
                records = _json_lines(file, number)
        yield from _batched(records, batch_rows)
    except InputError:
        raise
    except (OSError, ValueError, EOFError, pa.ArrowException) as error:
        raise InputError(f"{file}: damaged or cut off: {error}") from error


_KNOWN: Final = ".jsonl, .jsonl.zst, .jsonl.gz, .json, .ndjson, .avro, .parquet"


def _format(path: Path) -> str | None:
    suffix = path.suffix
    if suffix in _COMPRESSED:
        suffix = Path(path.stem).suffix
    if suffix in _JSON_LINES:
        return "lines"
    return {".avro": "avro", ".parquet": "parquet"}.get(path.suffix)


def _is_stream(path: Path) -> bool:
    """Whether a file found in a folder holds records of changes: not what lies beside them.

    That is spans and logs (``.otlp.jsonl``) and single documents (``.json``); named outright, they are read.
    """
    return _format(path) is not None and ".json" not in path.suffixes and ".otlp" not in path.suffixes


def _batched(records: Iterable[Record], batch_rows: int) -> Iterator[RawRecords]:
    """When the batch of one partition is full all are handed on, so that none waits for long."""
    open_batches: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        batch = open_batches.setdefault((record.topic, record.partition), [])
        batch.append(record)
        if len(batch) >= batch_rows:
            yield from map(_raw, open_batches.values())
            open_batches.clear()
    yield from map(_raw, open_batches.values())


def _raw(records: list[Record]) -> RawRecords:
    return RawRecords(
        topic=records[0].topic,
        partition=records[0].partition,
        offsets=[r.offset for r in records],
        timestamps=[r.timestamp_ms for r in records],
        keys=[r.key for r in records],
        values=[r.value for r in records],
        headers=[r.headers for r in records],
    )


def _json_lines(file: Path, number: int) -> Iterator[Record]:
    lines = enumerate(_lines(file), start=1)
    first = next(((n, line) for n, line in lines if line.strip()), None)
    if first is None:
        raise InputError(f"{file}: the file holds no records")
    is_capture = _is_capture(file, first[1])
    parse: Callable[[int, bytes], Record] = _captured(file) if is_capture else _Envelopes(-1 - number)
    yield parse(*first)
    for place, line in lines:
        if line and not line.isspace():
            yield parse(place, line)


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as raw, _decompressed(file, raw) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK_BYTES):
            lines = (rest + bytes(chunk)).split(b"\n")
            rest = lines.pop()
            yield from lines
        if rest:
            yield rest


def _decompressed(file: Path, raw: BinaryIO) -> Any:
    """Arrow's streams say so when a compressed file is cut off; the ones of the zstd module do not."""
    return pa.input_stream(raw, compression=_COMPRESSED.get(file.suffix))


def _is_capture(file: Path, line: bytes) -> bool:
    try:
        document = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise InputError(f"{file}:1: no record: {error}") from error
    if isinstance(document, dict):
        if {"topic", "partition", "offset"} <= document.keys():
            return True
        if {"op", "payload", "status", "ts_ms"} & document.keys():
            return False
    raise InputError(f"{file}:1: no record: neither a line of a capture nor a Debezium envelope")


def _captured(file: Path) -> Callable[[int, bytes], Record]:
    def parse(place: int, line: bytes) -> Record:
        try:
            return _RECORD.decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(f"{file}:{place}: no record: {error}") from error

    return parse


class _Envelopes:
    """Lines that are values. The table is read off the text; parsing is the decoder's work."""

    _TABLE: Final = re.compile(rb'"schema"\s*:\s*"([^"]+)"\s*,\s*"table"\s*:\s*"([^"]+)"')
    _MARKERS: Final = ((b'{"status":', "plain.transaction"), (b'{"ts_ms":', "__debezium-heartbeat.plain"))

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._topic = "unknown"

    def __call__(self, place: int, line: bytes) -> Record:
        marker = next((topic for start, topic in self._MARKERS if line.startswith(start)), None)
        if marker is None:
            tables = self._TABLE.findall(line)
            if tables:
                self._topic = b".".join(tables[-1]).decode(errors="replace")
        value = None if line.strip() == b"null" else line
        return Record(marker or self._topic, self._partition, place, value=value)


def _avro(file: Path) -> Iterator[Record]:
    with file.open("rb") as stream:
        for place, row in enumerate(fastavro.reader(stream), start=1):
            if not isinstance(row, dict) or not set(_ARCHIVE_COLUMNS) <= row.keys():
                raise InputError(f"{file}:{place}: no record: it needs {', '.join(_ARCHIVE_COLUMNS)}")
            yield Record(*(row[name] for name in _ARCHIVE_COLUMNS))


def _parquet(file: Path, batch_rows: int) -> Iterator[RawRecords]:
    with pq.ParquetFile(file, pre_buffer=False) as archive:  # the buffer would hold the whole file
        missing = set(_ARCHIVE_COLUMNS) - set(archive.schema_arrow.names)
        if missing:
            raise InputError(f"{file}: no archive of records: column {min(missing)!r} is missing")
        for batch in archive.iter_batches(batch_rows, columns=list(_ARCHIVE_COLUMNS)):
            yield from _split_archive(batch)


def _split_archive(batch: pa.RecordBatch) -> Iterator[RawRecords]:
    """Runs of one partition; archives are written so that these are long."""
    topics = batch.column("topic").dictionary_encode()
    partitions = batch.column("partition").to_numpy()
    changes = (np.diff(topics.indices.to_numpy()) != 0) | (np.diff(partitions) != 0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(batch)]
    for start, end in itertools.pairwise(bounds):
        rows = batch.slice(start, end - start)
        offsets, timestamps, keys, values = (_listed(rows.column(name)) for name in _ARCHIVE_COLUMNS[2:])
        yield RawRecords(topics[start].as_py(), int(partitions[start]), offsets, timestamps, keys, values)


def _listed(column: pa.Array) -> list[Any]:
    """``to_pylist``, several times as fast, for columns whose numbers are never null."""
    listed: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
    return listed
