"""Connectors and tasks as Kafka Connect's REST tells them (answers of Connect 4.3 with Debezium 3.6)."""

from collections.abc import Iterator
from typing import Any

import pytest

from runners.watch.connect import ConnectProbe
from runners.watch.probe import MISSING, ProbeError
from telemetry.changestream import CONNECTOR_STATE, SNAPSHOT_STATE, TASK_FAILURES, TASK_STATE, TASKS
from tests.runners.watch.answers import Answers, answering, the_state, values

ALL = "/connectors?expand=status"
OFFSETS = "/connectors/db/offsets"
TRACE = """org.apache.kafka.connect.errors.ConnectException: An exception occurred in the producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: Failed to start replication stream
\t... 5 more
Caused by: org.postgresql.util.PSQLException: FATAL: replication slot "db" is active for PID 7
\t... 9 more"""


def connectors(task: str = "RUNNING", connector: str = "RUNNING", **more: Any) -> dict[str, Any]:
    worker = {"worker_id": "127.0.0.1:18083", "version": "3.6.3.Final"}
    tasks = [{"id": 0, "state": task, **worker, **more}]
    return {
        "db": {
            "status": {
                "name": "db",
                "connector": {"state": connector, **worker},
                "tasks": tasks,
                "type": "source",
            }
        }
    }


def offset(**more: Any) -> dict[str, Any]:
    return {"offsets": [{"partition": {"server": "db"}, "offset": {"lsn": 26419760, "ts_usec": 1, **more}}]}


@pytest.fixture
def connect() -> Iterator[Answers]:
    with answering({ALL: connectors(), OFFSETS: offset(messageType="COMMIT")}) as answers:
        yield answers


def test_a_connector_that_runs(connect: Answers) -> None:
    reading = ConnectProbe(connect.url, ["db"]).look()
    assert the_state(reading, CONNECTOR_STATE, "db") == "RUNNING"
    assert the_state(reading, TASK_STATE, "db", "0") == "RUNNING"
    assert values(reading, TASKS) == {("db",): 1}
    assert the_state(reading, SNAPSHOT_STATE, "db") == "finished"
    assert all(state.good for state in reading.states.values())


def test_a_failed_task_says_its_innermost_cause(connect: Answers) -> None:
    connect.by_path[ALL] = connectors("FAILED", trace=TRACE)
    reading = ConnectProbe(connect.url).look()
    assert the_state(reading, CONNECTOR_STATE, "db") == "RUNNING"
    assert the_state(reading, TASK_STATE, "db", "0") == "FAILED"
    told = reading.states["task db/0"]
    assert not told.good
    assert (
        told.text
        == 'FAILED: org.postgresql.util.PSQLException: FATAL: replication slot "db" is active for PID 7'
    )


def test_each_failure_counts_once_however_long_it_lasts(connect: Answers) -> None:
    probe = ConnectProbe(connect.url)
    seen = []
    for state in ("RUNNING", "FAILED", "FAILED", "RUNNING", "FAILED"):
        connect.by_path[ALL] = connectors(state)
        seen.append(values(probe.look(), TASK_FAILURES)["db",])
    assert seen == [0, 1, 1, 1, 2]


def test_a_connector_that_should_be_there_and_is_not(connect: Answers) -> None:
    reading = ConnectProbe(connect.url, ["db", "other"]).look()
    assert the_state(reading, CONNECTOR_STATE, "other") == MISSING
    assert values(reading, TASKS)["other",] == 0
    assert not reading.states["connector other"].good


def test_a_connector_without_tasks_is_not_well(connect: Answers) -> None:
    connect.by_path[ALL]["db"]["status"]["tasks"] = []
    reading = ConnectProbe(connect.url).look()
    assert values(reading, TASKS) == {("db",): 0}
    assert not reading.states["tasks of db"].good


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"offsets": []}, "none"),
        (offset(last_snapshot_record=False, snapshot="INITIAL", snapshot_completed=False), "running"),
        (offset(last_snapshot_record=True, snapshot="INITIAL", snapshot_completed=True), "finished"),
        (offset(snapshot=True, last_snapshot_record=False), "running"),
        (offset(snapshot="false"), "finished"),
        (offset(), "finished"),
    ],
)
def test_how_far_a_snapshot_is(connect: Answers, answer: dict[str, Any], expected: str) -> None:
    connect.by_path[OFFSETS] = answer
    assert the_state(ConnectProbe(connect.url).look(), SNAPSHOT_STATE, "db") == expected


def test_a_worker_that_does_not_tell_offsets_still_tells_of_its_tasks(connect: Answers) -> None:
    """As when it takes a connector over, or Kafka is away."""
    connect.statuses[OFFSETS] = 409
    reading = ConnectProbe(connect.url).look()
    assert values(reading, SNAPSHOT_STATE) == {}
    assert the_state(reading, TASK_STATE, "db", "0") == "RUNNING"


@pytest.mark.parametrize("answer", [b"<html>", ["db"], {"db": {}}, {"db": {"status": {}}}])
def test_what_is_no_connect_is_a_failed_look(connect: Answers, answer: Any) -> None:
    connect.by_path[ALL] = answer
    with pytest.raises(ProbeError):
        ConnectProbe(connect.url).look()


def test_nobody_there_is_a_failed_look() -> None:
    with answering({}) as answers:
        url = answers.url
    with pytest.raises(ProbeError, match="refused"):
        ConnectProbe(url).look()
