"""Scores follow from the samples of a series alone: not from the order or the batches that they come in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.detector import DetectorError, Scores, detector_named, dtype_of
from anomaly.series import ANOMALY, LATE, NORMAL, WAITING, WARM_UP, SeriesStates

MINUTE = 60_000_000
LATENESS = 15 * MINUTE


@dataclass
class Jump:
    """Tells whether a value is more than 10 above the last one."""

    name: str = "jump"
    history: int = 3
    warm_up: int = 2
    threshold: float = 10.0

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        return Scores(values - np.nan_to_num(history[:, -1]), np.nan_to_num(history[:, -1]))


def states() -> SeriesStates:
    return SeriesStates(Jump(), interval_us=MINUTE, lateness_us=LATENESS)


Sample = tuple[str, int, float]


def judge(
    state: SeriesStates, samples: list[Sample], *, ended: bool = False
) -> dict[Sample, tuple[int, Any]]:
    slots = state.slots_of([name for name, _, _ in samples])
    times = np.array([at * MINUTE for _, at, _ in samples], np.int64)
    judged, _ = state.judge(slots, times, np.array([v for _, _, v in samples]), ended=ended)
    return dict(zip(samples, zip(judged.label.tolist(), judged.score.tolist(), strict=True), strict=True))


def run(batches: list[list[Sample]]) -> dict[Sample, tuple[int, Any]]:
    """All verdicts; what waits is handed in again, as the step does."""
    state, waiting, found = states(), [], {}
    for batch in batches:
        verdicts = judge(state, [*waiting, *batch])
        waiting = [sample for sample, (label, _) in verdicts.items() if label == WAITING]
        found |= {sample: v for sample, v in verdicts.items() if v[0] != WAITING}
    return found | (judge(state, waiting, ended=True) if waiting else {})


def series(name: str, values: list[float], begin: int = 1000) -> list[Sample]:
    return [(name, begin + i, value) for i, value in enumerate(values)]


def test_warm_up_normal_and_anomaly_in_the_order_of_time() -> None:
    samples = series("a", [1.0, 2.0, 3.0, 50.0, 51.0])
    found = run([samples])
    assert [found[s][0] for s in samples] == [WARM_UP, WARM_UP, NORMAL, ANOMALY, NORMAL]


def test_a_sample_waits_only_for_one_that_is_missing_before_it() -> None:
    state = states()
    first = judge(state, [("a", 0, 1.0)], ended=True)
    assert first["a", 0, 1.0][0] == WARM_UP
    assert judge(state, [("a", 1, 1.0)])["a", 1, 1.0][0] == WARM_UP  # at once: nothing is missing
    assert judge(state, [("a", 3, 9.0)])["a", 3, 9.0][0] == WAITING  # minute 2 is missing
    both = judge(state, [("a", 3, 9.0), ("a", 2, 1.0)])
    assert both["a", 2, 1.0] == (NORMAL, 0.0)
    assert both["a", 3, 9.0] == (NORMAL, 8.0)


def test_a_hole_is_waited_for_no_longer_than_the_lateness() -> None:
    state = states()
    judge(state, [("a", 0, 1.0), ("b", 0, 1.0)], ended=True)
    assert judge(state, [("a", 5, 1.0)])["a", 5, 1.0][0] == WAITING
    found = judge(state, [("a", 5, 1.0), ("b", 20, 1.0)])  # by the clock of another series
    assert found["a", 5, 1.0][0] == WARM_UP
    assert judge(state, [("a", 4, 1.0)])["a", 4, 1.0][0] == LATE


@given(st.data())
def test_neither_order_nor_batches_change_a_score(data: st.DataObject) -> None:
    samples = [
        sample
        for name in "abc"
        for sample in series(name, data.draw(st.lists(st.floats(-100, 100), min_size=1, max_size=12)))
        if data.draw(st.booleans())
    ]
    shuffled = data.draw(st.permutations(samples))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(samples)), max_size=4)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(samples)], strict=True)]
    assert run([b for b in batches if b]) == (run([samples]) if samples else {})


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40), st.integers(1, 39))
def test_what_was_dumped_goes_on_as_if_nothing_had_happened(values: list[float], cut: int) -> None:
    samples = series("a", values)
    whole = judge(states(), samples, ended=True)
    state, other = states(), states()
    head = judge(state, samples[:cut], ended=True)
    other.load(state.dump())
    tail = judge(other, samples[cut:], ended=True) if samples[cut:] else {}
    assert head | tail == whole


def test_a_series_that_is_silent_for_a_day_is_forgotten() -> None:
    state = states()
    judge(state, [("old", 0, 1.0), ("new", 0, 1.0)], ended=True)
    judge(state, [("new", 25 * 60, 1.0)], ended=True)
    assert state.forget_silent()
    assert list(state.slots) == ["new"]
    assert judge(state, [("new", 25 * 60 + 1, 1.0)], ended=True)["new", 25 * 60 + 1, 1.0][0] == NORMAL
    assert not state.forget_silent()


@pytest.mark.parametrize(
    "name", ["", "nothing", "beam:Nothing", "sklearn:Nothing", "os:path", "os.nothing:x"]
)
def test_a_detector_that_is_none_is_named_in_the_error(name: str) -> None:
    with pytest.raises(DetectorError, match="known: robust"):
        detector_named(name)


def test_a_detector_of_ones_own_is_named_by_its_place() -> None:
    assert detector_named("tests.anomaly.test_series:Jump").name == "jump"
    assert dtype_of(Jump()) == np.float64
    assert dtype_of(detector_named("robust")) == np.float32
