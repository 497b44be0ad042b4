"""Documents of logs in OTLP's JSON (1.x): ExportLogsServiceRequest, and LogsData of the same shape."""

from typing import Any

import msgspec

from schemas.otlp import KeyValue, Resource


class _Otlp(msgspec.Struct, rename="camel", gc=False):
    """OTLP's JSON names fields in lower camel case, and leaves out, or has null for, what is empty."""


class Scope(_Otlp):
    """What wrote the records: an instrumentation, or a logger."""

    name: str | None = None
    version: str | None = None
    attributes: list[KeyValue] | None = None


class OtlpLogRecord(_Otlp):
    """A record; 64-bit numbers come as texts, as the JSON of Protocol Buffers has them, or as numbers."""

    time_unix_nano: int | float | str | None = None
    observed_time_unix_nano: int | float | str | None = None
    severity_number: int | str | None = None
    severity_text: str | None = None
    body: dict[str, Any] | None = None
    attributes: list[KeyValue] | None = None
    dropped_attributes_count: int | None = None
    flags: int | None = None
    trace_id: str | None = None
    span_id: str | None = None
    event_name: str | None = None


class ScopeLogs(_Otlp):
    """Records of one scope."""

    scope: Scope | None = None
    log_records: list[OtlpLogRecord] | None = None


class ResourceLogs(_Otlp):
    """Records of one sender."""

    resource: Resource | None = None
    scope_logs: list[ScopeLogs] | None = None


class LogsDocument(_Otlp):
    """The document."""

    resource_logs: list[ResourceLogs] | None = None
