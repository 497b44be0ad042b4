"""Record batch, struct → Avro in Confluent's wire format: a zero byte, the schema's id, the record.

The id is that of the schema in a registry (4 bytes, big-endian); the record is Avro's binary form:
https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

import functools
import io
import json
from dataclasses import dataclass, field
from typing import Any, Final

import fastavro
import msgspec
import pyarrow as pa

from connectors.kafka.avrocolumns import constant, encoded, joined, nullable
from schemas.avro import Schema

MAGIC: Final = b"\x00"
ID_BYTES: Final = 4
HEADER_BYTES: Final = len(MAGIC) + ID_BYTES


@dataclass(frozen=True)
class AvroForm:
    """How the messages of one topic are written: the schema (JSON text), and its ``id`` in the registry."""

    id: int
    schema: str = field(repr=False)

    def rows(self, batch: pa.RecordBatch) -> list[bytes]:
        """The rows of ``batch``; columns that it does not have are null."""
        _, fields = _parsed(self.schema)
        unknown = [name for name in batch.schema.names if name not in fields]
        if unknown:
            raise ValueError(f"no field {', '.join(unknown)} in the schema of these rows")
        parts = [constant(self._header, len(batch))]
        for name, kind in fields.items():
            known = name in batch.schema.names
            column = encoded(batch.column(name)) if known else pa.nulls(len(batch), pa.large_binary())
            if "null" in kind:
                column = nullable(column)
            elif column.null_count:
                raise ValueError(f"{name}: null, which the schema of these rows does not allow")
            parts.append(column)
        return joined(parts)

    def struct(self, item: msgspec.Struct) -> bytes:
        """``item``; documents in it become texts of JSON."""
        parsed, fields = _parsed(self.schema)
        record: dict[str, Any] = msgspec.to_builtins(item)
        for name, value in record.items():
            if isinstance(value, dict) and "string" in fields[name]:
                record[name] = msgspec.json.encode(value).decode()
        out = io.BytesIO()
        out.write(self._header)
        fastavro.schemaless_writer(out, parsed, record)
        return out.getvalue()

    @property
    def _header(self) -> bytes:
        return MAGIC + self.id.to_bytes(ID_BYTES)


def schema_id(value: bytes) -> int | None:
    """The id in front of a value; ``None``: it is not in the wire format."""
    if len(value) < HEADER_BYTES or not value.startswith(MAGIC):
        return None
    return int.from_bytes(value[len(MAGIC) : HEADER_BYTES])


@functools.lru_cache(maxsize=256)
def _parsed(schema: str) -> tuple[Any, dict[str, Any]]:
    """The schema as fastavro wants it, and the types of its fields by their names."""
    document: Schema = json.loads(schema)
    return fastavro.parse_schema(document), {f["name"]: f["type"] for f in document["fields"]}
