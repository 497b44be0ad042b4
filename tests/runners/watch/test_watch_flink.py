"""Jobs as Flink's REST tells them (answers of Flink 1.16 with Beam's runner)."""

from collections.abc import Iterator
from typing import Any

import pytest

from runners.watch.flink import FlinkProbe
from runners.watch.probe import MISSING, ProbeError
from telemetry.changestream import (
    BACK_PRESSURE,
    BUSY,
    CHECKPOINT_AGE,
    CHECKPOINT_BYTES,
    CHECKPOINT_SECONDS,
    CHECKPOINTS,
    CHECKPOINTS_FAILED,
    FLINK_RECORDS,
    JOB_RESTARTS,
    JOB_STATE,
    JOB_UPTIME,
    SLOTS,
    SLOTS_FREE,
    TASK_MANAGERS,
)
from tests.runners.watch.answers import Answers, answering, the_state, values

NOW, MINUTE = 1_795_579_516_540, 60_000
READ, WRITE = "/jobs/a/vertices/r/subtasks/metrics", "/jobs/a/vertices/w/subtasks/metrics"
LOAD = "?get=busyTimeMsPerSecond,backPressuredTimeMsPerSecond&agg=max"
RESTARTS = "/jobs/a/metrics?get=numRestarts,fullRestarts"
PASSED = "[3]Decode.records_decode/passed"
DEAD = "[3]Decode.records_decode/dead"


def overview(*jobs: tuple[str, str, str, int]) -> dict[str, Any]:
    return {"jobs": [{"jid": i, "name": name, "state": s, "start-time": at} for i, name, s, at in jobs]}


def load(busy: Any, waiting: Any) -> list[dict[str, Any]]:
    return [
        {"id": "backPressuredTimeMsPerSecond", "max": waiting},
        {"id": "busyTimeMsPerSecond", "max": busy},
    ]


def last_checkpoint(**more: Any) -> dict[str, Any]:
    told = {"latest_ack_timestamp": NOW - 2_000, "end_to_end_duration": 340, "state_size": 29_000}
    return {"counts": {"completed": 41, "failed": 2}, "latest": {"completed": told | more}}


@pytest.fixture
def flink() -> Iterator[Answers]:
    vertices = [{"id": "r", "name": "Source: ReadFromKafka " + "x" * 200}, {"id": "w", "name": "Write"}]
    detail = {"now": NOW, "start-time": NOW - 5 * MINUTE, "vertices": vertices}
    running = {"timestamps": {"RUNNING": NOW - 4 * MINUTE, "FAILED": 0}}
    answers = {
        "/overview": {"taskmanagers": 1, "slots-total": 4, "slots-available": 3},
        "/jobs/overview": overview(("a", "ingest", "RUNNING", 7)),
        "/jobs/a": detail | running,
        RESTARTS: [{"id": "fullRestarts", "value": "3"}],
        "/jobs/a/checkpoints": last_checkpoint(),
        READ + LOAD: load("NaN", 850.0),
        WRITE + LOAD: load(990.0, 0.0),
        READ: [{"id": "numRecordsIn"}, {"id": PASSED}, {"id": DEAD}],
        f"{READ}?get=%5B3%5DDecode.records_decode%2Fpassed,%5B3%5DDecode.records_decode%2Fdead&agg=sum": [
            {"id": PASSED, "sum": 1200.0},
            {"id": DEAD, "sum": 7.0},
        ],
        WRITE: [{"id": "numRecordsOut"}],
    }
    with answering(answers) as served:
        yield served


def test_a_job_that_runs(flink: Answers) -> None:
    reading = FlinkProbe(flink.url, ["ingest"]).look()
    assert the_state(reading, JOB_STATE, "ingest") == "RUNNING"
    assert values(reading, JOB_UPTIME) == {("ingest",): 240}
    assert values(reading, JOB_RESTARTS) == {("ingest",): 3}
    assert all(state.good for state in reading.states.values())


def test_the_slots_of_the_cluster(flink: Answers) -> None:
    reading = FlinkProbe(flink.url).look()
    for metric, value in ((TASK_MANAGERS, 1), (SLOTS, 4), (SLOTS_FREE, 3)):
        assert values(reading, metric) == {(): value}
    flink.by_path["/overview"]["taskmanagers"] = 0
    assert not FlinkProbe(flink.url).look().states["TaskManagers"].good


