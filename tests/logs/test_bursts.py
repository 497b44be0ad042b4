"""New and bursting templates: what is learned, what is told and when, and the same in any order."""

import random
from typing import Any

import apache_beam as beam
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from logs import bursts
from logs.bursts import History, Rules, Seen, Sightings, judge, replace, sightings, tail
from logs.drain import Miner
from logs.templates import mine
from schemas.logs import Severity
from schemas.templates import TemplateEvent
from tests.logs.beamruns import run
from tests.logs.logbatches import BEGIN_NS, SECOND, TRACE, batch_of, parts, record
from transforms.bursts import FindBursts
from transforms.templates import MineTemplates

MINUTE = 60 * SECOND
RULES = Rules(learning_ns=10 * MINUTE)


def window(minute: int, **templates: int) -> Sightings:
    at = BEGIN_NS + minute * MINUTE
    seen = {
        name: Seen(count, 17, at, at + SECOND, f"e{minute}", None)
        for name, count in templates.items()
        if count
    }
    return Sightings(at, {"shop": seen})


def told(
    minutes: list[Sightings], rules: Rules = RULES, history: History | None = None
) -> list[TemplateEvent]:
    history = history or History()
    return [event for seen in minutes for event in judge(history, seen, rules)]


def facts(events: list[TemplateEvent]) -> list[tuple[str, str, str]]:
    return [(str(e.kind), e.template, e.window_start[11:16]) for e in events]


def test_what_comes_after_the_time_of_learning_is_new() -> None:
    minutes = [window(m, old=2, fresh=int(m in {12, 14}), early=int(m == 3)) for m in range(20)]
    assert facts(told(minutes)) == [("new", "fresh", "22:26")]


def test_what_was_not_seen_within_the_horizon_is_new_again() -> None:
    rules = RULES._replace(horizon_ns=60 * MINUTE)
    minutes = [window(m, old=1, rare=int(m in {2, 30, 150})) for m in range(160)]
    assert facts(told(minutes, rules)) == [("new", "rare", "00:44")]


def test_a_burst_is_told_once_and_again_when_it_comes_again() -> None:
    counts = [5] * 60 + [80] * 5 + [5] * 30 + [90]
    events = told([window(m, a=n) for m, n in enumerate(counts)])
    assert [(e.kind, e.records) for e in events] == [("burst", 80), ("burst", 90)]
    assert events[0].expected == pytest.approx(5, rel=0.05)
    assert events[0].probability < 1e-6


def test_what_becomes_usual_is_no_burst() -> None:
    counts = [5] * 60 + [200] * 600 + [260]
    assert len(told([window(m, a=n) for m, n in enumerate(counts)])) == 1


@pytest.mark.parametrize("rate", [0.2, 3, 50])
def test_chance_alone_makes_no_burst(rate: float) -> None:
    dice = np.random.default_rng(4)
    minutes = [window(m, a=int(n)) for m, n in enumerate(dice.poisson(rate, 5000))]
    assert told(minutes) == []


@given(st.integers(1, 3000), st.floats(0.5, 500), st.floats(0.1, 200))
def test_the_tail_is_that_of_the_negative_binomial(count: int, shape: float, windows: float) -> None:
    expected = stats.nbinom.sf(count - 1, shape, windows / (windows + 1)) if count > shape / windows else 1.0
    assert tail(count, shape, windows) == pytest.approx(expected, rel=1e-6, abs=1e-290)


def test_ids_are_the_same_in_every_run_and_late_windows_are_not_judged() -> None:
    minutes = [window(m, a=1, b=int(m == 15)) for m in range(20)]
    history = History()
    assert told(minutes, history=history) == told(minutes)
    assert told([window(5, late=50), minutes[15]], history=history) == []
    assert "late" in history.services["shop"].templates


def test_a_template_that_takes_the_place_of_others_is_not_new() -> None:
    history = History()
    told([window(m, a=5, b=5) for m in range(20)], history=history)
    replace(history, {"whole": ("a", "b")})
    assert list(history.services["shop"].templates) == ["whole"]
    events = told([window(20, a=4, b=3, whole=2), window(21, whole=9), window(22, whole=90)], history=history)
    assert [(e.kind, e.template, e.records) for e in events] == [("burst", "whole", 90)]
    assert events[0].expected == pytest.approx(10, rel=0.2)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "_MOST_TEMPLATES", 5)
    history = History()
    told([window(m, **{f"t{m}": 1}) for m in range(30)], history=history)
    assert sorted(history.services["shop"].templates) == [f"t{m}" for m in range(25, 30)]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(history), type=History) == history


def rows() -> list[dict[str, Any]]:
    """An hour of a shop that warns now and then; later something new, and a burst."""
    found = [record(f"served {i}", i, severity=int(Severity.INFO)) for i in range(0, 3600, 7)]
    found += [record(f"slow answer {i}", i, severity=int(Severity.WARN)) for i in range(0, 3600, 30)]
    found += [record("out of stock", 3000, severity=int(Severity.ERROR), trace_id=TRACE, offset=7, place=2)]
    found += [record(f"slow answer {i}", 3300 + i / 10, severity=int(Severity.WARN)) for i in range(90)]
    found += [record("never counted", timestamp_ns=None, observed_ns=None, severity=int(Severity.ERROR))]
    return sorted(found, key=lambda row: row["timestamp_ns"] or 0)


def test_a_batch_is_seen_by_window() -> None:
    found = sightings(mine(Miner(), batch_of(rows())).batch, MINUTE)
    assert len(found) == 60
    assert sum(s.records for w in found for s in w.services["shop"].values()) == 120 + 1 + 90
    (error,) = [s for w in found for s in w.services["shop"].values() if s.severity == Severity.ERROR]
    assert (error.example, error.trace_id) == ("logs/0/7/2", TRACE)


class Both(beam.PTransform):
    """The two steps in a row."""

    def __init__(self, streaming: bool) -> None:
        super().__init__()
        self._streaming = streaming

    def expand(self, logs: beam.PCollection) -> beam.PCollection:
        mined = logs | MineTemplates(streaming=self._streaming)
        return (mined.ok, mined.templates) | FindBursts(learning_seconds=600, streaming=self._streaming)


@pytest.mark.parametrize("streaming", [False, True])
def test_the_step_tells_what_is_new_and_what_bursts(streaming: bool) -> None:
    """Users warn by name: once enough of them have, it is one template, and that is not new."""
    named = [
        record(f"user {name} was logged out", 1000 + i, severity=int(Severity.WARN))
        for i, name in enumerate("ann bob cid dee eve fay gus".split())
    ]
    every = sorted([*rows()[1:], *named], key=lambda row: row["timestamp_ns"])
    if not streaming:
        every = random.Random(1).sample(every, len(every))  # noqa: S311
    found = run(parts(every, 50), Both(streaming), streaming=streaming)["rows"]
    assert sorted((e["kind"], e["severity"], e["window_start"][11:16]) for e in found) == [
        ("burst", 13, "23:09"),
        ("new", 13, "22:30"),
        ("new", 17, "23:04"),
    ]
