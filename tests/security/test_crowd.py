"""Looked for together, dozens of kinds are found where each of them would be found alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors import ALL, scan, scanner
from security.detectors.context import Words, spellings
from security.detectors.crowd import any_between
from security.detectors.matching import Matcher
from tests.security.test_kinds import planted

_CROWD = [kind for kind in ALL if kind.needs_context and kind.before]
_TEXTS = [planted(example)[0] for kind in _CROWD for example in (*kind.matches, *kind.misses)]
_WORDS = sorted({word for kind in _CROWD for word in (*kind.before, *kind.after)})


def _found(text: str) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, one.kind.title) for one in scanner(ALL).scan(text)]


def _alone(text: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, str]]:
    with monkeypatch.context() as patch:
        patch.setattr(scan, "_CROWD", 100_000)
        return _found(text)


@pytest.mark.parametrize("beside", ["{} ssn", "ñandú é ü — national id {}"])
def test_a_number_is_found_among_all_as_it_is_alone(beside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in _TEXTS:
        whole = beside.format(text)
        assert _found(whole) == _alone(whole, monkeypatch), whole


@given(parts=st.lists(st.sampled_from(_TEXTS) | st.text("é ssn.12-\\n", max_size=60), min_size=1, max_size=4))
def test_so_it_is_beside_anything_else(parts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        text = " social security number ".join(parts)
        assert _found(text) == _alone(text, patch)


@given(
    word=st.sampled_from(_WORDS),
    before=st.sampled_from(["", " ", "x", "\\n", "é", "(", "my"]),
    camel=st.booleans(),
)
def test_each_spelling_of_a_word_that_counts_is_looked_for(word: str, before: str, camel: bool) -> None:
    written = "".join(part.title() for part in word.split(" ")) if camel else word
    text = f"{before}{written} 1"
    if Words((word,)).among(text, 0, len(text)):
        assert any(Matcher(one, captures=False).find(text.encode()) for one in spellings((word,)))


def test_many_kinds_without_a_hint_are_looked_for_one_by_one() -> None:
    kinds = [replace(_CROWD[0], hints=(), needs_context=False, check=None, within=None) for _ in range(12)]
    text = planted(_CROWD[0].matches[0])[0]
    assert scan.Scanner(kinds).scan(text) != []


def test_places_between_two_are_told() -> None:
    assert any_between([3, 9], 4, 10)
    assert not any_between([3, 9], 4, 9)
    assert not any_between([], 0, 9)


def test_the_name_of_one_number_says_nothing_of_another() -> None:
    named = "NHS number 943 476 5919 and 943 476 5870"

    assert [one[:2] for one in _found("took 9434765919 ns, SSN 536-90-4399")] == [(24, 35)]
    assert [named[start:end] for start, end, _ in _found(named)] == ["943 476 5919", "943 476 5870"]
