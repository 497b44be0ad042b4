"""One JSON document of logs that is no OTLP → LogRecords: objects, arrays of them, and Fluent Bit's pairs.

Fields that are known (logs.aliases) go to their columns; whatever else a record has stays an attribute,
nested as it was. A body that is itself a JSON object with a text or a level of its own, as of an application
that logs JSON to a container's output, is opened once.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Any, Final

import msgspec

from logs.aliases import (
    ALIASES,
    KUBERNETES,
    KUBERNETES_MAPS,
    PARENTS,
    RENAMED,
    RESOURCE_NAMES,
    SERVICE_LABELS,
    Take,
)
from logs.decodeotlp import NoLogsError
from logs.records import LogRecord, normal_id
from logs.severity import of_name, of_number, of_otel, of_python
from logs.times import of_value

_ANY: Final = msgspec.json.Decoder()
_RANK: Final = {name: rank for rank, name in enumerate(ALIASES)}
_FLUENT_PAIR: Final = 2
_MOST_64: Final = 2**64
#: A body is opened if it has one of these.
_OPENED: Final = frozenset(
    name for name, take in ALIASES.items() if take in (Take.BODY, Take.LEVEL, Take.SEVERITY_TEXT)
)


def from_json(value: bytes, zone: tzinfo = UTC) -> Iterator[LogRecord]:
    """The records of one document. Raises NoLogsError, and as msgspec does."""
    document = _ANY.decode(value)
    if isinstance(document, dict):
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
    _open_body(found, zone)
    return found


class _Fields:
    """The fields of a document, and of the objects in it that are looked at, by their names in lower case."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._paths: dict[str, tuple[str, str | None]] = {}
        self._taken: dict[str, set[str] | None] = {}
        for key, value in document.items():
            low = key.lower()
            self._paths.setdefault(low, (key, None))
            if low in PARENTS and isinstance(value, dict) and low != "kubernetes":
                for inner in value:
                    self._paths.setdefault(f"{low}.{inner.lower()}", (key, inner))

    def known(self) -> list[tuple[str, Any]]:
        """Those that may go to columns, in the order of the table."""
        names = [name for name in self._paths if name in _RANK]
        names.sort(key=_RANK.__getitem__)
        return [(name, self._value(name)) for name in names]

    def of_resource(self) -> list[tuple[str, Any]]:
        """Those that say of whom the record is."""
        return [(name, self._value(name)) for name in self._paths if name in RESOURCE_NAMES]

    def _value(self, name: str) -> Any:
        key, inner = self._paths[name]
        return self._document[key] if inner is None else self._document[key][inner]

    def taken(self, name: str) -> None:
        """``name`` went where it belongs."""
        key, inner = self._paths[name]
        if inner is None:
            self._taken[key] = None
        elif (inners := self._taken.setdefault(key, set())) is not None:
            inners.add(inner)

    def left(self) -> dict[str, Any]:
        """All that went nowhere."""
        left: dict[str, Any] = {}
        for key, value in self._document.items():
            if key not in self._taken:
                left[RENAMED.get(key, key) if isinstance(value, str) else key] = value
                continue
            inners = self._taken[key]
            if inners is not None and len(inners) < len(value):
                left[key] = {inner: v for inner, v in value.items() if inner not in inners}
        return left


def _take(found: LogRecord, take: Take, name: str, value: Any, zone: tzinfo) -> bool:  # noqa: PLR0911
    """Whether ``value`` is what ``take`` needs, and the column was free."""
    match take:
        case Take.BODY:
            if found.body is not None or (name in ("event", "log") and not isinstance(value, str)):
                return False
            found.body = value.removesuffix("\n") if name == "log" else value
            return value is not None
        case Take.TIME | Take.OBSERVED:
            return _take_time(found, take, value, zone)
        case Take.LEVEL | Take.SEVERITY_NUMBER | Take.SEVERITY_TEXT | Take.PYTHON_LEVEL:
            return _take_severity(found, take, value)
        case Take.TRACE_ID | Take.SPAN_ID | Take.DATADOG_TRACE_ID | Take.DATADOG_SPAN_ID:
            return _take_id(found, take, value)
        case Take.FLAGS if found.flags is None:
            found.flags = _flags(value)
            return found.flags is not None
        case Take.SCOPE:
            return _take_scope(found, value)
        case Take.EVENT_NAME if found.event_name is None and isinstance(value, str):
            found.event_name = value
            return True
        case Take.RESOURCE | Take.ATTRIBUTES if isinstance(value, dict):
            (found.resource if take is Take.RESOURCE else found.attributes).update(value)
            return True
        case Take.KUBERNETES if isinstance(value, dict):
            return _take_kubernetes(found, value)
    return False


