"""tracestate as it is sent: one's own entry, and what is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.context import TraceContext, Tracestate
from telemetry.tracing.headers import gather
from telemetry.tracing.w3c import parse_tracestate, read, with_entry, without_entry, write, write_tracestate
from tests.telemetry.tracing.strategies import (
    ANYTHING,
    SPAN,
    TRACE,
    TRACESTATES,
    W3C_CONTEXTS,
    listed,
    numbered,
)


def test_one_s_own_entry_moves_to_the_left() -> None:
    assert with_entry((), "foo", "1") == (("foo", "1"),)
    assert with_entry((("a", "1"), ("foo", "0"), ("b", "2")), "foo", "1") == (
        ("foo", "1"),
        ("a", "1"),
        ("b", "2"),
    )


def test_the_right_most_makes_room_for_one_s_own_entry() -> None:
    assert with_entry(numbered(32), "foo", "1") == (("foo", "1"), *numbered(31))
    assert with_entry(numbered(32), "bar32", "1") == (("bar32", "1"), *numbered(31))


@pytest.mark.parametrize(
    ("key", "value"), [("Foo", "1"), ("", "1"), ("foo", ""), ("foo", "a,b"), ("foo", "1 "), ("foo", "a=b")]
)
def test_an_ill_formed_entry_changes_nothing(key: str, value: str) -> None:
    assert with_entry((("a", "1"),), key, value) == (("a", "1"),)
    assert write_tracestate(((key, value), ("a", "1"))) == "a=1"


def test_an_entry_can_be_deleted() -> None:
    assert without_entry((("a", "1"), ("b", "2")), "a") == (("b", "2"),)
    assert without_entry((("a", "1"),), "b") == (("a", "1"),)


def sized(key: str, length: int) -> tuple[str, str]:
    """An entry of ``length`` characters."""
    return key, "v" * (length - len(key) - 1)


@pytest.mark.parametrize(
    ("lengths", "kept"),
    [
        ({"a": 128, "b": 128, "c": 128, "d": 125}, "abcd"),  # 512 with the commas
        ({"a": 128, "b": 128, "c": 128, "d": 126}, "abc"),  # from the right
        ({"a": 128, "b": 128, "c": 128, "d": 128, "e": 20}, "abc"),
        ({"a": 129, "b": 128, "c": 128, "d": 128, "e": 20}, "bcde"),  # but long ones first
        ({"a": 200, "b": 200, "c": 50, "d": 100}, "acd"),  # no more of them than need be, the older first
        ({"a": 250, "b": 200, "c": 60}, "abc"),  # long ones are not cut without need
        ({"a": 250, "b": 200, "c": 61}, "ac"),
    ],
)
def test_what_has_no_room_goes_entry_by_entry(lengths: dict[str, int], kept: str) -> None:
    entries = tuple(sized(key, length) for key, length in lengths.items())
    assert write_tracestate(entries) == listed(tuple(entry for entry in entries if entry[0] in kept))


def test_the_longest_entry_of_all_has_no_room() -> None:
    longest = ("k" * 256, "v" * 256)
    assert parse_tracestate([listed((longest,))]) == (longest,)
    assert write_tracestate((longest, ("foo", "1"))) == "foo=1"
    assert write_tracestate((longest,)) == ""


def test_no_more_than_32_are_sent() -> None:
    assert write_tracestate(numbered(40)) == listed(numbered(32))


def test_an_empty_list_is_not_sent() -> None:
    assert write(TraceContext(trace_id=TRACE, span_id=SPAN)) == {"traceparent": f"00-{TRACE}-{SPAN}-00"}


@given(W3C_CONTEXTS)
def test_what_is_written_is_read_back(context: TraceContext) -> None:
    headers = write(context)
    told = read(gather(headers))
    assert told is not None
    if len(listed(context.tracestate)) <= 512:
        assert told == context
    else:
        assert told.tracestate == context.tracestate[: len(told.tracestate)]


@given(TRACESTATES, st.sampled_from(["foo", "tenant@system"]), st.sampled_from(["1", " v w"]))
def test_setting_an_entry_keeps_the_order_of_the_others(before: Tracestate, key: str, value: str) -> None:
    after = with_entry(before, key, value)
    others = tuple(entry for entry in before if entry[0] != key)
    assert after[0] == (key, value)
    assert after[1:] == others[:31]


@given(st.lists(st.tuples(ANYTHING, ANYTHING), max_size=4).map(tuple))
def test_whatever_is_given_only_valid_lists_are_written(entries: Tracestate) -> None:
    text = write_tracestate(entries)
    assert not text or parse_tracestate([text])
