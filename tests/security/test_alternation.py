"""Patterns that are written out find what they found before."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from security.detectors import ALL, Scanner
from security.detectors.alternation import any_of, apart, at_first_digits, rendered, ways_of

_HINTS = tuple(dict.fromkeys(hint for kind in ALL for hint in kind.hints or (kind.pattern,)))
_TEXTS = tuple(
    text.replace("‹", "").replace("›", "") for kind in ALL for text in (*kind.matches, *kind.misses)
)


def _begins(pattern: str, text: str) -> int | None:
    match = re2.search(pattern, text)
    return None if match is None else match.start()


@pytest.mark.parametrize(
    "pattern", ["(?i:a|bc)d?|[(|]x{2}", r"(?:k|to\x{142}){1,2}=", r"(?:^|[^a])(?i:B|[c-e])\d"]
)
@given(text=st.text(alphabet="aAbBcCdDe (|xkto\u0142=1", max_size=12))
def test_the_ways_of_a_pattern_find_what_it_finds(pattern: str, text: str) -> None:
    ways = ways_of(pattern)

    assert _begins(any_of(ways), text) == _begins(pattern, text)
    assert _begins("|".join(map(rendered, ways)), text) == _begins(pattern, text)


def test_each_way_begins_with_one_thing() -> None:
    assert [rendered(way) for way in ways_of("(?i:x-)?(?:key|(?:to|bro)ken)[=:]")] == [
        "(?i:x)-(?:key|(?:to|bro)ken)[=:]",
        "key[=:]",
        "token[=:]",
        "broken[=:]",
    ]


def test_what_begins_alike_is_one_and_what_ends_alike_as_well() -> None:
    assert any_of(ways_of("key|token|kex")) == "(?:ke(?:y|x)|token)"
    tail = "(?:id|no)[ =]*[a-z]+[0-9]+"
    family = any_of([way for word in "abcdefghi" for way in ways_of(f"{word}x{tail}")])
    assert family.count("[0-9]+") == 1


@pytest.mark.parametrize("pattern", ["(?i)key", r"\Qa|b\E", "(?:a|b)?c?", "x*"])
@given(text=st.text(alphabet="abcxkKeEyY|", max_size=6))
def test_what_cannot_be_taken_apart_stands_as_it_is(pattern: str, text: str) -> None:
    assert _begins(any_of(ways_of(pattern)), text) == _begins(pattern, text)


def test_all_hints_together_find_what_one_of_them_finds() -> None:
    every = [way for hint in _HINTS for way in ways_of(hint)]
    parts = [re2.compile(any_of(ways)) for ways in apart(every)]
    alone = re2.Set.SearchSet()
    for hint in _HINTS:
        alone.Add(hint)
    alone.Compile()

    for text in _TEXTS:
        assert any(part.search(text) is not None for part in parts) == bool(alone.Match(text)), text


def test_a_hint_of_digits_looks_at_what_is_before_it() -> None:
    assert [rendered(way) for way in at_first_digits(("[0-3]", r"\d", "x"))] == [
        r"^[0-3]\dx",
        r"[^0-9][0-3]\dx",
        r"%[0-9A-Fa-f]{2}[0-3]\dx",
        r"u00[0-9A-Fa-f]{2}[0-3]\dx",
    ]
    for way in (("1", "x"), (r"\d", "[^0-9]"), ("a", "1"), (r"\d",)):
        assert at_first_digits(way) == [way]
    assert len(at_first_digits((r"\d{1,3}", r"\."))) == len(at_first_digits(("9", "[0-9a-f]"))) == 4


@pytest.mark.parametrize("before", ["", "a=", " ", "(", r"\n", "%20", r"\u0020", "n°", "+1 ", "1"])
def test_no_hint_misses_what_its_kind_finds_whatever_stands_before(before: str) -> None:
    together = Scanner(ALL)
    numbers = {kind.name + kind.pattern: number for number, kind in enumerate(together.kinds)}
    for kind in ALL:
        for match in kind.matches:
            text = before + match.replace("‹", "").replace("›", "")
            if Scanner([kind]).scan(text, suspects=[0]):
                assert numbers[kind.name + kind.pattern] in together.suspects(text.encode()), text
