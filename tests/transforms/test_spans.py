"""DecodeSpans: what is ok, what is dead and how much of it may be seen, and the count of both."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.util import assert_that

from schemas.batches import Origin
from schemas.letters import DeadLetter
from schemas.names import SPANS_TOPIC, Result, SpanRefusal
from schemas.records import RawRecords
from schemas.spans import SPANS
from tests.traces.spandocuments import CHILD, PARENT, TRACE, jaeger, jaeger_span, otlp, otlp_span
from transforms import DecodeSpans

Check = Callable[[Any], None]


def records(*values: bytes | None) -> RawRecords:
    places = list(range(7, 7 + len(values)))
    return RawRecords(SPANS_TOPIC, -2, places, [-1] * len(values), [None] * len(values), list(values))


def run(
    *values: bytes | None, ok: Check | None = None, dead: Check | None = None, tally: Check | None = None
) -> None:
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = pipeline | beam.Create([records(*values)]) | DecodeSpans()
        for name, items, check in (("ok", out.ok, ok), ("dead", out.dead, dead), ("tally", out.tally, tally)):
            if check is not None:
                assert_that(items, lambda found, check=check: check(list(found)), label=name)


def test_spans_come_out_in_one_batch_that_says_where_they_are_from() -> None:
    def ok(batches: list[pa.RecordBatch]) -> None:
        (batch,) = batches
        assert batch.schema.equals(SPANS)
        assert Origin.of(batch) == Origin(SPANS_TOPIC, -2, "")
        assert batch.column("span_id").to_pylist() == [CHILD, PARENT]

    run(otlp(otlp_span()), b"{", jaeger(jaeger_span(spanID=PARENT)), ok=ok)


def test_where_nothing_is_ok_nothing_comes_out() -> None:
    def ok(batches: list[pa.RecordBatch]) -> None:
        assert batches == []

    run(b"{", None, otlp(), ok=ok)


def test_every_span_and_every_refused_document_is_counted() -> None:
    def tally(counts: list[Any]) -> None:
        found = Counter()
        for (step, topic, partition, result, reason), number in counts:
            assert (step, topic, partition) == ("decode", SPANS_TOPIC, -2)
            found[result, reason] += number
        assert found == {
            (Result.READ, ""): 5,
            (Result.PASSED, ""): 2,
            (Result.DEAD, SpanRefusal.NO_DOCUMENT): 1,
            (Result.DEAD, SpanRefusal.SPAN_ID): 2,
        }

    zero = otlp_span(spanId="0" * 16)
    run(otlp(otlp_span(), zero, otlp_span(), zero), b"{}", tally=tally)


def test_a_document_that_cannot_be_read_is_kept_by_its_digest_alone() -> None:
    secret = b'{"resourceSpans": "jane@example.com"}'

    def dead(letters: list[DeadLetter]) -> None:
        (letter,) = letters
        assert (letter.id, letter.reason) == ("spans/-2/7", SpanRefusal.NO_DOCUMENT)
        assert (letter.size, letter.sha256) == (len(secret), hashlib.sha256(secret).hexdigest())
        assert letter.row is None
        assert b"jane" not in msgspec.json.encode(letter)

    run(secret, dead=dead)


@pytest.mark.parametrize(
    "field", ["name", "spanId", "traceId", "parentSpanId", "attribute", "service", "pod"]
)
def test_a_letter_of_a_span_holds_no_personal_data(field: str) -> None:
    person = "jane.doe@example.com"
    span = otlp_span(endTimeUnixNano="1")
    resource = {"service_name": "cart", "k8s_pod_name": "cart-1"}
    if field == "attribute":
        span["attributes"] = [{"key": "user", "value": {"stringValue": person}}]
    elif field in ("service", "pod"):
        resource["service_name" if field == "service" else "k8s_pod_name"] = person
    else:
        span[field] = person

    def dead(letters: list[DeadLetter]) -> None:
        (letter,) = letters
        assert letter.row is not None
        assert person not in msgspec.json.encode(letter).decode()
        assert "example.com" in json.dumps(letter.row)

    run(otlp(span, **resource), dead=dead)


def test_a_letter_of_a_span_shows_the_span() -> None:
    def dead(letters: list[DeadLetter]) -> None:
        (letter,) = letters
        assert letter.reason == SpanRefusal.TIMES
        assert (letter.step, letter.topic, letter.partition, letter.offset) == ("decode", "spans", -2, 7)
        assert letter.row is not None
        assert (letter.row["trace_id"], letter.row["span_id"]) == (TRACE, CHILD)
        assert (letter.row["name"], letter.row["end_ns"]) == ("GET /cart", 1)

    run(otlp(otlp_span(endTimeUnixNano="1")), dead=dead)


def test_letters_of_one_document_have_ids_of_their_own() -> None:
    def dead(letters: list[DeadLetter]) -> None:
        ids = [letter.id for letter in letters]
        assert sorted(ids) == ["spans/-2/7/1", "spans/-2/7/2", "spans/-2/8"]

    zero = otlp_span(spanId="0" * 16)
    run(otlp(otlp_span(), zero, zero), b"[]", dead=dead)
