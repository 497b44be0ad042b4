"""All formats together: which headers count, what is replaced, and from one format into another."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.baggage import Baggage, Entry
from telemetry.tracing.context import RANDOM, SAMPLED, Sampling, TraceContext, continued, started
from telemetry.tracing.propagate import PREFERENCE, Extracted, Format, extract, inject
from tests.telemetry.tracing.strategies import (
    ANYTHING,
    B3_CONTEXTS,
    BAGGAGE,
    JAEGER_CONTEXTS,
    PARENT,
    SPAN,
    TRACE,
    W3C_CONTEXTS,
)

TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
ALL = {
    "traceparent": TRACEPARENT,
    "tracestate": "foo=1",
    "baggage": "w=3",
    "b3": f"{TRACE}-{PARENT}-d",
    "uber-trace-id": f"{TRACE}:{SPAN}:{PARENT}:0",
    "uberctx-j": "1",
}


@pytest.mark.parametrize(
    ("formats", "format_", "sampling", "baggage"),
    [
        (PREFERENCE, Format.W3C, Sampling.ACCEPT, (Entry("w", "3"),)),
        ((Format.B3, Format.W3C), Format.B3, Sampling.DEBUG, (Entry("w", "3"),)),
        ((Format.B3_MULTI,), Format.B3_MULTI, Sampling.DEBUG, (Entry("w", "3"),)),
        ((Format.JAEGER, Format.W3C), Format.JAEGER, Sampling.DENY, (Entry("j", "1"),)),
        ((), None, Sampling.DEFER, ()),
    ],
)
def test_the_first_format_counts(
    formats: tuple[Format, ...], format_: Format | None, sampling: Sampling, baggage: Baggage
) -> None:
    found = extract(ALL, formats)
    assert (found.format, found.sampling, found.baggage) == (format_, sampling, baggage)
    assert (found.context is None) == (format_ is None)


def test_invalid_headers_are_as_good_as_absent() -> None:
    found = extract(ALL | {"traceparent": "bad"})
    assert found.format is Format.B3
    assert found.context is not None
    assert found.context.tracestate == ()


def test_baggage_comes_without_a_context_too() -> None:
    assert extract({"baggage": "a=1"}) == Extracted(baggage=(Entry("a", "1"),))
    assert extract({"traceparent": TRACEPARENT, "uberctx-a": "1"}).baggage == (Entry("a", "1"),)


def test_a_context_goes_before_a_decision_alone() -> None:
    uber = {"uber-trace-id": f"{TRACE}:{SPAN}:0:1"}
    assert extract({"b3": "0"}) == Extracted(sampling=Sampling.DENY, format=Format.B3)
    assert extract({"b3": "0"} | uber).format is Format.JAEGER
    assert extract({"b3": "0", "jaeger-debug-id": "x"}) == Extracted(sampling=Sampling.DENY, format=Format.B3)
    assert extract({"jaeger-debug-id": "x"}) == Extracted(
        sampling=Sampling.DEBUG, format=Format.JAEGER, debug_id="x"
    )
    assert extract({"jaeger-debug-id": "x", "traceparent": TRACEPARENT}).debug_id is None


def test_headers_are_a_mapping_or_pairs_or_an_iterator() -> None:
    pairs = [("Traceparent", TRACEPARENT), ("TraceState", "a=1"), ("tracestate", "b=2"), ("BAGGAGE", "c=3")]
    found = extract(iter(pairs))
    assert found == extract(pairs)
    assert found.context is not None
    assert found.context.tracestate == (("a", "1"), ("b", "2"))
    assert found == extract({"traceparent": TRACEPARENT, "tracestate": "a=1,b=2", "baggage": "c=3"})


def test_what_was_there_is_replaced_in_any_case() -> None:
    headers = {"TraceParent": "old", "TRACESTATE": "old=1", "Baggage": "old=1", "Accept": "*/*", "B3": "0"}
    inject(TraceContext(trace_id=TRACE, span_id=SPAN, flags=1), (), headers)
    assert headers == {"traceparent": TRACEPARENT, "Accept": "*/*", "B3": "0"}
    headers = {"Uber-Trace-Id": "old", "UberCtx-Old": "1", "jaeger-debug-id": "x", "uberctxx": "1"}
    inject(None, (), headers, [Format.JAEGER])
    assert headers == {"uberctxx": "1"}


def test_a_decision_alone_is_sent_in_b3_only() -> None:
    headers: dict[str, str] = {}
    inject(Sampling.DENY, (), headers, Format)
    assert headers == {"b3": "0", "x-b3-sampled": "0"}


@pytest.mark.parametrize(
    "context",
    [
        TraceContext(trace_id="0" * 32, span_id=SPAN),
        TraceContext(trace_id=TRACE, span_id="0" * 16),
        TraceContext(trace_id=TRACE.upper(), span_id=SPAN),
        TraceContext(trace_id=TRACE, span_id=SPAN, flags=256),
        TraceContext(trace_id=TRACE, span_id=SPAN, flags=-1),
        TraceContext(trace_id=TRACE, span_id=SPAN, parent_span_id="\r\n"),
    ],
)
def test_an_invalid_context_is_not_sent(context: TraceContext) -> None:
    headers: dict[str, str] = {}
    inject(context, (Entry("a", "1"),), headers, Format)
    assert headers == {"baggage": "a=1", "uberctx-a": "1"}


def test_several_formats_at_once() -> None:
    headers: dict[str, str] = {}
    inject(TraceContext(trace_id=TRACE, span_id=SPAN, flags=3), (Entry("a", "1"),), headers, Format)
    assert headers == {
        "traceparent": f"00-{TRACE}-{SPAN}-03",
        "baggage": "a=1",
        "b3": f"{TRACE}-{SPAN}-1",
        "x-b3-traceid": TRACE,
        "x-b3-spanid": SPAN,
        "x-b3-sampled": "1",
        "uber-trace-id": f"{TRACE}:{SPAN}:0:1",
        "uberctx-a": "1",
    }


def test_a_new_trace_has_random_ids_and_says_so() -> None:
    one, other = started(sampled=True), started(sampled=False)
    assert one.is_valid
    assert one.trace_id != other.trace_id
    assert (one.flags, other.flags) == (SAMPLED | RANDOM, RANDOM)


@pytest.mark.parametrize("flags", range(4))
def test_a_child_keeps_the_random_flag_and_the_tracestate(flags: int) -> None:
    context = TraceContext(trace_id=TRACE, span_id=SPAN, flags=flags, tracestate=(("a", "1"),), remote=True)
    child = continued(context)
    assert child.span_id != SPAN
    assert child == msgspec.structs.replace(context, span_id=child.span_id, parent_span_id=SPAN, remote=False)
    for sampled in (True, False):
        decided = continued(context, sampled=sampled)
        assert (decided.sampled, decided.random) == (sampled, context.random)


def test_a_decision_ends_the_deferral_and_a_denial_the_debugging() -> None:
    deferred = extract({"b3": f"{TRACE}-{SPAN}"}).context
    debugged = extract({"b3": f"{TRACE}-{SPAN}-d"}).context
    assert deferred is not None
    assert debugged is not None
    assert continued(deferred).sampling is Sampling.DEFER
    assert continued(deferred, sampled=False).sampling is Sampling.DENY
    assert continued(debugged).sampling is Sampling.DEBUG
    assert continued(debugged, sampled=True).sampling is Sampling.DEBUG
    assert continued(debugged, sampled=False).sampling is Sampling.DENY
    assert not continued(debugged, sampled=False).debug


def test_debug_goes_from_b3_to_jaeger_and_back() -> None:
    headers: dict[str, str] = {}
    inject(extract({"b3": f"{TRACE}-{SPAN}-d-{PARENT}"}).context, (), headers, [Format.JAEGER])
    assert headers == {"uber-trace-id": f"{TRACE}:{SPAN}:{PARENT}:3"}
    back: dict[str, str] = {}
    inject(extract(headers).context, (), back, [Format.B3])
    assert back == {"b3": f"{TRACE}-{SPAN}-d-{PARENT}"}


SENT = st.one_of(
    st.tuples(st.just(Format.W3C), W3C_CONTEXTS.map(lambda c: msgspec.structs.replace(c, tracestate=()))),
    st.tuples(st.sampled_from([Format.B3, Format.B3_MULTI]), B3_CONTEXTS),
    st.tuples(st.just(Format.JAEGER), JAEGER_CONTEXTS),
)


@given(SENT, BAGGAGE)
def test_what_is_injected_is_extracted(sent: tuple[Format, TraceContext], baggage: Baggage) -> None:
    format_, context = sent
    headers: dict[str, str] = {}
    inject(context, baggage, headers, [format_])
    found = extract(headers, [format_])
    assert (found.context, found.sampling, found.format) == (context, context.sampling, format_)
    if format_ is not Format.JAEGER:
        assert found.baggage == baggage


NAMES = st.sampled_from(
    [
        *("traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"),
        *("x-b3-flags", "uber-trace-id", "uberctx-a", "jaeger-baggage", "jaeger-debug-id"),
    ]
)


@given(
    st.lists(
        st.tuples(
            st.one_of(NAMES, ANYTHING),
            st.one_of(ANYTHING, st.sampled_from([*ALL.values(), TRACE, SPAN, "1"])),
        )
    )
)
def test_nothing_raises_and_everything_found_can_be_sent(headers: list[tuple[str, str]]) -> None:
    found = extract(headers)
    sent: dict[str, str] = {}
    inject(found.context or found.sampling, found.baggage, sent, Format)
    assert all(value.isascii() and value.isprintable() for value in sent.values())
    if found.context is not None:
        again = extract(sent).context
        assert again is not None
        assert (again.trace_id, again.span_id) == (found.context.trace_id, found.context.span_id)
