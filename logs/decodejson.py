"""One JSON document of logs that is no OTLP → LogRecords: objects, arrays of them, and Fluent Bit's pairs.

Fields that are known (logs.aliases) go to their columns; whatever else a record has stays an attribute,
nested as it was. A body that is itself a JSON object with a text or a level of its own, as of an application
that logs JSON to a container's output, is opened once.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Any, Final, NamedTuple

import msgspec

from logs.aliases import ALIASES, PARENTS, RENAMED, RESOURCE_NAMES, Take
from logs.decodeotlp import NoLogsError
from logs.jsonfields import TAKES, Taking, name_service
from logs.records import LogRecord
from logs.times import of_value

_ANY: Final = msgspec.json.Decoder()
_RANK: Final = {name: rank for rank, name in enumerate(ALIASES)}
_FLUENT_PAIR: Final = 2
#: What documents of OTLP have that hold no logs.
_OTHER_SIGNALS: Final = frozenset({"resourceSpans", "resourceMetrics"})
#: A body is opened if it has one of these.
_OPENED: Final = frozenset(
    name for name, take in ALIASES.items() if take in (Take.BODY, Take.LEVEL, Take.SEVERITY_TEXT)
)
#: Plans of documents that are kept, at most; a source has few sets of names.
_REMEMBERED: Final = 1024
_MOST_NAMES: Final = 256


def from_json(value: bytes, zone: tzinfo = UTC) -> Iterator[LogRecord]:
    """The records of one document. Raises NoLogsError, and as msgspec does."""
    document = _ANY.decode(value)
    if isinstance(document, dict):
        if not document or not _OTHER_SIGNALS.isdisjoint(document):
            raise NoLogsError
        yield record_of(document, zone)
    elif isinstance(document, list):
        yield from _from_list(document, zone)
    else:
        raise NoLogsError


def _from_list(document: list[Any], zone: tzinfo) -> Iterator[LogRecord]:
    if _is_pair(document):
        yield _from_pair(document, zone)
        return
    if not document or not all(isinstance(item, dict) or _is_pair(item) for item in document):
        raise NoLogsError
    for item in document:
        yield record_of(item, zone) if isinstance(item, dict) else _from_pair(item, zone)


def _is_pair(item: Any) -> bool:
    """``[time, record]``, or ``[[time, metadata], record]``, as Fluent Bit's event format has them."""
    if not isinstance(item, list) or len(item) != _FLUENT_PAIR or not isinstance(item[1], dict):
        return False
    head = item[0][0] if isinstance(item[0], list) and item[0] else item[0]
    return isinstance(head, int | float | str) and not isinstance(head, bool)


def _from_pair(pair: list[Any], zone: tzinfo) -> LogRecord:
    time, record = pair
    metadata: Any = {}
    if isinstance(time, list):
        time, metadata = time[0], time[1] if len(time) > 1 else {}
    found = record_of(record, zone)
    at = of_value(time, zone)
    if found.timestamp_ns is None:
        found.timestamp_ns = at
    elif found.observed_ns is None:
        found.observed_ns = at
    if metadata:
        found.attributes["fluent.metadata"] = metadata
    return found


def record_of(document: dict[str, Any], zone: tzinfo = UTC) -> LogRecord:
    """The record that ``document`` is."""
    found = _plain(document, zone)
    body = found.body
    if isinstance(body, str) and body.startswith("{") and body.rstrip().endswith("}"):
        _open_body(found, body, zone)
    return found


class _Place(NamedTuple):
    """Where a field is: in the document, or in an object ``key`` of it."""

    key: str
    inner: str | None


class _Plan(NamedTuple):
    """What is done with the fields of documents that have the same names."""

    columns: tuple[tuple[Taking, _Place], ...]
    resource: tuple[tuple[str, _Place], ...]


_plans: dict[tuple[Any, ...], _Plan] = {}


def _plan_of(document: dict[str, Any]) -> _Plan:
    shape: tuple[Any, ...] = tuple(document)
    inner = tuple(
        (key, *value) for key, value in document.items() if isinstance(value, dict) and key.lower() in PARENTS
    )
    plan = _plans.get((shape, inner))
    if plan is None:
        plan = _made(document)
        if len(_plans) < _REMEMBERED and len(shape) + sum(map(len, inner)) <= _MOST_NAMES:
            _plans[shape, inner] = plan
    return plan


def _made(document: dict[str, Any]) -> _Plan:
    places: dict[str, _Place] = {}
    for key, value in document.items():
        low = key.lower()
        places.setdefault(low, _Place(key, None))
        if low in PARENTS and isinstance(value, dict) and low != "kubernetes":
            for inner in value:
                places.setdefault(f"{low}.{inner.lower()}", _Place(key, inner))
    names = sorted((name for name in places if name in _RANK), key=_RANK.__getitem__)
    columns = tuple((TAKES[ALIASES[name]], places[name]) for name in names)
    resource = tuple(
        (RESOURCE_NAMES[name], place) for name, place in places.items() if name in RESOURCE_NAMES
    )
    return _Plan(columns, resource)


def _plain(document: dict[str, Any], zone: tzinfo) -> LogRecord:
    """The record that ``document`` is; its body is as it came."""
    found = LogRecord()
    plan = _plan_of(document)
    taken: set[str] = set()
    inners: set[_Place] = set()
    for take, place in plan.columns:
        key, inner = place
        if take(found, document[key] if inner is None else document[key][inner], place.key, zone):
            if inner is None:
                taken.add(key)
            else:
                inners.add(place)
    for name, place in plan.resource:
        key, inner = place
        value = document[key] if inner is None else document[key][inner]
        if isinstance(value, str | int) and value != "" and found.resource.setdefault(name, value) == value:
            if inner is None:
                taken.add(key)
            else:
                inners.add(place)
    if len(taken) < len(document):
        _keep_rest(found, document, taken, inners)
    if found.resource:
        name_service(found)
    return found


def _keep_rest(found: LogRecord, document: dict[str, Any], taken: set[str], inners: set[_Place]) -> None:
    """What went to no column stays an attribute, under its name."""
    rest = {key: value for key, value in document.items() if key not in taken}
    for key in {place.key for place in inners} & rest.keys():
        gone = {place.inner for place in inners if place.key == key}
        left = {inner: value for inner, value in rest[key].items() if inner not in gone}
        if left:
            rest[key] = left
        else:
            del rest[key]
    for old, new in RENAMED.items():
        if isinstance(rest.get(old), str) and new not in rest:
            rest[new] = rest.pop(old)
    found.attributes.update(rest)


def _open_body(found: LogRecord, body: str, zone: tzinfo) -> None:
    """A body that is a JSON record: its fields count, and the outer time is when it was observed."""
    try:
        document = _ANY.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return
    if not any(name.lower() in _OPENED for name in document):
        return
    inner = _plain(document, zone)
    if inner.timestamp_ns is not None and found.observed_ns is None:
        found.observed_ns = found.timestamp_ns
    for name in ("timestamp_ns", "severity", "severity_text", "scope", "trace_id", "span_id", "flags"):
        theirs = getattr(inner, name)
        if theirs:
            setattr(found, name, theirs)
    found.event_name = found.event_name or inner.event_name
    found.resource = found.resource | inner.resource
    found.attributes = found.attributes | inner.attributes
    found.body = inner.body
