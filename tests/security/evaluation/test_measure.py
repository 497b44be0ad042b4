"""The figures: what counts as found, as true and as false, and what an interval is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors.kind import Category
from security.evaluation.case import Aim, Event, Planted, Topic, Value
from security.evaluation.figures import by_aim
from security.evaluation.measure import Detect, Found, Measured, figures, measure, wilson

TOPIC = Topic(
    name="github_token",
    category=Category.SECRET,
    aim=Aim.FIXED,
    make=lambda _draw: Value(text="x"),
    keys=("token",),
    family="api_key",
)
TEXT = "id 12-34 and token abcdef."
EVENT = Event(TEXT, "prose in bare", (Planted("github_token", ((19, 25),), (13, 25), "github|plain"),))


def run(*found: Found, event: Event = EVENT) -> Measured:
    detect: Detect = lambda _text: found  # noqa: E731
    return measure([event], detect, {TOPIC.name: TOPIC})


def a_find(start: int, end: int, kind: str = "api_key", family: str = "") -> Found:
    return Found(start, end, kind, "secret", family)


def test_a_value_is_found_when_all_of_it_is_covered() -> None:
    assert run(a_find(19, 25)).tallies["github_token"].found == 1
    assert run(a_find(19, 22), a_find(22, 25)).tallies["github_token"].found == 1
    assert run(a_find(13, 26)).tallies["github_token"].found == 1
    assert run(a_find(19, 24)).tallies["github_token"].found == 0
    assert run().tallies["github_token"].found == 0


def test_marks_within_a_value_need_not_be_covered() -> None:
    event = Event(TEXT, "prose", (Planted("github_token", ((3, 8),), (3, 8), "x"),))
    assert run(a_find(3, 5), a_find(6, 8), event=event).tallies["github_token"].found == 1


@pytest.mark.parametrize(
    ("find", "right"),
    [
        (a_find(19, 25, "github_token"), 1),
        (a_find(19, 25, "other", "api_key"), 1),
        (a_find(19, 25, "api_key"), 1),
        (a_find(19, 25, "phone"), 0),
    ],
)
def test_the_right_kind_is_counted_apart(find: Found, right: int) -> None:
    tally = run(find).tallies["github_token"]
    assert (tally.found, tally.right_kind) == (1, right)


def test_a_find_is_false_where_nothing_is_planted() -> None:
    tally = run(a_find(3, 8), a_find(19, 25), a_find(13, 18)).tallies["github_token"]
    assert (tally.true_finds, tally.false_finds) == (2, 1)
    only_marks = run(a_find(25, 26)).tallies["github_token"]
    assert (only_marks.true_finds, only_marks.false_finds) == (0, 1)


def test_what_need_not_be_found_is_no_case_and_no_false_find() -> None:
    event = Event(TEXT, "prose", (Planted("github_token", (), (3, 8), "x"),))
    tally = run(a_find(3, 8), event=event).tallies["github_token"]
    assert (tally.cases, tally.true_finds, tally.false_finds) == (0, 1, 0)


def test_finds_in_harmless_lines_are_counted_by_lines() -> None:
    harmless = [Event("a\nb", "negative x"), Event("c", "prose", (), "github_token")]
    measured = measure(harmless, lambda text: [a_find(0, 1)], {TOPIC.name: TOPIC})
    found = figures(measured, {TOPIC.name: TOPIC}, misses=3)
    assert found["negatives"] == {
        "lines": 2,
        "finds": 1,
        "finds_per_10000": 5000.0,
        "worst": [{"what": "api_key", "where": "negative x", "count": 1}],
    }
    assert found["lookalikes"]["finds"] == 1
    assert found["kinds"][0]["precision"]["share"] == 0.0


def test_misses_are_named_by_shape_and_origin_without_the_value() -> None:
    found = figures(run(), {TOPIC.name: TOPIC}, misses=5)
    assert "abcdef" not in str(found)
    names = {(miss["by"], miss["what"], miss["missed"], miss["of"]) for miss in found["kinds"][0]["misses"]}
    assert names == {
        ("payload", "prose", 1, 1),
        ("carrier", "bare", 1, 1),
        ("origin", "github", 1, 1),
        ("origin", "plain", 1, 1),
    }


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_the_share_and_lies_between_0_and_1(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) + 1e-12
    assert hits / (hits + more) - 1e-12 <= high <= 1


def test_known_intervals() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(81, 263)  # Newcombe 1998, Statistics in Medicine 17, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_kinds_below_their_aim_are_named() -> None:
    found = figures(run(a_find(19, 24)), {TOPIC.name: TOPIC})
    fixed = next(row for row in by_aim(found) if row["aim"] == Aim.FIXED)
    assert fixed["below"] == ["github_token"]
    assert (fixed["recall"], fixed["precision"], fixed["least"]) == (0.0, 1.0, 0.99)
