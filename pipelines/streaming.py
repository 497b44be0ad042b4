"""An endless job: submitted, followed until somebody stops it with a savepoint, gone on with later."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import apache_beam as beam

from connectors.kafka.cluster import parse_address
from connectors.kafka.lag import Lag
from pipelines import console, jobrecord, prism
from pipelines.setting import SettingError
from pipelines.settings import Settings
from runners.flink.job import submit
from runners.flink.preflight import check
from runners.flink.profile import Profile
from runners.flink.rest import ENDED, Flink, FlinkError

_LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 120.0
_AWAY_SECONDS: Final = 300.0  # how long Flink may be away before we give up


def run_stream(graph: Callable[[beam.Pipeline], None], settings: Settings, job: str) -> dict[str, Any]:
    """Run job ``job`` until it ends or is interrupted; where it was stopped, and how to go on.

    On Flink a job of this name that runs already is followed, unless its workers lived in a process that is
    gone. Raises FlinkError, PrismError, SettingError.
    """
    if settings.runner in prism.NAMES:
        return prism.run_on_prism(graph, settings, job)
    flink = Flink(settings.flink_url)
    record = jobrecord.load(settings)
    running = flink.running(settings.job_name)
    if running is not None and settings.environment == "loopback":
        flink.cancel(running["jid"])
        _wait_until_ended(flink, running["jid"])
        running = None
    handle = None
    if running is None:
        if not (settings.savepoint or settings.fresh):
            record.resume_from = flink.resume_point(settings.job_name) or record.resume_from
        profile = _profile(settings, settings.savepoint or record.resume_from)
        _check_resume(profile)
        check(flink, profile)
        if settings.kafka_source == "kafkaio":
            console.say(
                "kafkaio: while a partition is idle whose last message was written in a transaction, "
                "what waits by the watermark waits on (docs/kafka.md)"
            )
        console.say(f"submitting {settings.job_name} to {settings.flink_url}" + _from(profile.savepoint))
        handle, number = submit(graph, profile, flink)
    else:
        number = running["jid"]
        console.say(f"{settings.job_name} is running already: following it")
    try:
        _follow(flink, number, settings, record)
    except KeyboardInterrupt:
        console.say("stopping with a savepoint …")
        record.resume_from = flink.stop_with_savepoint(number, settings.savepoint_folder, _STOP_SECONDS)
        jobrecord.save(record, settings)
        return {"job": job, "stream": "stopped", "savepoint": record.resume_from}
    finally:
        del handle  # the workers of a loopback lived in it
    return {"job": job, "stream": "ended", "savepoint": record.resume_from}


def _from(savepoint: str | None) -> str:
    return f", going on from {savepoint}" if savepoint else ""


def _profile(settings: Settings, savepoint: str | None) -> Profile:
    return Profile(
        job_name=settings.job_name,
        job_endpoint=settings.job_endpoint,
        artifact_endpoint=settings.artifact_endpoint,
        environment=settings.environment,
        workers=settings.workers,
        parallelism=settings.parallelism,
        checkpoint_seconds=settings.checkpoint_seconds,
        bundle_ms=settings.bundle_ms,
        savepoint=savepoint,
    )


def _check_resume(profile: Profile) -> None:
    """A savepoint in a folder of this machine must be there. Raises SettingError."""
    if profile.savepoint and profile.savepoint.startswith("file:"):
        path = Path(urlsplit(profile.savepoint).path)
        if path.parent.parent.exists() and not path.exists():  # else it is a folder of another machine
            raise SettingError(
                f"{path}: {profile.job_name} cannot go on there, it is gone; name --savepoint PATH, or "
                "--fresh to start anew (what the output topics hold is not written twice)"
            )


def _wait_until_ended(flink: Flink, job: str) -> None:
    end = time.monotonic() + _STOP_SECONDS
    while flink.state(job) not in ENDED:
        if time.monotonic() > end:
            raise FlinkError(f"{flink.url}: job {job} was cancelled and does not end")
        time.sleep(_LOOK_SECONDS / 5)


def _follow(flink: Flink, job: str, settings: Settings, record: jobrecord.JobRecord) -> None:
    """Show how the job does, and remember its newest checkpoint, until it ends."""
    brokers, topics = parse_address(settings.input[0])
    lag = Lag(settings.cluster(brokers), topics, settings.job_name)
    away_since: float | None = None
    said = ""
    with console.following() as show:
        while True:
            try:
                state, checkpoints = flink.state(job), flink.checkpoints(job)
                failure = flink.failure(job) if state == "RESTARTING" else ""
                away_since = None
            except FlinkError as error:
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > _AWAY_SECONDS:
                    raise
                show(f"waiting for Flink: {error}")
                time.sleep(_LOOK_SECONDS)
                continue
            if state in ENDED:
                if state == "FAILED":
                    raise FlinkError(f"{settings.job_name} failed: {flink.failure(job)}")
                return
            if failure not in ("", said):
                said = failure
                console.say(f"{settings.job_name} fails, and Flink starts it again: {failure}")
            latest = checkpoints.get("latest", {}).get("completed")
            age = None
            if latest:
                age = time.time() - latest["latest_ack_timestamp"] / 1000
                if latest["external_path"] != record.resume_from:
                    record.resume_from = latest["external_path"]
                    jobrecord.save(record, settings)
            show(console.stream_text(state, lag.look(), age))
            time.sleep(_LOOK_SECONDS)
