"""Documents of spans: whatever tool wrote them, the same spans come out, and all that does not is named."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from connectors.spanfiles import read_documents
from schemas.names import SpanRefusal
from schemas.spans import SPANS, Kind
from tests.conftest import SAMPLE
from tests.traces.spandocuments import (
    BEGIN_NS,
    CHILD,
    PARENT,
    TRACE,
    as_protobuf,
    jaeger,
    jaeger_span,
    otlp,
    otlp_document,
    otlp_span,
)
from traces.decode import decode_documents

SPAN_FILE = SAMPLE / "spans.otlp.jsonl.zst"


def rows(*documents: bytes | None) -> list[dict[str, Any]]:
    decoded = decode_documents(documents)
    assert decoded.refused == []
    assert decoded.batch.schema == SPANS
    found: list[dict[str, Any]] = decoded.batch.to_pylist()
    return found


def row(document: bytes) -> dict[str, Any]:
    (found,) = rows(document)
    return found


def refusal(document: bytes | None) -> SpanRefusal:
    decoded = decode_documents([document])
    assert len(decoded.batch) == 0
    (refused,) = decoded.refused
    return refused.kind


def documents_of(path: Path) -> list[bytes]:
    return [document for _, document in read_documents(path)]


def test_the_sample_is_35434_spans_of_444_traces_of_known_services() -> None:
    batch = decode_documents(documents_of(SPAN_FILE)).batch
    assert len(batch) == 35_434
    assert len(set(batch.column("trace_id").to_pylist())) == 444
    assert sum(parent is None for parent in batch.column("parent_id").to_pylist()) == 444
    assert "unknown_service" not in batch.column("service").dictionary.to_pylist()
    assert batch.column("pod").null_count == 0
    spans = zip(*(batch.column(name).to_pylist() for name in ("start_ns", "end_ns")), strict=True)
    assert all(start <= end for start, end in spans)


def test_the_sample_in_protocol_buffers_gives_the_same_batch() -> None:
    documents = documents_of(SPAN_FILE)[:40]
    binary = [as_protobuf(json.loads(document)) for document in documents]
    expected = decode_documents(documents)
    assert len(expected.batch) > 1000
    assert decode_documents(binary) == expected


def test_three_formats_give_the_same_batch() -> None:
    attributes = {"otel.status_code": "ERROR", "span.kind": "client"}
    typed = [{"key": key, "value": {"stringValue": text}} for key, text in attributes.items()]
    written = [
        otlp_span(kind=3, status={"code": 2}, attributes=typed),
        otlp_span(spanId=PARENT, parentSpanId="", name="", kind=0),
    ]
    tags = [{"key": key, "type": "string", "value": text} for key, text in attributes.items()]
    of_jaeger = [jaeger_span(tags=tags), jaeger_span(spanID=PARENT, references=[], operationName="")]
    batch = decode_documents([otlp(*written)]).batch
    assert len(batch) == 2
    assert decode_documents([as_protobuf(otlp_document(*written))]).batch == batch
    assert decode_documents([jaeger(*of_jaeger)]).batch == batch


def test_a_trace_of_jaeger_is_read_without_its_envelope() -> None:
    whole = jaeger(jaeger_span())
    assert rows(json.dumps(json.loads(whole)["data"][0]).encode()) == rows(whole)
    embedded = jaeger_span(process={"serviceName": "own", "tags": []})
    assert row(json.dumps({"spans": [embedded]}).encode())["service"] == "own"


@pytest.mark.parametrize("kind", Kind)
def test_the_kind_is_a_number_or_a_name(kind: Kind) -> None:
    for written in (kind.value, str(kind.value), f"SPAN_KIND_{kind.name}"):
        assert row(otlp(otlp_span(kind=written)))["kind"] == kind
    tags = [{"key": "span.kind", "type": "string", "value": kind.name.lower()}]
    assert row(jaeger(jaeger_span(tags=tags)))["kind"] == kind


@pytest.mark.parametrize("kind", [9, -1, 10**30, "SPAN_KIND_NOSUCH", None])
def test_a_kind_that_nobody_knows_is_none(kind: Any) -> None:
    assert row(otlp(otlp_span(kind=kind)))["kind"] == Kind.UNSPECIFIED


@pytest.mark.parametrize("kind", [[1], {"a": 1}, None, 2.5])
def test_a_kind_of_jaeger_that_is_no_text_is_none(kind: Any) -> None:
    assert row(jaeger(jaeger_span(tags=[{"key": "span.kind", "value": kind}])))["kind"] == Kind.UNSPECIFIED


@pytest.mark.parametrize("text", [str(BEGIN_NS), BEGIN_NS, float(BEGIN_NS)])
def test_times_are_texts_or_numbers_to_the_nanosecond(text: Any) -> None:
    span = otlp_span(startTimeUnixNano=text, endTimeUnixNano=str(BEGIN_NS + 1))
    found = row(otlp(span))
    assert (found["start_ns"], found["end_ns"]) == (BEGIN_NS, BEGIN_NS + 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ({"code": 2}, True),
        ({"code": "2"}, True),
        ({"code": "STATUS_CODE_ERROR", "message": "no"}, True),
        ({"code": 1}, False),
        ({"message": "no"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_a_span_has_failed_if_its_status_says_so(status: Any, error: bool) -> None:
    assert row(otlp(otlp_span(status=status)))["error"] is error


@pytest.mark.parametrize(
    ("tag", "error"),
    [
        (("error", True), True),
        (("error", "true"), True),
        (("error", False), False),
        (("otel.status_code", "ERROR"), True),
        (("otel.status_code", "OK"), False),
    ],
)
def test_a_span_of_jaeger_has_failed_if_a_tag_says_so(tag: tuple[str, Any], error: bool) -> None:
    tags = [{"key": tag[0], "value": tag[1]}]
    assert row(jaeger(jaeger_span(tags=tags)))["error"] is error


ATTRIBUTES = [
    ({"stringValue": 'a "b"\n'}, 'a "b"\n'),
    ({"boolValue": False}, False),
    ({"intValue": "-9223372036854775808"}, -(2**63)),
    ({"intValue": 7}, 7),
    ({"doubleValue": 0.25}, 0.25),
    ({"doubleValue": 3}, 3.0),
    ({"doubleValue": "NaN"}, "NaN"),
    ({"doubleValue": "-Infinity"}, "-Infinity"),
    ({"bytesValue": "AAEC/w=="}, "AAEC/w=="),
    ({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "x"}]}}, [1, "x"]),
    ({"arrayValue": {}}, []),
    (
        {"kvlistValue": {"values": [{"key": "k", "value": {"kvlistValue": {"values": []}}}]}},
        {"k": {}},
    ),
    ({}, None),
]


@pytest.mark.parametrize(("value", "expected"), ATTRIBUTES)
def test_attributes_of_every_kind_come_out_as_json(value: dict[str, Any], expected: Any) -> None:
    span = otlp_span(attributes=[{"key": "a", "value": value}])
    found = row(otlp(span))["attributes"]
    assert json.loads(found) == {"a": expected}
    assert type(json.loads(found)["a"]) is type(expected)
    assert row(as_protobuf(otlp_document(span)))["attributes"] == found


def test_an_int_that_is_none_is_left_as_it_is() -> None:
    span = otlp_span(attributes=[{"key": "a", "value": {"intValue": "many"}}, {"key": "b", "value": None}])
    assert json.loads(row(otlp(span))["attributes"]) == {"a": "many", "b": None}


def test_ids_are_lower_case_whatever_was_written() -> None:
    span = otlp_span(traceId=TRACE.upper(), spanId=CHILD.upper(), parentSpanId=PARENT.upper())
    assert row(otlp(span)) == row(otlp(otlp_span()))
    upper = jaeger_span(traceID=TRACE.upper(), spanID=CHILD.upper())
    assert row(jaeger(upper)) == row(jaeger(jaeger_span()))


def test_a_service_without_a_name_is_unknown() -> None:
    assert row(otlp(otlp_span(), host_name="h"))["service"] == "unknown_service"
    document = otlp_document(otlp_span())
    del document["resourceSpans"][0]["resource"]
    for written in (json.dumps(document).encode(), as_protobuf(document)):
        assert (row(written)["service"], row(written)["pod"]) == ("unknown_service", None)
    assert row(jaeger(jaeger_span(processID="nosuch")))["service"] == "unknown_service"


@pytest.mark.parametrize("name", ["name", "kind", "parentSpanId", "attributes", "status"])
def test_null_is_as_good_as_nothing(name: str) -> None:
    without = otlp_span()
    without.pop(name, None)
    assert row(otlp(otlp_span(**{name: None}))) == row(otlp(without))


@pytest.mark.parametrize("written", [{"scopeSpans": None}, {"scopeSpans": [{"spans": None}]}, {}])
def test_a_sender_without_spans_is_no_mistake(written: dict[str, Any]) -> None:
    assert rows(json.dumps({"resourceSpans": [written]}).encode(), otlp(otlp_span())) == rows(
        otlp(otlp_span())
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"traceId": "0" * 32}, SpanRefusal.TRACE_ID),
        ({"traceId": TRACE[:-1]}, SpanRefusal.TRACE_ID),
        ({"traceId": TRACE[:-1] + "g"}, SpanRefusal.TRACE_ID),
        ({"traceId": ""}, SpanRefusal.TRACE_ID),
        ({"traceId": None}, SpanRefusal.TRACE_ID),
        ({"traceId": "S/kvNXezTaajzpKdDg5HNg=="}, SpanRefusal.TRACE_ID),
        ({"spanId": "0" * 16}, SpanRefusal.SPAN_ID),
        ({"spanId": CHILD + "00"}, SpanRefusal.SPAN_ID),
        ({"parentSpanId": "0" * 16}, SpanRefusal.PARENT_ID),
        ({"parentSpanId": "12"}, SpanRefusal.PARENT_ID),
        ({"endTimeUnixNano": str(BEGIN_NS - 1)}, SpanRefusal.TIMES),
        ({"startTimeUnixNano": "0"}, SpanRefusal.TIMES),
        ({"startTimeUnixNano": "-5"}, SpanRefusal.TIMES),
        ({"endTimeUnixNano": "soon"}, SpanRefusal.TIMES),
        ({"endTimeUnixNano": "9" * 5000}, SpanRefusal.TIMES),
        ({"endTimeUnixNano": 2**63}, SpanRefusal.TIMES),
        ({"endTimeUnixNano": None}, SpanRefusal.TIMES),
    ],
)
def test_a_span_that_cannot_be_used_is_refused_alone(fields: dict[str, Any], problem: SpanRefusal) -> None:
    decoded = decode_documents([otlp(otlp_span(), otlp_span(**fields))])
    assert decoded.batch.to_pylist() == rows(otlp(otlp_span()))
    (refused,) = decoded.refused
    assert (refused.document, refused.place, refused.kind) == (0, 1, problem)
    assert refused.row is not None
    assert refused.row.service == "cart"


@pytest.mark.parametrize("end", [2**63, 2**64 - 1, BEGIN_NS - 1])
def test_protocol_buffers_are_refused_for_the_same_reasons(end: int) -> None:
    assert refusal(as_protobuf(otlp_document(otlp_span(endTimeUnixNano=str(end))))) == SpanRefusal.TIMES
    assert refusal(as_protobuf(otlp_document(otlp_span(traceId="00" * 16)))) == SpanRefusal.TRACE_ID


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"traceID": ""}, SpanRefusal.TRACE_ID),
        ({"spanID": "0"}, SpanRefusal.SPAN_ID),
        ({"duration": -1}, SpanRefusal.TIMES),
        ({"duration": 10**30}, SpanRefusal.TIMES),
        ({"startTime": -(10**30)}, SpanRefusal.TIMES),
    ],
)
def test_spans_of_jaeger_are_refused_too_and_never_break_the_critical_path(
    fields: dict[str, Any], problem: SpanRefusal
) -> None:
    document = jaeger(jaeger_span(**fields))
    assert refusal(document) == problem
    assert len(decode_documents([document], any_id=True).batch) == 1


@pytest.mark.parametrize(
    "document",
    [
        None,
        b"",
        b"  \n",
        b"hello",
        b"{",
        b"[]",
        b"5",
        b'"x"',
        b"null",
        b"{}",
        b'{"data": null, "errors": [{"code": 404, "msg": "trace not found"}]}',
        b'{"resourceSpans": 5}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": 5}]}]}]}',
        b'{"resourceSpans": "\xff"}',
        b'{"resourceSpans": "\\ud800"}',
        b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "' + TRACE.encode() + b'"}]}]}]}',
        b'{"resourceMetrics": []}',
        b"[" * 100_000,
        b'{"resourceSpans":' + b"[" * 100_000,
        b"\x0a\xff\xff\xff\xff\x0f",
    ],
)
def test_what_is_no_document_of_spans_is_refused_as_a_whole(document: bytes | None) -> None:
    assert refusal(document) == SpanRefusal.NO_DOCUMENT


def test_a_document_that_is_cut_off_is_refused() -> None:
    for whole in (otlp(otlp_span()), jaeger(jaeger_span()), as_protobuf(otlp_document(otlp_span()))):
        assert refusal(whole[:-1]) == SpanRefusal.NO_DOCUMENT


def test_a_refused_document_does_not_hide_those_around_it() -> None:
    decoded = decode_documents([otlp(otlp_span()), b"{", otlp(otlp_span(spanId=PARENT))])
    assert decoded.batch.column("span_id").to_pylist() == [CHILD, PARENT]
    assert [(r.document, r.row) for r in decoded.refused] == [(1, None)]


@pytest.mark.parametrize("length", [ord("{"), ord("[")])
def test_a_message_whose_length_reads_as_a_brace_is_no_json(length: int) -> None:
    """A message begins with a line feed, its field's key, and so may look like JSON after a blank line."""
    short = otlp_document(otlp_span(name=""), service_name="s")
    missing = length - len(as_protobuf(short)) + 2
    message = as_protobuf(otlp_document(otlp_span(name="x" * (missing - 2)), service_name="s"))
    assert message[:2] == bytes([10, length])
    assert row(message)["span_id"] == CHILD
    assert row(b"\n" + otlp(otlp_span()))["span_id"] == CHILD


