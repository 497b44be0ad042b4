"""Probes side by side: one that fails, hangs or has a bug takes nothing from the others."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from runners.watch.probe import ProbeError, Reading
from runners.watch.watcher import Watcher
from telemetry.changestream import BROKERS, TASK_FAILURES, UP
from tests.conftest import ROOT

PATIENCE_SECONDS = 20


class Scripted:
    """A probe that does what a test says next."""

    def __init__(self, name: str, act: Callable[[], Reading]) -> None:
        self.name = name
        self.act = act

    def look(self) -> Reading:
        return self.act()


def brokers(number: int) -> Reading:
    reading = Reading()
    reading.add(BROKERS, number)
    reading.note("cluster", f"{number} brokers", good=number > 0)
    return reading


def fail(message: str = "refused") -> Reading:
    raise ProbeError(message)


def told(watcher: Watcher) -> dict[str, dict[tuple[str, ...], float]]:
    """By name of series and values of labels, as Prometheus would parse it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(watcher)
    text = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up
        pause.wait(0.01)


def test_what_a_probe_saw_is_told_as_metrics() -> None:
    reading = brokers(3)
    reading.add(TASK_FAILURES, 2, "db")
    watcher = Watcher([Scripted("kafka", lambda: reading)])
    watcher.look_once()
    found = told(watcher)
    assert found[BROKERS.name] == {(): 3}
    assert found["traceo_connect_task_failures_total"] == {("db",): 2}
    assert found[UP.name] == {("kafka",): 1}


@pytest.mark.parametrize("broken", [fail, lambda: Reading(1 / 0)], ids=["failed look", "bug"])
def test_a_probe_that_fails_is_down_and_the_others_are_not(broken: Callable[[], Reading]) -> None:
    watcher = Watcher([Scripted("flink", broken), Scripted("kafka", lambda: brokers(1))])
    watcher.look_once()
    found = told(watcher)
    assert found[UP.name] == {("flink",): 0, ("kafka",): 1}
    assert found[BROKERS.name] == {(): 1}


def test_old_values_of_a_probe_that_fails_are_not_told() -> None:
    probe = Scripted("kafka", lambda: brokers(1))
    watcher = Watcher([probe])
    watcher.look_once()
    probe.act = fail
    watcher.look_once()
    assert BROKERS.name not in told(watcher)


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_probe_that_hangs_is_down_and_comes_back(stuck: threading.Event) -> None:
    def hang() -> Reading:
        stuck.wait(PATIENCE_SECONDS)
        return brokers(2)

    hanging = Scripted("kafka", hang)
    watcher = Watcher([hanging, Scripted("flink", Reading)], interval=0.01, patience=0.05)
    with watcher.running():
        wait_until(lambda: "probe kafka: down: no answer within 0.05 s" in watcher.changes())
        assert told(watcher)[UP.name] == {("kafka",): 0, ("flink",): 1}
        stuck.set()
        wait_until(lambda: told(watcher)[UP.name] == {("kafka",): 1, ("flink",): 1})
        assert told(watcher)[BROKERS.name] == {(): 2}


def test_one_look_waits_for_no_longer_than_its_patience(stuck: threading.Event) -> None:
    def hang() -> Reading:
        stuck.wait(PATIENCE_SECONDS)
        return Reading()

    began = time.monotonic()
    (sight,) = Watcher([Scripted("kafka", hang)], patience=0.05).look_once()
    assert sight.reading is None
    assert time.monotonic() - began < PATIENCE_SECONDS / 2


def test_a_line_for_each_change_and_none_for_what_stays() -> None:
    probe = Scripted("kafka", lambda: brokers(3))
    watcher = Watcher([probe])
    lines = []
    for act in (probe.act, probe.act, lambda: brokers(0), fail, fail, probe.act, Reading):
        probe.act = act
        watcher.look_once()
        lines.append(watcher.changes())
    assert lines == [
        ["probe kafka: up", "cluster: 3 brokers"],
        [],
        ["cluster: 0 brokers (was: 3 brokers)"],
        ["probe kafka: down: refused (was: up)"],
        [],
        ["probe kafka: up (was: down)", "cluster: 3 brokers (was: 0 brokers)"],
        ["cluster: gone"],
    ]


def test_it_needs_no_beam() -> None:
    modules = "runners.watch.postgres, runners.watch.connect, runners.watch.kafka, runners.watch.flink"
    code = f"import sys, runners.watch.watcher, {modules}; sys.exit('apache_beam' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
