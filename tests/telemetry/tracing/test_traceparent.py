"""traceparent: what the standard calls valid is read, everything else starts the trace anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.context import TraceContext
from telemetry.tracing.headers import gather
from telemetry.tracing.w3c import parse_traceparent, read, write_traceparent
from tests.telemetry.tracing.strategies import ANYTHING, SPAN, TRACE, W3C_CONTEXTS

GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (GOOD, 0x01),
        (f"00-{TRACE}-{SPAN}-00", 0x00),
        (f"00-{TRACE}-{SPAN}-02", 0x02),
        (f"00-{TRACE}-{SPAN}-03", 0x03),
        (f"00-{TRACE}-{SPAN}-ff", 0xFF),  # the byte as it came; undefined flags are masked when sent
        # a later version: at least these fields, and a dash before whatever is new
        (f"01-{TRACE}-{SPAN}-01", 0x01),
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", 0x01),
        (f"cc-{TRACE}-{SPAN}-01-", 0x01),
        (f"fe-{TRACE}-{SPAN}-ff", 0x03),  # of a later version only flags that are known today
        # whitespace around the value is none of it
        (f" {GOOD}", 0x01),
        (f"\t{GOOD}", 0x01),
        (f"{GOOD} ", 0x01),
        (f"\t {GOOD} \t", 0x01),
    ],
)
def test_valid(text: str, flags: int) -> None:
    context = TraceContext(trace_id=TRACE, span_id=SPAN, flags=flags, remote=True)
    assert parse_traceparent(text) == context
    assert context.sampled == bool(flags & 1)
    assert context.random == bool(flags & 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-",
        # version 00 has 55 characters
        f"{GOOD}.",
        f"{GOOD}-",
        f"{GOOD}-what-the-future-will-be-like",
        f"{GOOD}\n",
        f"{GOOD},{GOOD}",
        # later versions
        f"cc-{TRACE}-{SPAN}-01.what-the-future-will-be-like",
        f"cc-{TRACE}-{SPAN}-011",
        f"cc-{TRACE}-{SPAN}-1",
        f"cc-{TRACE}-{SPAN}-0.",
        f"cc-{TRACE}-{SPAN}-0",
        f"cc-{TRACE}-{SPAN}",
        f"CC-{TRACE}-{SPAN}-01",
        f"cc-{TRACE.upper()}-{SPAN}-01",
        f"cc-{'0' * 32}-{SPAN}-01",
        # version
        f"ff-{TRACE}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01-more",
        f".0-{TRACE}-{SPAN}-01",
        f"0.-{TRACE}-{SPAN}-01",
        f"000-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"0x-{TRACE}-{SPAN}-01",
        f"{TRACE}-{SPAN}-01",
        # trace-id
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-.{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE[1:]}.-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'٣' * 32}-{SPAN}-01",  # digits, but not those of ASCII
        # parent-id
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-.{SPAN[1:]}-01",
        f"00-{TRACE}-{SPAN[1:]}.-01",
        f"00-{TRACE}-{SPAN}0-01",
        f"00-{TRACE}-{SPAN[1:]}-01",
        f"00-{TRACE}-{SPAN.upper()}-01",
        # trace-flags
        f"00-{TRACE}-{SPAN}-.0",
        f"00-{TRACE}-{SPAN}-0.",
        f"00-{TRACE}-{SPAN}-001",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-0A",
        # separators
        f"00_{TRACE}-{SPAN}-01",
        f"00-{TRACE}_{SPAN}-01",
        f"00-{TRACE}-{SPAN}_01",
        f"00 - {TRACE} - {SPAN} - 01",
        f"\u00a0{GOOD}",  # a space, but none of HTTP
    ],
)
def test_invalid(text: str) -> None:
    assert parse_traceparent(text) is None


@pytest.mark.parametrize("name", ["traceparent", "TraceParent", "TrAcEpArEnT", "TRACEPARENT"])
def test_the_name_is_read_in_any_case(name: str) -> None:
    assert read(gather({name: GOOD})) is not None


@pytest.mark.parametrize("name", ["trace-parent", "trace.parent", "trace_parent"])
def test_other_names_are_others(name: str) -> None:
    assert read(gather({name: GOOD})) is None


@pytest.mark.parametrize("name", ["traceparent", "Traceparent"])
def test_a_header_that_came_twice_is_no_context(name: str) -> None:
    assert read(gather([("traceparent", GOOD), (name, GOOD)])) is None


def test_what_is_sent_is_version_00_with_the_flags_that_are_defined() -> None:
    context = parse_traceparent(f"cc-{TRACE}-{SPAN}-ff-more")
    assert context is not None
    assert write_traceparent(context) == f"00-{TRACE}-{SPAN}-03"
    assert write_traceparent(TraceContext(trace_id=TRACE, span_id=SPAN, flags=0xFD)) == GOOD


@given(W3C_CONTEXTS)
def test_what_is_written_is_read_back(context: TraceContext) -> None:
    bare = TraceContext(trace_id=context.trace_id, span_id=context.span_id, flags=context.flags, remote=True)
    assert parse_traceparent(write_traceparent(context)) == bare
    assert len(write_traceparent(context)) == 55


@given(
    st.one_of(ANYTHING, st.text("0123456789abcf-", max_size=60), st.from_regex(r"[0-9a-g]{2}-.{32}-.{16}-"))
)
def test_nothing_raises_and_what_is_read_is_valid(text: str) -> None:
    context = parse_traceparent(text)
    assert context is None or context.is_valid


@given(st.integers(0, 54), st.characters())
def test_one_wrong_character_is_enough(at: int, wrong: str) -> None:
    text = GOOD[:at] + wrong + GOOD[at + 1 :]
    if wrong in "0123456789abcdef" and GOOD[at] != "-":
        return
    assert (parse_traceparent(text) is None) == (text != GOOD)
