"""What the detectors say of flat, seasonal and bursty series, of shifts, and of single spikes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.detector import Detector, detector_named
from anomaly.series import ANOMALY, WARM_UP, SeriesStates

RANDOM = np.random.default_rng(7)
DAY = 1440


def labels(values: np.ndarray, detector: Detector | None = None) -> np.ndarray:
    states = SeriesStates(detector or detector_named("robust"), interval_us=1, lateness_us=0)
    slot = np.repeat(states.slots_of(["a"]), len(values))
    judged, _ = states.judge(slot, np.arange(len(values)), values, ended=True)
    return judged.label


def alarms(values: np.ndarray) -> list[int]:
    return np.flatnonzero(labels(values) == ANOMALY).tolist()


QUIET = {
    "flat": np.full(DAY, 7.0),
    "zero": np.zeros(DAY),
    "noise": RANDOM.normal(100.0, 5.0, DAY),
    "noise around zero": RANDOM.normal(0.0, 1.0, DAY),
    "heavy tails": 10 + RANDOM.pareto(3.0, DAY),
    "a day's season": 100 + 50 * np.sin(np.arange(2 * DAY) * 2 * np.pi / DAY) + RANDOM.normal(0, 3, 2 * DAY),
    "a burst every other minute": np.where(np.arange(DAY) % 2, 1.0, 200.0),
    "a burst every ten minutes": np.where(np.arange(DAY) % 10, 1.0, 500.0),
    "single spikes": np.where(RANDOM.random(DAY) < 0.01, 1000.0, RANDOM.normal(10, 1, DAY)),
    "a slow climb": np.linspace(100.0, 200.0, DAY) + RANDOM.normal(0, 1, DAY),
    "steps of a counter's gauge": np.repeat(RANDOM.integers(50, 60, DAY // 10), 10).astype(float),
    "very large": 1e15 + RANDOM.normal(0, 1e13, DAY),
}


@pytest.mark.parametrize("name", QUIET)
def test_usual_series_give_next_to_no_alarm(name: str) -> None:
    assert len(alarms(QUIET[name])) <= 2  # of 1,440 samples or more


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RANDOM.normal(100, 5, 200), 200.0),
        (np.full(200, 7.0), 14.0),
        (np.full(200, 7.0), 0.0),
        (np.zeros(200), 1.0),
        (np.where(np.arange(200) % 10, 1.0, 50.0), 300.0),
        (RANDOM.normal(100, 5, 200), 20.0),
    ],
)
def test_a_shift_is_told_with_its_second_sample_and_then_gets_usual(before: np.ndarray, after: float) -> None:
    found = alarms(np.concatenate((before, np.full(60, after))))
    assert found
    assert found[0] in (200, 201, 202)
    assert found[-1] < 200 + 10


def test_one_sample_out_of_line_says_nothing() -> None:
    values = RANDOM.normal(100, 5, 200)
    values[150] = 1e6
    assert alarms(values) == []


def test_the_warm_up_is_marked_and_says_nothing() -> None:
    values = np.concatenate((np.full(20, 1.0), np.full(20, 1000.0)))
    assert (labels(values)[:30] == WARM_UP).all()


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=80))
def test_no_finite_value_breaks_it(values: list[float]) -> None:
    with np.errstate(all="ignore"):
        states = SeriesStates(detector_named("robust"), interval_us=1, lateness_us=0)
        slot = np.repeat(states.slots_of(["a"]), len(values))
        judged, _ = states.judge(slot, np.arange(len(values)), np.array(values), ended=True)
    assert np.isfinite(judged.expected).all()
    assert not np.isnan(judged.score).any()


@given(st.integers(0, 59), st.integers(1, 500))
def test_a_score_does_not_change_with_the_unit(seed: int, factor: int) -> None:
    values = np.random.default_rng(seed).normal(50, 5, 120)
    values[100:] += 80
    assert (labels(values) == labels(values * factor)).all()


@pytest.mark.parametrize(
    "name",
    ["beam:ZScore", "beam:RobustZScore", "beam:IQR", "sklearn:LocalOutlierFactor", "sklearn:IsolationForest"],
)
def test_detectors_of_beam_and_scikit_learn_find_a_spike(name: str) -> None:
    detector = detector_named(name)
    values = np.concatenate((RANDOM.normal(10, 1, 40), [60.0], RANDOM.normal(10, 1, 3)))
    found = labels(values, detector)
    assert found[40] == ANOMALY
    assert (found[: detector.warm_up] == WARM_UP).all()
    assert (found == labels(values, detector_named(name))).all()  # the same each time
