"""AnyValue of OTLP, in JSON or Protocol Buffers → plain values; bytes stay in base64."""

import base64
import math
from collections.abc import Iterable
from typing import Any, Final

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.common.v1.common_pb2 import KeyValue as ProtoKeyValue

from schemas.otlp import KeyValue

#: As the JSON of Protocol Buffers has them.
_NOT_FINITE: Final = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def from_pairs(pairs: Iterable[KeyValue] | None) -> dict[str, Any]:
    """The attributes that ``pairs`` are; of a key that is there twice the last."""
    return {pair.key: from_json(pair.value) for pair in pairs or ()}


def from_json(value: Any) -> Any:
    """The value of an object with one field, which names its kind. Raises RecursionError."""
    if not isinstance(value, dict) or not value:
        return None
    kind, inner = next(iter(value.items()))
    match kind:
        case "arrayValue":
            return [from_json(v) for v in _members(inner)]
        case "kvlistValue":
            pairs = (v for v in _members(inner) if isinstance(v, dict))
            return {str(v.get("key")): from_json(v.get("value")) for v in pairs}
        case "intValue":
            return _whole(inner)
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


def from_proto_pairs(pairs: Iterable[ProtoKeyValue]) -> dict[str, Any]:
    """The attributes that ``pairs`` are; of a key that is there twice the last."""
    return {pair.key: from_proto(pair.value) for pair in pairs}


def from_proto(value: AnyValue) -> Any:
    """The value of a message; Protocol Buffers bound how deep it is."""
    kind = value.WhichOneof("value")
    match kind:
        case None:
            return None
        case "array_value":
            return [from_proto(inner) for inner in value.array_value.values]
        case "kvlist_value":
            return from_proto_pairs(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "double_value" if not math.isfinite(value.double_value):
            return _NOT_FINITE[str(value.double_value)]
    return getattr(value, kind)
