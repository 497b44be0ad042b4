"""Records with their span and the samples of their pod: what is tied to what, in batch and in a stream."""

from typing import Any

import apache_beam as beam
import pytest

from logs.correlate import (
    MINUTE_NS,
    SampleFacts,
    SpanFacts,
    contexts_of,
    samples_of,
    spans_by_window,
    with_samples,
    with_spans,
)
from logs.drain import Miner
from logs.templates import mine
from schemas.logs import Severity
from tests.actions.batches import events, tags
from tests.logs.beamruns import run
from tests.logs.logbatches import BEGIN_NS, SECOND, TRACE, batch_of, parts, record
from tests.traces.making import batch_of as spans_of
from tests.traces.making import span
from transforms.correlate import CorrelateLogs

WARN = int(Severity.WARN)
SPAN = "0" * 15 + "2"


def warning(at: float = 0.0, **columns: Any) -> dict[str, Any]:
    return record("slow answer", at, severity=WARN) | columns


def sample(
    metric: str, at: float, value: float, pod: str | None = "shop-1", service: str = "shop"
) -> dict[str, Any]:
    time_us = BEGIN_NS // 1000 + int(at * 1e6)
    return {"metric_id": f"{pod}:{metric}", "timestamp": time_us, "value": value, "tags": tags(pod, service)}


def test_records_below_the_severity_and_without_a_time_stay_out() -> None:
    rows = [record("fine"), warning(1), warning(2, timestamp_ns=None, observed_ns=None)]
    (found,) = contexts_of(mine(Miner(), batch_of(rows)).batch, WARN)
    assert (found.record, found.severity, found.trace_id, len(found.template)) == ("logs/0/1/0", WARN, "", 16)
    assert found.minute == "2023-11-14T22:14:00.000000Z"
    assert [c.template for c in contexts_of(batch_of(rows), 0)] == ["", ""]


def test_a_record_is_tied_to_its_span_or_at_least_to_its_trace() -> None:
    rows = [
        warning(trace_id=TRACE, span_id=SPAN),
        warning(trace_id=TRACE, span_id="f" * 16),
        warning(trace_id="e" * 32, span_id=SPAN),
        warning(),
    ]
    spans = [
        SpanFacts(TRACE, SPAN, "cart", "GET /", True, 7),
        SpanFacts(TRACE, "1" * 16, None, None, False, 1),
    ]
    found = list(with_spans(contexts_of(batch_of(rows), WARN), spans))
    assert [(c.trace_found, c.span_found) for c in found] == [
        (True, True),
        (True, False),
        (False, False),
        (False, False),
    ]
    assert (found[0].span_service, found[0].operation, found[0].span_error, found[0].span_ns) == (
        "cart",
        "GET /",
        True,
        7,
    )


def test_a_span_is_in_all_windows_that_it_ran_in() -> None:
    long = span(SPAN, None, BEGIN_NS - 1, BEGIN_NS + 2 * MINUTE_NS)
    endless = span(SPAN, None, 0, BEGIN_NS)
    assert [w for w, _ in spans_by_window(spans_of([long]), MINUTE_NS)] == [
        BEGIN_NS + i * MINUTE_NS for i in (-1, 0, 1, 2)
    ]
    assert len(list(spans_by_window(spans_of([endless]), MINUTE_NS))) == 60


def test_a_sample_tells_of_the_minute_before_it() -> None:
    facts = list(
        samples_of(events([sample("cpu", 60, 1.0), sample("cpu", 61, 2.0), sample("m", 1, 3.0, None)]))
    )
    assert [(f.home, (f.minute_ns - BEGIN_NS) // MINUTE_NS, f.metric) for f in facts] == [
        ("shop-1", 0, "cpu"),
        ("shop-1", 1, "cpu"),
        ("shop", 0, "m"),
    ]


def test_a_record_gets_the_last_samples_of_its_pod_and_minute() -> None:
    samples = [
        SampleFacts("shop-1", BEGIN_NS, "cpu", at, value) for at, value in ((5, 1.0), (9, 2.0), (7, 3.0))
    ]
    samples += [
        SampleFacts("shop-2", BEGIN_NS, "cpu", 5, 9.0),
        SampleFacts("shop-1", BEGIN_NS, "mem", 5, 4.0),
    ]
    rows = [warning(3), warning(70), warning(3, pod=None), warning(4, pod=None, service="shop-2")]
    found = [c.samples for c in with_samples(contexts_of(batch_of(rows), WARN), samples)]
    assert found == [{"cpu": 2.0, "mem": 4.0}, {}, {}, {"cpu": 9.0}]


def test_samples_of_a_record_are_bounded() -> None:
    samples = [SampleFacts("shop-1", BEGIN_NS, f"m{i}", 5, 1.0) for i in range(500)]
    (found,) = with_samples(contexts_of(batch_of([warning()]), WARN), samples)
    assert len(found.samples) == 100


class Whole(beam.PTransform):
    """The step, with spans and samples made when the logs come."""

    def expand(self, logs: beam.PCollection) -> beam.PCollection:
        spans = logs | "ToSpans" >> beam.FlatMap(_spans).with_output_types(Any)
        samples = logs | "ToSamples" >> beam.FlatMap(_samples).with_output_types(Any)
        return (logs, spans, samples) | CorrelateLogs(shards=2)


def _spans(batch: Any) -> list[Any]:
    first = batch.column("timestamp_ns")[0].as_py()
    return [spans_of([span(SPAN, None, first - SECOND, first + SECOND, service="cart", trace_id=TRACE)])]


def _samples(batch: Any) -> list[Any]:
    at = (batch.column("timestamp_ns")[0].as_py() - BEGIN_NS) / SECOND
    return [events([sample("cpu", at + 60 - at % 60, at)])]


@pytest.mark.parametrize("streaming", [False, True])
def test_the_step_gives_each_record_once_with_what_belongs_to_it(streaming: bool) -> None:
    rows = [warning(100.0 * i, trace_id=TRACE, span_id=SPAN) for i in range(12)]
    found = run(parts(rows, 1), Whole(), streaming=streaming)["rows"]
    assert sorted(f["record"] for f in found) == sorted(f"logs/0/{i}/0" for i in range(12))
    assert all(f["span_found"] and f["span_service"] == "cart" for f in found)
    assert {f["record"]: f["samples"] for f in found} == {
        f"logs/0/{i}/0": {"cpu": 100.0 * i} for i in range(12)
    }
