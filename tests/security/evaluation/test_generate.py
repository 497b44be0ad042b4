"""The sets: reproducible, distinct, true about where values are, and other for the held-out seed."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from stdnum import luhn

from security.evaluation.carriers import CARRIERS
from security.evaluation.case import Event, Topic
from security.evaluation.draw import HELD_OUT, Draw
from security.evaluation.generate import lookalikes, negatives, positives
from security.evaluation.negatives import TEMPLATES
from security.evaluation.records import PAYLOADS
from security.evaluation.topics import TOPICS
from tests.conftest import ROOT

CASES = 12


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(positives(1, CASES))


def topic(name: str) -> Topic:
    return next(one for one in TOPICS if one.name == name)


def test_every_kind_has_its_cases_and_all_are_distinct(events: list[Event]) -> None:
    counts = Counter(
        one.kind for event in events for one in {value.kind: value for value in event.truth}.values()
    )
    assert {name: counts[name] for name in counts if counts[name] < CASES} == {}
    assert counts.keys() == {one.name for one in TOPICS}
    assert len({event.text for event in events}) == len(events)


def test_there_are_enough_kinds_shapes_and_harmless_templates() -> None:
    assert len([one for one in TOPICS if one.family == "api_key"]) >= 60
    assert len(PAYLOADS) + len(CARRIERS) >= 100
    assert len(TEMPLATES) >= 60
    assert len({one.name for one in TOPICS}) == len(TOPICS)


def test_the_same_seed_makes_the_same_events(events: list[Event]) -> None:
    assert list(positives(1, CASES)) == events
    assert list(positives(2, CASES, [topic("email")])) != list(positives(1, CASES, [topic("email")]))


def test_another_process_makes_the_same_events() -> None:
    """Also where texts hash otherwise, which orders the sets of whatever values come from."""
    code = (
        "from security.evaluation.generate import positives; from security.evaluation.topics import TOPICS\n"
        "print(*positives(7, 150, [one for one in TOPICS if one.name in {'person_name', 'postal_address'}]))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_the_truth_lies_within_the_event_and_within_its_whole(events: list[Event]) -> None:
    for event in events:
        assert event.truth
        for one in event.truth:
            low, high = one.whole
            assert 0 <= low < high <= len(event.text)
            for start, end in one.pieces:
                assert low <= start < end <= high, (event.shape, one.kind)
                assert event.text[start:end].strip()


def test_values_do_not_overlap(events: list[Event]) -> None:
    for event in events:
        spans = sorted(piece for one in event.truth if "base64" not in event.shape for piece in one.pieces)
        assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False)), (
            event.shape
        )


def test_what_is_marked_is_the_value() -> None:
    for event in positives(3, 100, [topic("credit_card")]):
        if "base64" in event.shape or "query" in event.shape or "form" in event.shape:
            continue
        for one in event.truth:
            text = event.text[slice(*one.pieces[0])]
            assert luhn.is_valid("".join(filter(str.isdigit, text.replace("u00a0", "")))), event.shape


def test_offsets_hold_behind_characters_of_several_bytes() -> None:
    found = [event for event in positives(5, 300, [topic("mac_address")]) if not event.text.isascii()]
    plain = [event for event in found if "base64" not in event.shape and "%" not in event.text]
    assert len(plain) > 5
    for event in plain:
        for one in event.truth:
            assert sum(char in "0123456789abcdefABCDEF" for char in event.text[slice(*one.pieces[0])]) == 12


def test_some_values_are_split_over_lines_and_some_are_at_the_very_ends() -> None:
    keys = list(positives(1, 60, [topic("private_key")]))
    assert any("\n" in event.text[slice(*event.truth[0].whole)] for event in keys)
    mails = list(positives(1, 300, [topic("email")]))
    assert any(event.truth[0].whole[0] == 0 for event in mails)
    assert any(event.truth[-1].whole[1] == len(event.text) for event in mails)


def test_the_held_out_seed_has_words_that_no_other_has() -> None:
    words = tuple(f"word{number}" for number in range(50))
    development = {Draw(1, name).some(words) for name in range(2000)}
    held_out = {Draw(HELD_OUT, name).some(words) for name in range(2000)}
    assert held_out - development
    assert development - held_out
    assert development & held_out
    shapes = (
        {event.shape.split(" in ")[0] for event in positives(seed, 300, [topic("ssn")])}
        for seed in (1, HELD_OUT)
    )
    first, second = shapes
    assert second - first


def test_lookalikes_and_harmless_lines_have_no_truth() -> None:
    found = [*lookalikes(1, 9), *negatives(1, 500)]
    assert all(not event.truth for event in found)
    assert {event.lookalike for event in found} > {"email", "credit_card", "password", ""}
    assert len({event.text for event in negatives(1, 500)}) == 500
    assert all("\n" not in event.text for event in negatives(1, 500))
