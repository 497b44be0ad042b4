"""One log record while it is made, and many of them → LOGS batch."""

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa

from logs.cuts import kept_end
from schemas.logs import LOGS, ODD_SPAN_ID, ODD_TRACE_ID, TRUNCATED_BYTES, LogRefusal

_JSON: Final = msgspec.json.Encoder(enc_hook=str)
_LARGEST: Final = 2**63 - 1
_HEX: Final = frozenset("0123456789abcdef")
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16
_FLAGS: Final = 2**32 - 1


@dataclass(slots=True)
class LogRecord:
    """One record; the fields are as in :data:`schemas.logs.LOGS`, ``body`` still as it came."""

    timestamp_ns: int | None = None
    observed_ns: int | None = None
    severity: int = 0
    severity_text: str | None = None
    body: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    scope: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    flags: int | None = None
    event_name: str | None = None

    def set_trace_id(self, value: Any) -> None:
        """Take a trace id; what is none by W3C's rules becomes an attribute, all zeros nothing."""
        self.trace_id = self._id(value, _TRACE_DIGITS, ODD_TRACE_ID)

    def set_span_id(self, value: Any) -> None:
        """Take a span id, as :meth:`set_trace_id` does."""
        self.span_id = self._id(value, _SPAN_DIGITS, ODD_SPAN_ID)

    def _id(self, value: Any, digits: int, odd: str) -> str | None:
        text = normal_id(value, digits)
        if text is None and value not in (None, "", 0) and str(value).strip("0"):
            self.attributes[odd] = value
        return text


class Refused(NamedTuple):
    """A document, or the record in ``place`` of one, that cannot be used; ``document``: its index."""

    document: int
    kind: LogRefusal
    place: int | None = None


def normal_id(value: Any, digits: int) -> str | None:
    """``value`` as ``digits`` lower-case hex digits, ``None`` if it is none; a trace's may be of 64 bits."""
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if digits == _TRACE_DIGITS:
        if len(text) == _TRACE_DIGITS + 4 and text.count("-") == 4:  # noqa: PLR2004  a UUID
            text = text.replace("-", "")
        if len(text) == _SPAN_DIGITS:
            text = text.rjust(_TRACE_DIGITS, "0")
    return text if len(text) == digits and _HEX.issuperset(text) and text.count("0") != digits else None


def nanos_or_none(value: Any) -> int | None:
    """Epoch nanoseconds of ``value`` (a number, or its digits); ``None`` for 0 and for what is none."""
    try:
        nanos = int(value or 0)
    except (ValueError, OverflowError, TypeError):
        return None
    return nanos if 0 < nanos <= _LARGEST else None


def as_json(value: Any) -> str:
    """``value`` as JSON; what JSON does not know becomes text."""
    return _JSON.encode(value).decode()


def finished(record: LogRecord, max_bytes: int) -> tuple[Any, ...] | None:
    """The columns of ``record`` behind offset and place; ``None`` if one that cannot be cut is too long."""
    body, structured = record.body, False
    if body is not None and not isinstance(body, str):
        body, structured = as_json(body), True
    if body is not None and len(body) > max_bytes // 4:
        whole = body.encode()
        if len(whole) > max_bytes:
            end = kept_end(whole, max_bytes)
            body, cut = whole[:end].decode(), len(whole) - end
            record.attributes[TRUNCATED_BYTES] = cut + int(record.attributes.get(TRUNCATED_BYTES, 0))
    attributes = as_json(record.attributes) if record.attributes else None
    resource = as_json(record.resource) if record.resource else None
    if any(
        text is not None and len(text) > max_bytes // 4 and len(text.encode()) > max_bytes
        for text in (attributes, resource, record.severity_text, record.scope, record.event_name)
    ):
        return None
    service, pod = record.resource.get("service.name"), record.resource.get("k8s.pod.name")
    return (
        record.timestamp_ns,
        record.observed_ns,
        record.severity,
        record.severity_text or None,
        body,
        structured,
        attributes,
        resource,
        record.scope or None,
        None if service is None else str(service),
        None if pod is None else str(pod),
        record.trace_id,
        record.span_id,
        record.flags if record.flags is not None and 0 <= record.flags <= _FLAGS else None,
        record.event_name or None,
        None,  # a duration is found in the text, by whoever looks at the texts of all records
    )


def batch_of(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    """LOGS batch of ``rows``, which have all its columns."""
    columns = list(zip(*rows, strict=True)) or [()] * len(LOGS)
    arrays = []
    for column, values in zip(LOGS, columns, strict=True):
        if pa.types.is_dictionary(column.type):
            arrays.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(values, column.type))
    return pa.RecordBatch.from_arrays(arrays, schema=LOGS)