def test_trace_ids_of_64_bits_and_ids_without_their_zeros_are_padded() -> None:
    references = [{"refType": "CHILD_OF", "traceID": "00a3ce929d0e0e47", "spanID": "f067aa0ba902b7"}]
    span = jaeger_span(traceID="A3CE929D0E0E47", spanID="1", references=references)
    found = row(jaeger(span))
    assert found["trace_id"] == "000000000000000000a3ce929d0e0e47"
    assert found["span_id"] == "0000000000000001"
    assert found["parent_id"] == PARENT


def test_ids_of_jaeger_are_left_as_they_are_when_asked_to() -> None:
    batch = decode_documents([jaeger(jaeger_span(traceID="T", spanID="Span-A"))], any_id=True).batch
    assert (batch.column("trace_id")[0].as_py(), batch.column("span_id")[0].as_py()) == ("T", "Span-A")


def test_a_parent_that_does_not_wait_is_told_apart() -> None:
    follows = {"refType": "FOLLOWS_FROM", "traceID": TRACE, "spanID": PARENT}
    child = {"refType": "CHILD_OF", "traceID": TRACE, "spanID": "1"}
    found = row(jaeger(jaeger_span(references=[follows])))
    assert (found["parent_id"], found["follows"]) == (PARENT, True)
    found = row(jaeger(jaeger_span(references=[follows, child])))
    assert (found["parent_id"], found["follows"]) == ("0000000000000001", False)


