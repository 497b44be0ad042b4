"""An endless job on Flink, followed, stopped and gone on with; Flink is an HTTP server of the test's."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka.lag import Look
from pipelines import streaming
from pipelines.jobrecord import FOLDER, JobRecord, load, save
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.streaming import run_stream
from runners.flink.profile import Profile
from runners.flink.rest import Flink, FlinkError
from tests.runners.flink.fakeflink import FakeFlink, fake_flink

JOB = {"jid": "1a", "name": "j", "state": "RUNNING", "start-time": 1}
ENDED = {"state": "FINISHED"}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFlink]:
    monkeypatch.chdir(tmp_path)  # where the record is
    monkeypatch.setattr(streaming, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(streaming, "Lag", FakeLag)
    with fake_flink() as one:
        one.answers["/jobs/1a/checkpoints"] = {"latest": {}}
        yield one


class FakeLag:
    def __init__(self, *_: Any) -> None:
        """Of nothing."""

    def look(self) -> Look:
        return Look(7, None)


@pytest.fixture
def submitted(fake: FakeFlink, monkeypatch: pytest.MonkeyPatch) -> list[Profile]:
    """Profiles of jobs that were submitted."""
    profiles: list[Profile] = []

    def submit(graph: Callable[..., None], profile: Profile, flink: Flink) -> tuple[str, str]:
        profiles.append(profile)
        return "handle", "1a"

    monkeypatch.setattr(streaming, "submit", submit)
    monkeypatch.setattr(streaming, "check", lambda *_: None)
    return profiles


def settings(fake: FakeFlink, **more: Any) -> Settings:
    chosen: dict[str, Any] = {"input": ("kafka://h:1/t",), "runner": "flink", "flink_url": fake.url}
    return Settings(**chosen | {"job_name": "j"} | more)


def checkpoint(path: str) -> dict[str, Any]:
    made = {"external_path": path, "latest_ack_timestamp": time.time() * 1000}
    return {"latest": {"completed": made}}


def run(fake: FakeFlink, job: str = "ingest", **more: Any) -> dict[str, Any]:
    return run_stream(lambda _: None, settings(fake, **more), job)


def remembered() -> str | None:
    found: dict[str, str | None] = json.loads((FOLDER / "j.json").read_text())
    return found["resume_from"]


def test_a_job_is_submitted_and_followed_and_its_checkpoint_remembered(
    fake: FakeFlink, submitted: list[Profile], capsys: pytest.CaptureFixture[str]
) -> None:
    fake.answers["/jobs/1a"] = [{"state": "RUNNING"}, {"state": "RUNNING"}, ENDED]
    fake.answers["/jobs/1a/checkpoints"] = [{"latest": {}}, checkpoint("s3://c/1")]
    assert run(fake) == {"job": "ingest", "stream": "ended", "savepoint": "s3://c/1"}
    assert remembered() == "s3://c/1"
    assert submitted[0].savepoint is None
    assert "submitting j to" in capsys.readouterr().out


def test_a_second_run_goes_on_where_the_first_was(fake: FakeFlink, submitted: list[Profile]) -> None:
    fake.answers["/jobs/1a"] = [{"state": "RUNNING"}, ENDED]
    fake.answers["/jobs/1a/checkpoints"] = checkpoint("s3://c/1")
    run(fake)
    fake.answers["/jobs/1a"] = ENDED
    run(fake)
    run(fake, savepoint="s3://named")
    run(fake, fresh=True)
    assert [profile.savepoint for profile in submitted] == [None, "s3://c/1", "s3://named", None]


def test_what_flink_knows_beats_what_was_remembered(fake: FakeFlink, submitted: list[Profile]) -> None:
    save(JobRecord(resume_from="s3://old", kafka_writers=1, shards=2, input=()), settings(fake))
    fake.answers["/jobs/overview"] = {"jobs": [JOB | {"state": "CANCELED"}]}
    fake.answers["/jobs/1a/checkpoints"] = checkpoint("s3://new")
    fake.answers["/jobs/1a"] = ENDED
    run(fake)
    assert [profile.savepoint for profile in submitted] == ["s3://new"]


def test_where_to_go_on_must_be_there(fake: FakeFlink, submitted: list[Profile], tmp_path: Path) -> None:
    (tmp_path / "savepoints").mkdir()
    with pytest.raises(SettingError, match=r"savepoint-1: j cannot go on there, it is gone; .*--fresh"):
        run(fake, savepoint=(tmp_path / "savepoints" / "savepoint-1").as_uri())
    assert not submitted


def test_interrupted_it_stops_with_a_savepoint(
    fake: FakeFlink, submitted: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(streaming, "_follow", interrupt)
    fake.answers["/jobs/1a/savepoints"] = {"request-id": "r"}
    done = {"status": {"id": "COMPLETED"}, "operation": {"location": "s3://s/1"}}
    fake.answers["/jobs/1a/savepoints/r"] = done
    assert run(fake, "logs") == {"job": "logs", "stream": "stopped", "savepoint": "s3://s/1"}
    assert remembered() == "s3://s/1"


def test_a_job_that_runs_already_is_followed(fake: FakeFlink, submitted: list[Profile]) -> None:
    fake.answers["/jobs/overview"] = {"jobs": [JOB]}
    fake.answers["/jobs/1a"] = ENDED
    assert run(fake, environment="external")["stream"] == "ended"
    assert not submitted
    assert not [one for one in fake.asked if one[0] == "PATCH"]


def test_one_whose_workers_are_gone_is_taken_over(fake: FakeFlink, submitted: list[Profile]) -> None:
    ended = {"jobs": [JOB | {"state": "CANCELED"}]}
    fake.answers["/jobs/overview"] = [{"jobs": [JOB]}, ended]
    fake.answers["/jobs/1a"] = [{"state": "RUNNING"}, {"state": "CANCELED"}]
    run(fake)
    assert ("PATCH", "/jobs/1a?mode=cancel", None) in fake.asked
    assert len(submitted) == 1


def test_one_that_does_not_end_is_said(
    fake: FakeFlink, submitted: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_STOP_SECONDS", 0.05)
    fake.answers["/jobs/overview"] = {"jobs": [JOB]}
    fake.answers["/jobs/1a"] = {"state": "CANCELLING"}
    with pytest.raises(FlinkError, match="job 1a was cancelled and does not end"):
        run(fake)


def test_a_job_that_failed_says_why(fake: FakeFlink, submitted: list[Profile]) -> None:
    fake.answers["/jobs/1a"] = {"state": "FAILED"}
    fake.answers["/jobs/1a/exceptions"] = {"root-exception": "java.X: no such savepoint\n\tat y"}
    with pytest.raises(FlinkError, match=r"^j failed: java\.X: no such savepoint$"):
        run(fake)


def test_a_job_that_fails_over_and_over_says_why_once(
    fake: FakeFlink, submitted: list[Profile], capsys: pytest.CaptureFixture[str]
) -> None:
    fake.answers["/jobs/1a"] = [*[{"state": "RUNNING"}, {"state": "RESTARTING"}] * 3, ENDED]
    fake.answers["/jobs/1a/exceptions"] = {"root-exception": "java.X: it broke"}
    run(fake)
    assert capsys.readouterr().out.count("j fails, and Flink starts it again: java.X: it broke") == 1


def test_a_flink_that_is_away_is_waited_for(
    fake: FakeFlink,
    submitted: list[Profile],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fake.answers["/jobs/1a"] = [503, 503, {"state": "RUNNING"}, ENDED]
    assert run(fake)["stream"] == "ended"
    assert "waiting for Flink" in capsys.readouterr().out
    monkeypatch.setattr(streaming, "_AWAY_SECONDS", 0.0)
    fake.answers["/jobs/1a"] = 503
    with pytest.raises(FlinkError, match="/jobs/1a: 503"):
        run(fake)


@pytest.mark.parametrize("name", ["shards", "kafka_writers"])
def test_what_must_not_change_is_refused_with_what_it_was(fake: FakeFlink, name: str) -> None:
    saved = JobRecord(resume_from="s3://c", kafka_writers=3, shards=3, input=())
    save(saved, settings(fake))
    flag = "--" + name.replace("_", "-")
    with pytest.raises(SettingError, match=f"^{flag}: 5, but the state of j was saved with 3; name {flag} 3"):
        load(settings(fake, **{"shards": 3, "kafka_writers": 3} | {name: 5}))
    assert load(settings(fake, shards=3, kafka_writers=3)).resume_from == "s3://c"
    assert load(settings(fake, shards=5, fresh=True)).resume_from is None
    assert load(settings(fake, shards=5, job_name="other")).resume_from is None


def test_before_the_first_checkpoint_all_may_change(fake: FakeFlink) -> None:
    save(JobRecord(kafka_writers=3, shards=3, input=()), settings(fake))
    assert load(settings(fake, shards=5)).shards == 5


def test_a_record_that_cannot_be_read_is_named(fake: FakeFlink) -> None:
    FOLDER.mkdir(parents=True)
    (FOLDER / "j.json").write_text("{")
    with pytest.raises(SettingError, match=r"j\.json: cannot be read: .*; remove it to start the job anew"):
        load(settings(fake))
