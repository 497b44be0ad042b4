"""Values that an AvroConverter wrote → the same columns as those that a JsonConverter writes."""

import base64
import functools
import io
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.decode import decode_records
from connectors.errors import InputError
from connectors.kafka.avrovalues import AvroValues, RegistryAway
from connectors.kafka.reader import Reader
from connectors.kafka.registry import Registry, RegistryError, WriterSchema
from schemas.names import Result, Undecodable
from schemas.records import RawRecords
from tests.captures import sample_lines
from tests.connectors.kafka.avroconverter import EVENTS, SERIES, TRANSACTIONS, Schema, wire
from tests.connectors.kafka.mockcluster import Mock, mock_cluster, read_all, wait_until

NOW = 1_700_000_000_000
ENVELOPE: dict[str, Any] = {
    "before": None,
    "after": {"seq": 1, "metric_id": "m", "timestamp": "2023-01-29T08:41:09Z", "value": 2.5, "tags": "{}"},
    "source": {
        **{name: "db" for name in ("version", "connector", "name", "db", "schema", "table")},
        **{name: 1_795_491_284_600_845 for name in ("ts_us", "ts_ns", "txId", "lsn")},
        **{name: None for name in ("xmin", "origin", "origin_lsn")},
        "ts_ms": NOW,
        "snapshot": "false",
        "sequence": '["1","2"]',
    },
    "transaction": {"id": "869:29191704", "total_order": 1, "data_collection_order": 1},
    "op": "c",
    "ts_ms": NOW,
    "ts_us": None,
    "ts_ns": None,
}
BY_TOPIC = {"db.metrics.events": EVENTS, "db.metrics.series": SERIES, "db.transaction": TRANSACTIONS}


class Known(Registry):
    """A registry that knows some schemas; ``away``: it does not answer. ``asked``: how often it was asked."""

    def __init__(self, **schemas: Any) -> None:
        super().__init__(url="http://registry")
        object.__setattr__(self, "schemas", {int(k[1:]): v for k, v in schemas.items()})
        object.__setattr__(self, "asked", [])
        object.__setattr__(self, "away", [])

    def schema(self, identity: int, *, tries: int = 1) -> WriterSchema | None:
        self.asked.append(identity)  # type: ignore[attr-defined]
        if self.away:  # type: ignore[attr-defined]
            raise RegistryError("http://registry: does not answer")
        found = self.schemas.get(identity)  # type: ignore[attr-defined]
        if found is None or isinstance(found, WriterSchema):
            return found
        return WriterSchema(json.dumps(found), "AVRO", False)


def records(*values: bytes | None, topic: str = "db.metrics.events") -> RawRecords:
    count = len(values)
    return RawRecords(topic, 0, list(range(count)), [NOW] * count, [None] * count, list(values))


def read(schema: Schema, *values: Any) -> list[Any]:
    """What is read of ``values``, which were written by ``schema``."""
    avro = AvroValues(registry=Known(_1=schema))
    found = avro.decoded(records(*(wire(schema, 1, value) for value in values)))
    assert not found.refusals
    return [json.loads(value or b"") for value in found.values]


@functools.cache
def samples() -> dict[str, list[tuple[bytes, Any]]]:
    """Of each topic some of the sample's values, with their documents, as far as the converter wrote them."""
    found: dict[str, list[tuple[bytes, Any]]] = {topic: [] for topic in BY_TOPIC}
    for line in sample_lines():
        record = json.loads(line)
        if record["value"] is None or len(kept := found.get(record["topic"], [])) >= 2_000:
            continue
        value = base64.b64decode(record["value"])
        try:
            document = json.loads(value)
            fastavro.schemaless_writer(
                io.BytesIO(), fastavro.parse_schema(BY_TOPIC[record["topic"]]), document
            )
        except (ValueError, TypeError, AttributeError, KeyError):
            continue  # troubles that were put into the sample by hand
        kept.append((value, document))
    return found


