"""Building and cutting captures for tests."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.conftest import SAMPLE

Line = dict[str, Any]


def sample_lines() -> Iterator[bytes]:
    """The lines of the sample's capture, one record each."""
    with pa.input_stream(str(SAMPLE / "cdc.jsonl.zst"), compression="zstd") as stream:
        yield from stream.read().splitlines()


def write_lines(path: Path, lines: Iterable[bytes]) -> Path:
    """A file of ``lines``."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def line(
    topic: str, offset: int, value: bytes | None, *, partition: int = 0, at: int = 0, key: bytes = b""
) -> bytes:
    """One line of a capture; ``at``: milliseconds after the capture's begin."""
    return json.dumps(
        {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "timestamp_ms": 1_700_000_000_000 + at,
            "key": base64.b64encode(key).decode(),
            "value": None if value is None else base64.b64encode(value).decode(),
            "headers": [],
        }
    ).encode()


def series(offset: int, metric_id: str, *, pod: str = "pod-1", at: int = 0) -> bytes:
    """A row of the catalogue, as a line of a capture."""
    row = {"metric_id": metric_id, "service": "s", "pod": pod, "name": "cpu", "unit": None}
    value = {"op": "c", "before": None, "after": row, "source": _source(1_000 + offset, at)}
    return line("db.metrics.series", offset, json.dumps(value).encode(), at=at)


def event(
    offset: int,
    metric_id: str = "pod-1:cpu",
    *,
    minute: int = 0,
    value: Any = 1.0,
    at: int = 0,
    partition: int = 0,
    lsn: int | None = None,
    **fields: Any,
) -> bytes:
    """An inserted event, as a line of a capture; its position follows the offset unless ``lsn`` is given."""
    row = {
        "seq": offset,
        "metric_id": metric_id,
        "timestamp": f"2023-11-14T{22 + minute // 60:02d}:{minute % 60:02d}:00.000000Z",
        "value": value,
        "tags": json.dumps({"pod": metric_id.partition(":")[0]}),
    } | fields
    position = 10_000 + offset if lsn is None else lsn
    envelope = {"op": "c", "before": None, "after": row, "source": _source(position, at)}
    return line("db.metrics.events", offset, json.dumps(envelope).encode(), partition=partition, at=at)


def _source(lsn: int, at: int) -> dict[str, Any]:
    return {
        "name": "db",
        "ts_ms": 1_700_000_000_000 + at,
        "ts_us": (1_700_000_000_000 + at) * 1000,
        "snapshot": "false",
        "schema": "metrics",
        "table": "events",
        "sequence": json.dumps([str(lsn), str(lsn)]),
        "lsn": lsn,
    }
