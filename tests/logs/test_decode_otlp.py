"""OTLP documents of logs: the usual ones a column at a time, the others record by record, to the same end."""

import base64
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData

from connectors.jsonlines import lines_of
from logs.decode import Reading, decode_documents
from logs.decodeotlp import from_otlp_json
from logs.otlpcolumns import usual_columns
from logs.records import batch_of, finished
from schemas.logs import LOGS, MAX_LINE_BYTES, ODD_TRACE_ID, LogForm, LogRefusal, Severity
from tests.conftest import SAMPLE
from tests.logs.logdocuments import SPAN, TRACE, decoded, otlp, otlp_record, row


def one_by_one(*values: bytes) -> pa.RecordBatch:
    """What the way for the unusual makes of documents."""
    return batch_of(
        [
            (document, place, *columns)
            for document, value in enumerate(values)
            for place, record in enumerate(from_otlp_json(value))
            if (columns := finished(record, MAX_LINE_BYTES)) is not None
        ]
    )


def test_the_sample_comes_out_whole_and_both_ways_agree() -> None:
    documents = list(lines_of(SAMPLE / "logs.otlp.jsonl.zst"))
    offsets = list(range(len(documents)))
    batch = usual_columns(documents, offsets, MAX_LINE_BYTES)
    assert batch is not None
    assert batch.schema.equals(LOGS)
    assert len(batch) == 19_031
    severities = batch.column("severity").to_pylist()
    assert [severities.count(n) for n in (Severity.INFO, Severity.WARN, Severity.ERROR)] == [18_176, 729, 126]
    assert batch.to_pylist() == one_by_one(*documents).to_pylist()


texts = st.text(max_size=20)
values = st.recursive(
    st.one_of(
        st.builds(lambda v: {"stringValue": v}, texts),
        st.builds(lambda v: {"intValue": str(v)}, st.integers(-(2**63), 2**63 - 1)),
        st.builds(lambda v: {"boolValue": v}, st.booleans()),
        st.builds(lambda v: {"doubleValue": v}, st.floats(allow_nan=False, allow_infinity=False)),
        st.builds(lambda v: {"bytesValue": base64.b64encode(v).decode()}, st.binary(max_size=9)),
    ),
    lambda inner: st.one_of(
        st.builds(lambda vs: {"arrayValue": {"values": vs}}, st.lists(inner, max_size=3)),
        st.builds(
            lambda vs: {"kvlistValue": {"values": [{"key": k, "value": v} for k, v in vs.items()]}},
            st.dictionaries(texts, inner, max_size=3),
        ),
    ),
    max_leaves=6,
)
pairs = st.dictionaries(texts, values, max_size=3).map(
    lambda d: [{"key": key, "value": value} for key, value in d.items()]
)


