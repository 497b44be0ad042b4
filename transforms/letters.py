"""Refused rows → dead letters, which hold the (redacted) row as Debezium would write it."""

import math
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import pyarrow as pa

from schemas.batches import Origin
from schemas.letters import DeadLetter, letter_id
from schemas.names import Step

_LARGEST: Final = 2**63 - 1


def change_letters(batch: pa.RecordBatch, step: Step, reasons: Iterable[str]) -> Iterable[DeadLetter]:
    """The letters of a batch of changes, one reason a row."""
    origin = Origin.of(batch)
    for row, reason in zip(batch.to_pylist(), reasons, strict=True):
        odd = row["odd"]
        shown = (
            {name: _plain(row[name]) for name in ("seq", "metric_id", "timestamp", "value", "tags")}
            if odd is None
            else _as_json(odd)
        )
        yield _letter(origin, step, reason, row, chr(row["op"]), shown)


def event_letters(batch: pa.RecordBatch, step: Step, reason: str) -> Iterable[DeadLetter]:
    """The letters of a batch of events, all for one reason."""
    origin = Origin.of(batch)
    for row in batch.to_pylist():
        shown = {name: row[name] for name in ("seq", "metric_id", "value", "tags")}
        shown["timestamp"] = row["timestamp"].isoformat().replace("+00:00", "Z")
        yield _letter(origin, step, reason, row, "c", shown)


def _letter(origin: Origin, step: Step, reason: str, row: dict[str, Any], op: str, shown: Any) -> DeadLetter:
    return DeadLetter(
        id=letter_id(origin.topic, origin.partition, row["offset"]),
        step=step,
        reason=reason,
        topic=origin.topic,
        partition=origin.partition,
        offset=row["offset"],
        appended_ms=row["appended_ms"],
        op=op,
        source=origin.source,
        committed_us=row["committed_us"],
        commit_lsn=row["commit_lsn"],
        lsn=row["lsn"],
        order=row["order"],
        row=shown if isinstance(shown, dict) else {"row": shown},
    )


def _as_json(odd: str) -> Any:
    """The document of a row that fits no column, as far as an encoder can write it again."""
    try:
        return _bounded(msgspec.json.decode(odd))
    except RecursionError:
        return odd


def _bounded(value: Any) -> Any:
    """JSON's numbers have no bound, an encoder's have: larger ones become texts."""
    match value:
        case dict():
            return {name: _bounded(inner) for name, inner in value.items()}
        case list():
            return [_bounded(inner) for inner in value]
        case bool():
            return value
        case int() if abs(value) > _LARGEST:
            return str(value)
        case _:
            return value


def _plain(value: Any) -> Any:
    """JSON has no NaN and no infinities: Debezium writes them as strings, and so do we."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
