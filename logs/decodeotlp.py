"""One OTLP document of logs, in JSON or Protocol Buffers → LogRecords; the way for whatever is unusual."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from logs.anyvalues import from_json, from_pairs, from_proto, from_proto_pairs
from logs.records import LogRecord, nanos_or_none
from logs.severity import of_name, of_otel
from schemas.otlplogs import LogsDocument, OtlpLogRecord, Scope

_DOCUMENT: Final = msgspec.json.Decoder(LogsDocument, strict=False)
SCOPE_VERSION: Final = "otel.scope.version"
_SCOPE_ATTRIBUTES: Final = "otel.scope.attributes"
_DROPPED: Final = "otel.dropped_attributes_count"


class NoLogsError(ValueError):
    """JSON or Protocol Buffers, and no document of logs."""


def from_otlp_json(value: bytes) -> Iterator[LogRecord]:
    """The records of a document in JSON. Raises NoLogsError, and as msgspec does."""
    document = _DOCUMENT.decode(value)
    if document.resource_logs is None:
        raise NoLogsError
    for resource_logs in document.resource_logs:
        resource = from_pairs(resource_logs.resource.attributes if resource_logs.resource else None)
        for scope_logs in resource_logs.scope_logs or ():
            name, facts = _scope(scope_logs.scope)
            for record in scope_logs.log_records or ():
                yield _record(record, resource, name, facts)


def _scope(scope: Scope | None) -> tuple[str | None, dict[str, Any]]:
    if scope is None:
        return None, {}
    return scope.name, _facts(scope.version, from_pairs(scope.attributes))


def _facts(version: str | None, attributes: dict[str, Any]) -> dict[str, Any]:
    """What of a scope has no column of its own."""
    facts: dict[str, Any] = {SCOPE_VERSION: version} if version else {}
    return facts | {_SCOPE_ATTRIBUTES: attributes} if attributes else facts


def _record(
    record: OtlpLogRecord, resource: dict[str, Any], scope: str | None, facts: dict[str, Any]
) -> LogRecord:
    found = LogRecord(
        timestamp_ns=nanos_or_none(record.time_unix_nano),
        observed_ns=nanos_or_none(record.observed_time_unix_nano),
        severity=of_otel(record.severity_number) or of_name(record.severity_text or ""),
        severity_text=record.severity_text,
        body=from_json(record.body),
        attributes=from_pairs(record.attributes) | facts,
        resource=resource,
        scope=scope,
        flags=record.flags,
        event_name=record.event_name,
    )
    found.set_trace_id(record.trace_id)
    found.set_span_id(record.span_id)
    if record.dropped_attributes_count:
        found.attributes[_DROPPED] = record.dropped_attributes_count
    return found


def from_otlp_protobuf(value: bytes) -> Iterator[LogRecord]:
    """The records of a message. Raises NoLogsError, DecodeError."""
    document = LogsData.FromString(value)
    if not document.resource_logs:
        raise NoLogsError
    for resource_logs in document.resource_logs:
        resource = from_proto_pairs(resource_logs.resource.attributes)
        for scope_logs in resource_logs.scope_logs:
            scope = scope_logs.scope
            facts = _facts(scope.version, from_proto_pairs(scope.attributes))
            for record in scope_logs.log_records:
                yield _from_message(record, resource, scope.name, facts)


def _from_message(record: Any, resource: dict[str, Any], scope: str, facts: dict[str, Any]) -> LogRecord:
    found = LogRecord(
        timestamp_ns=nanos_or_none(record.time_unix_nano),
        observed_ns=nanos_or_none(record.observed_time_unix_nano),
        severity=of_otel(int(record.severity_number)) or of_name(record.severity_text),
        severity_text=record.severity_text,
        body=from_proto(record.body),
        attributes=from_proto_pairs(record.attributes) | facts,
        resource=resource,
        scope=scope,
        flags=record.flags or None,
        event_name=record.event_name,
    )
    found.set_trace_id(record.trace_id.hex())
    found.set_span_id(record.span_id.hex())
    if record.dropped_attributes_count:
        found.attributes[_DROPPED] = record.dropped_attributes_count
    return found
