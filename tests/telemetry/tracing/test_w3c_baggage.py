"""baggage: members and properties, percent-encoding both ways, limits, and what is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.tracing import percent
from telemetry.tracing.baggage import (
    Baggage,
    Entry,
    parse_baggage,
    read,
    value_of,
    with_entry,
    without_entry,
    write,
    write_baggage,
)
from telemetry.tracing.headers import gather
from tests.telemetry.tracing.strategies import ANYTHING, BAGGAGE, ENTRIES, TEXT

KEY_CHARACTERS = "!#$%&'*+-.^_`|~09azAZ"
VALUE_CHARACTERS = "".join(chr(at) for at in range(0x21, 0x7F) if chr(at) not in '",;\\%')


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ()),
        ([""], ()),
        ([" ,\t,"], ()),
        (["key=value"], (Entry("key", "value"),)),
        (["key="], (Entry("key", ""),)),
        (["Key=1,key=2"], (Entry("Key", "1"), Entry("key", "2"))),  # keys know upper case
        (["a=1,b=2", "c=3"], (Entry("a", "1"), Entry("b", "2"), Entry("c", "3"))),
        (["a=1", "", "b=2,"], (Entry("a", "1"), Entry("b", "2"))),
        # repeated keys stay, in order
        (["a=1,b=2,a=3"], (Entry("a", "1"), Entry("b", "2"), Entry("a", "3"))),
        # properties
        (
            ["key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue"],
            (
                Entry("key1", "value1", (("property1", None), ("property2", None))),
                Entry("key2", "value2"),
                Entry("key3", "value3", (("propertyKey", "propertyValue"),)),
            ),
        ),
        (["k=v;p;p=1;p=2;q="], (Entry("k", "v", (("p", None), ("p", "1"), ("p", "2"), ("q", ""))),)),
        # whitespace around everything
        (
            ["K \t = \t v \t ; \t p \t ; \t q \t = \t w \t , \t L=2 "],
            (Entry("K", "v", (("p", None), ("q", "w"))), Entry("L", "2")),
        ),
        # a value may have equals signs
        (["a=b=c==,d=;p=q=r"], (Entry("a", "b=c=="), Entry("d", "", (("p", "q=r"),)))),
        # percent-encoding, of values alone
        (["serverNode=DF%2028"], (Entry("serverNode", "DF 28"),)),
        (["userId=Am%C3%A9lie"], (Entry("userId", "Amélie"),)),
        (["userId=Am%c3%a9lie"], (Entry("userId", "Amélie"),)),
        (["a=%2C%3B%5C%22%25%20"], (Entry("a", ',;\\"% '),)),
        (["a=1+1"], (Entry("a", "1+1"),)),
        (["%41=1;%42=%43"], (Entry("%41", "1", (("%42", "C"),)),)),
        (["k=v;p%20%3D%20q"], (Entry("k", "v", (("p%20%3D%20q", None),)),)),
        (["a=%C3%28"], (Entry("a", "\ufffd("),)),  # no UTF-8
        (["a=%FF%FE"], (Entry("a", "\ufffd\ufffd"),)),
        (["a=%ED%A0%80"], (Entry("a", "\ufffd\ufffd\ufffd"),)),  # a surrogate is none either
        (
            ["a=%,b=%2,c=%zz,d=100%"],
            (Entry("a", "%"), Entry("b", "%2"), Entry("c", "%zz"), Entry("d", "100%")),
        ),
        # all characters
        ([f"{KEY_CHARACTERS}={VALUE_CHARACTERS}"], (Entry(KEY_CHARACTERS, VALUE_CHARACTERS),)),
    ],
)
def test_valid(values: list[str], expected: Baggage) -> None:
    assert parse_baggage(values) == expected


@pytest.mark.parametrize(
    "member",
    [
        "a",
        "=1",
        " = ",
        "a b=1",
        "a:b=1",
        "(a)=1",
        '"a"=1',
        "ä=1",
        "a=1 2",
        'a="1"',
        "a=\\",
        "a=ä",
        "a=1\x7f",
        "a=1\n",
        "a=\ud800",
        ";p",
        "a;p=1",
        "a=1;",
        "a=1;;p",
        "a=1;p q",
        "a=1;=2",
        "a=1;p=ä",
        "a=1;p=2 3",
    ],
)
def test_an_invalid_member_is_left_out_as_a_whole(member: str) -> None:
    assert parse_baggage([f"x=1,{member},y=2"]) == (Entry("x", "1"), Entry("y", "2"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("DF 28", "DF%2028"),
        ("Amélie", "Am%C3%A9lie"),
        ("🙂", "%F0%9F%99%82"),
        ("100%", "100%25"),
        ("%20", "%2520"),
        ('",;\\', "%22%2C%3B%5C"),
        ("\x00\t\r\n\x7f", "%00%09%0D%0A%7F"),
        ("1+1", "1%2B1"),  # may be encoded, and is safe from those that decode it to a space
        ("\ud800!\udc00", "%EF%BF%BD!%EF%BF%BD"),  # lone surrogates
        ("\ud83d\ude42", "%F0%9F%99%82"),  # a pair of them is a character
        ("\ufeff", "%EF%BB%BF"),
        (VALUE_CHARACTERS.replace("+", ""), VALUE_CHARACTERS.replace("+", "")),
        ("", ""),
    ],
)
def test_only_what_must_be_is_encoded(value: str, text: str) -> None:
    assert write_baggage((Entry("k", value, (("p", value),)),)) == f"k={text};p={text}"


def test_an_entry_that_is_not_well_formed_is_not_sent_at_all() -> None:
    bad = (Entry("a b", "1"), Entry("", "1"), Entry("a", "1", (("p q", None),)), Entry("a\r\nb", "1"))
    assert write_baggage((*bad, Entry("x", "1"))) == "x=1"
    assert write(bad) == {}


def test_the_limits_are_64_members() -> None:
    entries = tuple(Entry(f"key{at}", "value") for at in range(180))
    assert parse_baggage([write_baggage(entries[:64])]) == entries[:64]
    assert write_baggage(entries) == write_baggage(entries[:64])
    text = ",".join(f"{entry.key}={entry.value}" for entry in entries)
    assert parse_baggage([text]) == entries[:64]
    assert parse_baggage([f"bad member,,{text}"]) == entries[:64]


def test_the_limits_are_8192_bytes() -> None:
    whole = Entry("a", "0" * 8190)
    assert len(write_baggage((whole,))) == 8192
    assert write_baggage((Entry("a", "0" * 8191),)) == ""
    half = Entry("b", "0" * 4090)
    # a comma counts, and what has no room does not keep smaller ones from theirs
    assert write_baggage((half, Entry("c", "0" * 4098), Entry("d", "1"))) == f"b={'0' * 4090},d=1"
    assert len(write_baggage((half, Entry("c", "0" * 4097)))) == 8192
    assert write_baggage((Entry("a", "é" * 1366),)) == ""  # 8196 bytes when encoded
    assert parse_baggage([f"b={'0' * 4090}", f"c={'0' * 4098},d=1"]) == (half, Entry("d", "1"))


def test_all_headers_are_one_list_in_any_case() -> None:
    headers = [("Baggage", "a=1"), ("other", "x=1"), ("BAGGAGE", "b=2")]
    assert read(gather(headers)) == (Entry("a", "1"), Entry("b", "2"))
    assert read(gather({})) == ()


def test_the_last_of_several_counts_and_setting_one_replaces_them() -> None:
    before = (Entry("a", "1"), Entry("b", "2"), Entry("a", "3"))
    assert value_of(before, "a") == "3"
    assert value_of(before, "c") is None
    assert with_entry(before, Entry("a", "4")) == (Entry("b", "2"), Entry("a", "4"))
    assert without_entry(before, "a") == (Entry("b", "2"),)


@given(BAGGAGE)
def test_what_is_written_is_read_back(baggage: Baggage) -> None:
    assert parse_baggage([write_baggage(baggage)]) == baggage
    assert parse_baggage(write_baggage((entry,)) for entry in baggage) == baggage


@given(st.lists(ANYTHING, max_size=4))
def test_nothing_raises_and_what_is_read_can_be_written(values: list[str]) -> None:
    baggage = parse_baggage(values)
    assert parse_baggage([write_baggage(baggage)]) == baggage


@given(st.lists(st.one_of(ENTRIES, st.builds(Entry, ANYTHING, ANYTHING)), max_size=5).map(tuple))
def test_whatever_is_given_only_what_can_be_read_is_written(baggage: Baggage) -> None:
    text = write_baggage(baggage)
    assert text.isascii()
    assert text.isprintable()
    assert write_baggage(parse_baggage([text])) == text


@given(TEXT)
def test_text_is_decoded_from_what_it_is_encoded_to(text: str) -> None:
    assert percent.decode(percent.encode(text)) == text
    assert percent.decode(percent.encode(text), plus_is_space=True) == text


@given(ANYTHING)
def test_any_text_can_be_encoded_and_decoded(text: str) -> None:
    assert percent.encode(text).isascii()
    assert percent.decode(text).encode() is not None  # holds no lone surrogates


@given(st.lists(st.integers(0, 255)).map(bytes))
def test_any_octets_can_be_decoded(octets: bytes) -> None:
    assert percent.decode("".join(f"%{octet:02x}" for octet in octets)) == octets.decode(errors="replace")
