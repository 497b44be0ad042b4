"""What the benchmark sets side by side, each in a process of its own: ``python -m pipelines.contenders``.

See pipelines.bench for what each is.
"""

import hashlib
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from connectors.recordfiles import read_files
from connectors.spanfiles import read_span_files
from pipelines.settings import Settings
from schemas.envelope import EventEnvelope, EventRow
from schemas.otlp import Document

SPANS_SUFFIX: Final = ".otlp.jsonl"
_LIMIT_RUN: Final = 1024
_DOCUMENT: Final = msgspec.json.Decoder(Document, strict=False)
_ENVELOPE: Final = msgspec.json.Decoder(EventEnvelope)
_YEAR_2000: Final = 946_684_800
_DAY_SECONDS: Final = 86_400


def spans_beside(archive: Path) -> list[Path]:
    """The second input of the path: where it lies, if there is one."""
    spans = archive.with_suffix(SPANS_SUFFIX)
    return [spans] if spans.exists() else []


def _limit(archive: Path, output: Path) -> float:
    """Decode every value and every span into columns, in runs that fit the cache; reading is not counted."""
    seconds = 0.0
    for records in read_files([archive], Settings().batch_rows):
        began = time.perf_counter()
        for start in range(0, len(records), _LIMIT_RUN):
            _columns_of(records.values[start : start + _LIMIT_RUN])
        seconds += time.perf_counter() - began
    for documents in read_span_files(spans_beside(archive)):
        began = time.perf_counter()
        _span_columns_of(documents.values)
        seconds += time.perf_counter() - began
    return seconds


def _span_columns_of(values: list[bytes | None]) -> None:
    senders = [s for value in values for s in _DOCUMENT.decode(value or b"").resource_spans or ()]
    spans = [s for sender in senders for scope in sender.scope_spans or () for s in scope.spans or ()]
    for name in ("trace_id", "span_id", "parent_span_id", "name"):
        pa.array([getattr(span, name) for span in spans], pa.string())
    pa.array([span.kind for span in spans], pa.int64())
    pa.array([int(span.start_time_unix_nano or 0) for span in spans], pa.int64())
    pa.array([int(span.end_time_unix_nano or 0) for span in spans], pa.int64())


def _columns_of(values: list[bytes | None]) -> None:
    envelopes = []
    for value in values:
        try:
            envelopes.append(_ENVELOPE.decode(value or b""))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    rows = [e.after or e.before or EventRow() for e in envelopes]
    pa.array([row.metric_id for row in rows], pa.string())
    pa.array([row.timestamp for row in rows], pa.string())
    pa.array([row.value if isinstance(row.value, float) else None for row in rows], pa.float64())
    pa.array([row.tags for row in rows], pa.string())
    pa.array([row.seq for row in rows], pa.int64())
    pa.array([e.op for e in envelopes], pa.string())
    pa.array([e.source.lsn if e.source else None for e in envelopes], pa.int64())
    pa.array([e.source.ts_us if e.source else None for e in envelopes], pa.int64())


def _loop(archive: Path, output: Path) -> None:
    keep_first(archive)


def keep_first(archive: Path) -> int:
    """What a user might write: one event at a time; the number of events kept."""
    seen: dict[str, float] = {}
    for records in read_files([archive], Settings().batch_rows):
        for value in records.values:
            try:
                document = json.loads(value or b"null")
                row = document["after"] if document["op"] in "cr" else None
                if row is None or not _is_good(row, document["source"]["ts_ms"]):
                    continue
                key = (row["metric_id"] + row["timestamp"]).encode()
            except (ValueError, TypeError, KeyError):
                continue
            seen.setdefault(hashlib.md5(key, usedforsecurity=False).hexdigest(), row["value"])
    return len(seen)


def _is_good(row: dict[str, Any], committed_ms: int) -> bool:
    """The field check, by hand: it refuses the rows that the contract refuses."""
    if not row["metric_id"] or not isinstance(row["value"], int | float):
        return False
    seconds = datetime.fromisoformat(row["timestamp"]).timestamp()
    tags = json.loads(row["tags"])
    return (
        _YEAR_2000 <= seconds <= committed_ms / 1000 + _DAY_SECONDS
        and isinstance(tags, dict)
        and not any(isinstance(tag, list | dict) for tag in tags.values())
    )


def _path(archive: Path, output: Path) -> float:
    """The job itself; its own time, without the check of the result that follows it."""
    from pipelines import ingest

    spans = tuple(map(str, spans_beside(archive)))
    summary = ingest.run(Settings(input=(str(archive),), spans=spans, output=str(output)))
    return float(summary["seconds"])


CONTENDERS: Final[dict[str, Callable[[Path, Path], float | None]]] = {
    "limit": _limit,
    "loop": _loop,
    "path": _path,
}


def _work(name: str, archive: str, output: str) -> None:
    """One measurement, in this process, on one core."""
    logging.getLogger().setLevel(logging.ERROR)  # Beam's import warns of cloud services that are not there
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    began = time.perf_counter()
    own = CONTENDERS[name](Path(archive), Path(output))
    seconds = time.perf_counter() - began if own is None else own
    print(json.dumps({"seconds": seconds, "peak_mib": _peak_mib()}))


def _peak_mib() -> float:
    """Peak resident memory of this program; getrusage's would count the one that started it."""
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return round(int(peak[1]) / 1024, 1) if peak else float("nan")


if __name__ == "__main__":
    _work(*sys.argv[1:])
