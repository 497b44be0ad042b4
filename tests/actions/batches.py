"""Building batches of events and changes, and verdicts, for tests of actions."""

import json
from typing import Any

import pyarrow as pa

from actions.times import iso
from schemas.batches import EVENT_CHANGES, EVENTS, TABLE_CHANGES, Origin
from schemas.verdicts import Exemplar, Reason, Verdict

BEGIN_US = 1_700_000_000_000_000
Row = dict[str, Any]


def tags(pod: str | None, service: str | None) -> str:
    """Tags that name pod and service where there is one."""
    return json.dumps({name: text for name, text in (("pod", pod), ("service", service)) if text is not None})


def change(metric_id: str | None, at_us: int, text: str | None, **fields: Any) -> Row:
    """A row of EVENTS or EVENT_CHANGES, committed ``at_us`` after the begin and appended soon after."""
    committed = BEGIN_US + at_us
    row = {
        "metric_id": metric_id,
        "tags": text,
        "committed_us": committed,
        "appended_ms": committed // 1000 + 1,
    }
    return row | fields


def _batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    arrays = []
    for field in schema:
        absent: Any = None
        if pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
            absent = 0
        values = [row.get(field.name, absent) for row in rows]
        if pa.types.is_dictionary(field.type):
            arrays.append(pa.array(values, field.type.value_type).dictionary_encode())
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=Origin("t", 0, "db").stamp(schema))


def events(rows: list[Row]) -> pa.RecordBatch:
    """An EVENTS batch."""
    return _batch([{"timestamp": 0} | row for row in rows], EVENTS)


def event_changes(rows: list[Row]) -> pa.RecordBatch:
    """An EVENT_CHANGES batch; ``op`` as its letter."""
    return _batch([row | {"op": ord(row.get("op", "u"))} for row in rows], EVENT_CHANGES)


def table_changes(rows: list[tuple[str, Row | str | None, Row | None]], at_us: int = 0) -> pa.RecordBatch:
    """A TABLE_CHANGES batch of (op, row, row before)."""
    texts = [
        {
            "op": ord(op),
            "row": row if row is None or isinstance(row, str) else json.dumps(row),
            "before": None if before is None else json.dumps(before),
        }
        for op, row, before in rows
    ]
    return _batch([change(None, at_us, None) | text for text in texts], TABLE_CHANGES)


def verdict(
    metric: str = "cpu_usage",
    at_seconds: float = 0.0,
    *,
    service: str = "cart",
    pod: str | None = None,
    score: float = 6.0,
    reason: Reason = Reason.ABOVE,
    trace_id: str | None = None,
) -> Verdict:
    """An anomaly ``at_seconds`` after the begin; its pod is ``<service>-1`` unless another is given."""
    pod = pod or f"{service}-1"
    at = iso(BEGIN_US + int(at_seconds * 1e6))
    return Verdict(
        id=f"{pod}:{metric}@{at}",
        metric_id=f"{pod}:{metric}",
        service=service,
        pod=pod,
        metric=metric,
        timestamp=at,
        value=10.0,
        expected=1.0,
        score=score,
        threshold=3.0,
        model="m",
        reason=reason,
        exemplar=Exemplar(trace_id, "s", at, 10.0) if trace_id else None,
    )
