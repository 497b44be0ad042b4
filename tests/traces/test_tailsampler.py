"""Tail sampling: what is of interest is always kept, and weights make up for what is not."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.traces import Keep
from tests.traces.making import BEGIN_NS, SECOND, dice_of, request
from traces.analysis import Analysis
from traces.history import History, Operation, Stats
from traces.tailsampler import Rules, decide, randomness

COMMON = Operation(recent=Stats(seen=1000, roots=1000, durations={200: 1000}))
RULES = Rules(rate=0.25)


def usual(trace_id: str, rules: Rules = RULES) -> Keep:
    return decide(trace_id, failed=False, duration_ns=1000, root=COMMON, rules=rules).reason


def ids(seed: int) -> list[str]:
    dice = dice_of(seed)
    return [f"{dice.getrandbits(128):032x}" for _ in range(20_000)]


@pytest.mark.parametrize("rate", [0.5, 0.1, 0.01])
def test_about_the_share_is_kept_and_the_weights_add_up(rate: float) -> None:
    rules = Rules(rate=rate)
    found = [decide(i, failed=False, duration_ns=1000, root=COMMON, rules=rules) for i in ids(1)]
    kept = sum(s.kept for s in found)
    deviation = (20_000 * rate * (1 - rate)) ** 0.5
    assert abs(kept - 20_000 * rate) < 4 * deviation
    assert sum(s.weight for s in found) == pytest.approx(kept / rate)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.floats(0, 1), st.floats(0, 1))
def test_what_a_smaller_share_keeps_a_larger_keeps_too(trace_id: str, one: float, other: float) -> None:
    low, high = sorted([one, other])
    if usual(trace_id, Rules(rate=low)) == Keep.CHANCE:
        assert usual(trace_id, Rules(rate=high)) == Keep.CHANCE
    assert usual(trace_id, Rules(rate=1.0)) == Keep.CHANCE
    assert usual(trace_id, Rules(rate=0.0)) == Keep.DROPPED
    assert usual(trace_id, Rules(rate=low)) == usual(trace_id, Rules(rate=low))


def test_the_last_56_bits_decide() -> None:
    assert randomness("f" * 18 + "0" * 13 + "5") == 5
    assert randomness("0" * 18 + "f" * 14) == 2**56 - 1
    assert usual("f" * 18 + "c" + "0" * 13) == Keep.CHANCE  # 0.75 and up of them
    assert usual("f" * 18 + "b" + "f" * 13) == Keep.DROPPED
    assert 0 <= randomness("no hex at all") < 2**56


@pytest.mark.parametrize("rate", [0.0, 0.001])
def test_what_is_of_interest_is_always_kept_and_stands_for_itself(rate: float) -> None:
    rules = Rules(rate=rate, slow_ns=10**9, rare_below=5)
    never = "0" * 32
    slow = COMMON.slow_from()
    assert slow is not None
    cases = [
        (True, 1, COMMON, Keep.ERROR),
        (False, slow + 1, COMMON, Keep.SLOW),
        (False, 10**9 + 1, None, Keep.SLOW),
        (False, 1, None, Keep.RARE),
        (False, 1, Operation(recent=Stats(roots=3), settled=Stats(roots=1)), Keep.RARE),
        (False, slow, COMMON, Keep.DROPPED),
        (False, 1, Operation(recent=Stats(roots=3), settled=Stats(roots=2)), Keep.DROPPED),
    ]
    for failed, duration, root, expected in cases:
        found = decide(never, failed=failed, duration_ns=duration, root=root, rules=rules)
        assert found.reason == expected
        assert found.weight == (0.0 if expected == Keep.DROPPED else 1.0)


def test_weights_estimate_the_numbers_of_all_traces() -> None:
    dice, history, analysis = dice_of(11), History(), Analysis("jaeger", Rules(rate=0.05))
    estimated: dict[str, float] = {}
    true = {"GET /cart": 0, "POST /order": 0}
    for number, trace_id in enumerate(islice(ids(4), 8000)):
        operation = "POST /order" if dice.random() < 0.2 else "GET /cart"
        failing = ["price"] if dice.random() < 0.02 else []
        at = BEGIN_NS + number * SECOND // 10
        spans = request(int(trace_id, 16), at, dice=dice, operation=operation, failing=failing)
        found = analysis.of(spans, history, at + 60 * SECOND)[0]
        true[operation] += 1
        estimated[operation] = estimated.get(operation, 0.0) + found.sampling.weight
        assert found.sampling.reason == Keep.ERROR or not failing
    for operation, number in true.items():
        deviation = (number * 0.95 / 0.05) ** 0.5
        assert abs(estimated[operation] - number) < 4 * deviation, operation
