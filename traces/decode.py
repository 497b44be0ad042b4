"""Documents of spans → SPANS batch | refused documents and spans.

A document is an OTLP ExportTraceServiceRequest (or TracesData, which has the same shape) in JSON or in
Protocol Buffers, or what Jaeger's query API gives. What a document is, its bytes tell.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from schemas.names import SpanRefusal
from schemas.otlp import (
    Document,
    JaegerProcess,
    JaegerSpan,
    JaegerTag,
    KeyValue,
    OtlpSpan,
    Resource,
    ResourceSpans,
)
from schemas.spans import SPANS, Kind
from traces.otlpcolumns import usual_columns

_DOCUMENT: Final = msgspec.json.Decoder(Document, strict=False)
_JSON: Final = msgspec.json.Encoder(enc_hook=str)
_KINDS: Final[dict[object, int]] = {
    **{kind.value: kind.value for kind in Kind},
    **{str(kind.value): kind.value for kind in Kind},
    **{f"SPAN_KIND_{kind.name}": kind.value for kind in Kind},
    **{kind.name.lower(): kind.value for kind in Kind},
}
_ERRORS: Final = {2, "2", "STATUS_CODE_ERROR"}
#: As the JSON of Protocol Buffers has them.
_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_HEX: Final = frozenset("0123456789abcdef")
_LARGEST: Final = 2**63 - 1
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16


class Row(NamedTuple):
    """One span, in the order of the columns of SPANS."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: int
    start_ns: int
    end_ns: int
    error: bool
    service: str
    pod: str | None
    follows: bool
    attributes: str | None


class Refused(NamedTuple):
    """A document (``row`` is ``None``) or a span that cannot be used.

    ``document``: its place among all; ``place``: that of the span in its document.
    """

    document: int
    kind: SpanRefusal
    row: Row | None = None
    place: int = 0


class Decoded(NamedTuple):
    """The spans of some documents."""

    batch: pa.RecordBatch
    refused: list[Refused]


def decode_documents(values: Iterable[bytes | None], *, any_id: bool = False) -> Decoded:
    """The spans of ``values``. With ``any_id`` all are taken, whatever their ids and times are.

    Ids are in lower case then too, but those of Jaeger, which are as they are written.
    """
    documents = [value or b"" for value in values]
    if not any_id:
        usual = usual_columns(documents, _sender_of, lambda attributes: _as_json(_attributes(attributes)))
        if usual is not None:
            return Decoded(usual, [])
    rows: list[Row] = []
    refused: list[Refused] = []
    for index, value in enumerate(documents):
        try:
            found = list(_spans(value, normal=not any_id))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, DecodeError, _NoSpansError):
            refused.append(Refused(index, SpanRefusal.NO_DOCUMENT))
            continue
        if any_id:
            rows += found
            continue
        for place, row in enumerate(found):
            problem = _problem(row)
            if problem is None:
                rows.append(row)
            else:
                refused.append(Refused(index, problem, row, place))
    return Decoded(_batch(rows), refused)


class _NoSpansError(ValueError):
    """JSON or Protocol Buffers, and no document of spans."""


def _batch(rows: list[Row]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(SPANS)
    arrays = []
    for field, values in zip(SPANS, columns, strict=True):
        if pa.types.is_dictionary(field.type):
            arrays.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=SPANS)


def _problem(row: Row) -> SpanRefusal | None:
    if not _is_id(row.trace_id, _TRACE_DIGITS):
        return SpanRefusal.TRACE_ID
    if not _is_id(row.span_id, _SPAN_DIGITS):
        return SpanRefusal.SPAN_ID
    if row.parent_id is not None and not _is_id(row.parent_id, _SPAN_DIGITS):
        return SpanRefusal.PARENT_ID
    if not 0 < row.start_ns <= row.end_ns <= _LARGEST:
        return SpanRefusal.TIMES
    return None


def _is_id(text: str, digits: int) -> bool:
    return len(text) == digits and _HEX.issuperset(text) and text.count("0") != digits


def _spans(value: bytes, *, normal: bool) -> Iterator[Row]:
    if not _is_json(value):
        yield from _from_protobuf(value)
        return
    document = _DOCUMENT.decode(value)
    if document.resource_spans is not None:
        for resource_spans in document.resource_spans:
            yield from _from_otlp(resource_spans)
    elif document.data is not None:
        for trace in document.data:
            yield from _from_jaeger(trace.spans, trace.processes, normal=normal)
    elif document.spans is not None:
        yield from _from_jaeger(document.spans, document.processes, normal=normal)
    else:
        raise _NoSpansError


def _is_json(value: bytes) -> bool:
    """A message of Protocol Buffers begins with a line feed, and its length may be a brace's number."""
    if value.lstrip()[:1] not in (b"{", b"["):
        return False
    if value[:1] == b"\n":
        try:
            msgspec.json.decode(value, type=msgspec.Raw)
        except msgspec.DecodeError:
            return False
    return True


def _sender_of(resource: Resource | None) -> tuple[str, str | None]:
    return _sender(_attributes(resource.attributes if resource else None))


