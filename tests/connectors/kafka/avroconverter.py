"""Debezium's changes as Connect's AvroConverter writes them, with schemas as its AvroData makes them.

They are those of Debezium's PostgreSQL connector: ``Envelope``, ``Value``, ``Source`` and ``block``, with the
parameters by which Connect knows its types again.
"""

import io
import json
from typing import Any

import fastavro

Schema = dict[str, Any]

EVENT_COLUMNS: dict[str, Any] = {
    "seq": "long",
    "metric_id": "string",
    "timestamp": {"type": "string", "connect.version": 1, "connect.name": "io.debezium.time.ZonedTimestamp"},
    "value": "double",
    "tags": {"type": "string", "connect.version": 1, "connect.name": "io.debezium.data.Json"},
}
SERIES_COLUMNS: dict[str, Any] = dict.fromkeys(("metric_id", "service", "pod", "name", "unit"), "string")
_LONG, _TEXT = ["null", "long"], ["null", "string"]


def optional(name: str, kind: Any) -> Schema:
    return {"name": name, "type": ["null", kind], "default": None}


def envelope_schema(table: str, columns: dict[str, Any]) -> Schema:
    """The schema of changes of ``table`` (``schema.table``); all columns may be null."""
    space = f"db.{table}"
    value = {
        "type": "record",
        "name": "Value",
        "fields": [optional(name, kind) for name, kind in columns.items()],
        "connect.name": f"{space}.Value",
    }
    snapshot = {
        "type": "string",
        "connect.version": 1,
        "connect.parameters": {"allowed": "true,first,last,false,incremental"},
        "connect.default": "false",
        "connect.name": "io.debezium.data.Enum",
    }
    source = {
        "type": "record",
        "name": "Source",
        "namespace": "io.debezium.connector.postgresql",
        "fields": [
            *({"name": name, "type": "string"} for name in ("version", "connector", "name")),
            {"name": "ts_ms", "type": "long"},
            {"name": "snapshot", "type": [snapshot, "null"], "default": "false"},
            {"name": "db", "type": "string"},
            {"name": "sequence", "type": _TEXT, "default": None},
            *({"name": name, "type": _LONG, "default": None} for name in ("ts_us", "ts_ns")),
            *({"name": name, "type": "string"} for name in ("schema", "table")),
            *({"name": name, "type": _LONG, "default": None} for name in ("txId", "lsn", "xmin")),
            {"name": "origin", "type": _TEXT, "default": None},
            {"name": "origin_lsn", "type": _LONG, "default": None},
        ],
        "connect.name": "io.debezium.connector.postgresql.Source",
    }
    block = {
        "type": "record",
        "name": "block",
        "namespace": "event",
        "fields": [
            {"name": "id", "type": "string"},
            *({"name": name, "type": "long"} for name in ("total_order", "data_collection_order")),
        ],
        "connect.version": 1,
        "connect.name": "event.block",
    }
    return {
        "type": "record",
        "name": "Envelope",
        "namespace": space,
        "fields": [
            optional("before", value),
            optional("after", "Value"),
            {"name": "source", "type": source},
            optional("transaction", block),
            {"name": "op", "type": "string"},
            *(optional(name, "long") for name in ("ts_ms", "ts_us", "ts_ns")),
        ],
        "connect.version": 2,
        "connect.name": f"{space}.Envelope",
    }


EVENTS = envelope_schema("metrics.events", EVENT_COLUMNS)
SERIES = envelope_schema("metrics.series", SERIES_COLUMNS)
TRANSACTIONS: Schema = {
    "type": "record",
    "name": "TransactionMetadataValue",
    "namespace": "io.debezium.connector.common",
    "fields": [
        {"name": "status", "type": "string"},
        {"name": "id", "type": "string"},
        optional("event_count", "long"),
        optional(
            "data_collections",
            {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "ConnectDefault",
                    "namespace": "io.confluent.connect.avro",
                    "fields": [
                        {"name": "data_collection", "type": "string"},
                        {"name": "event_count", "type": "long"},
                    ],
                },
            },
        ),
        {"name": "ts_ms", "type": "long"},
    ],
}


def wire(schema: Schema, identity: int, record: Any) -> bytes:
    """``record`` in the wire format."""
    out = io.BytesIO()
    out.write(b"\0" + identity.to_bytes(4))
    fastavro.schemaless_writer(out, fastavro.parse_schema(json.loads(json.dumps(schema))), record)
    return out.getvalue()
