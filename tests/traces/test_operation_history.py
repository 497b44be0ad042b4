"""Histograms and histories: what an operation is used to, in bounded space."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traces.making import BEGIN_NS, span
from traces import history as module
from traces.histogram import Buckets, add, bucket_of, buckets_of, quantile, upper_bound
from traces.history import KNOWN, KNOWN_TAIL, PERIOD_NS, History, Operation

durations = st.lists(st.integers(0, 2**50), min_size=1, max_size=50)


def counted(values: list[int]) -> Buckets:
    found: Buckets = {}
    for value in values:
        add(found, {bucket_of(value): 1})
    return found


@given(durations)
def test_a_column_is_counted_as_its_values_are(values: list[int]) -> None:
    assert buckets_of(np.array(values)).tolist() == [bucket_of(value) for value in values]


@given(durations, st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_off_by_less_than_a_bucket(values: list[int], q: float) -> None:
    exact = sorted(values)[int(np.ceil(q * len(values))) - 1]
    assert exact <= quantile(counted(values), q) <= max(2, exact * 1.0443)


@given(durations, durations)
def test_histograms_add_up(some: list[int], others: list[int]) -> None:
    total = counted(some)
    add(total, counted(others))
    assert total == counted(some + others)


def test_the_edges_of_histograms() -> None:
    assert quantile({}, 0.5) == 0
    assert bucket_of(-5) == bucket_of(0) == bucket_of(1) == 0
    assert upper_bound(bucket_of(2**63 - 1)) == 2**63 - 1
    assert all(bucket_of(upper_bound(b)) == b and bucket_of(upper_bound(b) + 1) > b for b in range(100, 900))


def seen(history: History, name: str, times: int, *, errors: int = 0, duration: int = 1000) -> Operation:
    for number in range(times):
        history.observe(span("a", None, 0, duration, name=name, error=number < errors), duration, duration)
    operation = history.of("shop", name)
    assert operation is not None
    return operation


def test_nothing_is_said_of_what_is_hardly_known() -> None:
    history = History()
    assert history.of("shop", "pay") is None
    assert seen(history, "pay", KNOWN - 1).judge() is None
    known = seen(history, "pay", 1, errors=1).judge()
    assert known is not None
    assert known.error_rate == 1 / KNOWN
    assert seen(history, "pay", KNOWN_TAIL - KNOWN - 1).slow_from() is None
    assert seen(history, "pay", 1).slow_from() == upper_bound(bucket_of(1000))


def test_spans_are_judged_by_what_is_settled() -> None:
    history = History()
    history.advance(BEGIN_NS)
    seen(history, "pay", 100)
    history.advance(BEGIN_NS + PERIOD_NS)
    operation = seen(history, "pay", 500, errors=500)
    known = operation.judge()
    assert known is not None
    assert (known.error_rate, operation.seen) == (0.0, 600)
    history.advance(BEGIN_NS + 2 * PERIOD_NS)
    assert (operation.settled.seen, operation.settled.errors) == (550, 500)


def test_what_was_long_ago_is_forgotten_and_time_does_not_go_back() -> None:
    history = History()
    history.advance(BEGIN_NS)
    seen(history, "pay", 64)
    history.advance(BEGIN_NS - 10 * PERIOD_NS)
    history.advance(BEGIN_NS + 3 * PERIOD_NS)
    operation = history.of("shop", "pay")
    assert operation is not None
    assert (operation.settled.seen, sum(operation.settled.durations.values())) == (16, 16)
    history.advance(BEGIN_NS + 5000 * PERIOD_NS)
    assert history.operations == {}


def test_names_made_up_at_run_time_do_not_drive_out_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OPERATIONS", 40)
    monkeypatch.setattr(module, "_KEPT_WHEN_FULL", 30)
    history = History()
    seen(history, "pay", 100)
    for number in range(1000):
        seen(history, f"/cart/{number}", 1)
        assert len(history.operations) <= 40
    assert history.of("shop", "pay") is not None


@given(st.randoms(), st.integers(0, 3), st.integers(0, 3))
def test_histories_of_shards_add_up(dice: random.Random, first: int, second: int) -> None:
    parts, whole = [History(), History()], History()
    for period in (first, second):
        for number, part in enumerate(parts):
            part.advance(BEGIN_NS + period * PERIOD_NS)
            whole.advance(BEGIN_NS + period * PERIOD_NS)
            for _ in range(dice.randrange(5)):
                one = span("a", None, 0, 1, name=dice.choice("xyz"), error=number == 0)
                part.observe(one, 8, 8)
                whole.observe(one, 8, 8)
    if first >= second:  # halves of parts are rounded down, so only without halving are the sums the same
        parts[0].merge(parts[1])
        assert parts[0].operations == whole.operations
    stored = msgspec.msgpack.encode(whole)
    assert msgspec.msgpack.decode(stored, type=History) == whole
