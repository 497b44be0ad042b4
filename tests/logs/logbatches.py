"""Building LOGS batches for tests: a record names what it is about, all else has a usual value."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from schemas.batches import Origin
from schemas.logs import LOGS, Severity

BEGIN_NS = 1_700_000_040_000_000_000  # at the begin of a minute
SECOND = 10**9
TRACE = "0" * 31 + "1"
ORIGIN = Origin("logs", 0, "")

Row = dict[str, Any]


def record(
    body: str | None = "a line", at: float = 0.0, *, service: str | None = "shop", **columns: Any
) -> Row:
    """A row of LOGS, ``at`` seconds after the begin; its pod is ``<service>-1`` unless another is given."""
    time_ns = BEGIN_NS + int(at * SECOND)
    usual: Row = {
        "timestamp_ns": time_ns,
        "observed_ns": time_ns,
        "severity": int(Severity.INFO),
        "body": body,
        "structured": False,
        "service": service,
        "pod": None if service is None else f"{service}-1",
        "flags": 0,
    }
    return usual | columns


def batch_of(rows: Iterable[Row], origin: Origin = ORIGIN) -> pa.RecordBatch:
    """A LOGS batch; offsets count up unless rows name theirs."""
    filled = [{"offset": place, "place": 0} | row for place, row in enumerate(rows)]
    columns = []
    for field in LOGS:
        values = [row.get(field.name) for row in filled]
        if pa.types.is_dictionary(field.type):
            columns.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            columns.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=origin.stamp(LOGS))


def parts(rows: list[Row], size: int) -> list[pa.RecordBatch]:
    """Batches of so many rows; offsets go on from one to the next."""
    numbered = [{"offset": place, "place": 0} | row for place, row in enumerate(rows)]
    return [batch_of(numbered[begin : begin + size]) for begin in range(0, len(rows), size)]
