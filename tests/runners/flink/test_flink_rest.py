"""What Flink's REST API says, and how its errors are told: in one line."""

from collections.abc import Iterator
from typing import Any

import pytest

from runners.flink import rest
from runners.flink.rest import Flink, FlinkError
from tests.integration.servers import free_address
from tests.runners.flink.fakeflink import OVERVIEW, FakeFlink, fake_flink

JAVA_ERROR = """\
org.apache.flink.runtime.taskmanager.AsynchronousException: Caught exception while processing timer.
\tat org.apache.flink.streaming.runtime.tasks.StreamTask.x(StreamTask.java:1)
Caused by: java.lang.RuntimeException: Failed to finish remote bundle
\tat org.apache.beam.X.finishBundle(X.java:1057)
Caused by: java.lang.NullPointerException
\tat org.apache.beam.Y.finishBundle(Y.java:1051)
"""
PYTHON_ERROR = """\
java.lang.Exception: Error received from SDK harness for instruction 3: Traceback (most recent call last):
  File "/p/reader.py", line 206, in _meet
    raise InputError(
connectors.errors.InputError: t partition 0: offset 3 is not there any more

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/p/sdk_worker.py", line 316, in _execute
    response = task()
               ^^^^^^
connectors.errors.InputError: t partition 0: offset 3 is not there any more [while running 'ReadRecords/Poll']

\tat org.apache.beam.X.finishBundle(X.java:1057)
"""


@pytest.fixture
def fake() -> Iterator[FakeFlink]:
    with fake_flink() as one:
        yield one


@pytest.fixture
def flink(fake: FakeFlink) -> Flink:
    return Flink(fake.url)


def job(name: str, start: int, state: str = "RUNNING") -> dict[str, Any]:
    return {"jid": f"{name}-{start}", "name": name, "state": state, "start-time": start}


def test_the_newest_job_of_a_name_that_has_not_ended(fake: FakeFlink, flink: Flink) -> None:
    assert flink.running("a") is None
    fake.answers["/jobs/overview"] = {
        "jobs": [job("a", 1), job("a", 2, "RESTARTING"), job("a", 3, "CANCELED"), job("b", 4)]
    }
    assert [j["jid"] for j in flink.jobs()] == ["b-4", "a-3", "a-2", "a-1"]
    found = flink.running("a")
    assert found is not None
    assert found["jid"] == "a-2"
    assert flink.running("c") is None


def test_a_state_an_overview_checkpoints(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/jobs/j"] = {"state": "RUNNING"}
    fake.answers["/jobs/j/checkpoints"] = {"latest": {}}
    assert flink.state("j") == "RUNNING"
    assert flink.overview() == OVERVIEW
    assert flink.checkpoints("j") == {"latest": {}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"root-exception": None}, ""),
        ({"root-exception": "java.lang.X: one\n\tat y"}, "java.lang.X: one"),
        ({"root-exception": JAVA_ERROR}, "java.lang.NullPointerException"),
        (
            {"root-exception": PYTHON_ERROR},
            "InputError: t partition 0: offset 3 is not there any more [while running 'ReadRecords/Poll']",
        ),
        (  # the last error is one that follows from the first
            {
                "root-exception": JAVA_ERROR,
                "exceptionHistory": {"entries": [{"stacktrace": JAVA_ERROR}, {"stacktrace": PYTHON_ERROR}]},
            },
            "InputError: t partition 0: offset 3 is not there any more [while running 'ReadRecords/Poll']",
        ),
    ],
)
def test_why_a_job_failed_is_one_line(
    fake: FakeFlink, flink: Flink, answer: dict[str, Any], expected: str
) -> None:
    fake.answers["/jobs/j/exceptions"] = answer
    assert flink.failure("j") == expected


def checkpoint(path: str, at: int) -> dict[str, Any]:
    return {"external_path": path, "latest_ack_timestamp": at}


@pytest.mark.parametrize(
    ("latest", "expected"),
    [
        ({}, None),
        ({"completed": checkpoint("c", 1)}, "c"),
        ({"completed": checkpoint("c", 1), "savepoint": checkpoint("s", 2)}, "s"),
        ({"completed": checkpoint("c", 3), "savepoint": checkpoint("s", 2)}, "c"),
        ({"completed": None, "restored": {"external_path": "r"}}, "r"),
    ],
)
def test_where_a_job_can_go_on(
    fake: FakeFlink, flink: Flink, latest: dict[str, Any], expected: str | None
) -> None:
    fake.answers["/jobs/overview"] = {"jobs": [job("a", 1, "FAILED")]}
    fake.answers["/jobs/a-1/checkpoints"] = {"latest": latest}
    assert flink.resume_point("a") == expected
    assert flink.resume_point("b") is None


def test_a_job_is_cancelled(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/jobs/j"] = b""
    flink.cancel("j")
    assert fake.asked == [("PATCH", "/jobs/j?mode=cancel", None)]


def test_a_job_is_stopped_with_a_savepoint(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/jobs/j/savepoints"] = {"request-id": "r"}
    done = {"status": {"id": "COMPLETED"}, "operation": {"location": "file:/s/1"}}
    fake.answers["/jobs/j/savepoints/r"] = [{"status": {"id": "IN_PROGRESS"}}, done]
    assert flink.stop_with_savepoint("j", None, 10) == "file:/s/1"
    assert flink.stop_with_savepoint("j", "file:/s", 10) == "file:/s/1"
    bodies = [body for method, _, body in fake.asked if method == "POST"]
    assert bodies == [{"cancel-job": True}, {"cancel-job": True, "target-directory": "file:/s"}]


def test_a_savepoint_that_cannot_be_made_is_said_in_one_line(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/jobs/j/savepoints"] = {"request-id": "r"}
    failed = {"failure-cause": {"stack-trace": "java.X: no room\n\tat y"}}
    fake.answers["/jobs/j/savepoints/r"] = {"status": {"id": "COMPLETED"}, "operation": failed}
    with pytest.raises(FlinkError, match=r"no savepoint of job j: java\.X: no room$"):
        flink.stop_with_savepoint("j", None, 10)


def test_a_savepoint_that_takes_too_long_says_that_the_job_goes_on(
    fake: FakeFlink, flink: Flink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "_POLL_SECONDS", 0.0)
    fake.answers["/jobs/j/savepoints"] = {"request-id": "r"}
    fake.answers["/jobs/j/savepoints/r"] = {"status": {"id": "IN_PROGRESS"}}
    with pytest.raises(FlinkError, match="within 0 s; it goes on$"):
        flink.stop_with_savepoint("j", None, 0.1)


def test_a_refusal_is_told_with_what_was_said(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/overview"] = 503
    with pytest.raises(FlinkError, match=rf'^{fake.url}/overview: 503 {{"errors": \["said no"\]}}$'):
        flink.overview()


def test_who_is_no_flink_and_nobody_are_told_in_one_line(fake: FakeFlink, flink: Flink) -> None:
    fake.answers["/overview"] = b"<html>"
    with pytest.raises(FlinkError, match=f"^{fake.url}: Flink does not answer: ") as refusal:
        flink.overview()
    assert "\n" not in str(refusal.value)
    address = free_address()
    with pytest.raises(FlinkError, match=f"^http://{address}: Flink does not answer: .*refused"):
        Flink(f"http://{address}").overview()
