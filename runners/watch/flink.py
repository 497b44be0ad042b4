"""Jobs of a Flink cluster, from its REST: state, checkpoints, back-pressure, and what Beam's counters say.

A job is known by its name: it gets a new id each time that it is submitted, and the newest one counts.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from runners.watch.probe import MISSING, AnswerError, ProbeError, Reading, get_json
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

STATES: Final = (
    *("INITIALIZING", "CREATED", "RUNNING", "RESTARTING", "FAILING", "FAILED", "CANCELLING", "CANCELED"),
    *("FINISHED", "SUSPENDED", "RECONCILING", MISSING),
)
_RUNNING: Final = "RUNNING"
_ENDED_ON_PURPOSE: Final = ("FINISHED", "CANCELED")
_NO_CHECKPOINTING: Final = 404
_MILLIS: Final = 1000
_RESTARTS: Final = "numRestarts,fullRestarts"  # versions, and schedulers, have the one or the other
_BUSY: Final = "busyTimeMsPerSecond"
_BACK_PRESSURE: Final = "backPressuredTimeMsPerSecond"
_MOST_NAME: Final = 60  # characters of a vertex's: Beam writes all the steps of a stage into it
#: Beam's counters, of ``transforms.outcome.RECORDS``; Flink writes ``_`` for the dot in its metrics' names.
_RECORDS: Final = re.compile(r"\.records[._](?P<step>\w+)/(?P<result>\w+)$")


class FlinkProbe:
    """Looks at a JobManager. ``jobs``: names that must run. ``timeout``: seconds.

    Other jobs are told too, but for those that somebody ended.
    """

    name = "flink"

    def __init__(self, url: str, jobs: Sequence[str] = (), timeout: float = 3.0) -> None:
        self._url = url.rstrip("/")
        self._jobs = tuple(jobs)
        self._timeout = timeout

    def look(self) -> Reading:
        """Raises :class:`ProbeError`."""
        reading = Reading()
        try:
            self._tell_cluster(reading)
            newest: dict[str, Mapping[str, Any]] = {}
            for job in sorted(self._get("/jobs/overview")["jobs"], key=lambda job: job["start-time"]):
                newest[job["name"]] = job
            for name, job in sorted(newest.items()):
                if name in self._jobs or job["state"] not in _ENDED_ON_PURPOSE:
                    self._tell_job(reading, name, job)
        except (AttributeError, KeyError, TypeError) as error:
            raise ProbeError(f"{self._url}: no answer of Flink: {error!r}") from error
        for name in sorted(set(self._jobs) - set(newest)):
            reading.add_state(JOB_STATE, STATES, MISSING, name)
            reading.note(f"job {name}", "missing", good=False)
        return reading

    def _get(self, path: str) -> Any:
        return get_json(self._url + path, self._timeout)

    def _tell_cluster(self, reading: Reading) -> None:
        overview = self._get("/overview")
        managers = overview["taskmanagers"]
        reading.add(TASK_MANAGERS, managers)
        reading.add(SLOTS, overview["slots-total"])
        reading.add(SLOTS_FREE, overview["slots-available"])
        reading.note("TaskManagers", str(managers), good=managers > 0)

    def _tell_job(self, reading: Reading, name: str, job: Mapping[str, Any]) -> None:
        path, state = f"/jobs/{job['jid']}", job["state"]
        reading.add_state(JOB_STATE, STATES, state, name)
        reading.note(f"job {name}", state, good=state == _RUNNING)
        detail = self._get(path)
        began = detail["timestamps"].get(_RUNNING, 0)
        uptime = detail["now"] - began if state == _RUNNING and began else 0
        reading.add(JOB_UPTIME, uptime / _MILLIS, name)
        if restarts := _values(self._get(f"{path}/metrics?get={_RESTARTS}"), "value"):
            reading.add(JOB_RESTARTS, max(restarts), name)
        if state != _RUNNING:  # what a job that is over last said of itself is no news
            return
        self._tell_checkpoints(reading, name, path, detail)
        totals: dict[tuple[str, str], float] = {}
        for number, vertex in enumerate(detail["vertices"]):
            metrics = f"{path}/vertices/{vertex['id']}/subtasks/metrics"
            self._tell_load(reading, name, f"{number}: {vertex['name'][:_MOST_NAME]}", metrics)
            self._add_records(totals, metrics)
        for (step, result), records in sorted(totals.items()):
            reading.add(FLINK_RECORDS, records, name, step, result)

    def _tell_checkpoints(self, reading: Reading, name: str, path: str, job: Mapping[str, Any]) -> None:
        try:
            told = self._get(f"{path}/checkpoints")
        except AnswerError as error:
            if error.status == _NO_CHECKPOINTING:
                return
            raise
        reading.add(CHECKPOINTS, told["counts"]["completed"], name)
        reading.add(CHECKPOINTS_FAILED, told["counts"]["failed"], name)
        last = told["latest"]["completed"]
        since = job["start-time"] if last is None else last["latest_ack_timestamp"]
        reading.add(CHECKPOINT_AGE, max(job["now"] - since, 0) / _MILLIS, name)
        if last is not None:
            reading.add(CHECKPOINT_SECONDS, last["end_to_end_duration"] / _MILLIS, name)
            reading.add(CHECKPOINT_BYTES, last["state_size"], name)

    def _tell_load(self, reading: Reading, name: str, vertex: str, metrics: str) -> None:
        answer = self._get(f"{metrics}?get={_BUSY},{_BACK_PRESSURE}&agg=max")
        for metric, flink in ((BUSY, _BUSY), (BACK_PRESSURE, _BACK_PRESSURE)):
            for value in _values((entry for entry in answer if entry["id"] == flink), "max"):
                reading.add(metric, value / _MILLIS, name, vertex)

    def _add_records(self, totals: dict[tuple[str, str], float], metrics: str) -> None:
        found = {entry["id"]: _RECORDS.search(entry["id"]) for entry in self._get(metrics)}
        ids = [quote(each, safe="") for each, match in found.items() if match]
        if not ids:
            return
        for entry in self._get(f"{metrics}?get={','.join(ids)}&agg=sum"):
            if match := found.get(entry["id"]):
                for value in _values([entry], "sum"):
                    key = match["step"], match["result"]
                    totals[key] = totals.get(key, 0.0) + value


def _values(answer: Iterable[Mapping[str, Any]], field: str) -> list[float]:
    """The numbers in an answer about metrics; Flink says NaN where it does not know."""
    values = [float(entry[field]) for entry in answer if field in entry]
    return [value for value in values if math.isfinite(value)]
