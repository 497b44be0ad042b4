"""Fields of JSON records → the columns of a LogRecord: how each kind of field is read.

A function takes the record, the field's value and name, and the zone of times that name none; it says whether
the value was what it needs and the column was free. What was not taken stays an attribute.
"""

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Any, Final

import msgspec

from logs.aliases import KUBERNETES, KUBERNETES_MAPS, SERVICE_LABELS, Take
from logs.records import LogRecord, normal_id
from logs.severity import of_name, of_number, of_otel, of_python
from logs.times import of_value

Taking = Callable[[LogRecord, Any, str, tzinfo], bool]

_MOST_64: Final = 2**64
_MOST_32: Final = 2**32
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16
_REMEMBERED: Final = 4096  # objects of Kubernetes
_LEVEL_DIGITS: Final = 16


def _body(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if found.body is not None or value is None:
        return False
    if name in ("log", "event", "message"):  # others have objects of these names
        if not isinstance(value, str) and name != "message":
            return False
        if name == "log":
            value = value.removesuffix("\n")
    found.body = value
    return True


def _time(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if found.timestamp_ns is not None:
        return False
    found.timestamp_ns = of_value(value, zone)
    return found.timestamp_ns is not None


def _observed(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if found.observed_ns is not None:
        return False
    found.observed_ns = of_value(value, zone)
    return found.observed_ns is not None


def _severity_number(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    number = of_otel(value)
    found.severity = number or found.severity
    return number > 0 or value == 0


def _severity_text(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if found.severity_text is not None or not isinstance(value, str):
        return False
    found.severity_text = value
    found.severity = found.severity or of_name(value)
    return True


def _level(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    """A level by its name; or by a number, which no text is made of."""
    if found.severity_text is not None or isinstance(value, bool):
        return False
    if isinstance(value, str) and not value.isdecimal():
        number = of_name(value)
        found.severity_text = value if number else None
        found.severity = found.severity or number
        return number > 0
    if not isinstance(value, int | float | str):
        return False
    number = of_number(float(value) if len(str(value)) <= _LEVEL_DIGITS else -1)
    if number and found.severity in (0, number):
        found.severity = number
        return True
    return False


def _python_level(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    number = of_python(value) if isinstance(value, int | float) else 0
    found.severity = found.severity or number
    return 0 < number == found.severity


def _id(digits: int, datadog: bool, found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:  # noqa: PLR0917
    """An id; empty ones and those of zeros are none, and nothing is lost with them."""
    is_trace = digits == _TRACE_DIGITS
    if value is None or value == "":
        return True
    if (found.trace_id if is_trace else found.span_id) is not None:
        return False
    text = value.rpartition("/")[2] if isinstance(value, str) else value  # Google's: projects/…/traces/id
    if datadog and str(text).isdecimal() and len(str(text)) < digits:
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


def _flags(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    try:
        number = int(value, 16) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return False
    if found.flags is None and 0 <= number < _MOST_32:
        found.flags = number
        return True
    return False


def _scope(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
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


def _event_name(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if found.event_name is not None or not isinstance(value, str):
        return False
    found.event_name = value
    return True


def _resource(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if not isinstance(value, dict):
        return False
    found.resource.update(value)
    return True


def _attributes(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    if not isinstance(value, dict):
        return False
    found.attributes.update(value)
    return True


_known: dict[bytes, dict[str, Any]] = {}


def _kubernetes(found: LogRecord, value: Any, name: str, zone: tzinfo) -> bool:
    """Its fields as resource attributes; objects of pods come again and again."""
    if not isinstance(value, dict):
        return False
    key = msgspec.json.encode(value)
    resource = _known.get(key)
    if resource is None:
        resource = _of_kubernetes(value)
        if len(_known) < _REMEMBERED:
            _known[key] = resource
    found.resource.update(resource)
    return True


def _of_kubernetes(value: dict[str, Any]) -> dict[str, Any]:
    """What is not known by name keeps the name that it has, behind ``kubernetes.``."""
    resource: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and key in KUBERNETES_MAPS:
            resource.update({KUBERNETES_MAPS[key] + name: label for name, label in inner.items()})
        elif isinstance(inner, dict) and inner and all(f"{key}.{name}" in KUBERNETES for name in inner):
            resource.update({KUBERNETES[f"{key}.{name}"]: v for name, v in inner.items()})
        elif not isinstance(inner, dict | list) and KUBERNETES.get(key, key) not in resource:
            resource[KUBERNETES.get(key, f"kubernetes.{key}")] = inner
        else:
            resource[f"kubernetes.{key}"] = inner
    return resource


def name_service(found: LogRecord) -> None:
    """A record without a service is of the one that its pod's labels name."""
    if "service.name" not in found.resource:
        for label in SERVICE_LABELS:
            name = found.resource.get(f"k8s.pod.label.{label}")
            if name:
                found.resource["service.name"] = name
                return


#: How each kind of field is read.
TAKES: Final[dict[Take, Taking]] = {
    Take.TIME: _time,
    Take.OBSERVED: _observed,
    Take.SEVERITY_NUMBER: _severity_number,
    Take.SEVERITY_TEXT: _severity_text,
    Take.LEVEL: _level,
    Take.PYTHON_LEVEL: _python_level,
    Take.BODY: _body,
    Take.TRACE_ID: partial(_id, _TRACE_DIGITS, False),
    Take.SPAN_ID: partial(_id, _SPAN_DIGITS, False),
    Take.DATADOG_TRACE_ID: partial(_id, _TRACE_DIGITS, True),
    Take.DATADOG_SPAN_ID: partial(_id, _SPAN_DIGITS, True),
    Take.FLAGS: _flags,
    Take.SCOPE: _scope,
    Take.EVENT_NAME: _event_name,
    Take.RESOURCE: _resource,
    Take.ATTRIBUTES: _attributes,
    Take.KUBERNETES: _kubernetes,
}