@given(
    st.lists(
        st.builds(
            otlp_record,
            attributes=st.none() | pairs,
            body=st.none() | st.builds(lambda v: {"stringValue": v}, texts),
            severityNumber=st.none() | st.integers(1, 24),
            timeUnixNano=st.integers(1, 2**62) | st.integers(1, 2**62).map(str),
            traceId=st.none() | st.just(TRACE),
            flags=st.none() | st.integers(0, 255),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_usual_documents_mean_the_same_both_ways(records: list[dict[str, Any]]) -> None:
    document = otlp(*records, service__name="cart")
    usual = usual_columns([document], [0], MAX_LINE_BYTES)
    assert usual is not None
    assert usual.to_pylist() == [
        {**found, "flags": found["flags"] or None} for found in one_by_one(document).to_pylist()
    ]


@given(values)
def test_a_body_of_any_kind_is_kept(body: dict[str, Any]) -> None:
    found = row(otlp(otlp_record(body=body)))
    (kind,) = body
    assert found["structured"] is (kind not in ("stringValue", "bytesValue"))
    if kind == "intValue":
        assert found["body"] == body["intValue"]


def test_ids_severities_and_resources_find_their_columns() -> None:
    record = otlp_record(traceId=TRACE.upper(), flags=1, eventName="login", observedTimeUnixNano="5")
    found = row(otlp(record, scope={"name": "lib", "version": "2"}, service__name="cart", k8s__pod__name="p"))
    assert (found["trace_id"], found["span_id"], found["flags"]) == (TRACE, SPAN, 1)
    assert (found["service"], found["pod"], found["scope"]) == ("cart", "p", "lib")
    assert (found["event_name"], found["observed_ns"]) == ("login", 5)
    assert found["attributes"] == {"otel.scope.version": "2"}


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severityNumber": None, "severityText": "Warning"}, 13),
        ({"severityNumber": "SEVERITY_NUMBER_ERROR2"}, 18),
        ({"severityNumber": "17"}, 17),
        ({"severityNumber": None, "severityText": None}, 0),
        ({"severityNumber": None, "severityText": "?"}, 0),
        ({"severityNumber": 99, "severityText": None}, 0),
        ({"severityNumber": "1" * 6000, "severityText": None}, 0),
    ],
)
def test_a_severity_may_come_in_many_ways(fields: dict[str, Any], severity: int) -> None:
    assert row(otlp(otlp_record(**fields)))["severity"] == severity


def test_an_id_that_is_none_is_kept_beside_and_zeros_are_nothing() -> None:
    found = row(otlp(otlp_record(traceId="xyz", spanId="0" * 16)))
    assert "trace_id" not in found and "span_id" not in found
    assert found["attributes"] == {ODD_TRACE_ID: "xyz"}


def test_messages_of_protocol_buffers_are_read() -> None:
    data = LogsData()
    resource_logs = data.resource_logs.add()
    pair = resource_logs.resource.attributes.add(key="service.name")
    pair.value.string_value = "cart"
    record = resource_logs.scope_logs.add().log_records.add(
        time_unix_nano=7, severity_number=17, trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(SPAN)
    )
    record.body.string_value = "hello"
    record.attributes.add(key="n").value.double_value = float("inf")
    record.attributes.add(key="b").value.bytes_value = b"\xff"
    found = row(data.SerializeToString())
    assert (found["timestamp_ns"], found["severity"], found["service"]) == (7, 17, "cart")
    assert (found["trace_id"], found["span_id"], found["body"]) == (TRACE, SPAN, "hello")
    assert found["attributes"] == {"n": "Infinity", "b": "/w=="}


def test_records_have_the_place_in_their_document() -> None:
    batch = decoded(otlp(otlp_record(), otlp_record()), otlp(), otlp(otlp_record()))
    assert batch.select(["offset", "place"]).to_pylist() == [
        {"offset": 0, "place": 0},
        {"offset": 0, "place": 1},
        {"offset": 2, "place": 0},
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b'{"resourceLogs": 5}', LogRefusal.NO_DOCUMENT),
        (b'{"resourceLogs": [{"scopeLogs"', LogRefusal.NO_DOCUMENT),
        (b'{"resourceSpans": []}', LogRefusal.NO_DOCUMENT),
        (b"\n\xff\xff\xff", LogRefusal.NO_DOCUMENT),
        (b"", LogRefusal.NO_DOCUMENT),
        (otlp(otlp_record()).replace(b"hello", b"\xff"), LogRefusal.INVALID_UTF8),
        (otlp(otlp_record()).replace(b'"hello"', b"[" * 100_000), LogRefusal.TOO_DEEP),
        (otlp(otlp_record(body={"stringValue": "x" * 3000})), LogRefusal.OVERSIZED),
    ],
)
def test_what_is_no_document_is_refused_and_the_others_are_not(value: bytes, kind: LogRefusal) -> None:
    good = otlp(otlp_record())
    found = decode_documents(
        [good, value, good],
        [0, 1, 2],
        Reading(LogForm.OTLP, max_document_bytes=200_000 if len(value) > 9999 else 2000),
    )
    assert [(refused.document, refused.kind, refused.place) for refused in found.refused] == [(1, kind, None)]
    assert found.batch.column("offset").to_pylist() == [0, 2]


def test_a_body_that_is_too_long_is_cut_and_attributes_are_refused() -> None:
    long = otlp_record(body={"stringValue": "ü" * 1000})
    wide = otlp_record(attributes=[{"key": "k", "value": {"stringValue": "x" * 2000}}])
    found = decode_documents([otlp(long, wide, otlp_record())], [7], Reading(max_line_bytes=999))
    bodies = found.batch.column("body").to_pylist()
    assert bodies == ["ü" * 499, "hello"]
    assert json.loads(found.batch.column("attributes")[0].as_py()) == {"log.truncated_bytes": 1002}
    assert [(refused.kind, refused.place) for refused in found.refused] == [(LogRefusal.OVERSIZED, 1)]
