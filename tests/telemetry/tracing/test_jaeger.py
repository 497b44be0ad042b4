"""Jaeger: uber-trace-id with and without its zeros, flags, both kinds of baggage, and the debug id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.baggage import Baggage, Entry
from telemetry.tracing.context import RANDOM, SAMPLED, Sampling, TraceContext
from telemetry.tracing.headers import gather
from telemetry.tracing.jaeger import (
    debug_id,
    parse_uber_trace_id,
    read,
    read_baggage,
    write_baggage,
    write_uber_trace_id,
)
from tests.telemetry.tracing.strategies import ANYTHING, JAEGER_CONTEXTS, PARENT, SPAN, TEXT, TRACE, decided

GOOD = f"{TRACE}:{SPAN}:0:1"


def told(
    sampling: Sampling = Sampling.ACCEPT, trace: str = TRACE, span: str = SPAN, parent: str | None = None
) -> TraceContext:
    return decided(sampling, trace, span, parent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, told()),
        (f"{TRACE}:{SPAN}:0:01", told()),
        (f"{TRACE}:{SPAN}:0:0", told(Sampling.DENY)),
        (f"{TRACE}:{SPAN}:0:00", told(Sampling.DENY)),
        (f"{TRACE}:{SPAN}:0:3", told(Sampling.DEBUG)),
        (f"{TRACE}:{SPAN}:0:2", told(Sampling.DENY)),  # debug is nothing without sampled
        (f"{TRACE}:{SPAN}:0:9", told()),  # firehose says nothing here
        (f"{TRACE}:{SPAN}:0:ff", told(Sampling.DEBUG)),
        (f"{TRACE}:{SPAN}:0:F0", told(Sampling.DENY)),
        # leading zeros can be left out
        (f"{TRACE[16:]}:{SPAN}:0:1", told(trace="0" * 16 + TRACE[16:])),
        ("abc:def:0:1", told(trace="abc".zfill(32), span="def".zfill(16))),
        ("1:1:0:1", told(trace="1".zfill(32), span="1".zfill(16))),
        # base16 of either case
        (f"{TRACE.upper()}:{SPAN.upper()}:0:1", told()),
        # percent-encoded
        (GOOD.replace(":", "%3A"), told()),
        (GOOD.replace(":", "%3a"), told()),
        (f" {GOOD}\t", told()),
        # the parent is deprecated: of use if it is well-formed, and no harm otherwise
        (f"{TRACE}:{SPAN}:{PARENT}:1", told(parent=PARENT)),
        (f"{TRACE}:{SPAN}:{PARENT.lstrip('0')}:1", told(parent=PARENT)),
        (f"{TRACE}:{SPAN}:{'0' * 16}:1", told()),
        (f"{TRACE}:{SPAN}::1", told()),
        (f"{TRACE}:{SPAN}:-:1", told()),
        (f"{TRACE}:{SPAN}:{'1' * 17}:1", told()),
    ],
)
def test_valid(text: str, expected: TraceContext) -> None:
    assert parse_uber_trace_id(text) == expected
    assert read(gather({"Uber-Trace-Id": text})) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":::",
        TRACE,
        f"{TRACE}:{SPAN}:1",
        f"{GOOD}:1",
        f"{GOOD}:",
        f"0:{SPAN}:0:1",
        f"{'0' * 32}:{SPAN}:0:1",
        f"{TRACE}:0:0:1",
        f"{TRACE}:{'0' * 16}:0:1",
        f":{SPAN}:0:1",
        f"{TRACE}::0:1",
        f"{TRACE}:{SPAN}:0:",
        f"{TRACE}:{SPAN}:0:001",
        f"{TRACE}:{SPAN}:0:g",
        f"{TRACE}:{SPAN}:0:-1",
        f"0{TRACE}:{SPAN}:0:1",
        f"{TRACE}:0{SPAN}:0:1",
        f"0x1:{SPAN}:0:1",
        f"x:{SPAN}:0:1",
        f"-1:{SPAN}:0:1",
        f"{TRACE}-{SPAN}-0-1",
        GOOD.replace(":", "%253A"),
        f"{GOOD}\n",
    ],
)
def test_invalid(text: str) -> None:
    assert parse_uber_trace_id(text) is None


def test_a_header_that_came_twice_is_no_context() -> None:
    assert read(gather([("uber-trace-id", GOOD), ("Uber-Trace-ID", GOOD)])) is None


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (told(), f"{TRACE}:{SPAN}:0:1"),
        (told(Sampling.DENY), f"{TRACE}:{SPAN}:0:0"),
        (told(Sampling.DEBUG), f"{TRACE}:{SPAN}:0:3"),
        (told(Sampling.DEFER), f"{TRACE}:{SPAN}:0:0"),
        (told(parent=PARENT), f"{TRACE}:{SPAN}:{PARENT}:1"),
        # the random flag of W3C has the bit of debug, and must not become it
        (TraceContext(trace_id=TRACE, span_id=SPAN, flags=SAMPLED | RANDOM), f"{TRACE}:{SPAN}:0:1"),
        (TraceContext(trace_id=TRACE, span_id=SPAN, flags=RANDOM), f"{TRACE}:{SPAN}:0:0"),
    ],
)
def test_what_is_written(context: TraceContext, text: str) -> None:
    assert write_uber_trace_id(context) == text


def test_a_debug_id_orders_a_new_trace_and_counts_only_without_one() -> None:
    assert read(gather({"Jaeger-Debug-Id": "my%20case"})) is Sampling.DEBUG
    assert debug_id(gather({"Jaeger-Debug-Id": "my%20case"})) == "my case"
    assert read(gather({"jaeger-debug-id": ""})) is None
    assert read(gather({"jaeger-debug-id": "x", "uber-trace-id": GOOD})) == told()
    assert read(gather({"jaeger-debug-id": "x", "uber-trace-id": "bad"})) is Sampling.DEBUG


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("uberctx-key1", "value1"), ("uberctx-key2", "value2")], {"key1": "value1", "key2": "value2"}),
        ([("UberCtx-Key1", "Value1")], {"key1": "Value1"}),  # names have no case
        ([("uberctx-key1", "value%201%20%2F%20blah")], {"key1": "value 1 / blah"}),
        ([("uberctx-key1", "value+1%2B1")], {"key1": "value 1+1"}),
        ([("uberctx-a", "%C3%A9%FF")], {"a": "é\ufffd"}),
        ([("uberctx-a", "")], {"a": ""}),
        ([("uberctx-a", "1"), ("UBERCTX-A", "2")], {"a": "2"}),
        ([("uberctx-", "1"), ("uberctx", "1"), ("uberctx-a b", "1")], {}),
        # by hand, where no trace comes
        ([("jaeger-baggage", "k1=v1, k2 = v2")], {"k1": "v1", "k2": "v2"}),
        ([("Jaeger-Baggage", "k1=v1"), ("jaeger-baggage", "k2=v2")], {"k1": "v1", "k2": "v2"}),
        ([("jaeger-baggage", "k1%3Dv1%2Ck2%3Dv%202")], {"k1": "v1", "k2": "v 2"}),
        ([("jaeger-baggage", "k1,k2=,=v3,k4=a=b,,k 5=v5, k6=v6")], {"k2": "", "k6": "v6"}),
        ([("jaeger-baggage", "k1=v1"), ("uberctx-k1", "v2")], {"k1": "v2"}),
        ([("jaeger-baggage", "k1=v1"), ("uber-trace-id", GOOD)], {}),
        ([("jaeger-baggage", "k1=v1"), ("uber-trace-id", "bad")], {"k1": "v1"}),
        ([("jaeger-baggage", "k1=v1"), ("jaeger-debug-id", "x")], {"k1": "v1"}),
        ([("uberctx-a", "1"), ("uber-trace-id", GOOD)], {"a": "1"}),
    ],
)
def test_baggage(headers: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert read_baggage(gather(headers)) == tuple(Entry(key, value) for key, value in expected.items())


def test_baggage_that_is_written() -> None:
    baggage = (Entry("key1", "value 1 / blah"), Entry("Key2", "é", (("p", None),)), Entry("bad key", "1"))
    assert write_baggage(baggage) == {"uberctx-key1": "value%201%20%2F%20blah", "uberctx-key2": "%C3%A9"}
    assert len(write_baggage(tuple(Entry(f"k{at}", "v") for at in range(100)))) == 64


@given(JAEGER_CONTEXTS)
def test_what_is_written_is_read_back(context: TraceContext) -> None:
    assert parse_uber_trace_id(write_uber_trace_id(context)) == context


@given(st.dictionaries(st.text("abc-_09", min_size=1, max_size=5), TEXT, max_size=5))
def test_baggage_is_read_back(values: dict[str, str]) -> None:
    baggage: Baggage = tuple(Entry(key, value) for key, value in values.items())
    assert read_baggage(gather(write_baggage(baggage))) == baggage


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["uber-trace-id", "jaeger-debug-id", "jaeger-baggage", "uberctx-a", "uberctx-\ud800"]
            ),
            st.one_of(ANYTHING, st.text("0123456789abcdef:%3A", max_size=60)),
        ),
        max_size=4,
    )
)
def test_nothing_raises_and_what_is_read_is_valid(headers: list[tuple[str, str]]) -> None:
    found = read(gather(headers))
    assert not isinstance(found, TraceContext) or found.is_valid
    assert all(entry.key and entry.value.encode() is not None for entry in read_baggage(gather(headers)))