def test_a_parent_in_another_trace_is_no_parent() -> None:
    elsewhere = {"refType": "CHILD_OF", "traceID": "ab", "spanID": PARENT}
    assert row(jaeger(jaeger_span(references=[elsewhere])))["parent_id"] is None
    here = {"refType": "CHILD_OF", "traceID": TRACE, "spanID": "2"}
    assert row(jaeger(jaeger_span(references=[elsewhere, here])))["parent_id"] == "0000000000000002"
    assert row(jaeger(jaeger_span(references=[], parentSpanID=PARENT)))["parent_id"] == PARENT


NAMES = st.sampled_from(["key", "value", "intValue", "values", "arrayValue", "kvlistValue"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=6,
)
TEXT = st.text(max_size=3)
HEX = st.text("0123456789abcdefABCDEF", min_size=15, max_size=33)
TIMES = st.integers(-2, 2**66) | st.integers().map(str)


def some_of(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def pairs(keys: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"key": keys, "value": JSON}), max_size=2)


OTLP = some_of(
    traceId=HEX | st.just(TRACE),
    spanId=HEX | st.just(CHILD),
    parentSpanId=HEX | st.none(),
    name=TEXT,
    kind=st.integers() | TEXT,
    startTimeUnixNano=TIMES,
    endTimeUnixNano=TIMES,
    attributes=pairs(TEXT),
)
JAEGER = some_of(
    traceID=HEX | st.just("1"),
    spanID=HEX | st.just("2"),
    parentSpanID=HEX | st.none(),
    operationName=TEXT,
    startTime=st.integers(),
    duration=st.integers(),
    tags=pairs(st.sampled_from(["span.kind", "error"])),
)


