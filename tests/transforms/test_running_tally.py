"""Sums of a stream: they go on after a restart, are told now and then, and are served to Prometheus."""

import logging
from pathlib import Path
from typing import Any

import pytest

from schemas.names import Result, Step
from telemetry.metricsport import HOST
from telemetry.totals import Totals
from transforms import runningtally
from transforms.runningtally import RunningTally, _Add, _SumInBundle


class Cell:
    """State of one key, or a timer."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.times: list[Any] = []

    def read(self) -> bytes | None:
        return self.value

    def write(self, value: bytes) -> None:
        self.value = value

    def set(self, at: Any) -> None:
        self.times.append(at)


def counted(step: Step, result: Result, records: int, reason: str = "") -> Any:
    return ((str(step), "db.metrics.events", 0, str(result), reason), records)


@pytest.fixture
def totals(monkeypatch: pytest.MonkeyPatch) -> Totals:
    found = Totals()
    monkeypatch.setattr(runningtally, "process_totals", lambda: found)
    return found


def opened(**settings: Any) -> _Add:
    step = _Add(RunningTally(**settings))
    step.setup()
    return step


def told(step: _Add, state: Cell) -> dict[tuple[str, str, str], int]:
    (found,) = step.tell(state)
    return {(c.step, c.result, c.reason): c.records for c in found.counts}


def test_a_bundle_gives_one_element_with_its_sums() -> None:
    step = _SumInBundle()
    step.start_bundle()
    for records in (3, 4):
        step.process(counted(Step.DECODE, Result.PASSED, records))
    step.process(counted(Step.DECODE, Result.DEAD, 1, "malformed_json"))
    (found,) = step.finish_bundle()
    assert dict(found.value[1]) == dict(
        [counted(Step.DECODE, Result.PASSED, 7), counted(Step.DECODE, Result.DEAD, 1, "malformed_json")]
    )
    step.start_bundle()
    assert list(step.finish_bundle()) == []


def test_sums_go_on_where_the_state_is(totals: Totals) -> None:
    state, timer = Cell(), Cell()
    step = opened()
    step.process((0, [counted(Step.DECODE, Result.PASSED, 5)]), state, timer)
    saved = state.value
    step.process((0, [counted(Step.DECODE, Result.PASSED, 2)]), state, timer)
    assert told(step, state) == {("decode", "passed", ""): 7}
    state.value = saved  # the second bundle is rolled back, and done again by another worker
    step = opened()
    step.process((0, [counted(Step.DECODE, Result.PASSED, 2)]), state, timer)
    assert told(step, state) == {("decode", "passed", ""): 7}


def test_the_timer_is_set_once_until_it_fires(totals: Totals) -> None:
    state, timer = Cell(), Cell()
    step = opened()
    for _ in range(3):
        step.process((0, [counted(Step.DECODE, Result.PASSED, 1)]), state, timer)
    assert len(timer.times) == 1
    told(step, state)
    step.process((0, [counted(Step.DECODE, Result.PASSED, 1)]), state, timer)
    assert len(timer.times) == 2


def test_what_is_told_is_what_prometheus_gets(totals: Totals) -> None:
    state, timer = Cell(), Cell()
    step = opened()
    rows = [counted(Step.DECODE, Result.PASSED, 5), counted(Step.TRANSACTIONS, Result.LOSS, 2, "missing")]
    step.process((0, rows), state, timer)
    told(step, state)
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in totals.collect()
        for sample in family.samples
    }
    assert samples["traceo_records_total", "decode", "passed"] == 5
    assert 2 in {value for (name, *labels), value in samples.items() if labels == ["missing"]}


def test_metrics_are_served_only_where_that_is_asked_for(
    totals: Totals, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[Any] = []
    monkeypatch.setattr(
        runningtally, "serve", lambda _, targets, port, host: served.append((targets, port, host))
    )
    opened()
    assert served == []
    opened(targets=str(tmp_path))
    opened(address="0.0.0.0:9400")  # noqa: S104  nothing listens
    assert served == [(tmp_path, 0, HOST), (None, 9400, "0.0.0.0")]  # noqa: S104


def test_a_port_that_a_predecessor_has_stops_nothing_and_is_tried_again(
    totals: Totals, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[int] = []

    def serve(_registry: Any, _targets: Any, port: int, host: str) -> None:
        asked.append(port)
        if len(asked) == 1:
            raise OSError("address in use")

    monkeypatch.setattr(runningtally, "serve", serve)
    state, timer = Cell(), Cell()
    with caplog.at_level(logging.WARNING):
        step = opened(address="127.0.0.1:9400")
    assert "127.0.0.1:9400" in caplog.text
    step.process((0, [counted(Step.DECODE, Result.PASSED, 5)]), state, timer)
    told(step, state)
    assert asked == [9400, 9400]
