"""The page stays small and whole, whatever the result holds: thousands of series, traces without end."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from report.data import INCIDENTS, VERDICTS, read_result
from report.data_series import MOST_SERIES, Axis, Courses, axis_of, read_courses
from report.data_traces import MOST_TRACES, Traces, TraceView, view_of
from report.page import MOST_BYTES, render
from schemas.spans import Kind, Span
from tests.report.results import EVIL, incident_of, verdict_of
from tests.traces.making import span
from traces.calls import Calls
from traces.tree import tree_of

SLOTS = 75
AXIS = Axis(1_700_000_000_000_000, 60_000_000, SLOTS)


def name(number: int) -> str:
    return f"{number:04d}-{EVIL}" * 3


def batches(series: int) -> Iterator[pa.RecordBatch]:
    """A batch a minute; every series has a sample in each, with an exemplar."""
    dice = np.random.default_rng(0)
    ids = pa.array([name(number) for number in range(series)]).dictionary_encode()
    tags = pa.array([json.dumps({"pod": f"pod-{n}", "service": EVIL}) for n in range(series)])
    traces = pa.array([f"{n % 500:032x}" for n in range(series)]).dictionary_encode()
    for minute in range(SLOTS):
        at = AXIS.start_us + minute * AXIS.width_us + dice.integers(0, AXIS.width_us, series)
        yield pa.RecordBatch.from_pydict(
            {
                "metric_id": ids,
                "timestamp": pa.array(at, pa.timestamp("us", tz="UTC")),
                "value": pa.array(dice.normal(size=series) * 1e6),
                "tags": tags.dictionary_encode(),
                "exemplar_trace_id": traces,
                "exemplar_span_id": pa.array(["cd" * 8] * series),
                "exemplar_at": pa.array(at, pa.timestamp("us", tz="UTC")),
                "exemplar_value": pa.array(dice.random(series)),
            }
        )


def chain(number: int, spans: int) -> list[Span]:
    """A trace in which each span calls the next."""
    trace_id = f"{number:032x}"
    return [
        span(
            f"{n:016x}",
            f"{n - 1:016x}" if n else None,
            n * 1000,
            (2 * spans - n) * 1000,
            kind=Kind.SERVER,
            service=f"{EVIL}{n % 90}",
            name=f"{EVIL}{number}-{n}",
            trace_id=trace_id,
        )
        for n in range(spans)
    ]


@pytest.fixture(scope="module")
def courses() -> Courses:
    return read_courses(batches(5_000), AXIS, [name(4_999)])


@pytest.fixture(scope="module")
def views() -> dict[str, TraceView]:
    chains = (chain(number, 60) for number in range(MOST_TRACES))
    return {spans[0].trace_id: view_of(spans[0].trace_id, tree_of(spans)) for spans in chains}


def test_a_page_of_five_thousand_series_is_small(
    evil: Path, courses: Courses, views: dict[str, TraceView]
) -> None:
    found = read_result(evil)
    found.verdicts = [verdict_of(name(n), score=float(n)) for n in range(VERDICTS)]
    found.incidents = [incident_of(name(n), "pod", id=str(n)) for n in range(INCIDENTS)]
    found.incidents_in_all = 10**6
    found.summary |= {"anomalies": 10**6}
    found.summary["records_by_topic"] = {f"{n}{EVIL * 9}": n for n in range(2_000)}
    pairs = {
        (f"{EVIL}{a}", f"{EVIL}{b}", "request"): Calls(1, 1, 9, {9: 1}) for a in range(90) for b in range(9)
    }
    page = render(found, courses, Traces(views, pairs, 18_000, 300, []))
    size = len(page.encode())
    assert 1_000_000 < size < MOST_BYTES
    for left_out in (
        r"[\d,]+ of 5,000 series are left out",
        r"more traces are left out",
        r"strongest anomalies of 1,000,000",
        r"exemplars are drawn",
        r"pairs of services are drawn",
        r"999,960 more are in incidents/",
    ):
        assert re.search(left_out, page), left_out
    assert page.count("</script") == 2


def test_of_many_series_the_wanted_ones_are_kept(courses: Courses) -> None:
    assert len(courses.series) == MOST_SERIES
    assert courses.left_out == 5_000 - MOST_SERIES
    assert name(4_999) in courses.series
    assert courses.explained == 5_000 * SLOTS


def test_no_spike_is_lost_in_a_long_time() -> None:
    month = {"events": [{"at": 1_700_000_000, "seconds": 60.0}, {"at": 1_702_592_000, "seconds": 60.0}]}
    axis = axis_of(month, 60.0)
    assert axis.slots <= 240
    assert axis.width_us % 60_000_000 == 0
    at = axis.start_us + np.arange(43_200) * 60_000_000
    values = np.zeros(len(at))
    values[[77, 30_000]] = [1e9, -5.0]
    batch = pa.RecordBatch.from_pydict(
        {
            "metric_id": pa.array(["m"] * len(at)),
            "timestamp": pa.array(at, pa.timestamp("us", tz="UTC")),
            "value": values,
            "tags": pa.array(["{}"] * len(at)),
        }
    )
    series = read_courses([batch], axis, []).series["m"]
    assert series.high.max() == 1e9
    assert series.low.min() == -5.0


def test_of_a_huge_trace_the_critical_path_is_kept() -> None:
    """The root calls thousands one after the other, and waits for the last of them alone at its end."""
    spans = [span("root", None, 0, 100_000)]
    spans += [span(f"s{n}", "root", n, n + 60_000) for n in range(3_000)]
    view = view_of("t", tree_of(spans))
    assert len(view.rows) == 800
    assert {piece.place for piece in view.path} <= {place for place, _ in view.rows}
    assert view.rows[0] == (0, 0)


def test_rows_stand_below_their_callers_in_the_order_of_time() -> None:
    spans = [
        span("late", "root", 60, 90),
        span("root", None, 0, 100),
        span("lost", "gone", 5, 6),
        span("early", "root", 10, 50),
        span("below", "early", 20, 30),
        span("a", "b", 1, 2),  # on a cycle
        span("b", "a", 1, 2),
    ]
    rows = [(spans[place].span_id, depth) for place, depth in view_of("t", tree_of(spans)).rows]
    assert rows == [("root", 0), ("early", 1), ("below", 2), ("late", 1), ("lost", 0), ("a", 0), ("b", 1)]
