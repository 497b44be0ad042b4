"""Every declared kind finds what its entry says, leaves alone what it says, and never finds a mask."""

import pytest

from security.detectors import ALL, BASIC, Kind, Scanner, scanner
from security.detectors.scan import Finding, resolved
from security.redactor import Redactor

KINDS = pytest.mark.parametrize("kind", ALL, ids=lambda kind: f"{kind.name}-{kind.title[:40]}")


def planted(example: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of an example, and where its values are."""
    text, spans = "", []
    for number, part in enumerate(example.replace("›", "‹").split("‹")):
        if number % 2:
            spans.append((len(text), len(text) + len(part)))
        text += part
    return text, spans


@KINDS
def test_a_kind_finds_its_examples_exactly(kind: Kind) -> None:
    assert kind.matches
    alone = Scanner((kind,))
    for example in kind.matches:
        text, spans = planted(example)
        assert spans, example
        assert [(one.start, one.end) for one in alone.scan(text)] == spans, example
        assert not alone.is_clean(text.encode()), f"no hint leads to {example}"


@KINDS
def test_a_kind_leaves_its_misses_alone(kind: Kind) -> None:
    for example in kind.misses:
        assert Scanner((kind,)).scan(example) == [], example


@pytest.mark.parametrize("kinds", [BASIC, ALL], ids=["basic", "all"])
def test_what_was_masked_is_never_found_again(kinds: tuple[Kind, ...]) -> None:
    for kind in kinds:
        for example in kind.matches:
            text, _ = planted(example)
            found = scanner(kinds).scan(text)
            assert found, example
            once = text
            for one in reversed(found):
                once = once[: one.start] + one.kind.mask(text[one.start : one.end]) + once[one.end :]
            assert scanner(kinds).scan(once) == [], (example, once)


@KINDS
def test_with_all_kinds_an_example_is_still_found_whole(kind: Kind) -> None:
    for example in kind.matches:
        text, spans = planted(example)
        hidden = {place for one in scanner(ALL).scan(text) for place in range(one.start, one.end)}
        assert all(set(range(*span)) <= hidden for span in spans), example


def test_the_higher_rank_stands_and_what_sticks_out_is_hidden_too() -> None:
    url, mail = BASIC[0], next(kind for kind in BASIC if kind.name == "email")
    assert resolved([Finding(0, 20, url, 0.9), Finding(5, 15, mail, 0.9)]) == [Finding(0, 20, url, 0.9)]
    assert resolved([Finding(5, 15, url, 0.9), Finding(0, 20, mail, 0.9)]) == [Finding(5, 15, url, 0.9)]
    card = next(kind for kind in BASIC if kind.name == "credit_card")
    text = "4111111 postgres://x"
    assert resolved([Finding(8, 20, url, 0.9), Finding(0, 12, card, 0.9)], text) == [
        Finding(0, 8, card, 0.9, text="***"),
        Finding(8, 20, url, 0.9),
    ]


def test_places_are_characters_whatever_bytes_they_take() -> None:
    text = "né€😀" * 3000 + " jane@example.com " + "é" * 5 + " bob@example.com"
    assert [text[one.start : one.end] for one in scanner().scan(text)] == [
        "jane@example.com",
        "bob@example.com",
    ]


def test_texts_that_lie_end_to_end_are_told_apart() -> None:
    texts = ["harmless", "to jane@example.com", "", "password=", "x", "né bob@example.com", "harmless"]
    data, ends, size = b"", [], 0
    for text in texts:
        data += text.encode()
        size += len(text.encode())
        ends.append(size)
    suspicious = set(scanner().suspicious(data, ends))
    assert {1, 5} <= suspicious
    assert not {0, 6} & suspicious


def test_an_escape_makes_a_document_suspicious() -> None:
    assert scanner().is_clean(rb'{"a":"jane\u0040x"}')
    document = rb'{"a":"jane\u0040x"}' + b"\n"
    assert list(Redactor(kinds=BASIC).suspicious(document, [len(document)])) == [0]
