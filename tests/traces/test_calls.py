"""RED metrics and service graph: sums that do not depend on how the spans were cut, and are what they say."""

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from schemas.spans import Kind, Span
from schemas.traces import CallKind
from tests.traces.making import BEGIN_NS, SECOND, batch_of, dice_of, request, span, traces
from traces.calls import Calls, window_of
from traces.histogram import bucket_of
from traces.red import RedKey, red, red_of
from traces.servicegraph import edge, edges_of
from traces.tree import tree_of

MINUTE = 60 * SECOND
WINDOW = window_of(BEGIN_NS, MINUTE)


@given(traces(), st.sampled_from([7, MINUTE]))
def test_red_is_what_a_loop_over_the_spans_counts(spans: Sequence[Span], window_ns: int) -> None:
    expected: dict[RedKey, Calls] = {}
    for s in spans:
        if s.kind in (Kind.SERVER, Kind.CONSUMER) or s.parent_id is None:
            key = (window_of(s.end_ns, window_ns), s.service, s.name)
            expected.setdefault(key, Calls()).count(max(0, s.duration_ns), error=s.error)
    assert red_of(batch_of(spans), window_ns) == expected


@given(st.randoms(), st.integers(1, 40))
def test_red_of_parts_adds_up(dice: random.Random, cut: int) -> None:
    spans = [s for i in range(8) for s in request(i, BEGIN_NS + i * 20 * SECOND, dice=dice)]
    total = red_of(batch_of(spans[:cut]), MINUTE)
    for key, calls in red_of(batch_of(spans[cut:]), MINUTE).items():
        total.setdefault(key, Calls()).merge(calls)
    assert total == red_of(batch_of(spans), MINUTE)


def test_a_row_of_red() -> None:
    spans = [
        span(f"s{i}", "x", BEGIN_NS, BEGIN_NS + (i + 1) * 10**6, kind=Kind.SERVER, name="pay", error=i < 2)
        for i in range(100)
    ]
    ((key, calls),) = red_of(batch_of(spans), MINUTE).items()
    row = red(key, calls, MINUTE)
    assert (row.service, row.operation, row.requests, row.errors) == ("shop", "pay", 100, 2)
    assert row.rate == 100 / 60
    assert row.duration_ns == 5050 * 10**6
    assert 50e6 <= row.p50_ns <= 53e6 and 95e6 <= row.p95_ns <= 100e6 and 99e6 <= row.p99_ns <= 104e6
    assert row.window_start == "2023-11-14T22:13:00Z"
    assert sum(row.buckets.values()) == 100


def test_nothing_is_asked_of_inner_and_calling_spans() -> None:
    spans = [span("a", "x", 1, 2), span("b", "x", 1, 2, kind=Kind.CLIENT)]
    assert red_of(batch_of(spans), MINUTE) == {}
    assert red_of(batch_of([]), MINUTE) == {}


def test_operations_that_are_the_same_once_masked_are_one() -> None:
    batch = batch_of([span(i, None, 1, 2, name=i) for i in "ab"])
    index = batch.schema.get_field_index("name")
    column = batch.column(index)
    masked = type(column).from_arrays(column.indices, ["[EMAIL]", "[EMAIL]"])
    ((key, calls),) = red_of(batch.set_column(index, batch.schema.field(index), masked), MINUTE).items()
    assert (key[2], calls.calls) == ("[EMAIL]", 2)


def graph(*spans: Span) -> dict[tuple[str, str, str], Calls]:
    return {key[1:]: calls for key, calls in edges_of(tree_of(spans), MINUTE).items()}


def test_who_calls_whom() -> None:
    found = edges_of(tree_of(request(1, BEGIN_NS, dice=dice_of(1), failing=["price"])), MINUTE)
    edges = {key[1:]: (calls.calls, calls.errors) for key, calls in found.items()}
    assert edges == {
        ("front", "cart", "request"): (1, 0),
        ("cart", "stock", "request"): (1, 0),
        ("cart", "price", "request"): (1, 1),
    }


def test_messages_and_the_error_of_the_caller() -> None:
    sent = span("a", None, 0, 10, kind=Kind.PRODUCER, error=True)
    taken = span("b", "a", 20, 50, kind=Kind.CONSUMER, service="mail")
    ((key, calls),) = graph(sent, taken).items()
    assert key == ("shop", "mail", "message")
    assert calls == Calls(1, 1, 30, {bucket_of(30): 1})


def test_a_service_that_calls_itself_says_so() -> None:
    client = span("a", None, 0, 10, kind=Kind.CLIENT)
    server = span("b", "a", 1, 9, kind=Kind.SERVER)
    assert ("shop", "shop", "request") in graph(client, server)
    assert graph(span("a", None, 0, 10), server) == {}
    assert graph(client, span("b", "a", 1, 9, service="bank")) == {}
    assert graph(server) == {}


def test_a_row_of_the_graph() -> None:
    found = edges_of(tree_of(request(1, BEGIN_NS, dice=dice_of(1))), MINUTE)
    row = edge(*next(item for item in found.items() if item[0][2] == "price"), MINUTE)
    assert (row.client, row.server, row.kind, row.calls, row.errors) == (
        "cart",
        "price",
        CallKind.REQUEST,
        1,
        0,
    )
    assert row.window_start == "2023-11-14T22:13:00Z"
    assert row.duration_ns <= row.p50_ns <= row.duration_ns * 1.05
