"""Texts that lie end to end, read at once: each is told what it may hold, and nothing of it is missed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors import ALL, BASIC, Kind, Scanner, scanner
from security.detectors.scan import Finding
from tests.security.test_kinds import planted

_EXAMPLES = [(kind, planted(example)[0]) for kind in ALL for example in (*kind.matches, *kind.misses)]


def _suspects(kinds: tuple[Kind, ...], texts: Sequence[str]) -> list[set[int]]:
    """Of each text what it may hold, when they lie end to end as lines."""
    lines = [f"{text}\n".encode() for text in texts]
    ends = [sum(map(len, lines[: n + 1])) for n in range(len(lines))]
    found = scanner(kinds).suspicious(b"".join(lines), ends)
    return [found.get(row, set()) for row in range(len(texts))]


def _lines(findings: Sequence[Finding]) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, one.kind.title) for one in findings]


def test_each_example_may_hold_its_kind_whatever_stands_before_and_after() -> None:
    found = _suspects(ALL, [text for _, text in _EXAMPLES])
    kinds = scanner(ALL).kinds
    for (kind, text), suspects in zip(_EXAMPLES, found, strict=True):
        if Scanner((kind,)).scan(text):
            assert kinds.index(kind) in suspects, text


@given(
    texts=st.lists(
        st.sampled_from([text for kind, text in _EXAMPLES if kind in BASIC])
        | st.text(alphabet='ab1-5 :=.@"é', max_size=30),
        min_size=1,
        max_size=6,
    )
)
def test_a_text_among_others_holds_what_it_holds_alone(texts: list[str]) -> None:
    texts = [text.replace("\n", " ") for text in texts]
    for text, suspects in zip(texts, _suspects(BASIC, texts), strict=True):
        alone = scanner(BASIC)
        assert _lines(alone.scan(text, suspects=suspects)) == _lines(alone.scan(text))
        assert suspects >= alone.suspects(text.encode())


@pytest.mark.parametrize("first", ["4111 1111 1111 1112 " * 200, "user1 call 415-555-267 " * 100, ""])
def test_after_a_line_with_more_than_is_asked_one_by_one_nothing_is_missed(first: str) -> None:
    """At the end of a long line of numbers, and at the beginning of the next line, too."""
    texts = [f"{first}to jane@example.com", "4111 1111 1111 1111", "password=hunter2", "harmless"]
    found = _suspects(BASIC, texts)
    for text, suspects in zip(texts[:3], found, strict=False):
        assert _lines(scanner(BASIC).scan(text, suspects=suspects)) == _lines(scanner(BASIC).scan(text)) != []
    assert found[3] == set()
