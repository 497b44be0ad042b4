"""The same spans as the documents that tools send: OTLP in JSON and Protocol Buffers, Jaeger's JSON."""

import json
from typing import Any

from google.protobuf.json_format import Parse
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
CHILD = "53995c3f42cd8ad8"
BEGIN_NS = 1_700_000_000_000_000_000


def otlp_span(**fields: Any) -> dict[str, Any]:
    """A span as OTLP's JSON has it; ``fields`` in its spelling."""
    return {
        "traceId": TRACE,
        "spanId": CHILD,
        "parentSpanId": PARENT,
        "name": "GET /cart",
        "kind": 2,
        "startTimeUnixNano": str(BEGIN_NS),
        "endTimeUnixNano": str(BEGIN_NS + 5_000_000),
    } | fields


def otlp(*spans: dict[str, Any], **resource: str) -> bytes:
    """A document of ``spans``, all of one sender; ``resource``: its attributes, ``_`` for a dot."""
    return json.dumps(otlp_document(*spans, **resource)).encode()


def otlp_document(*spans: dict[str, Any], **resource: str) -> dict[str, Any]:
    """The same before it is text."""
    named = resource or {"service_name": "cart", "k8s_pod_name": "cart-1"}
    attributes = [
        {"key": key.replace("_", "."), "value": {"stringValue": text}} for key, text in named.items()
    ]
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": spans}]}]}


def as_protobuf(document: dict[str, Any]) -> bytes:
    """An OTLP document in Protocol Buffers; ids go from hex to the base64 that protobuf's own JSON has."""
    text = json.dumps(document)
    message = Parse(text, TracesData(), ignore_unknown_fields=True)
    spans = [s for r in document["resourceSpans"] for c in r["scopeSpans"] for s in c["spans"]]
    written = [s for r in message.resource_spans for c in r.scope_spans for s in c.spans]
    for span, there in zip(spans, written, strict=True):
        there.trace_id = bytes.fromhex(span["traceId"])
        there.span_id = bytes.fromhex(span["spanId"])
        there.parent_span_id = bytes.fromhex(span.get("parentSpanId", ""))
    data: bytes = message.SerializeToString()
    return data


def jaeger_span(**fields: Any) -> dict[str, Any]:
    """A span as Jaeger's query API gives it."""
    return {
        "traceID": TRACE,
        "spanID": CHILD,
        "operationName": "GET /cart",
        "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": PARENT}],
        "startTime": BEGIN_NS // 1000,
        "duration": 5000,
        "tags": [],
        "logs": [],
        "processID": "p1",
        "warnings": None,
    } | fields


def jaeger(*spans: dict[str, Any]) -> bytes:
    """An answer of Jaeger's query API with ``spans`` in one trace."""
    processes = {
        "p1": {
            "serviceName": "cart",
            "tags": [{"key": "k8s.pod.name", "type": "string", "value": "cart-1"}],
        }
    }
    trace = {"traceID": TRACE, "spans": spans, "processes": processes, "warnings": None}
    return json.dumps({"data": [trace], "total": 0, "limit": 0, "offset": 0, "errors": None}).encode()
