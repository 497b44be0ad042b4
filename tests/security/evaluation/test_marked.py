"""Texts inside of texts: a value is where the truth says, however it is written."""

import base64
import json
from urllib.parse import unquote, unquote_plus

from hypothesis import given
from hypothesis import strategies as st

from security.evaluation.case import Value
from security.evaluation.marked import (
    encoded,
    in_ascii_json,
    in_base64,
    in_form,
    in_html_json,
    in_json,
    in_slash_json,
    in_url,
    joined,
    planted,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(TEXTS, TEXTS, TEXTS)
def test_joined_parts_keep_their_value(before: str, value: str, behind: str) -> None:
    found = joined([before, planted(Value(text=value), "kind"), behind])
    (one,) = found.truth
    assert found.text[slice(*one.whole)] == value
    assert found.text == before + value + behind


@given(TEXTS, TEXTS, st.sampled_from([in_json, in_ascii_json, in_html_json, in_slash_json]))
def test_a_value_in_json_is_read_back_from_its_place(before: str, value: str, encode: object) -> None:
    assert callable(encode)
    found = encoded(joined([before, planted(Value(text=value), "kind"), "!"]), encode)
    (one,) = found.truth
    assert json.loads(f'"{found.text[slice(*one.whole)]}"') == value
    assert json.loads(f'"{found.text}"') == f"{before}{value}!"


@given(TEXTS, TEXTS)
def test_a_value_in_a_url_is_read_back_from_its_place(before: str, value: str) -> None:
    for encode, decode in ((in_url, unquote), (in_form, unquote_plus)):
        found = encoded(joined([before, planted(Value(text=value), "kind")]), encode)
        assert decode(found.text[slice(*found.truth[0].whole)]) == value


@given(TEXTS, TEXTS, TEXTS)
def test_in_base64_every_character_that_holds_a_bit_of_the_value_matters(
    before: str, value: str, behind: str
) -> None:
    found = in_base64(joined([before, planted(Value(text=value), "kind"), behind]))
    ((start, end),) = found.truth[0].pieces
    blank = "".join("A" if start <= at < end else char for at, char in enumerate(found.text.rstrip("=")))
    decoded = base64.b64decode(blank + "=" * (-len(blank) % 4))
    raw = (before + value + behind).encode()
    assert found.truth[0].whole == (0, len(found.text))
    low, high = len(before.encode()), len((before + value).encode())
    assert not any(decoded[low + 1 : high - 1])
    assert decoded[: max(low - 1, 0)] == raw[: max(low - 1, 0)]


def test_what_matters_may_be_a_part() -> None:
    found = encoded(planted(Value(text='a"b"c', matter=((1, 4),)), "kind"), in_json)
    assert [found.text[slice(*piece)] for piece in found.truth[0].pieces] == ['\\"b\\"']
