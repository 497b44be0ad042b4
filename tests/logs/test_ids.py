"""Ids in texts: where they are found, where they are not, and that a record's own ids stay."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.ids import ids_in
from tests.logs.logdocuments import SPAN, TRACE, row

OTHER = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"09.486 INFO x TraceID: {TRACE} SpanID: {SPAN} [query]", (TRACE, SPAN, None)),
        (f"trace_id={TRACE} span_id={SPAN}", (TRACE, SPAN, None)),
        (f"[trace_id={TRACE},span_id={SPAN}]", (TRACE, SPAN, None)),
        (f'{{"traceId":"{TRACE}","spanId" : "{SPAN}"}} behind', (TRACE, SPAN, None)),
        (f"trace-id: {TRACE.upper()}", (TRACE, None, None)),
        (f"traceparent: 00-{TRACE}-{SPAN}-01", (TRACE, SPAN, 1)),
        (f"traceparent=00-{TRACE}-{SPAN}-00 trace_id={OTHER}", (TRACE, SPAN, 0)),
        (f"X-B3-TraceId: {TRACE} X-B3-SpanId: {SPAN}", (TRACE, SPAN, None)),
        (f"b3: {TRACE}-{SPAN}-1", (TRACE, SPAN, 1)),
        (f"b3={SPAN}-{SPAN}-d", (SPAN.rjust(32, "0"), SPAN, 1)),
        (f"trace_id={SPAN}", (SPAN.rjust(32, "0"), None, None)),
        ("dd.trace_id=255 dd.span_id=16", (f"{255:032x}", f"{16:016x}", None)),
        ("trace_id=6f3cbf05-8c27-6554-8a39-ad724905d6a1", (TRACE, None, None)),
        (f"trace_id={'0' * 32} span_id={SPAN}", (None, None, None)),
        (f"traceparent: 00-{'0' * 32}-{SPAN}-01", (None, None, None)),
        (f"trace_id={TRACE}f", (None, None, None)),
        (f"trace_id={TRACE} parentSpanId={SPAN}", (TRACE, None, None)),
        ("trace_id=255", (None, None, None)),
        (f"md5 {TRACE}", (None, None, None)),
        ("trace idle", (None, None, None)),
    ],
)
def test_ids_are_found_as_people_write_them(text: str, found: object) -> None:
    assert ids_in(pa.array([text])) == [found]


def test_a_record_keeps_the_ids_that_it_has() -> None:
    assert row({"msg": f"trace_id={OTHER}", "trace_id": TRACE})["trace_id"] == TRACE
    found = row({"msg": f"trace_id={OTHER} span_id={SPAN}", "user": 5})
    assert (found["trace_id"], found["span_id"], found["attributes"]) == (OTHER, SPAN, {"user": 5})


def test_other_ids_become_attributes_but_replace_none() -> None:
    text = "x-request-id: ab/c-1 correlationId=d2e4 TransactionID='t.0001' req_id=later"
    found = row(text.encode())
    assert found["attributes"] == {
        "request_id": "ab/c-1",
        "correlation_id": "d2e4",
        "transaction_id": "t.0001",
    }
    assert row({"msg": "request_id=text", "request_id": "own"})["attributes"] == {"request_id": "own"}


@given(st.lists(st.text(max_size=60).map(lambda text: f"request_id={text} trace_id={text}")))
def test_attributes_stay_json_whatever_the_text(texts: list[str]) -> None:
    for text in texts:
        found = row({"msg": text, "q": '"}'})
        assert found["attributes"]["q"] == '"}'
        assert json.dumps(found["attributes"])