def _from_otlp(resource_spans: ResourceSpans) -> Iterator[Row]:
    service, pod = _sender_of(resource_spans.resource)
    for scope in resource_spans.scope_spans or ():
        for span in scope.spans or ():
            yield Row(
                (span.trace_id or "").lower(),
                (span.span_id or "").lower(),
                (span.parent_span_id or "").lower() or None,
                span.name or "",
                _KINDS.get(span.kind, Kind.UNSPECIFIED),
                _nanos(span.start_time_unix_nano),
                _nanos(span.end_time_unix_nano),
                span.status is not None and span.status.code in _ERRORS,
                service,
                pod,
                False,
                _own_attributes(span),
            )


def _own_attributes(span: OtlpSpan) -> str | None:
    return _as_json(_attributes(span.attributes)) if span.attributes else None


def _as_json(attributes: Mapping[str, Any]) -> str | None:
    return _JSON.encode(attributes).decode() if attributes else None


def _nanos(value: float | str | None) -> int:
    """-1, which no span may have, for what is no number."""
    try:
        nanos = int(value or 0)
    except ValueError:
        return -1
    return nanos if abs(nanos) <= _LARGEST else -1


def _sender(resource: Mapping[str, Any]) -> tuple[str, str | None]:
    pod = resource.get("k8s.pod.name")
    return str(resource.get("service.name") or "unknown_service"), None if pod is None else str(pod)


def _attributes(pairs: list[KeyValue] | None) -> dict[str, Any]:
    return {pair.key: _any_value(pair.value) for pair in pairs or ()}


def _any_value(value: Any) -> Any:
    kind, inner = next(iter(value.items()), ("", None)) if isinstance(value, dict) else ("", None)
    match kind:
        case "arrayValue":
            return [_any_value(v) for v in _members(inner)]
        case "kvlistValue":
            pairs = (v for v in _members(inner) if isinstance(v, dict))
            return {str(v.get("key")): _any_value(v.get("value")) for v in pairs}
        case "intValue":
            return _whole(inner)
        case "doubleValue":
            return float(inner) if isinstance(inner, int) and abs(inner) <= _LARGEST else inner
    return inner


def _whole(value: Any) -> Any:
    """A text of digits as a number; what is none stays as it is."""
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _members(inner: Any) -> list[Any]:
    values = inner.get("values") if isinstance(inner, dict) else None
    return values if isinstance(values, list) else []


def _from_protobuf(value: bytes) -> Iterator[Row]:
    document = TracesData.FromString(value)
    if not document.resource_spans:
        raise _NoSpansError
    for resource_spans in document.resource_spans:
        resource = {pair.key: _proto_value(pair.value) for pair in resource_spans.resource.attributes}
        service, pod = _sender(resource)
        for scope in resource_spans.scope_spans:
            for span in scope.spans:
                attributes = {pair.key: _proto_value(pair.value) for pair in span.attributes}
                yield Row(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex() or None,
                    span.name,
                    _KINDS.get(span.kind, Kind.UNSPECIFIED),
                    _nanos(span.start_time_unix_nano),
                    _nanos(span.end_time_unix_nano),
                    span.status.code in _ERRORS,
                    service,
                    pod,
                    False,
                    _as_json(attributes),
                )


def _proto_value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_proto_value(inner) for inner in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _proto_value(pair.value) for pair in value.kvlist_value.values}
    if kind == "double_value" and not math.isfinite(value.double_value):
        return _NOT_FINITE[str(value.double_value)]
    return None if kind is None else getattr(value, kind)


def _from_jaeger(
    spans: list[JaegerSpan], processes: Mapping[str, JaegerProcess], *, normal: bool
) -> Iterator[Row]:
    for span in spans:
        process = span.process or processes.get(span.process_id) or JaegerProcess()
        tags = _tags(span.tags)
        parent, follows = _parent(span)
        start_ns = _nanos(span.start_us * 1000)
        end_ns = _nanos(start_ns + span.duration_us * 1000)
        _, pod = _sender(_tags(process.tags))
        yield Row(
            _padded(span.trace_id, _TRACE_DIGITS) if normal else span.trace_id,
            _padded(span.span_id, _SPAN_DIGITS) if normal else span.span_id,
            _padded(parent, _SPAN_DIGITS) if normal and parent else parent,
            span.operation,
            _KINDS.get(str(tags.get("span.kind")), Kind.UNSPECIFIED),
            start_ns,
            end_ns,
            _is_failed(tags),
            process.service_name or "unknown_service",
            pod,
            follows,
            _as_json(tags),
        )


def _tags(tags: list[JaegerTag] | None) -> dict[str, Any]:
    return {tag.key: tag.value for tag in tags or ()}


def _is_failed(tags: Mapping[str, Any]) -> bool:
    return tags.get("error") in (True, "true") or tags.get("otel.status_code") == "ERROR"


def _padded(text: str, digits: int) -> str:
    """Jaeger leaves out leading zeros, and has trace ids of 64 bits."""
    return text.lower().rjust(digits, "0")


def _parent(span: JaegerSpan) -> tuple[str | None, bool]:
    """The span of this trace that this one is under, and whether that one does not wait for it."""
    trace_id = _padded(span.trace_id, _TRACE_DIGITS)
    own = [
        r for r in span.references or () if not r.trace_id or _padded(r.trace_id, _TRACE_DIGITS) == trace_id
    ]
    for kind in ("CHILD_OF", "FOLLOWS_FROM"):
        for reference in own:
            if reference.type_.upper() == kind:
                return reference.span_id, kind == "FOLLOWS_FROM"
    return span.parent_span_id or None, False
