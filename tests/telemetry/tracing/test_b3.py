"""B3: both encodings, all sampling states, and which of them counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.b3 import parse_single, read, write_multi, write_single
from telemetry.tracing.context import Sampling, Told, TraceContext
from telemetry.tracing.headers import gather
from tests.telemetry.tracing.strategies import ANYTHING, B3_CONTEXTS, PARENT, SPAN, TRACE, decided

SHORT = TRACE[16:]
PADDED = "0" * 16 + SHORT
IDS = {"X-B3-TraceId": TRACE, "X-B3-SpanId": SPAN}


def told(sampling: Sampling, trace_id: str = TRACE, parent: str | None = None) -> TraceContext:
    return decided(sampling, trace_id, SPAN, parent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TRACE}-{SPAN}-1", told(Sampling.ACCEPT)),
        (f"{TRACE}-{SPAN}-0", told(Sampling.DENY)),
        (f"{TRACE}-{SPAN}-d", told(Sampling.DEBUG)),
        (f"{TRACE}-{SPAN}", told(Sampling.DEFER)),
        (f"{TRACE}-{SPAN}-1-{PARENT}", told(Sampling.ACCEPT, parent=PARENT)),
        (f"{TRACE}-{SPAN}-d-{PARENT}", told(Sampling.DEBUG, parent=PARENT)),
        (f"{TRACE}-{SPAN}-{PARENT}", told(Sampling.DEFER, parent=PARENT)),  # each of the last two is optional
        (f"{SHORT}-{SPAN}-1", told(Sampling.ACCEPT, trace_id=PADDED)),
        (f"{SHORT}-{SPAN}", told(Sampling.DEFER, trace_id=PADDED)),
        (f" \t{TRACE}-{SPAN}-1 ", told(Sampling.ACCEPT)),
        ("0", Sampling.DENY),
        ("1", Sampling.ACCEPT),
        ("d", Sampling.DEBUG),
        (" 0\t", Sampling.DENY),
    ],
)
def test_single(text: str, expected: Told) -> None:
    assert parse_single(text) == expected
    assert read(gather({"B3": text})) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "D",
        "true",
        "00",
        "-",
        "0-",
        TRACE,
        f"{TRACE}-",
        f"{TRACE}-{SPAN}-",
        f"{TRACE}-{SPAN}-2",
        f"{TRACE}-{SPAN}-D",
        f"{TRACE}-{SPAN}-true",
        f"{TRACE}-{SPAN}--{PARENT}",
        f"{TRACE}-{SPAN}-1-",
        f"{TRACE}-{SPAN}-1--",
        f"{TRACE}-{SPAN}-1-{PARENT}-",
        f"{TRACE}-{SPAN}-1-{PARENT}-1",
        f"{TRACE}-{SPAN}-1-{'0' * 16}",
        f"{TRACE}-{SPAN}-1-{PARENT[1:]}",
        f"{TRACE.upper()}-{SPAN}-1",
        f"{TRACE}-{SPAN.upper()}-1",
        f"{TRACE[1:]}-{SPAN}-1",
        f"{SHORT[1:]}-{SPAN}-1",
        f"{TRACE}0-{SPAN}-1",
        f"{TRACE}-{SPAN[1:]}-1",
        f"{TRACE}-{SPAN}0-1",
        f"{'0' * 32}-{SPAN}-1",
        f"{'0' * 16}-{SPAN}-1",
        f"{TRACE}-{'0' * 16}-1",
        f"{TRACE}:{SPAN}:1",
        f"{TRACE}-{SPAN}-1\n",
    ],
)
def test_malformed_single(text: str) -> None:
    assert parse_single(text) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (IDS, told(Sampling.DEFER)),
        (IDS | {"X-B3-Sampled": "1"}, told(Sampling.ACCEPT)),
        (IDS | {"X-B3-Sampled": "0"}, told(Sampling.DENY)),
        (IDS | {"X-B3-Sampled": "true"}, told(Sampling.ACCEPT)),
        (IDS | {"X-B3-Sampled": "False"}, told(Sampling.DENY)),
        (IDS | {"X-B3-Flags": "1"}, told(Sampling.DEBUG)),
        (IDS | {"X-B3-Flags": "1", "X-B3-Sampled": "1"}, told(Sampling.DEBUG)),
        (IDS | {"X-B3-Flags": "1", "X-B3-Sampled": "0"}, told(Sampling.DEBUG)),  # debug implies accept
        (IDS | {"X-B3-Flags": "0", "X-B3-Sampled": "1"}, told(Sampling.ACCEPT)),
        (IDS | {"X-B3-Flags": "5"}, told(Sampling.DEFER)),
        (IDS | {"X-B3-Flags": ""}, told(Sampling.DEFER)),
        (IDS | {"X-B3-ParentSpanId": PARENT}, told(Sampling.DEFER, parent=PARENT)),
        ({"X-B3-TraceId": SHORT, "X-B3-SpanId": SPAN}, told(Sampling.DEFER, trace_id=PADDED)),
        ({"x-b3-traceid": TRACE, "X-B3-SPANID": f" {SPAN} ", "X-b3-sAmPlEd": "1"}, told(Sampling.ACCEPT)),
        # a decision alone
        ({"X-B3-Sampled": "0"}, Sampling.DENY),
        ({"X-B3-Sampled": "1"}, Sampling.ACCEPT),
        ({"X-B3-Flags": "1"}, Sampling.DEBUG),
        # nothing, or malformed
        ({}, None),
        ({"X-B3-ParentSpanId": PARENT}, None),
        ({"X-B3-TraceId": TRACE}, None),
        ({"X-B3-TraceId": TRACE, "X-B3-Sampled": "1"}, None),
        ({"X-B3-SpanId": SPAN}, None),
        (IDS | {"X-B3-Sampled": ""}, None),
        (IDS | {"X-B3-Sampled": "d"}, None),
        (IDS | {"X-B3-Sampled": "2"}, None),
        ({"X-B3-Sampled": "yes"}, None),
        (IDS | {"X-B3-ParentSpanId": "-"}, None),
        (IDS | {"X-B3-ParentSpanId": ""}, None),
        (IDS | {"X-B3-ParentSpanId": "0" * 16}, None),
        (IDS | {"X-B3-TraceId": TRACE.upper()}, None),
        (IDS | {"X-B3-TraceId": TRACE[1:]}, None),
        (IDS | {"X-B3-TraceId": "0" * 32}, None),
        (IDS | {"X-B3-TraceId": ""}, None),
        (IDS | {"X-B3-SpanId": "0" * 16}, None),
        (IDS | {"X-B3-SpanId": SPAN[1:]}, None),
        (IDS | {"X-B3-SpanId": SPAN.upper()}, None),
    ],
)
def test_multi(headers: dict[str, str], expected: Told | None) -> None:
    assert read(gather(headers)) == expected


def test_the_single_header_goes_before_the_others_unless_it_is_malformed() -> None:
    other = {"X-B3-TraceId": SHORT, "X-B3-SpanId": PARENT, "X-B3-Sampled": "1"}
    assert read(gather(other | {"b3": f"{TRACE}-{SPAN}-0"})) == told(Sampling.DENY)
    assert read(gather(other | {"b3": "0"})) is Sampling.DENY
    assert read(gather(other | {"b3": "-"})) == decided(Sampling.ACCEPT, PADDED, PARENT, None)


def test_of_a_repeated_header_the_first_counts() -> None:
    assert read(gather([("b3", "0"), ("B3", "1")])) is Sampling.DENY
    assert read(gather([("x-b3-sampled", "1"), ("X-B3-Sampled", "0")])) is Sampling.ACCEPT


@pytest.mark.parametrize(
    ("context", "single", "multi"),
    [
        (told(Sampling.DEFER), f"{TRACE}-{SPAN}", {}),
        (told(Sampling.DENY), f"{TRACE}-{SPAN}-0", {"x-b3-sampled": "0"}),
        (told(Sampling.ACCEPT), f"{TRACE}-{SPAN}-1", {"x-b3-sampled": "1"}),
        (told(Sampling.DEBUG), f"{TRACE}-{SPAN}-d", {"x-b3-flags": "1"}),
        (
            told(Sampling.ACCEPT, parent=PARENT),
            f"{TRACE}-{SPAN}-1-{PARENT}",
            {"x-b3-parentspanid": PARENT, "x-b3-sampled": "1"},
        ),
    ],
)
def test_what_is_written(context: TraceContext, single: str, multi: dict[str, str]) -> None:
    assert write_single(context) == {"b3": single}
    assert write_multi(context) == {"x-b3-traceid": TRACE, "x-b3-spanid": SPAN} | multi


@pytest.mark.parametrize("sampling", Sampling)
def test_a_decision_alone_is_read_back(sampling: Sampling) -> None:
    expected = None if sampling is Sampling.DEFER else sampling
    assert read(gather(write_single(sampling))) == expected
    assert read(gather(write_multi(sampling))) == expected


@given(B3_CONTEXTS)
def test_what_is_written_is_read_back(context: TraceContext) -> None:
    assert read(gather(write_single(context))) == context
    assert read(gather(write_multi(context))) == context


@given(
    st.dictionaries(
        st.sampled_from(
            ["b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"]
        ),
        st.one_of(ANYTHING, st.sampled_from([TRACE, SPAN, "0", "1", f"{TRACE}-{SPAN}", "+" + SPAN[1:]])),
    )
)
def test_nothing_raises_and_what_is_read_is_valid(headers: dict[str, str]) -> None:
    found = read(gather(headers))
    assert not isinstance(found, TraceContext) or found.is_valid
