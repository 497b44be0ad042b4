"""Messages in Avro: fastavro reads what was in them, and a message is known again by its fields."""

import io
import json
import math
from datetime import UTC, datetime
from typing import Any

import fastavro
import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.gaps import Gap, SilentSeries
from connectors.errors import OutputError
from connectors.kafka.avroidentity import AvroIdentity
from connectors.kafka.avrorows import AvroForm, schema_id
from connectors.kafka.messages import rendered
from connectors.kafka.readback import json_identity
from connectors.kafka.registry import Registry
from pipelines.publish import message_of, rows_of
from pipelines.topicschemas import topic_schemas
from schemas.actions import ANY, Cause, Invalidation, Scope
from schemas.avro import schema_of_columns, schema_of_structs
from schemas.batches import EVENT_CHANGES, EVENTS, TABLE_CHANGES, Origin
from schemas.letters import DeadLetter
from schemas.losses import SchemaChange, Truncated
from schemas.names import Output
from schemas.reconciliation import Reconciliation, StepCount
from schemas.spans import SPANS
from schemas.topics import RECONCILIATION, TOPICS
from schemas.verdicts import Exemplar, Reason, Verdict
from tests.connectors.kafka.fakeregistry import FakeRegistry, fake_registry

TEXT = pa.dictionary(pa.int32(), pa.string())
COLUMNS = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("text", TEXT),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("value", pa.float64()),
        pa.field("seq", pa.int64()),
        pa.field("small", pa.int32()),
        pa.field("kind", pa.uint8()),
        pa.field("on", pa.bool_()),
        pa.field("key", pa.binary()),
    ]
)
rows = st.fixed_dictionaries(
    {
        "id": st.text(max_size=300),
        "text": st.none() | st.text(),
        "at": st.none() | st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001
        "value": st.none() | st.floats(),
        "seq": st.none() | st.integers(-(2**63), 2**63 - 1),
        "small": st.none() | st.integers(-(2**31), 2**31 - 1),
        "kind": st.none() | st.integers(0, 255),
        "on": st.none() | st.booleans(),
        "key": st.none() | st.binary(max_size=300),
    }
)


def read(value: bytes, schema: Any) -> dict[str, Any]:
    """The record behind the header, to its last byte."""
    body = io.BytesIO(value[5:])
    found: Any = fastavro.schemaless_reader(body, fastavro.parse_schema(json.loads(json.dumps(schema))), None)
    assert body.tell() == len(value) - 5
    return dict(found)


@given(st.lists(rows, max_size=8))
def test_rows_are_to_the_byte_what_fastavro_writes(given_rows: list[dict[str, Any]]) -> None:
    schema = schema_of_columns("traceo.A", COLUMNS, {"id"})
    batch = pa.RecordBatch.from_pylist(given_rows, schema=COLUMNS)
    found = AvroForm(7, json.dumps(schema)).rows(batch)
    parsed = fastavro.parse_schema(schema)
    expected = []
    for row in batch.to_pylist():
        out = io.BytesIO(b"\0\0\0\0\7")
        out.seek(5)
        fastavro.schemaless_writer(out, parsed, row)
        expected.append(out.getvalue())
    assert found == expected


def test_a_slice_of_a_batch_is_written_as_what_it_is() -> None:
    batch = pa.RecordBatch.from_pylist([{"id": str(i), "seq": i, "text": "t" * i} for i in range(9)], COLUMNS)
    form = AvroForm(1, json.dumps(schema_of_columns("traceo.A", COLUMNS, {"id"})))
    assert form.rows(batch.slice(3, 4)) == form.rows(batch)[3:7]


def test_what_is_not_in_the_schema_is_a_bug_and_said() -> None:
    form = AvroForm(1, json.dumps(schema_of_columns("traceo.A", COLUMNS, {"id"})))
    with pytest.raises(ValueError, match="no field surplus in the schema"):
        form.rows(pa.RecordBatch.from_pydict({"id": ["a"], "surplus": [1]}))
    with pytest.raises(ValueError, match="id: null, which the schema"):
        form.rows(pa.RecordBatch.from_pydict({"id": pa.array([None], pa.string())}))


