"""Messages in Avro → their identities: the values of some fields, the others are passed over."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import fastavro
import fastavro.schema
import msgspec

from connectors.errors import OutputError
from connectors.kafka.avrorows import HEADER_BYTES, AvroForm, schema_id
from connectors.kafka.registry import Registry, RegistryError
from schemas.avro import without_logical_types


@dataclass
class AvroIdentity:
    """The identity of a message of one topic: the values of ``fields``.

    ``form``: as what messages are written now. Those that are read back may have an earlier version of it,
    which the registry has.
    """

    fields: Iterable[str]
    form: AvroForm
    registry: Registry
    _readings: dict[int, tuple[Any, Any] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fields = tuple(self.fields)
        self._readings[self.form.id] = self._reading(self.form.schema)

    def __call__(self, value: bytes) -> bytes:
        """Raises msgspec.DecodeError for what is no message of ours, OutputError without the registry."""
        identity = schema_id(value)
        if identity is None:
            raise msgspec.DecodeError("not in the wire format")
        if identity not in self._readings:
            self._readings[identity] = self._found(identity)
        reading = self._readings[identity]
        if reading is None:
            raise msgspec.DecodeError(f"schema {identity} has no such fields")
        body = io.BytesIO(value)
        body.seek(HEADER_BYTES)
        try:
            found: Any = fastavro.schemaless_reader(body, *reading)
        except (EOFError, ValueError, TypeError, LookupError, OverflowError) as error:
            raise msgspec.DecodeError(f"no record of schema {identity}") from error
        return msgspec.msgpack.encode({name: found[name] for name in self.fields})

    def _found(self, identity: int) -> tuple[Any, Any] | None:
        try:
            found = self.registry.schema(identity)
        except RegistryError as error:
            raise OutputError(str(error)) from error
        return None if found is None or found.kind != "AVRO" else self._reading(found.text)

    def _reading(self, text: str) -> tuple[Any, Any] | None:
        """The writer's schema, and one of our fields alone; ``None``: they are not all in it."""
        document = without_logical_types(json.loads(text))
        if not isinstance(document, dict) or document.get("type") != "record":
            return None
        types = {f["name"]: f["type"] for f in document["fields"]}
        if not types.keys() >= set(self.fields):
            return None
        wanted = [{"name": name, "type": types[name]} for name in self.fields]
        return fastavro.parse_schema(document), fastavro.parse_schema(document | {"fields": wanted})
