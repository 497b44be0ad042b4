"""Avro schemas of columns and structs: readable by their own rules, and open to change."""

import io
import json

import fastavro
import msgspec
import pyarrow as pa
import pytest

from schemas.actions import Incident
from schemas.avro import record_name, schema_of_columns, schema_of_structs, without_logical_types
from schemas.losses import SchemaChange, Truncated
from schemas.verdicts import Verdict


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("metrics.late-spans", "traceo.metrics.LateSpans"),
        ("metrics.processed", "traceo.metrics.Processed"),
        ("eu-1.metrics.dead_letters", "traceo.eu_1.metrics.Dead_letters"),
        ("plain", "traceo.Plain"),
    ],
)
def test_the_name_of_a_topics_record(topic: str, name: str) -> None:
    assert record_name(topic) == name
    fastavro.parse_schema({"type": "record", "name": name, "fields": []})


def test_columns() -> None:
    columns = pa.schema(
        [
            pa.field("id", pa.dictionary(pa.int32(), pa.string())),
            pa.field("at", pa.timestamp("us", tz="UTC")),
            pa.field("small", pa.uint8()),
            pa.field("large", pa.uint32()),
            pa.field("value", pa.float64()),
            pa.field("on", pa.bool_()),
            pa.field("key", pa.binary()),
        ]
    )
    schema = schema_of_columns("traceo.A", columns, {"id"})
    types = {f["name"]: f["type"] for f in schema["fields"]}
    assert types.pop("id") == "string"
    assert types == {
        "at": ["null", {"type": "long", "logicalType": "timestamp-micros"}],
        "small": ["null", "int"],
        "large": ["null", "long"],
        "value": ["null", "double"],
        "on": ["null", "boolean"],
        "key": ["null", "bytes"],
    }
    assert all(f["default"] is None for f in schema["fields"] if f["name"] != "id")


@pytest.mark.parametrize("kind", [pa.uint64(), pa.timestamp("ns"), pa.list_(pa.string()), pa.null()])
def test_a_column_without_an_avro_type_is_refused(kind: pa.DataType) -> None:
    with pytest.raises(TypeError, match="no Avro type is declared for columns of"):
        schema_of_columns("A", pa.schema([pa.field("a", kind)]), set())


def test_structs_of_one_topic_share_a_record() -> None:
    """With the tag that tells which it is; what not all have may be null."""
    schema = schema_of_structs("traceo.metrics.Notices", Truncated, SchemaChange)
    types = {f["name"]: f["type"] for f in schema["fields"]}
    assert types["kind"] == "string"
    assert types["topic"] == "string"
    assert types["offset"] == "long"
    assert types["tx"] == ["null", "long"]
    assert types["added"] == ["null", {"type": "array", "items": "string"}]


def test_structs_within_structs_are_records_of_their_own() -> None:
    for name, kind in (("traceo.metrics.Incidents", Incident), ("traceo.metrics.Verdicts", Verdict)):
        parsed = fastavro.parse_schema(schema_of_structs(name, kind))
        assert {f["name"] for f in parsed["fields"]} == {f.encode_name for f in msgspec.structs.fields(kind)}


class _Before(msgspec.Struct):
    id: str
    count: int = 3


class _After(msgspec.Struct):
    id: str
    count: int = 3
    why: str | None = None
    tries: int = 1


def test_what_was_written_before_a_field_was_added_can_be_read() -> None:
    old, new = (schema_of_structs("traceo.A", kind) for kind in (_Before, _After))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(old), {"id": "a", "count": 5})
    out.seek(0)
    read = fastavro.schemaless_reader(out, fastavro.parse_schema(old), fastavro.parse_schema(new))
    assert read == {"id": "a", "count": 5, "why": None, "tries": 1}


def test_without_logical_types_only_these_are_gone() -> None:
    time = {"type": "long", "logicalType": "timestamp-micros"}
    fields = [
        {"name": "logicalType", "type": "string"},
        {"name": "a", "type": ["null", time], "default": None},
        {"name": "b", "type": {"type": "array", "items": time}},
        {"name": "c", "type": {"type": "map", "values": time}},
    ]
    found = without_logical_types({"type": "record", "name": "A", "fields": fields})
    assert "timestamp-micros" not in json.dumps(found)
    assert [f["name"] for f in found["fields"]] == ["logicalType", "a", "b", "c"]
    assert found["fields"][1] == {"name": "a", "type": ["null", {"type": "long"}], "default": None}
    assert "timestamp-micros" in json.dumps(fields)
