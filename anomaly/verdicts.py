"""Batches of anomalies → verdicts."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from anomaly.detector import Detector
from columns.senders import metric_name, sender_of
from schemas.verdicts import Exemplar, Reason, Verdict

#: What is kept of a sample that is scored, and what the score adds to it.
SAMPLE: Final = ("metric_id", "timestamp", "value", "tags", "offset", "raw_id", "appended_ms")
SCORED: Final = (pa.field("score", pa.float64()), pa.field("expected", pa.float64()))


def is_scored(batch: pa.RecordBatch) -> bool:
    """Whether ``batch`` holds anomalies, and not events."""
    return SCORED[0].name in batch.schema.names


def verdicts_of(batch: pa.RecordBatch, detector: Detector, entity_tag: str = "pod") -> Iterator[Verdict]:
    """The verdict of each row; with its exemplar where the batch has the columns of one."""
    for row in batch.to_pylist():
        sender = sender_of(row["tags"], entity_tag)
        at = _iso(row["timestamp"])
        yield Verdict(
            id=_id(detector.name, row["metric_id"], row["raw_id"], at),
            metric_id=row["metric_id"],
            service=sender.service or sender.pod or "",
            pod=sender.pod or "",
            metric=metric_name(row["metric_id"], sender),
            timestamp=at,
            value=row["value"],
            expected=round(row["expected"], 9),
            score=round(row["score"], 3),
            threshold=detector.threshold,
            model=detector.name,
            reason=Reason.ABOVE if row["value"] >= row["expected"] else Reason.BELOW,
            exemplar=_exemplar(row),
        )


def _id(*parts: object) -> str:
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def _exemplar(row: dict[str, Any]) -> Exemplar | None:
    if row.get("exemplar_trace_id") is None:
        return None
    return Exemplar(
        row["exemplar_trace_id"], row["exemplar_span_id"], _iso(row["exemplar_at"]), row["exemplar_value"]
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
