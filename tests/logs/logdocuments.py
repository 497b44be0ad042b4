"""Documents of logs for tests."""

import json
from typing import Any

import pyarrow as pa

from logs.decode import Reading, decode_documents

TRACE = "6f3cbf058c2765548a39ad724905d6a1"
SPAN = "576f9c38fc25e197"


def otlp_record(**fields: Any) -> dict[str, Any]:
    """A record of OTLP with what most have; ``None`` leaves a field out."""
    record = {
        "timeUnixNano": "1674981729487160534",
        "severityNumber": 9,
        "severityText": "INFO",
        "body": {"stringValue": "hello"},
        "traceId": TRACE,
        "spanId": SPAN,
    } | fields
    return {name: value for name, value in record.items() if value is not None}


def otlp(*records: dict[str, Any], scope: Any = None, **resource: str) -> bytes:
    """A document of ``records`` of one sender."""
    attributes = [{"key": key.replace("__", "."), "value": {"stringValue": v}} for key, v in resource.items()]
    scope_logs: dict[str, Any] = {"scope": scope or {}, "logRecords": list(records)}
    return json.dumps(
        {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [scope_logs]}]}
    ).encode()


def decoded(*values: bytes | dict[str, Any] | list[Any], **reading: Any) -> pa.RecordBatch:
    """The records of documents of which none may be refused."""
    documents = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
    found = decode_documents(documents, list(range(len(documents))), Reading(**reading))
    assert found.refused == []
    return found.batch


def row(value: bytes | dict[str, Any] | list[Any], **reading: Any) -> dict[str, Any]:
    """The one record of a document, without columns that are null; JSON texts are read."""
    (found,) = decoded(value, **reading).to_pylist()
    for name in ("attributes", "resource"):
        if found[name] is not None:
            found[name] = json.loads(found[name])
    return {name: value for name, value in found.items() if value is not None}
