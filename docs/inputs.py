"""Made-up telemetry for the examples of this folder: changes of tables, samples, spans. All of one hour."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.names import SPANS_TOPIC
from schemas.records import RawRecords

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"


def changes(*values: bytes | None, table: str = "metrics.events", partition: int = 0) -> RawRecords:
    """Records of one partition of the topic of ``table``, appended one second after the other."""
    begin, count = _ms(BEGIN), len(values)
    times = [begin + 1000 * i for i in range(count)]
    keys = [_key(value) for value in values]
    return RawRecords(f"db.{table}", partition, list(range(count)), times, keys, list(values))


def insert(
    metric_id: str = "cart-1:cpu", *, second: int = 0, lsn: int | None = None, tx: int = 0, **row: Any
) -> bytes:
    """The envelope of an inserted event, which was committed then by ``tx``; ``row``: other columns of it."""
    pod = metric_id.partition(":")[0]
    event = {
        "seq": second,
        "metric_id": metric_id,
        "timestamp": (BEGIN + timedelta(seconds=second)).isoformat(),
        "value": 1.0,
        "tags": json.dumps({"pod": pod}),
    }
    return _envelope(event | row, second, second if lsn is None else lsn, tx)


def end(tx: int, events: int, *, second: int = 0) -> bytes:
    """The end of a transaction that was committed then, with so many changes of the events' table."""
    counts = [{"data_collection": "metrics.events", "event_count": events}]
    at = _ms(BEGIN) + 1000 * second
    document = {"status": "END", "id": f"{tx}:{second}", "data_collections": counts, "ts_ms": at}
    return json.dumps(document).encode()


def series(metric_id: str = "cart-1:cpu") -> bytes:
    """The envelope of a new row of the catalogue."""
    return _envelope({"metric_id": metric_id, "pod": metric_id.partition(":")[0]}, 0, 0)


def sample(metric_id: str = "cart-1:cpu", *, minute: int = 0, value: float = 1.0, **columns: Any) -> Any:
    """A row for ToBatches: a clean event, committed and appended when it was measured."""
    at = BEGIN + timedelta(minutes=minute)
    pod = metric_id.partition(":")[0]
    row = {
        "metric_id": metric_id,
        "timestamp": at,
        "value": value,
        "tags": json.dumps({"pod": pod, "service": pod.rpartition("-")[0]}),
        "committed_us": _ms(at) * 1000,
        "appended_ms": _ms(at),
    }
    numbers = dict.fromkeys(("seq", "offset", "commit_lsn", "lsn"), minute) | {"order": 0, "raw_id": 0}
    return row | numbers | {"topic": "db.metrics.events", "partition": 0, "source": "db"} | columns


def spans(*documents: bytes) -> RawRecords:
    """Records of span documents, as a file of them gives."""
    count = len(documents)
    places = list(range(1, count + 1))
    return RawRecords(SPANS_TOPIC, -1, places, [-1] * count, [None] * count, list(documents))


def span(  # noqa: PLR0913  what an example is about
    span_id: str = "00f067aa0ba902b7",
    parent_id: str | None = None,
    *,
    service: str = "cart",
    name: str = "GET /cart",
    kind: int = 2,
    start: float = 0.0,
    end: float = 1.0,
    error: bool = False,
    trace_id: str = TRACE,
) -> bytes:
    """An OTLP document of one span of pod ``<service>-1``; times in seconds of the hour, kind 2: server."""
    attributes = {"service.name": service, "k8s.pod.name": f"{service}-1"}
    begin_ns = _ms(BEGIN) * 10**6
    found = {
        "traceId": trace_id,
        "spanId": span_id,
        "parentSpanId": parent_id,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(begin_ns + round(start * 1e9)),
        "endTimeUnixNano": str(begin_ns + round(end * 1e9)),
        "status": {"code": 2 if error else 0},
    }
    resource = [{"key": key, "value": {"stringValue": text}} for key, text in attributes.items()]
    document = {"resource": {"attributes": resource}, "scopeSpans": [{"spans": [found]}]}
    return json.dumps({"resourceSpans": [document]}).encode()


def _envelope(row: dict[str, Any], second: int, lsn: int, tx: int = 0) -> bytes:
    ms = _ms(BEGIN) + 1000 * second
    position = json.dumps([str(lsn), str(lsn)])
    source = {"name": "db", "ts_ms": ms, "ts_us": ms * 1000, "lsn": lsn, "sequence": position, "txId": tx}
    transaction = {"id": f"{tx}:{lsn}", "total_order": lsn} if tx else None
    document = {"op": "c", "before": None, "after": row, "source": source, "transaction": transaction}
    return json.dumps(document).encode()


def _key(value: bytes | None) -> bytes | None:
    """As Debezium has it: the primary key of the row."""
    try:
        return json.dumps({"seq": json.loads(value or b"")["after"].get("seq")}).encode()
    except (ValueError, KeyError):
        return None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
