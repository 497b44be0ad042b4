"""tracestate as it is read: grammar of both levels, and what an invalid list costs."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing.context import TraceContext, Tracestate
from telemetry.tracing.headers import gather
from telemetry.tracing.w3c import Level, parse_tracestate, read, write_tracestate
from tests.telemetry.tracing.strategies import ANYTHING, SPAN, TRACE, listed, numbered

GOOD = f"00-{TRACE}-{SPAN}-01"
VALUE_CHARACTERS = "".join(chr(at) for at in range(0x20, 0x7F) if chr(at) not in ",=")
KEY_CHARACTERS = string.ascii_lowercase + string.digits + "_-*/"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ()),
        (["foo=1"], (("foo", "1"),)),
        (["foo=1,bar=2"], (("foo", "1"), ("bar", "2"))),
        # several header fields are one list, in order
        (
            ["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
            (("foo", "1"), ("bar", "2"), ("rojo", "1"), ("congo", "2"), ("baz", "3")),
        ),
        # empty fields and members are allowed
        ([""], ()),
        ([" \t "], ()),
        ([",", " , ,"], ()),
        (["foo=1", ""], (("foo", "1"),)),
        (["", "foo=1"], (("foo", "1"),)),
        (["foo=1,, ,\t,bar=2,"], (("foo", "1"), ("bar", "2"))),
        # whitespace around members
        (["foo=1 \t , \t bar=2, \t baz=3"], (("foo", "1"), ("bar", "2"), ("baz", "3"))),
        ([" foo=1"], (("foo", "1"),)),
        (["\tfoo=1"], (("foo", "1"),)),
        (["foo=1 "], (("foo", "1"),)),
        (["\t foo=1 \t"], (("foo", "1"),)),
        # spaces in front of a value are part of it, spaces after it are not
        (["foo=  1 2  ,bar=3"], (("foo", "  1 2"), ("bar", "3"))),
        # all characters, all lengths
        ([f"{KEY_CHARACTERS}={VALUE_CHARACTERS}"], ((KEY_CHARACTERS, VALUE_CHARACTERS),)),
        ([f"foo={VALUE_CHARACTERS}!"], (("foo", VALUE_CHARACTERS + "!"),)),
        ([f"{'z' * 256}=1"], (("z" * 256, "1"),)),
        ([f"foo={'v' * 256}"], (("foo", "v" * 256),)),
        ([f"foo={' ' * 255}v"], (("foo", " " * 255 + "v"),)),
        # of a repeated key the left-most, most recent entry
        (["foo=1,foo=1"], (("foo", "1"),)),
        (["foo=1,bar=3,foo=2"], (("foo", "1"), ("bar", "3"))),
        (["foo=1", "foo=2"], (("foo", "1"),)),
    ],
)
def test_valid(values: list[str], expected: Tracestate) -> None:
    assert parse_tracestate(values) == expected


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "=1",
        "foo =1",
        " =1",
        "FOO=1",
        "foo.bar=1",
        "_foo=1",
        "-foo=1",
        "*foo=1",
        "/foo=1",
        "@foo=1",
        "fö=1",
        "foo=bar=baz",
        "foo==",
        "foo=",
        "foo= ",
        "foo=\t1",
        "foo=1\t2",
        "foo=1\n",
        "foo=ü",
        "foo=\x7f",
        "foo=\x1f",
        f"{'z' * 257}=1",
        f"foo={'v' * 257}",
        listed(numbered(33)),
        f"{listed(numbered(32))},bar01=1",
    ],
)
def test_one_invalid_member_costs_the_list_and_nothing_else(text: str) -> None:
    assert parse_tracestate([text]) == ()
    for values in ([f"good=1,{text}"], [f"{text},good=1"], ["good=1", text]):
        headers = [("traceparent", GOOD), *(("tracestate", value) for value in values)]
        assert read(gather(headers)) == TraceContext(trace_id=TRACE, span_id=SPAN, flags=1, remote=True)


def test_the_value_does_not_end_in_a_space_within_its_length() -> None:
    assert parse_tracestate([f"foo={'v' * 256}  "]) == (("foo", "v" * 256),)


@pytest.mark.parametrize(
    ("key", "levels"),
    [
        ("foo", {1, 2}),
        ("f", {1, 2}),
        ("tenant@system", {1, 2}),
        ("0tenant@system", {1, 2}),
        (f"{'t' * 241}@{'v' * 14}", {1, 2}),
        (f"{KEY_CHARACTERS}@a-z0-9_-*/", {1, 2}),
        # Level 2 alone
        ("0foo", {2}),
        ("foo@", {2}),
        ("foo@@bar", {2}),
        ("foo@bar@baz", {2}),
        ("tenant@0system", {2}),
        (f"{'t' * 242}@v", {2}),
        (f"t@{'v' * 15}", {2}),
        # neither
        ("@foo", set()),
        (f"{'t' * 242}@{'v' * 14}", set()),
        ("", set()),
    ],
)
@pytest.mark.parametrize("level", [1, 2])
def test_keys_of_both_levels(key: str, level: Level, levels: set[int]) -> None:
    expected = ((key, "1"), ("bar", "2")) if level in levels else ()
    assert parse_tracestate([f"{key}=1,bar=2"], level=level) == expected


def test_to_level_1_a_repeated_key_is_an_error() -> None:
    assert parse_tracestate(["foo=1,bar=2,foo=3"], level=1) == ()


def test_there_are_up_to_32_members_and_empty_ones_do_not_count() -> None:
    assert parse_tracestate([listed(numbered(10)), "", listed(numbered(32)[10:]) + ",,"]) == numbered(32)


@pytest.mark.parametrize(
    "headers",
    [
        [("tracestate", "foo=1")],
        [("traceparent", f"00-{TRACE}-{'0' * 16}-01"), ("tracestate", "foo=1")],
        [("traceparent", GOOD), ("traceparent", GOOD), ("tracestate", "foo=1")],
    ],
)
def test_without_a_traceparent_it_is_nothing(headers: list[tuple[str, str]]) -> None:
    assert read(gather(headers)) is None


@pytest.mark.parametrize("name", ["tracestate", "TraceState", "TrAcEsTaTe", "TRACESTATE"])
def test_the_name_is_read_in_any_case(name: str) -> None:
    context = read(gather([("traceparent", GOOD), (name, "foo=1"), ("tracestate", "bar=2")]))
    assert context is not None
    assert context.tracestate == (("foo", "1"), ("bar", "2"))


@given(st.lists(ANYTHING, max_size=4))
def test_nothing_raises_and_what_is_read_can_be_written(values: list[str]) -> None:
    read_back = parse_tracestate([write_tracestate(parse_tracestate(values))])
    assert read_back == parse_tracestate(values)[: len(read_back)]
