"""Documents of spans as they come: OTLP in JSON (1.x), and the JSON of Jaeger's query API."""

from typing import Any

import msgspec


class _Otlp(msgspec.Struct, rename="camel", gc=False):
    """OTLP's JSON names fields in lower camel case, and leaves out, or has null for, what is empty."""


class KeyValue(_Otlp):
    """One attribute; ``value`` is an AnyValue, an object with one field that names the type."""

    key: str
    value: dict[str, Any] | None = None


class Status(_Otlp):
    """``code``: 2 (or its name) says that the operation failed."""

    code: int | str | None = None


class OtlpSpan(_Otlp):
    """A span; 64-bit numbers come as texts, as the JSON of Protocol Buffers has them, or as numbers."""

    trace_id: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    name: str | None = None
    kind: int | str | None = None
    start_time_unix_nano: int | float | str | None = None
    end_time_unix_nano: int | float | str | None = None
    attributes: list[KeyValue] | None = None
    status: Status | None = None


class ScopeSpans(_Otlp):
    """Spans of one instrumentation."""

    spans: list[OtlpSpan] | None = None


class Resource(_Otlp):
    """What sent the spans."""

    attributes: list[KeyValue] | None = None


class ResourceSpans(_Otlp):
    """Spans of one sender."""

    resource: Resource | None = None
    scope_spans: list[ScopeSpans] | None = None


class JaegerTag(msgspec.Struct, gc=False):
    """A tag of a span or a process."""

    key: str
    value: Any = None


class JaegerReference(
    msgspec.Struct, rename={"type_": "refType", "trace_id": "traceID", "span_id": "spanID"}
):
    """To a span that this one was caused by: ``CHILD_OF`` (which waits for it) or ``FOLLOWS_FROM``."""

    span_id: str
    trace_id: str = ""
    type_: str = "CHILD_OF"


class JaegerProcess(msgspec.Struct, rename="camel"):
    """What sent the spans."""

    service_name: str = ""
    tags: list[JaegerTag] | None = None


class JaegerSpan(
    msgspec.Struct,
    rename={
        "trace_id": "traceID",
        "span_id": "spanID",
        "parent_span_id": "parentSpanID",
        "operation": "operationName",
        "start_us": "startTime",
        "duration_us": "duration",
        "process_id": "processID",
    },
):
    """A span; times in microseconds."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str | None = None
    operation: str = ""
    references: list[JaegerReference] | None = None
    start_us: int = 0
    duration_us: int = 0
    tags: list[JaegerTag] | None = None
    process_id: str = ""
    process: JaegerProcess | None = None


class JaegerTrace(msgspec.Struct, rename={"trace_id": "traceID"}):
    """A trace."""

    trace_id: str = ""
    spans: list[JaegerSpan] = []
    processes: dict[str, JaegerProcess] = {}


class Document(msgspec.Struct, rename={"resource_spans": "resourceSpans"}):
    """Any of the documents: what is absent tells which it is. ``data``: Jaeger's traces."""

    resource_spans: list[ResourceSpans] | None = None
    data: list[JaegerTrace] | None = None
    spans: list[JaegerSpan] | None = None
    processes: dict[str, JaegerProcess] = {}
