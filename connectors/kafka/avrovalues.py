"""Keys, values in Confluent's wire format → the JSON that Connect's JsonConverter would have written of them.

The path reads JSON, so that one decoder says what an envelope is. What is in a value is the same in both:
bytes are base64, logical types the numbers that they are, numbers that JSON has no form for texts. A value
that is not in the wire format goes on as it is: a topic may hold JSON from before its converter was changed.
"""

import io
import json
import math
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import fastavro
import fastavro.schema
import msgspec

from connectors.kafka.avrorows import HEADER_BYTES, MAGIC, schema_id
from connectors.kafka.registry import Registry, RegistryError
from schemas.avro import without_logical_types
from schemas.names import Undecodable
from schemas.records import RawRecords

_BELIEVED_SECONDS: Final = 60.0  # that there is no schema of an id
_MOST_UNKNOWN: Final = 1024  # ids without a schema that are remembered: bytes at random have many
_FIRST_WAIT_SECONDS: Final = 1.0  # before a registry that did not answer is asked again
_MOST_WAIT_SECONDS: Final = 10.0
#: What fastavro raises for bytes that are none of the schema.
_GARBAGE: Final = (
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    RecursionError,
    MemoryError,
    struct.error,
)
_NAMED: Final = ("record", "error", "enum", "fixed")
_FLOATS: Final = frozenset({"float", "double"})


class RegistryAway(RuntimeError):
    """A schema is needed that is not known here, and the registry cannot be asked; one line says why."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A writer's schema as fastavro wants it, and the record's fields that may hold a double."""

    schema: Any
    with_floats: tuple[str, ...]

    def json(self, value: bytes) -> bytes | Undecodable:
        body = io.BytesIO(value)
        body.seek(HEADER_BYTES)
        try:
            found: Any = fastavro.schemaless_reader(body, self.schema, None)
            if body.tell() != len(value):
                return Undecodable.MALFORMED_AVRO
            for name in self.with_floats:
                found[name] = _plain(found[name])
            return msgspec.json.encode(found)
        except _GARBAGE:
            return Undecodable.MALFORMED_AVRO


@dataclass(kw_only=True)
class AvroValues:
    """Decodes values by the schemas that ``registry`` has; each is asked for once, by its id.

    An id that the registry does not know is asked for again after a minute. A registry that does not answer
    is given time before it is asked again: meanwhile what needs it raises, and what does not goes on.
    """

    registry: Registry
    clock: Callable[[], float] = time.monotonic
    #: When the registry may be asked again.
    due: float = -math.inf
    _readings: dict[int, _Reading | Undecodable] = field(default_factory=dict)
    _unknown: dict[int, float] = field(default_factory=dict)
    _wait: float = _FIRST_WAIT_SECONDS
    _trouble: str = ""

    def decoded(self, records: RawRecords) -> RawRecords:
        """``records`` with JSON as keys and values; those that cannot be read stay, named in ``refusals``.

        A key that cannot be read refuses its record, for it could not be redacted. Raises RegistryAway.
        """
        refusals: dict[int, str] = {}
        keys = self._all(records.keys, refusals)
        values = self._all(records.values, refusals)
        return msgspec.structs.replace(records, keys=keys, values=values, refusals=refusals)

    def _all(self, texts: list[bytes | None], refusals: dict[int, str]) -> list[bytes | None]:
        decoded = list(texts)
        for place, text in enumerate(texts):
            if text is None or not text.startswith(MAGIC):
                continue
            found = self._json(text)
            if isinstance(found, Undecodable):
                refusals[place] = found
            else:
                decoded[place] = found
        return decoded

    def _json(self, value: bytes) -> bytes | Undecodable:
        identity = schema_id(value)
        if identity is None:
            return Undecodable.MALFORMED_AVRO
        reading = self._readings.get(identity)
        if reading is None:
            reading = self._find(identity)
        return reading if isinstance(reading, Undecodable) else reading.json(value)

    def _find(self, identity: int) -> _Reading | Undecodable:
        now = self.clock()
        if now < self._unknown.get(identity, -math.inf):
            return Undecodable.UNKNOWN_SCHEMA
        if now < self.due:
            raise RegistryAway(self._trouble)
        try:
            found = self.registry.schema(identity, tries=1)
        except RegistryError as error:
            self.due, self._trouble = self.clock() + self._wait, str(error)
            self._wait = min(2 * self._wait, _MOST_WAIT_SECONDS)
            raise RegistryAway(self._trouble) from error
        self._wait = _FIRST_WAIT_SECONDS
        if found is None:
            self._unknown.pop(identity, None)
            if len(self._unknown) >= _MOST_UNKNOWN:
                del self._unknown[next(iter(self._unknown))]
            self._unknown[identity] = now + _BELIEVED_SECONDS
            return Undecodable.UNKNOWN_SCHEMA
        readable = found.kind == "AVRO" and not found.references
        reading = _reading(found.text) if readable else Undecodable.UNREADABLE_SCHEMA
        self._readings[identity] = reading
        return reading


def _reading(text: str) -> _Reading | Undecodable:
    try:
        document = without_logical_types(json.loads(text))  # Connect's JSON has their numbers, too
        schema = fastavro.parse_schema(document)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        fastavro.schema.SchemaParseException,
    ):
        return Undecodable.UNREADABLE_SCHEMA
    fields = document["fields"] if isinstance(document, dict) and document.get("type") == "record" else []
    named: dict[str, Any] = {}
    _name(document, named)
    return _Reading(schema, tuple(f["name"] for f in fields if _has_floats(f["type"], named, set())))


def _name(schema: Any, named: dict[str, Any]) -> None:
    """Types that are named in ``schema``, by the last part of their names."""
    for inner in schema if isinstance(schema, list) else _inner(schema):
        _name(inner, named)
    if isinstance(schema, dict) and schema.get("type") in _NAMED:
        named[schema["name"].rpartition(".")[2]] = schema


def _has_floats(schema: Any, named: dict[str, Any], seen: set[str]) -> bool:
    if isinstance(schema, list):
        return any(_has_floats(branch, named, seen) for branch in schema)
    if isinstance(schema, dict):
        return any(_has_floats(inner, named, seen) for inner in _inner(schema))
    name = str(schema).rpartition(".")[2]
    if name in seen or name not in named:
        return schema in _FLOATS
    return _has_floats(named[name], named, seen | {name})


def _inner(schema: Any) -> list[Any]:
    """The types that ``schema`` is made of."""
    if not isinstance(schema, dict):
        return []
    inner = [schema[name] for name in ("type", "items", "values") if name in schema]
    return inner + [f["type"] for f in schema.get("fields", ())]


def _plain(value: Any) -> Any:
    """``value`` with texts for the numbers that JSON has no form for."""
    match value:
        case float():
            return value if math.isfinite(value) else _texts(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value


def _texts(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