def test_header() -> None:
    form = AvroForm(0x01020304, json.dumps(schema_of_structs("A", SilentSeries)))
    value = form.struct(SilentSeries(entity="e", metric_id="m"))
    assert value[:5] == b"\0\1\2\3\4"
    assert schema_id(value) == 0x01020304
    assert schema_id(b"\0\0\0\0") is None
    assert schema_id(b'{"a":1}') is None


ORIGIN = Origin("db.metrics.events", 2, "db")
LETTER = DeadLetter(
    id="t/0/1",
    step="contract",
    reason="r",
    topic="t",
    partition=0,
    offset=1,
    appended_ms=5,
    row={"ü": [1, None]},
)
STRUCTS: list[tuple[Output | None, Any]] = [
    (Output.DEAD, LETTER),
    (Output.DEAD, msgspec.structs.replace(LETTER, row=None, size=3, sha256="ab", sealed="cd")),
    (Output.AUDIT, LETTER.audit("1.0")),
    (Output.GAPS, Gap(entity="p", start="a", end="b", intervals=2, missing_rows=14, open=True)),
    (Output.GAPS, SilentSeries(entity="p", metric_id="p:cpu")),
    (
        Output.VERDICTS,
        Verdict(
            id="v",
            metric_id="m",
            service="s",
            pod="p",
            metric="cpu",
            timestamp="2023",
            value=1.0,
            expected=2.0,
            score=math.inf,
            threshold=3.0,
            model="robust",
            reason=Reason.BELOW,
            exemplar=Exemplar("t", "s", "2023", 0.5),
        ),
    ),
    (
        Output.INVALIDATIONS,
        Invalidation(
            id="i",
            scope=Scope.TAG,
            key=ANY,
            cause=Cause.STORM,
            window_start="2023",
            window_seconds=5.0,
            changes=1,
            stands_for=2,
            first_committed_us=3,
            last_committed_us=4,
        ),
    ),
    (Output.NOTICES, Truncated(topic="t", partition=0, offset=1, table="a.b", tx=2, committed_at="2023")),
    (
        Output.NOTICES,
        SchemaChange(
            topic="t", partition=0, offset=1, table="a.b", added=["x"], removed=[], committed_at="2023"
        ),
    ),
    (None, Reconciliation(at="2023", counts=[StepCount("decode", "t", 0, "read", "", 5)])),
]


@pytest.mark.parametrize(("output", "item"), STRUCTS)
def test_a_struct_has_all_that_its_json_has(output: Output | None, item: msgspec.Struct) -> None:
    topic = RECONCILIATION if output is None else TOPICS[output]
    schema = topic_schemas()[topic.name]
    key, value = message_of(item, topic, AvroForm(9, schema))
    assert key == message_of(item, topic)[0]
    found = read(value, json.loads(schema))
    expected = msgspec.to_builtins(item)
    if expected.get("row") is not None:  # a document is a text
        found["row"] = json.loads(found["row"])
    assert {name: value for name, value in found.items() if name in expected} == json.loads(
        json.dumps(expected)
    )
    assert {value for name, value in found.items() if name not in expected} <= {None}


def batch_of(schema: pa.Schema, **values: Any) -> pa.RecordBatch:
    row = {f.name: values.get(f.name) for f in schema}
    return pa.RecordBatch.from_pylist([row], schema=ORIGIN.stamp(schema))


BATCHES = [
    (output, batch_of(EVENTS, metric_id="m", timestamp=datetime(2023, 1, 1, tzinfo=UTC), value=1.5, tags="{}",
                      seq=1, offset=5, commit_lsn=1, lsn=2, order=0, committed_us=7, appended_ms=8, raw_id=0))
    for output in (Output.CLEAN, Output.DUPLICATES, Output.CONFLICTS)
] + [
    (Output.CHANGES, batch_of(EVENT_CHANGES, offset=5, op=ord("u"), metric_id="m", key=b"\xff", before="{}")),
    (Output.TABLES, batch_of(TABLE_CHANGES, offset=5, op=ord("c"), row='{"a":1}')),
    (Output.LATE_SPANS, batch_of(SPANS, trace_id="ab", span_id="cd", kind=2, start_ns=1, error=True)),
]  # fmt: skip


