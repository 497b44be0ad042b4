"""Documents of OTLP logs in JSON of which nothing needs a closer look → LOGS batch, a column at a time."""

from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logs.anyvalues import from_pairs
from logs.records import as_json
from logs.severity import of_name
from schemas.logs import LOGS
from schemas.otlp import KeyValue, Resource

_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_DIGITS: Final = b"0123456789abcdef"
_HIGHEST: Final = 24
_NONE: Final = msgspec.Raw(b"")
_NUL: Final = b"\0"
_DROPPED: Final = attrgetter("dropped_attributes_count")
#: Senders that are kept while a batch is decoded, at most.
_REMEMBERED: Final = 4096


class _Text(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """A body as nearly all are."""

    string_value: str


class _Record(msgspec.Struct, rename="camel", gc=False):
    """A record as nearly all are: times as whole numbers (in texts), the severity by its number."""

    body: _Text | None = None
    time_unix_nano: int = 0
    observed_time_unix_nano: int = 0
    severity_number: int = 0
    severity_text: str = ""
    attributes: msgspec.Raw = _NONE
    dropped_attributes_count: int = 0
    flags: int = 0
    trace_id: str = ""
    span_id: str = ""
    event_name: str = ""


class _Scope(msgspec.Struct, rename="camel", gc=False):
    name: str = ""
    version: str = ""
    attributes: msgspec.Raw = _NONE


class _ScopeLogs(msgspec.Struct, rename="camel", gc=False):
    scope: _Scope | None = None
    log_records: list[_Record] = []


class _ResourceLogs(msgspec.Struct, rename="camel", gc=False):
    resource: msgspec.Raw = _NONE
    scope_logs: list[_ScopeLogs] = []


class _Document(msgspec.Struct, rename="camel", gc=False):
    resource_logs: list[_ResourceLogs]


_DECODER: Final = msgspec.json.Decoder(_Document, strict=False)
_PAIRS: Final = msgspec.json.Decoder(list[KeyValue])
_RESOURCE: Final = msgspec.json.Decoder(Resource | None)

#: (JSON text, service, pod) of a resource.
_Sender = tuple[str | None, str | None, str | None]


class _Found:
    """What is gathered from the documents: records, and how many in a row share a sender or a scope."""

    def __init__(self) -> None:
        self.records: list[_Record] = []
        self.ends: list[int] = []  # of each document
        self.senders: list[_Sender] = []
        self.sender_rows: list[int] = []
        self.scopes: list[str | None] = []
        self.scope_rows: list[int] = []
        self._known: dict[bytes, _Sender] = {}

    def add(self, document: _Document) -> bool:
        """Whether all of ``document`` is as usual."""
        for resource_logs in document.resource_logs:
            before = len(self.records)
            for scope_logs in resource_logs.scope_logs:
                scope = scope_logs.scope
                if scope is not None and (scope.version or scope.attributes):
                    return False
                self.scopes.append(scope.name or None if scope is not None else None)
                self.scope_rows.append(len(scope_logs.log_records))
                self.records += scope_logs.log_records
            self.senders.append(self._sender(bytes(resource_logs.resource)))
            self.sender_rows.append(len(self.records) - before)
        self.ends.append(len(self.records))
        return True

    def _sender(self, raw: bytes) -> _Sender:
        known = self._known.get(raw)
        if known is None:
            resource = _RESOURCE.decode(raw) if raw else None
            attributes = from_pairs(resource.attributes) if resource is not None else {}
            service, pod = (attributes.get(name) for name in ("service.name", "k8s.pod.name"))
            known = (
                as_json(attributes) if attributes else None,
                None if service is None else str(service),
                None if pod is None else str(pod),
            )
            if len(self._known) < _REMEMBERED:
                self._known[raw] = known
        return known


def usual_columns(values: list[bytes], offsets: list[int], max_bytes: int) -> pa.RecordBatch | None:
    """All records of ``values``; ``None`` if one is not as usual: it may be refused, or come otherwise.

    ``offsets``: of the documents. ``max_bytes``: of a body, and of the attributes of a record.
    """
    found = _Found()
    try:
        for value in values:
            if not found.add(_DECODER.decode(value)):
                return None
        records = found.records
        time = np.array([record.time_unix_nano for record in records], np.int64)
        observed = np.array([record.observed_time_unix_nano for record in records], np.int64)
        severity = np.array([record.severity_number for record in records], np.int64)
        flags = np.array([record.flags for record in records], np.int64)
        attributes = _attributes(records)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return None
    ids = [record.trace_id for record in records], [record.span_id for record in records]
    whole = (time >= 0) & (observed >= 0) & (severity >= 0) & (severity <= _HIGHEST) & (flags >= 0)
    if not (
        whole.all()
        and _are_ids(ids[0], _NO_TRACE)
        and _are_ids(ids[1], _NO_SPAN)
        and not any(map(_DROPPED, records))
    ):
        return None
    bodies = pa.array([r.body.string_value if r.body is not None else None for r in records], pa.string())
    texts = [sender[0] for sender in found.senders]
    if (
        _longest(bodies) > max_bytes
        or _longest(attributes) > max_bytes
        or _longest(pa.array(texts)) > max_bytes
    ):
        return None
    names = [record.severity_text for record in records]
    return _batch(found, offsets, bodies, attributes, ids, names, (time, observed, severity, flags))


def _batch(
    found: _Found,
    offsets: list[int],
    bodies: pa.Array,
    attributes: pa.Array,
    ids: tuple[list[str], list[str]],
    names: list[str],
    numbers: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> pa.RecordBatch:
    time, observed, severity, flags = numbers
    rows = len(found.records)
    documents = np.diff(found.ends, prepend=0)
    place = np.arange(rows, dtype=np.int32) - np.repeat(np.array(found.ends) - documents, documents)
    resource, service, pod = zip(*found.senders, strict=True) if found.senders else ((), (), ())
    unnumbered = np.flatnonzero(severity == 0)
    for row in unnumbered.tolist() if any(names) else ():
        severity[row] = of_name(names[row])
    columns: dict[str, Any] = {
        "offset": pa.array(np.repeat(np.array(offsets, np.int64), documents)),
        "place": pa.array(place.astype(np.int32)),
        "timestamp_ns": pa.array(time, mask=time == 0),
        "observed_ns": pa.array(observed, mask=observed == 0),
        "severity": pa.array(severity.astype(np.uint8)),
        "severity_text": _texts(names),
        "body": bodies,
        "structured": pa.repeat(pa.scalar(False), rows),
        "attributes": attributes,
        "resource": _repeated(resource, found.sender_rows),
        "scope": _repeated(found.scopes, found.scope_rows),
        "service": _repeated(service, found.sender_rows),
        "pod": _repeated(pod, found.sender_rows),
        "trace_id": _texts(ids[0]),
        "span_id": _strings(ids[1]),
        "flags": pa.array(flags.astype(np.uint32), mask=flags == 0),
        "event_name": _texts([record.event_name for record in found.records]),
        "duration_ns": pa.nulls(rows, pa.int64()),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in LOGS.names], schema=LOGS)


def _texts(values: list[str]) -> pa.Array:
    """Dictionary-encoded; empty texts are null."""
    if not any(values):
        return pa.nulls(len(values), pa.dictionary(pa.int32(), pa.string()))
    return _strings(values).dictionary_encode()


def _strings(values: list[str]) -> pa.Array:
    """Empty texts are null."""
    return pa.array([value or None for value in values] if "" in values else values, pa.string())


def _repeated(values: Any, rows: list[int]) -> pa.Array:
    """Dictionary-encoded; each value as often as ``rows`` says."""
    texts = pa.array([value for value, times in zip(values, rows, strict=True) if times], pa.string())
    codes = np.repeat(np.arange(len(texts), dtype=np.int32), [times for times in rows if times] or 0)
    return texts.dictionary_encode().take(pa.array(codes))


def _attributes(records: list[_Record]) -> pa.Array:
    """JSON texts; attributes that come again and again are looked at once."""
    raws = _NUL.join([record.attributes for record in records]).split(_NUL)
    if len(raws) > max(len(records), 1):
        raise msgspec.DecodeError("no JSON has a NUL")
    texts: dict[bytes, str | None] = dict.fromkeys((b"", b"[]", b"null"))
    for raw in set(raws).difference(texts):
        attributes = from_pairs(_PAIRS.decode(raw))
        texts[raw] = as_json(attributes) if attributes else None
    return pa.array([texts[raw] for raw in raws[: len(records)]], pa.string())


def _longest(texts: pa.Array) -> int:
    longest = pc.max(pc.binary_length(texts.cast(pa.string()))).as_py() if len(texts) else None
    return longest or 0


def _are_ids(texts: list[str], zero: str) -> bool:
    """Whether all that are not empty are lower-case hex digits, as many as ``zero`` has, not all zeros."""
    joined = "".join(texts)
    return (
        {0, len(zero)}.issuperset(map(len, texts))
        and joined.isascii()
        and not joined.encode().translate(None, _DIGITS)
        and zero not in texts
    )
