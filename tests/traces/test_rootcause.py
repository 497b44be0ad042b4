"""The likely root cause: not the first error nor the longest span, but what its operation is not used to."""

from collections.abc import Iterable

import pytest

from schemas.spans import Kind, Span
from schemas.traces import Cause, Keep, RootCause, TraceSummary
from tests.traces.making import BEGIN_NS, SECOND, dice_of, request, span
from traces.analysis import Analysis
from traces.history import History
from traces.tailsampler import Rules

ANALYSIS = Analysis()


def taught(number: int = 200, *, failing: Iterable[str] = ()) -> History:
    """A history of usual requests; what is ``failing`` in them fails in every other one."""
    history, dice = History(), dice_of(7)
    for i in range(number):
        look(history, request(i, BEGIN_NS + i * SECOND, dice=dice, failing=failing if i % 2 else ()))
    return history


def look(history: History, spans: list[Span], analysis: Analysis = ANALYSIS) -> TraceSummary:
    return analysis.of(spans, history, 2**62)[0]


def cause_of(history: History, **troubles: object) -> RootCause | None:
    spans = request(999_999, BEGIN_NS + 500 * SECOND, dice=dice_of(3), **troubles)  # type: ignore[arg-type]
    return look(history, spans).root_cause


def test_a_normal_trace_has_none() -> None:
    assert cause_of(taught()) is None
    assert cause_of(History()) is None


@pytest.mark.parametrize("service", ["stock", "price", "cart"])
def test_a_slow_service_is_found_wherever_it_is(service: str) -> None:
    cause = cause_of(taught(), slow=service)
    assert cause is not None
    assert (cause.reason, cause.service, cause.operation) == (Cause.LATENCY, service, service)
    assert cause.self_ns is not None and cause.usual_self_ns is not None and cause.share is not None
    assert cause.self_ns > 300_000_000 > cause.usual_self_ns > 8_000_000
    assert cause.excess_ns == cause.self_ns - cause.usual_self_ns
    assert cause.share > 0.9
    assert cause.seen == 200


def test_a_failure_is_found_where_it_happened() -> None:
    cause = cause_of(taught(), failing=["front", "cart", "price"])
    assert cause is not None
    assert (cause.reason, cause.service, cause.error_rate) == (Cause.ERROR, "price", 0.0)
    assert cause.span_id.endswith("05")


def test_a_failure_that_is_usual_is_passed_over() -> None:
    history = taught(failing=["stock"])
    assert cause_of(history, failing=["stock"]) is None
    cause = cause_of(history, failing=["front", "cart", "stock"])
    assert cause is not None
    assert (cause.service, cause.error_rate) == ("cart", 0.0)


def test_a_usual_failure_does_not_hide_a_latency() -> None:
    cause = cause_of(taught(failing=["stock"]), failing=["stock"], slow="price")
    assert cause is not None
    assert (cause.reason, cause.service) == (Cause.LATENCY, "price")


def test_without_a_history_every_failure_is_unusual() -> None:
    cause = cause_of(History(), failing=["front", "price"])
    assert cause is not None
    assert (cause.service, cause.seen) == ("price", 0)


def test_of_failures_as_deep_as_each_other_the_first_to_end() -> None:
    cause = cause_of(taught(), failing=["stock", "price"])
    assert cause is not None
    assert cause.service == "stock"


def test_an_incident_does_not_become_usual_while_it_begins() -> None:
    history, dice = taught(1000), dice_of(5)
    for i in range(300):
        spans = request(5000 + i, BEGIN_NS + (1000 + i) * SECOND, dice=dice, failing=["price"])
        cause = look(history, spans).root_cause
        assert cause is not None and cause.service == "price", i


def test_a_slow_call_names_whom_it_called() -> None:
    history = History()
    for i in range(300):
        slow = 500 if i == 299 else 0
        spans = [
            span("a", None, 0, 100 + slow, name="a", kind=Kind.SERVER, trace_id=f"{i:032x}"),
            span("b", "a", 10, 90 + slow, name="b", kind=Kind.CLIENT, trace_id=f"{i:032x}"),
            span("c", "b", 20, 80, name="c", kind=Kind.SERVER, service="bank", trace_id=f"{i:032x}"),
        ]
        found = look(history, spans)
    assert found.root_cause is not None
    assert (found.root_cause.span_id, found.root_cause.callee) == ("b", "bank")


def test_an_absolute_limit_makes_a_trace_slow() -> None:
    history = taught(50)  # too few for a p99
    spans = request(999, BEGIN_NS + 500 * SECOND, dice=dice_of(3), slow="price")
    assert look(history, spans).sampling.reason != Keep.SLOW
    limited = Analysis("jaeger", Rules(slow_ns=200_000_000))
    found = look(history, spans, limited)
    assert found.sampling.reason == Keep.SLOW
    assert found.root_cause is not None and found.root_cause.service == "price"


def test_a_summary_says_what_the_trace_was() -> None:
    spans = request(1, BEGIN_NS, dice=dice_of(1), failing=["price"])
    found = look(
        History(), [*spans, span("o", "missing", BEGIN_NS, BEGIN_NS + 5, trace_id=spans[0].trace_id)]
    )
    assert (found.service, found.operation, found.start_ns) == ("front", "GET /cart", BEGIN_NS)
    assert (found.spans, found.orphans, found.errors, found.whole) == (6, 1, 1, False)
    assert found.services == ["cart", "front", "price", "shop", "stock"]
    assert sum(s.end_ns - s.start_ns for s in found.critical_path) == found.duration_ns
    assert sum(found.self_ns.values()) == found.duration_ns + 5  # nothing runs side by side here
    assert look(History(), spans).whole