@pytest.mark.parametrize(("output", "batch"), BATCHES)
def test_a_row_has_all_that_its_json_has(output: Output, batch: pa.RecordBatch) -> None:
    if output is Output.CONFLICTS:
        batch = batch.append_column("kept_value", pa.array([2.5]))
    topic = TOPICS[output]
    schema = topic_schemas()[topic.name]
    rows = rows_of([batch], topic, output)
    messages, in_json = rendered(rows, AvroForm(9, schema)), rendered(rows)
    assert messages.keys == in_json.keys
    assert (messages.committed_us, messages.appended_ms) == (in_json.committed_us, in_json.appended_ms)
    found, expected = read(messages.values[0], json.loads(schema)), json.loads(in_json.values[0])
    assert found.keys() == expected.keys()
    for name, value in found.items():
        match value:
            case datetime():
                assert value == datetime.fromisoformat(expected[name])
            case bytes():
                assert value.decode("utf-8", "backslashreplace") == expected[name]
            case str() if isinstance(expected[name], dict):
                assert json.loads(value) == expected[name]
            case _:
                assert value == expected[name], name


def test_every_topic_has_a_schema_with_the_fields_of_its_identity() -> None:
    schemas = topic_schemas()
    assert schemas.keys() == {topic.name for topic in (*TOPICS.values(), RECONCILIATION)}
    for topic in TOPICS.values():
        names = {f["name"] for f in json.loads(schemas[topic.name])["fields"]}
        assert names >= set(topic.identity)


@pytest.fixture
def fake() -> Any:
    with fake_registry() as one:
        yield one


def test_a_message_is_known_by_its_fields_alone_whatever_version_wrote_it(fake: FakeRegistry) -> None:
    old = {"type": "record", "name": "A", "fields": [{"name": n, "type": "string"} for n in ("id", "why")]}
    new = old | {"fields": [{"name": "first", "type": "double"}, *old["fields"]]}  # type: ignore[operator]
    forms = [AvroForm(fake.put(schema), json.dumps(schema)) for schema in (old, new)]

    def message(form: AvroForm, **fields: Any) -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, json.loads(form.schema), fields)
        return b"\0" + form.id.to_bytes(4) + out.getvalue()

    identity = AvroIdentity(("id",), forms[1], fake.client)
    one = identity(message(forms[1], first=1.0, id="a", why="x"))
    assert one == identity(message(forms[1], first=2.0, id="a", why="y"))
    assert one == identity(message(forms[0], id="a", why="z"))
    assert one != identity(message(forms[1], first=1.0, id="b", why="x"))
    assert one == json_identity(("id",))(b'{"id":"a"}')  # so that topics may change their format
    assert len(fake.asked) == 1


@pytest.mark.parametrize("value", [b'{"id":"a"}', b"\0", b"\0\0\0\0\1", b"\0\0\0\0\x63\2a", b"\0\0\0\0\2\2a"])
def test_what_is_no_message_of_ours_is_passed_over(fake: FakeRegistry, value: bytes) -> None:
    form = AvroForm(
        fake.put(schema_of_structs("A", SilentSeries)), json.dumps(schema_of_structs("A", SilentSeries))
    )
    assert fake.put('"string"') == 2
    with pytest.raises(msgspec.DecodeError):
        AvroIdentity(("entity",), form, fake.client)(value)


def test_reading_back_without_the_registry_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.kafka.registry._FIRST_WAIT_SECONDS", 0.001)
    form = AvroForm(1, json.dumps(schema_of_structs("A", SilentSeries)))
    identity = AvroIdentity(("entity",), form, Registry(url="http://127.0.0.1:1"))
    with pytest.raises(OutputError, match="the schema registry does not answer"):
        identity(b"\0\0\0\0\2\2a")
