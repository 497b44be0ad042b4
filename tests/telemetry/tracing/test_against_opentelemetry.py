"""The same headers as OpenTelemetry's propagators, both ways, where those keep to the standard.

Not asked: repeated headers, keys of Level 2, and "+" in baggage, which they write for a space.
"""

import string

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.baggage import get_all, set_baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.tracing.baggage import Entry
from telemetry.tracing.context import TraceContext
from telemetry.tracing.propagate import Format, extract, inject
from tests.telemetry.tracing.strategies import SPAN_IDS, TRACE_IDS

WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=8)
CONTEXTS = st.builds(
    TraceContext,
    trace_id=TRACE_IDS,
    span_id=SPAN_IDS,
    flags=st.integers(0, 3),
    tracestate=st.lists(
        st.tuples(WORDS, st.text(string.ascii_letters + "/:; ", max_size=8).map(lambda text: text + ".")),
        max_size=20,
        unique_by=lambda entry: entry[0],
    ).map(tuple),
    remote=st.just(True),
)
VALUES = st.dictionaries(WORDS, st.text(st.characters(exclude_categories=["Cs"])).map(str.strip), max_size=8)


def theirs(context: TraceContext) -> Context:
    span_context = trace.SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(context.flags),
        trace_state=trace.TraceState(context.tracestate),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(span_context), Context())


def ours(context: Context) -> TraceContext:
    span_context = trace.get_current_span(context).get_span_context()
    return TraceContext(
        trace_id=trace.format_trace_id(span_context.trace_id),
        span_id=trace.format_span_id(span_context.span_id),
        flags=int(span_context.trace_flags),
        tracestate=tuple(span_context.trace_state.items()),
        remote=span_context.is_remote,
    )


@given(CONTEXTS)
def test_contexts(context: TraceContext) -> None:
    propagator = TraceContextTextMapPropagator()
    sent: dict[str, str] = {}
    expected: dict[str, str] = {}
    inject(context, (), sent, [Format.W3C])
    propagator.inject(expected, theirs(context))
    assert sent == expected
    assert ours(propagator.extract(sent, Context())) == context
    assert extract(expected).context == context


@given(VALUES)
def test_baggage(values: dict[str, str]) -> None:
    propagator = W3CBaggagePropagator()
    sent: dict[str, str] = {}
    inject(None, tuple(Entry(key, value) for key, value in values.items()), sent, [Format.W3C])
    assert get_all(propagator.extract(sent, Context())) == values

    context = Context()
    for key, value in values.items():
        context = set_baggage(key, value.replace(" ", "_"), context)
    received: dict[str, str] = {}
    propagator.inject(received, context)
    found = {entry.key: entry.value for entry in extract(received).baggage}
    assert found == {key: value.replace(" ", "_") for key, value in values.items()}