def test_columns_are_those_of_json() -> None:
    """Changes of events and of another table, ends of transactions: all that DecodeChanges makes of them."""
    for topic, values in samples().items():
        assert len(values) > 500, topic
        avro = AvroValues(registry=Known(_7=BY_TOPIC[topic]))
        decoded = avro.decoded(records(*(wire(BY_TOPIC[topic], 7, d) for _, d in values), topic=topic))
        got, wanted = (
            decode_records(found, events_table="metrics.events")
            for found in (decoded, records(*(value for value, _ in values), topic=topic))
        )
        assert got.batches == wanted.batches
        assert got.ends == wanted.ends
        assert got.shapes == wanted.shapes
        assert got.counts == wanted.counts
        assert not got.refused


def test_values_without_doubles_are_the_same_to_the_byte() -> None:
    """Java writes some doubles in another way."""
    values = samples()["db.metrics.series"]
    avro = AvroValues(registry=Known(_7=SERIES))
    found = avro.decoded(records(*(wire(SERIES, 7, document) for _, document in values)))
    assert found.values == [value for value, _ in values]


def test_tombstones_and_json_stay_and_places_too() -> None:
    event = samples()["db.metrics.events"][0]
    avro = AvroValues(registry=Known(_7=EVENTS))
    found = avro.decoded(records(None, event[0], wire(EVENTS, 7, event[1]), b""))
    assert found.values[:2] == [None, event[0]]
    assert json.loads(found.values[2] or b"") == event[1]
    assert found.values[3] == b""
    assert found.offsets == [0, 1, 2, 3]
    assert not found.refusals


def test_values_are_those_of_connects_json() -> None:
    schema = {
        "type": "record",
        "name": "R",
        "fields": [
            {
                "name": "price",
                "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
            },
            {"name": "day", "type": {"type": "int", "logicalType": "date", "connect.name": "org.X"}},
            {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}]},
            {"name": "doubles", "type": {"type": "array", "items": "double"}},
            {"name": "map", "type": {"type": "map", "values": ["null", "float"]}},
            {"name": "kind", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
            {"name": "uid", "type": {"type": "fixed", "name": "F", "size": 2, "logicalType": "x"}},
            {"name": "next", "type": ["null", "R"], "default": None},
        ],
    }
    plain = [f | {"type": json.loads(json.dumps(f["type"]))} for f in schema["fields"]]
    for f in plain:
        if isinstance(f["type"], dict):
            f["type"].pop("logicalType", None)
    plain[2]["type"] = ["null", "long"]
    value = {
        "price": b"\x04\xd2",
        "day": 3,
        "at": 5,
        "doubles": [math.nan, -math.inf, 1.5],
        "map": {"a": math.inf, "b": None},
        "kind": "B",
        "uid": b"\xff\x00",
        "next": None,
    }
    raw = wire({"type": "record", "name": "R", "fields": plain}, 1, value | {"next": value})
    found = AvroValues(registry=Known(_1=schema)).decoded(records(raw))
    expected = {
        "price": base64.b64encode(b"\x04\xd2").decode(),
        "day": 3,
        "at": 5,
        "doubles": ["NaN", "-Infinity", 1.5],
        "map": {"a": "Infinity", "b": None},
        "kind": "B",
        "uid": base64.b64encode(b"\xff\x00").decode(),
        "next": None,
    }
    assert json.loads(found.values[0] or b"") == expected | {"next": expected}


def test_keys_are_read_too_since_what_cannot_be_read_cannot_be_redacted() -> None:
    key = {"type": "record", "name": "Key", "fields": [{"name": "email", "type": "string"}]}
    avro = AvroValues(registry=Known(_1=key, _2='"long"', _7=EVENTS))
    keys = [wire(key, 1, {"email": "a@b.org"}), b"text", None, b"\0\0\0\0\1\xff", b"\0\0\0\0\x09x"]
    values: list[bytes | None] = [wire(EVENTS, 7, ENVELOPE)] * 4 + [None]
    found = avro.decoded(RawRecords("db.metrics.events", 0, [0, 1, 2, 3, 4], [NOW] * 5, list(keys), values))
    assert found.keys[:3] == [b'{"email":"a@b.org"}', b"text", None]
    assert found.refusals == {3: Undecodable.MALFORMED_AVRO, 4: Undecodable.UNKNOWN_SCHEMA}
    decoded = decode_records(found, events_table="metrics.events")
    assert decoded.counts == {Result.PASSED: 3, Result.DEAD: 1, Result.TOMBSTONE: 1}
    assert [batch.column("key").to_pylist() for batch in decoded.batches] == [found.keys[:3]]