def test_its_checkpoints(flink: Answers) -> None:
    reading = FlinkProbe(flink.url).look()
    expected = {CHECKPOINTS: 41, CHECKPOINTS_FAILED: 2, CHECKPOINT_AGE: 2}
    expected |= {CHECKPOINT_SECONDS: 0.34, CHECKPOINT_BYTES: 29_000}
    for metric, value in expected.items():
        assert values(reading, metric) == {("ingest",): value}, metric.name


def test_before_the_first_checkpoint_the_age_counts_from_the_start(flink: Answers) -> None:
    flink.by_path["/jobs/a/checkpoints"] = {
        "counts": {"completed": 0, "failed": 9},
        "latest": {"completed": None},
    }
    reading = FlinkProbe(flink.url).look()
    assert values(reading, CHECKPOINT_AGE) == {("ingest",): 300}
    assert values(reading, CHECKPOINT_BYTES) == {}


def test_a_job_without_checkpointing_has_no_such_metrics(flink: Answers) -> None:
    del flink.by_path["/jobs/a/checkpoints"]
    reading = FlinkProbe(flink.url).look()
    assert values(reading, CHECKPOINT_AGE) == {}
    assert the_state(reading, JOB_STATE, "ingest") == "RUNNING"


def test_load_by_vertex_without_what_flink_does_not_know(flink: Answers) -> None:
    reading = FlinkProbe(flink.url).look()
    ((_, source), waiting), ((_, _sink), _none) = values(reading, BACK_PRESSURE).items()
    assert source.startswith("0: Source: ReadFromKafka xxx") and len(source) < 70
    assert waiting == 0.85
    assert values(reading, BUSY) == {("ingest", "1: Write"): 0.99}


def test_what_beam_counts(flink: Answers) -> None:
    counted = values(FlinkProbe(flink.url).look(), FLINK_RECORDS)
    assert counted == {("ingest", "decode", "passed"): 1200, ("ingest", "decode", "dead"): 7}


def test_the_newest_job_of_a_name_counts(flink: Answers) -> None:
    flink.by_path["/jobs/overview"] = overview(("a", "ingest", "RUNNING", 9), ("old", "ingest", "FAILED", 7))
    assert the_state(FlinkProbe(flink.url).look(), JOB_STATE, "ingest") == "RUNNING"


def test_a_job_that_restarts_is_not_well(flink: Answers) -> None:
    flink.by_path["/jobs/overview"] = overview(("a", "ingest", "RESTARTING", 7))
    reading = FlinkProbe(flink.url).look()
    assert the_state(reading, JOB_STATE, "ingest") == "RESTARTING"
    assert values(reading, JOB_UPTIME) == {("ingest",): 0}
    assert values(reading, CHECKPOINT_AGE) == {}
    assert not reading.states["job ingest"].good


@pytest.mark.parametrize("state", ["FINISHED", "CANCELED"])
def test_what_somebody_ended_is_told_only_if_it_should_run(flink: Answers, state: str) -> None:
    flink.by_path["/jobs/overview"] = overview(("a", "ingest", state, 7))
    assert values(FlinkProbe(flink.url).look(), JOB_STATE) == {}
    assert the_state(FlinkProbe(flink.url, ["ingest"]).look(), JOB_STATE, "ingest") == state


def test_a_job_that_is_not_there(flink: Answers) -> None:
    flink.by_path["/jobs/overview"] = overview()
    reading = FlinkProbe(flink.url, ["ingest"]).look()
    assert the_state(reading, JOB_STATE, "ingest") == MISSING
    assert not reading.states["job ingest"].good


@pytest.mark.parametrize("path", ["/overview", "/jobs/overview", "/jobs/a", "/jobs/a/checkpoints"])
def test_what_is_no_flink_is_a_failed_look(flink: Answers, path: str) -> None:
    flink.by_path[path] = {"errors": ["?"]}
    with pytest.raises(ProbeError):
        FlinkProbe(flink.url).look()
