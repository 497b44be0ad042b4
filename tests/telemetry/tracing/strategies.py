"""Contexts, lists and baggage as the tests want them: everything that can be told in the formats."""

import string

from hypothesis import strategies as st

from telemetry.tracing.baggage import Entry
from telemetry.tracing.context import SAMPLED, Sampling, TraceContext, Tracestate

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
PARENT = "00f067aa0ba902b7"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TOKENS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12)
ANYTHING = st.text(max_size=80)  # lone surrogates and control characters as well

TRACE_IDS = st.integers(1, 2**128 - 1).map("{:032x}".format)
SPAN_IDS = st.integers(1, 2**64 - 1).map("{:016x}".format)

_KEY = string.ascii_lowercase + string.digits
TRACESTATES = st.lists(
    st.tuples(
        st.builds(str.__add__, st.sampled_from(_KEY), st.text(_KEY + "_-*/@", max_size=6)),
        st.builds(
            str.__add__,
            st.text(set(string.printable[:95]) - set(",="), max_size=6),
            st.sampled_from(string.ascii_letters),
        ),
    ),
    max_size=32,
    unique_by=lambda entry: entry[0],
).map(tuple)

W3C_CONTEXTS = st.builds(
    TraceContext,
    trace_id=TRACE_IDS,
    span_id=SPAN_IDS,
    flags=st.integers(0, 3),
    tracestate=TRACESTATES,
    remote=st.just(True),
)


def decided(sampling: Sampling, trace_id: str, span_id: str, parent: str | None) -> TraceContext:
    return TraceContext(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        flags=SAMPLED if sampling in (Sampling.ACCEPT, Sampling.DEBUG) else 0,
        debug=sampling is Sampling.DEBUG,
        deferred=sampling is Sampling.DEFER,
        remote=True,
    )


B3_CONTEXTS = st.builds(
    decided, st.sampled_from(Sampling), TRACE_IDS, SPAN_IDS, st.one_of(st.none(), SPAN_IDS)
)
JAEGER_CONTEXTS = B3_CONTEXTS.filter(lambda context: not context.deferred)

ENTRIES = st.builds(
    Entry,
    key=TOKENS,
    value=TEXT,
    properties=st.lists(st.tuples(TOKENS, st.one_of(st.none(), TEXT)), max_size=3).map(tuple),
)
BAGGAGE = st.lists(ENTRIES, max_size=5).map(tuple)


def numbered(count: int) -> Tracestate:
    return tuple((f"bar{at:02}", f"{at:02}") for at in range(1, count + 1))


def listed(tracestate: Tracestate) -> str:
    return ",".join(f"{key}={value}" for key, value in tracestate)
