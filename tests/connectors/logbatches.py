"""LOGS batches made of few words, for tests of what writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas.batches import Origin
from schemas.logs import LOGS

NOON_NS = 1_764_417_600_000_000_000  # 2025-11-29T12:00:00Z
TRACE = "0af7651916cd43dd8448eb211c80319c"


def record(offset: int, **fields: Any) -> dict[str, Any]:
    """A record with a body, a service and a time; ``fields`` by the names of LOGS."""
    return {
        "offset": offset,
        "place": 0,
        "timestamp_ns": NOON_NS + offset,
        "observed_ns": NOON_NS + 10**9,
        "severity": 9,
        "severity_text": "INFO",
        "body": f"order {offset} accepted",
        "structured": False,
        "service": "orders",
        **fields,
    }


def batch(
    records: Sequence[Mapping[str, Any]], topic: str = "otlp_logs", partition: int = 0
) -> pa.RecordBatch:
    """The records as they flow."""
    table = pa.Table.from_pylist([dict(one) for one in records], schema=LOGS)
    return (
        table.combine_chunks()
        .to_batches()[0]
        .replace_schema_metadata(Origin(topic, partition, "").stamp(LOGS).metadata)
    )
