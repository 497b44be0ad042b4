"""Documents of OTLP in JSON of which nothing needs a closer look → SPANS batch, a column at a time."""

from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from schemas.otlp import KeyValue, Resource, Status
from schemas.spans import SPANS, Kind

_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_DIGITS: Final = frozenset(b"0123456789abcdef")
_KINDS: Final = len(Kind)
_ERROR: Final = 2


class _Span(msgspec.Struct, rename="camel", gc=False):
    """A span as nearly all are: times as whole numbers (in texts), the kind by its number."""

    trace_id: str
    span_id: str
    start_time_unix_nano: int
    end_time_unix_nano: int
    parent_span_id: str = ""
    name: str = ""
    kind: int = 0
    attributes: list[KeyValue] | None = None
    status: Status | None = None


class _ScopeSpans(msgspec.Struct, rename="camel", gc=False):
    spans: list[_Span] = []


class _ResourceSpans(msgspec.Struct, rename="camel", gc=False):
    resource: Resource | None = None
    scope_spans: list[_ScopeSpans] = []


class _Document(msgspec.Struct, rename="camel", gc=False):
    resource_spans: list[_ResourceSpans]


_DECODER: Final = msgspec.json.Decoder(_Document, strict=False)


def usual_columns(values: list[bytes], sender_of: Any, attributes_of: Any) -> pa.RecordBatch | None:
    """All spans of ``values``; ``None`` if one of them is not as usual: it may be refused, or come otherwise.

    ``sender_of``: the (service, pod) of a resource. ``attributes_of``: the JSON text of a span's attributes.
    """
    spans: list[_Span] = []
    senders: list[tuple[str, str | None]] = []
    counts: list[int] = []
    try:
        for value in values:
            for resource_spans in _DECODER.decode(value).resource_spans:
                before = len(spans)
                for scope in resource_spans.scope_spans:
                    spans += scope.spans
                senders.append(sender_of(resource_spans.resource))
                counts.append(len(spans) - before)
        start = np.array([span.start_time_unix_nano for span in spans], np.int64)
        end = np.array([span.end_time_unix_nano for span in spans], np.int64)
        kinds = np.array([span.kind for span in spans], np.int64)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return None
    trace_ids = [span.trace_id for span in spans]
    span_ids = [span.span_id for span in spans]
    parents = [span.parent_span_id or None for span in spans]
    if not (
        _are_ids(trace_ids, _NO_TRACE)
        and _are_ids(span_ids, _NO_SPAN)
        and _are_ids([parent for parent in parents if parent], _NO_SPAN)
        and ((start > 0) & (start <= end) & (kinds >= 0) & (kinds < _KINDS)).all()
    ):
        return None
    sender = np.repeat(np.arange(len(senders), dtype=np.int32), counts)
    services, pods = zip(*senders, strict=True) if senders else ((), ())
    columns: dict[str, Any] = {
        "trace_id": pa.array(trace_ids, pa.string()).dictionary_encode(),
        "span_id": pa.array(span_ids, pa.string()),
        "parent_id": pa.array(parents, pa.string()),
        "name": pa.array([span.name for span in spans], pa.string()).dictionary_encode(),
        "kind": pa.array(kinds.astype(np.uint8)),
        "start_ns": pa.array(start),
        "end_ns": pa.array(end),
        "error": pa.array([_failed(span.status) for span in spans], pa.bool_()),
        "service": pa.array(services, pa.string()).take(pa.array(sender)).dictionary_encode(),
        "pod": pa.array(pods, pa.string()).take(pa.array(sender)).dictionary_encode(),
        "follows": pa.repeat(pa.scalar(False), len(spans)),
        "attributes": pa.array(
            [attributes_of(span.attributes) if span.attributes else None for span in spans], pa.string()
        ),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in SPANS.names], schema=SPANS)


def _are_ids(texts: list[str], zero: str) -> bool:
    """Whether all are lower-case hex digits, as many as ``zero`` has, and not all zeros."""
    joined = "".join(texts)
    return (
        len(joined) == len(texts) * len(zero)
        and all(len(text) == len(zero) for text in texts)
        and joined.isascii()
        and _DIGITS.issuperset(joined.encode())
        and zero not in texts
    )


def _failed(status: Status | None) -> bool:
    return status is not None and status.code in (_ERROR, "STATUS_CODE_ERROR", str(_ERROR))