def _take_time(found: LogRecord, take: Take, value: Any, zone: tzinfo) -> bool:
    if take is Take.OBSERVED:
        if found.observed_ns is None:
            found.observed_ns = of_value(value, zone)
            return found.observed_ns is not None
        return False
    if found.timestamp_ns is not None:
        return False
    found.timestamp_ns = of_value(value, zone)
    return found.timestamp_ns is not None


def _take_severity(found: LogRecord, take: Take, value: Any) -> bool:
    match take:
        case Take.SEVERITY_NUMBER:
            found.severity = of_otel(value) or found.severity
            return value == 0 or of_otel(value) > 0
        case Take.PYTHON_LEVEL:
            number = of_python(value) if isinstance(value, int | float) else 0
            found.severity = found.severity or number
            return number == found.severity
        case Take.SEVERITY_TEXT if found.severity_text is None and isinstance(value, str):
            found.severity_text = value
            found.severity = found.severity or of_name(value)
            return True
        case Take.LEVEL if found.severity_text is None:
            return _take_level(found, value)
    return False


def _take_level(found: LogRecord, value: Any) -> bool:
    """A level by its name; or by a number, which no text is made of."""
    if isinstance(value, str) and not value.isdecimal():
        number = of_name(value)
        found.severity_text = value if number else None
        found.severity = found.severity or number
        return number > 0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    number = of_number(float(value))
    if number and found.severity in (0, number):
        found.severity = number
        return True
    return False


def _take_id(found: LogRecord, take: Take, value: Any) -> bool:
    is_trace = take in (Take.TRACE_ID, Take.DATADOG_TRACE_ID)
    if value is None or value == "" or (found.trace_id if is_trace else found.span_id) is not None:
        return value in (None, "")
    digits = 32 if is_trace else 16
    text = value.rpartition("/")[2] if isinstance(value, str) else value
    if (
        take in (Take.DATADOG_TRACE_ID, Take.DATADOG_SPAN_ID)
        and str(text).isdecimal()
        and len(str(text)) < digits
    ):
        number = int(text)
        text = f"{number:0{digits}x}" if 0 < number < _MOST_64 else None
    normal = normal_id(text, digits)
    if normal is None:
        return isinstance(value, str) and not value.strip("0")
    if is_trace:
        found.trace_id = normal
    else:
        found.span_id = normal
    return True


def _flags(value: Any) -> int | None:
    try:
        number = int(value, 16) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**32 else None


def _take_scope(found: LogRecord, value: Any) -> bool:
    if found.scope is not None:
        return False
    if isinstance(value, str):
        found.scope = value
        return True
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        found.scope = value["name"]
        more = {f"otel.scope.{key}": inner for key, inner in value.items() if key != "name" and inner}
        found.attributes.update(more)
        return True
    return False


def _take_kubernetes(found: LogRecord, value: dict[str, Any]) -> bool:
    """Its fields as resource attributes; what is not known by name keeps the name that it has."""
    for key, inner in value.items():
        if isinstance(inner, dict) and key in KUBERNETES_MAPS:
            found.resource.update({KUBERNETES_MAPS[key] + name: label for name, label in inner.items()})
        elif isinstance(inner, dict) and all(f"{key}.{name}" in KUBERNETES for name in inner):
            found.resource.update({KUBERNETES[f"{key}.{name}"]: v for name, v in inner.items()})
        elif not isinstance(inner, dict | list) and KUBERNETES.get(key, key) not in found.resource:
            found.resource[KUBERNETES.get(key, f"kubernetes.{key}")] = inner
        else:
            found.resource[f"kubernetes.{key}"] = inner
    return True


def _name_service(found: LogRecord) -> None:
    if "service.name" not in found.resource:
        for label in SERVICE_LABELS:
            name = found.resource.get(f"k8s.pod.label.{label}")
            if name:
                found.resource["service.name"] = name
                return


def _open_body(found: LogRecord, zone: tzinfo) -> None:
    """A body that is a JSON record: its fields count, and the outer time is when it was observed."""
    body = found.body
    if not isinstance(body, str) or not body.startswith("{") or not body.rstrip().endswith("}"):
        return
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


def _plain(document: dict[str, Any], zone: tzinfo) -> LogRecord:
    """The record that ``document`` is; its body is as it came."""
    found = LogRecord()
    rest = _Fields(document)
    for name, value in rest.known():
        if _take(found, ALIASES[name], name, value, zone):
            rest.taken(name)
    for name, value in rest.of_resource():
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            found.resource.setdefault(RESOURCE_NAMES[name], value)
            if found.resource[RESOURCE_NAMES[name]] == value:
                rest.taken(name)
    found.attributes.update(rest.left())
    _name_service(found)
    return found