@given(st.lists(st.none() | st.binary(max_size=40) | JSON.map(lambda j: json.dumps(j).encode()), max_size=5))
def test_whatever_comes_every_document_is_accounted_for(documents: list[bytes | None]) -> None:
    for any_id in (False, True):
        decoded = decode_documents(documents, any_id=any_id)
        assert decoded.batch.schema == SPANS
        whole = Counter(refused.document for refused in decoded.refused if refused.row is None)
        assert all(n == 1 for n in whole.values())
        for index, document in enumerate(documents):
            alone = decode_documents([document], any_id=any_id)
            assert (index in whole) == any(refused.row is None for refused in alone.refused)


@given(st.lists(OTLP, max_size=4), st.lists(JAEGER, max_size=4), st.booleans())
def test_whatever_comes_every_span_is_accounted_for(
    spans: list[dict[str, Any]], of_jaeger: list[dict[str, Any]], any_id: bool
) -> None:
    decoded = decode_documents([otlp(*spans), jaeger(*of_jaeger)], any_id=any_id)
    given_to = Counter(refused.document for refused in decoded.refused)
    broken = {refused.document for refused in decoded.refused if refused.row is None}
    expected = [n for i, n in enumerate((len(spans), len(of_jaeger))) if i not in broken]
    assert len(decoded.batch) + sum(n for i, n in given_to.items() if i not in broken) == sum(expected)
    assert pa.types.is_string(decoded.batch.column("attributes").type)
    for attributes in decoded.batch.column("attributes").to_pylist():
        assert attributes is None or isinstance(json.loads(attributes), dict)


@given(st.binary(max_size=60))
def test_any_message_of_protocol_buffers_is_read_or_refused(noise: bytes) -> None:
    message = TracesData.FromString(as_protobuf(otlp_document(otlp_span())))
    span = message.resource_spans[0].scope_spans[0].spans[0]
    span.trace_id = span.span_id = span.parent_span_id = noise
    decoded = decode_documents([message.SerializeToString(), b"\x0a" + noise])
    assert len(decoded.batch) + len([r for r in decoded.refused if r.document == 0]) == 1
