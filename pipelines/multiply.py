"""A capture → an archive of any length: copies of it, each one capture span later, with keys of its own.

Each copy is moved in event time, commit time, log position, row key and offset by as much as the capture is
long, so that it is what the same system would have sent in the next hour: new events of the same series.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.recordfiles import find_files, read_files
from connectors.spanfiles import find_span_files, read_span_files
from schemas.archive import ARCHIVE
from schemas.records import RawRecords

_RUN_ROWS: Final = 32_768
_SPAN: Final = timedelta(minutes=75)
_LSN_SPAN: Final = 1 << 32
_SEQ_SPAN: Final = 10_000_000
_ANY = msgspec.json.Decoder()


def multiply(sample: str, records: int, archive: Path, events_table: str = "metrics.events") -> int:
    """Write copies of ``sample`` to ``archive`` (Parquet, not compressed) until it holds ``records`` events.

    Records of other tables and control records are in the first copy only. Returns the number of records.
    """
    batches = list(read_files(find_files([sample]), _RUN_ROWS))
    events = [batch for batch in batches if batch.topic.endswith(events_table)]
    per_copy = sum(map(len, events))
    written = 0
    with pq.ParquetWriter(archive, ARCHIVE, compression="none", use_dictionary=["topic"]) as writer:
        for copy in range(-(-records // per_copy)):
            for batch in batches if copy == 0 else events:
                moved = list(_moved(batch, copy))
                writer.write_batch(_rows(moved, batch), row_group_size=_RUN_ROWS)
                written += len(moved)
    return written


def multiply_spans(files: Iterable[str], copies: int, target: Path) -> int:
    """Write ``copies`` of the spans in ``files`` (OTLP) to ``target``, as JSON lines; the number of spans.

    Each copy is as much later as one of :func:`multiply`, with trace ids of its own.
    """
    documents = [
        _ANY.decode(value or b"")
        for records in read_span_files(find_span_files(files))
        for value in records.values
    ]
    written = 0
    with target.open("wb") as stream:
        for copy in range(copies):
            later_ns = copy * int(_SPAN.total_seconds()) * 10**9
            for document in documents:
                moved = [
                    _moved_spans(sender, later_ns, f"{copy:08x}") for sender in document["resourceSpans"]
                ]
                written += sum(len(scope["spans"]) for sender in moved for scope in sender["scopeSpans"])
                stream.write(msgspec.json.encode({"resourceSpans": moved}) + b"\n")
    return written


def _moved_spans(sender: dict[str, Any], later_ns: int, prefix: str) -> dict[str, Any]:
    def moved(span: dict[str, Any]) -> dict[str, Any]:
        times = {name: str(int(span[name]) + later_ns) for name in ("startTimeUnixNano", "endTimeUnixNano")}
        return span | times | {"traceId": prefix + span["traceId"][len(prefix) :]}

    scopes = [scope | {"spans": [moved(span) for span in scope["spans"]]} for scope in sender["scopeSpans"]]
    return sender | {"scopeSpans": scopes}


def _rows(moved: list[tuple[int, int, bytes | None, bytes | None]], batch: RawRecords) -> pa.RecordBatch:
    offsets, timestamps, keys, values = zip(*moved, strict=True)
    columns = ([batch.topic] * len(moved), [batch.partition] * len(moved), offsets, timestamps, keys, values)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ARCHIVE, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARCHIVE)


def _moved(batch: RawRecords, copy: int) -> Iterator[tuple[int, int, bytes | None, bytes | None]]:
    milliseconds = copy * int(_SPAN.total_seconds() * 1000)
    for offset, at, key, value in zip(batch.offsets, batch.timestamps, batch.keys, batch.values, strict=True):
        moved = _moved_value(value, copy) if copy and value else value
        yield offset + copy * _SEQ_SPAN, at + milliseconds, key, moved


def _moved_value(value: bytes, copy: int) -> bytes:
    try:
        document = _ANY.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return value
    if not isinstance(document, dict) or not isinstance(document.get("source"), dict):
        return value
    for row in (document.get("before"), document.get("after")):
        if isinstance(row, dict):
            _add(row, copy * _SEQ_SPAN, ("seq",))
            if isinstance(row.get("timestamp"), str):
                row["timestamp"] = _moved_time(row["timestamp"], copy)
    _move_source(document["source"], copy)
    _move_times(document, copy)
    return msgspec.json.encode(document)


def _move_source(source: dict[str, Any], copy: int) -> None:
    _add(source, copy * _LSN_SPAN, ("lsn",))
    _move_times(source, copy)
    if isinstance(source.get("sequence"), str):
        moved = [
            None if p is None else str(int(p) + copy * _LSN_SPAN) for p in _ANY.decode(source["sequence"])
        ]
        source["sequence"] = msgspec.json.encode(moved).decode()


def _move_times(fields: dict[str, Any], copy: int) -> None:
    seconds = copy * int(_SPAN.total_seconds())
    for name, unit in (("ts_ms", 10**3), ("ts_us", 10**6), ("ts_ns", 10**9)):
        _add(fields, seconds * unit, (name,))


def _add(fields: dict[str, Any], amount: int, names: Iterable[str]) -> None:
    for name in names:
        if isinstance(fields.get(name), int):
            fields[name] += amount


@lru_cache(65_536)
def _moved_time(text: str, copy: int) -> str:
    moved = datetime.fromisoformat(text) + copy * _SPAN
    return moved.isoformat(timespec="microseconds").replace("+00:00", "Z")
