"""Debouncing: single anomalies make no incident, an outage makes one, in whatever order they arrive."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from actions.recovery.debounce import Case, Rules, Turn, Watch, close, in_order, take
from schemas.verdicts import Label, Verdict
from tests.actions.batches import verdict

RULES = Rules()
MINUTE = 60.0


def run(verdicts: list[Verdict], service: str = "cart", rules: Rules = RULES) -> list[tuple[Turn, Case]]:
    watch, turns = Watch(), []
    for one in in_order(verdicts):
        turns += msgspec.msgpack.decode(
            msgspec.msgpack.encode(take(watch, service, one, rules)), type=list[tuple[Turn, Case]]
        )
        watch = msgspec.msgpack.decode(msgspec.msgpack.encode(watch), type=Watch)
    return turns + close(watch)


def told(turns: list[tuple[Turn, Case]]) -> list[tuple[Turn, str, int]]:
    return [(turn, case.id, case.verdicts) for turn, case in turns]


def test_a_healthy_hour_makes_no_incident() -> None:
    assert run([]) == []
    isolated = [verdict(f"metric_{m % 19}", m * 2 * MINUTE) for m in range(30)]
    assert run(isolated) == []
    flapping = [verdict("cpu_usage", m * MINUTE) for m in range(60)]
    assert run(flapping) == []  # one series alone
    pairs = [verdict(name, m * 10 * MINUTE) for m in range(6) for name in ("a", "b")]
    assert run(pairs) == []


def test_an_outage_is_one_incident_that_takes_in_all_that_follows() -> None:
    outage = [verdict(f"metric_{s}", m * MINUTE) for m in range(20) for s in range(3)]
    (opened, case), (closed, last) = run(outage)
    assert (opened, closed) == (Turn.OPENED, Turn.CLOSED)
    assert case.id == last.id
    assert (case.verdicts, case.at_opening) == (3, 3)
    assert (last.verdicts, last.at_opening, len(last.series)) == (60, 3, 3)
    assert last.last_us - last.started_us == 19 * 60_000_000


def test_quiet_ends_an_incident_and_the_next_outage_is_another() -> None:
    first = [verdict(name, 0) for name in "abc"]
    still = [verdict("a", 10 * MINUTE)]
    later = [verdict(name, 20 * MINUTE + 1) for name in "abc"]
    turns = run(first + still + later)
    assert [turn for turn, _ in turns] == [Turn.OPENED, Turn.CLOSED] * 2
    assert [case.verdicts for turn, case in turns if turn is Turn.CLOSED] == [4, 3]
    assert len({case.id for _, case in turns}) == 2


def test_what_lies_too_far_apart_does_not_open() -> None:
    spread = [verdict("a", 0), verdict("b", 100), verdict("c", 181)]
    assert run(spread) == []
    assert [turn for turn, _ in run(spread[:2] + [verdict("c", 180)])] == [Turn.OPENED, Turn.CLOSED]


def test_normal_and_repeated_verdicts_do_not_count() -> None:
    normal = msgspec.structs.replace(verdict("c", 2), label=Label.WARM_UP)
    assert run([verdict("a", 0), verdict("a", 0), verdict("b", 1), normal]) == []


def test_services_that_are_called_do_not_open_but_are_remembered() -> None:
    nearby = [verdict(name, 10, service="db") for name in "abcd"]
    assert run(nearby) == []
    own = [verdict(name, 60) for name in "abc"]
    early, late = verdict("e", -200, service="db"), verdict("f", 300, service="db")
    (_, opened), (_, closed) = run([*nearby, *own, early, late])
    assert len(opened.nearby) == 4
    assert {s.peak.metric for s in closed.nearby.values()} == set("abcd")


verdicts = st.lists(
    st.builds(
        verdict,
        st.sampled_from(["cpu", "mem", "latency"]),
        st.integers(0, 3000).map(float),
        service=st.sampled_from(["cart", "db"]),
        score=st.sampled_from([4.0, 9.0]),
    ),
    max_size=40,
)


@given(verdicts, st.randoms())
def test_the_order_of_arrival_does_not_matter(found: list[Verdict], dice: random.Random) -> None:
    turns = run(found)
    again = dice.sample(found, len(found)) + found[:3]
    assert told(run(again)) == told(turns)


@given(verdicts)
def test_every_incident_keeps_the_rules(found: list[Verdict]) -> None:
    turns = run(found)
    assert [turn for turn, _ in turns] == [Turn.OPENED, Turn.CLOSED] * (len(turns) // 2)
    closed = [case for turn, case in turns if turn is Turn.CLOSED]
    for case in closed:
        assert case.at_opening >= RULES.min_verdicts
        assert len(case.series) >= RULES.min_series
        assert case.opened_us - case.started_us <= RULES.window_us
    for before, after in zip(closed, closed[1:], strict=False):
        assert after.started_us - before.last_us > RULES.quiet_us