def test_a_schema_is_asked_for_once_and_each_value_is_read_by_its_own() -> None:
    old = {"type": "record", "name": "R", "fields": [{"name": "x", "type": "long"}]}
    new = {"type": "record", "name": "R", "fields": [{"name": "y", "type": "string"}, *old["fields"]]}
    registry = Known(_1=old, _2=new)
    avro = AvroValues(registry=registry)
    values = [wire(old, 1, {"x": 5}), wire(new, 2, {"x": 6, "y": "a"}), wire(old, 1, {"x": 7})]
    for _ in range(2):
        found = avro.decoded(records(*values))
        assert [json.loads(value or b"") for value in found.values] == [
            {"x": 5},
            {"y": "a", "x": 6},
            {"x": 7},
        ]
    assert registry.asked == [1, 2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\0", Undecodable.MALFORMED_AVRO),
        (b"\0\0\0\0", Undecodable.MALFORMED_AVRO),
        (b"\0\0\0\0\7", Undecodable.MALFORMED_AVRO),
        (b"\0\0\0\0\7" + b"\xff" * 300, Undecodable.MALFORMED_AVRO),
        (b"\0\0\0\0\x63abc", Undecodable.UNKNOWN_SCHEMA),
        (b"\0\0\0\0\x08abc", Undecodable.UNREADABLE_SCHEMA),
        (b"\0\0\0\0\x09abc", Undecodable.UNREADABLE_SCHEMA),
        (b"\0\0\0\0\x0aabc", Undecodable.UNREADABLE_SCHEMA),
        (b"\0\0\0\0\x0babc", Undecodable.UNREADABLE_SCHEMA),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason_and_its_own_bytes(
    value: bytes, reason: Undecodable
) -> None:
    registry = Known(
        _7=EVENTS,
        _8=WriterSchema("{}", "PROTOBUF", False),
        _9=WriterSchema(json.dumps(EVENTS), "AVRO", True),
        _10=WriterSchema("{", "AVRO", False),
        _11=WriterSchema(
            '{"type":"record","name":"R","fields":[{"name":"x","type":"nosuch"}]}', "AVRO", False
        ),
    )
    good = wire(EVENTS, 7, ENVELOPE)
    found = AvroValues(registry=registry).decoded(records(good, value, None, good + b"\0"))
    assert found.refusals == {1: reason, 3: Undecodable.MALFORMED_AVRO}
    assert found.values[1] == value
    decoded = decode_records(found, events_table="metrics.events")
    assert {r.index: r.kind for r in decoded.refused} == found.refusals
    assert decoded.counts == {Result.PASSED: 1, Result.DEAD: 2, Result.TOMBSTONE: 1}
    assert sum(map(len, decoded.batches)) == 1


@given(st.binary(max_size=400))
def test_no_bytes_are_too_much(body: bytes) -> None:
    avro = AvroValues(registry=Known(_7=EVENTS))
    found = avro.decoded(records(b"\0\0\0\0\7" + body))
    assert set(found.refusals.values()) <= {Undecodable.MALFORMED_AVRO}


@given(st.data())
def test_no_envelope_that_was_damaged_is_too_much(data: st.DataObject) -> None:
    good = bytearray(wire(EVENTS, 7, ENVELOPE))
    place = data.draw(st.integers(5, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    found = AvroValues(registry=Known(_7=EVENTS)).decoded(records(bytes(good)))
    decoded = decode_records(found, events_table="metrics.events")
    assert sum(map(len, decoded.batches)) + len(decoded.refused) == 1  # a row or a dead letter, never neither


def test_an_unknown_id_is_asked_for_again_after_a_while_and_few_are_remembered() -> None:
    now = [0.0]
    registry = Known()
    avro = AvroValues(registry=registry, clock=lambda: now[0])
    value = wire(EVENTS, 7, ENVELOPE)
    for _ in range(3):
        assert avro.decoded(records(value)).refusals == {0: Undecodable.UNKNOWN_SCHEMA}
    assert registry.asked == [7]  # type: ignore[attr-defined]
    registry.schemas[7] = EVENTS  # type: ignore[attr-defined]
    now[0] = 61.0
    assert not avro.decoded(records(value)).refusals
    avro.decoded(records(*(b"\0" + (100 + i).to_bytes(4) for i in range(3000))))
    assert len(avro._unknown) == 1024


def test_while_the_registry_is_away_what_is_known_goes_on_and_it_is_not_stormed() -> None:
    now = [0.0]
    registry = Known(_7=EVENTS, _8=EVENTS)
    avro = AvroValues(registry=registry, clock=lambda: now[0])
    known, new = wire(EVENTS, 7, ENVELOPE), wire(EVENTS, 8, ENVELOPE)
    avro.decoded(records(known))
    registry.away.append(True)  # type: ignore[attr-defined]
    for second, asked in ((0.0, 2), (0.9, 2), (1.0, 3), (2.9, 3), (3.0, 4)):
        now[0] = second
        with pytest.raises(RegistryAway, match="http://registry: does not answer"):
            avro.decoded(records(known, new))
        assert len(registry.asked) == asked  # type: ignore[attr-defined]
        assert not avro.decoded(records(known)).refusals
    registry.away.clear()  # type: ignore[attr-defined]
    now[0] = avro.due
    assert not avro.decoded(records(known, new)).refusals


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mock_cluster() as one:
        yield one


@pytest.fixture
def reader_of(mock: Mock) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(topic: str, **more: Any) -> Reader:
        mock.partitions(topic)
        made.append(Reader(cluster=mock.cluster, topics=(topic,), group="test", margin_seconds=0.0, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_partition_is_held_while_the_registry_is_away_and_then_goes_on(
    mock: Mock, reader_of: Callable[..., Reader]
) -> None:
    now = [0.0]
    registry = Known(_7=EVENTS, _8=EVENTS)
    avro = AvroValues(registry=registry, clock=lambda: now[0])
    known, new = wire(EVENTS, 7, ENVELOPE), wire(EVENTS, 8, ENVELOPE)
    mock.put("held", known, known, at_ms=NOW)
    mock.put("held", known, partition=1, at_ms=NOW)
    reader = reader_of("held", avro=avro)
    reader.go_to({})
    assert sum(map(len, read_all(reader))) == 3
    registry.away.append(True)  # type: ignore[attr-defined]
    mock.put("held", new, new, at_ms=NOW + 1)
    assert wait_until(lambda: reader.poll(0.02) or reader._held) == {("held", 0)}
    mock.put("held", known, partition=1, at_ms=NOW + 2)
    assert [r.partition for r in wait_until(lambda: reader.poll(0.02))] == [1]  # others go on
    assert reader.positions["held", 0] == 2
    held_ms = reader.watermark_ms()
    asked = len(registry.asked)  # type: ignore[attr-defined]
    for _ in range(20):
        assert reader.poll(0.01) == []
    assert reader.watermark_ms() == held_ms  # nothing that waits becomes late
    assert len(registry.asked) == asked  # type: ignore[attr-defined]
    registry.away.clear()  # type: ignore[attr-defined]
    now[0] = avro.due
    [found] = wait_until(lambda: reader.poll(0.02))
    assert (found.offsets, found.refusals) == ([2, 3], {})
    assert reader.positions["held", 0] == 4
    assert wait_until(
        lambda: reader.poll(0.02) or reader.watermark_ms() > held_ms
    )  # and its end is seen again


def test_what_has_an_end_does_not_wait_for_ever(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    registry = Known()
    registry.away.append(True)  # type: ignore[attr-defined]
    mock.put("bounded", wire(EVENTS, 7, ENVELOPE), at_ms=NOW)
    times = iter(range(1000))
    reader = reader_of("bounded", avro=AvroValues(registry=registry, clock=lambda: 100.0 * next(times)))
    reader.patience_seconds = 0.2
    reader.go_to({})

    def poll_until_it_is_over() -> bool:
        try:
            assert reader.poll(0.02) == []
        except InputError as error:
            assert str(error) == "http://registry: does not answer"
            return True
        return False

    assert wait_until(poll_until_it_is_over)
