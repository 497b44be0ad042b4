"""Files of records → RawRecords, in the order of the files' records.

Formats, by name and first line:

- capture: JSON lines ``{topic, partition, offset, timestamp_ms, key, value, headers}``, bytes in base64
  (``.jsonl``, also with ``.zst`` or ``.gz``);
- envelopes: JSON lines, each the value of a record; they carry no partition and no offset, so that the file
  stands for the partition (numbered -1, -2 …, see ``schemas.records``) and the line for the offset;
- archives: Avro (``.avro``) and Parquet (``.parquet``) with the columns of the capture, bytes as bytes.
"""

import heapq
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa

from connectors.archivefiles import Run, run_of
from connectors.archives import read_avro, read_parquet
from connectors.errors import InputError
from connectors.inputs import named_files
from connectors.jsonlines import COMPRESSED, read_json_lines
from connectors.wanted import EVERYTHING, Unseen, Wanted
from schemas.names import LOCK_FILE
from schemas.records import RawRecords, Record

_JSON_LINES: Final = {".jsonl", ".json", ".ndjson"}


def find_files(inputs: Iterable[str]) -> list[Path]:
    """The files that ``inputs`` (files and folders) name, each once, checked so far as can be done unread."""
    return named_files(inputs, _files_in, _check_format)


def _check_format(file: Path) -> None:
    if _format(file) is None:
        file.stat()
        raise InputError(f"{file}: not a file of records (known: {_KNOWN})")


def _files_in(folder: Path) -> list[Path]:
    """The files of records in ``folder`` and below; results of other runs are none."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        if LOCK_FILE in names:
            folders.clear()
            continue
        found += [path for path in (Path(place, name) for name in names) if _is_stream(path)]
    if not found:
        raise InputError(f"{folder}: no file of records in this folder (known: {_KNOWN})")
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def read_files(
    files: Iterable[Path], batch_rows: int, span_seconds: float = math.inf, wanted: Wanted = EVERYTHING
) -> Iterator[RawRecords]:
    """All ``wanted`` records of ``files``, at most ``batch_rows`` of one partition at a time.

    Inside a file the order is kept. Several files are read side by side, the one whose records were appended
    first comes first, so that a catalogue in one file is there for the events in another. Those of one
    partition of a job's archive are read one after the other, and no offset twice. No batch spans more
    than ``span_seconds`` of append time, so that partitions side by side stay as close as that.
    """
    span_ms = span_seconds * 1000
    chains: dict[tuple[Path, str, int], list[tuple[Run, Path]]] = {}
    streams: list[Iterator[RawRecords]] = []
    for number, file in enumerate(files):
        run = run_of(file)
        if run is None or run.partition < 0:
            streams.append(_only(read_file(file, number, batch_rows, span_ms, wanted), wanted))
        elif wanted.topic(run.topic):
            chains.setdefault((file.parents[2], run.topic, run.partition), []).append((run, file))
    streams += [_read_chain(chain, batch_rows, span_ms, wanted) for chain in chains.values()]
    yield from heapq.merge(*streams, key=_appended_first)


def _only(batches: Iterable[RawRecords], wanted: Wanted) -> Iterator[RawRecords]:
    return (rows for records in batches if (rows := wanted.of(records)) is not None)


def _read_chain(
    chain: list[tuple[Run, Path]], batch_rows: int, span_ms: float, wanted: Wanted
) -> Iterator[RawRecords]:
    """The files of one partition, which overlap where a job did its work again."""
    unseen = Unseen()
    for run, file in sorted(chain):
        unseen.begin(run.first)
        for records in read_file(file, 0, batch_rows, span_ms, wanted):
            rows = unseen.of(records)
            if rows is not None:
                yield rows


def _appended_first(records: RawRecords) -> int:
    return records.timestamps[0]


def read_file(
    file: Path,
    number: int,
    batch_rows: int,
    span_ms: float = math.inf,
    wanted: Wanted = EVERYTHING,
) -> Iterator[RawRecords]:
    """The records of one file; ``number`` tells files apart whose records name no partition.

    Of Parquet what is not within the span that is ``wanted`` is passed over.
    """
    try:
        match _format(file):
            case "avro":
                batches = _batched(read_avro(file), batch_rows, span_ms)
            case "parquet":
                batches = read_parquet(file, batch_rows, span_ms, wanted)
            case _:
                batches = _batched(read_json_lines(file, number), batch_rows, span_ms)
        first = next(batches, None)
        if first is None and wanted == EVERYTHING:
            raise InputError(f"{file}: the file holds no records")
        if first is not None:
            yield first
        yield from batches
    except InputError:
        raise
    except (OSError, ValueError, EOFError, pa.ArrowException) as error:
        raise InputError(f"{file}: damaged or cut off: {error}") from error


_KNOWN: Final = ".jsonl, .jsonl.zst, .jsonl.gz, .json, .ndjson, .avro, .parquet"


def _format(path: Path) -> str | None:
    suffix = path.suffix
    if suffix in COMPRESSED:
        suffix = Path(path.stem).suffix
    if suffix in _JSON_LINES:
        return "lines"
    return {".avro": "avro", ".parquet": "parquet"}.get(path.suffix)


def _is_stream(path: Path) -> bool:
    """Whether a file found in a folder holds records of changes: not what lies beside them.

    That is spans and logs (``.otlp.jsonl``) and single documents (``.json``); named outright, they are read.
    """
    return _format(path) is not None and ".json" not in path.suffixes and ".otlp" not in path.suffixes


def _batched(records: Iterable[Record], batch_rows: int, span_ms: float) -> Iterator[RawRecords]:
    """When one batch is full, or spans its time, all are handed on, so that none waits for long."""
    open_batches: dict[tuple[str, int], list[Record]] = {}
    begun_ms = -1
    for record in records:
        at_ms = -1 if record.timestamp_ms is None else record.timestamp_ms
        if open_batches and at_ms - begun_ms > span_ms:
            yield from map(_raw, open_batches.values())
            open_batches.clear()
        if not open_batches:
            begun_ms = at_ms
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
        timestamps=[-1 if r.timestamp_ms is None else r.timestamp_ms for r in records],
        keys=[r.key for r in records],
        values=[r.value for r in records],
        headers=[r.headers or [] for r in records],
    )
