"""Connectors, their tasks, and how far a first snapshot is, from Kafka Connect's REST.

Debezium's own metrics are JMX alone. Its committed offsets can be asked for since Kafka 3.6
(``GET /connectors/NAME/offsets``): they hold ``snapshot`` while a snapshot runs, and no more once changes are
streamed. Meanwhile the slot is there and inactive, and no heartbeat comes. What is left of it nobody says.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from runners.watch.probe import MISSING, ProbeError, Reading, first_line, get_json
from telemetry.changestream import CONNECTOR_STATE, SNAPSHOT_STATE, TASK_FAILURES, TASK_STATE, TASKS

STATES: Final = ("RUNNING", "PAUSED", "STOPPED", "FAILED", "UNASSIGNED", "RESTARTING", MISSING)
SNAPSHOT_STATES: Final = ("none", "running", "finished")
_RUNNING: Final = "RUNNING"
_FAILED: Final = "FAILED"
_CAUSE: Final = "Caused by: "


class ConnectProbe:
    """Looks at all connectors of a worker. ``connectors``: those that must be there. ``timeout``: seconds."""

    name = "connect"

    def __init__(self, url: str, connectors: Sequence[str] = (), timeout: float = 3.0) -> None:
        self._url = url.rstrip("/")
        self._connectors = tuple(connectors)
        self._timeout = timeout
        self._before: dict[tuple[str, str], str] = {}  # state of each task at the last look
        self._failures: dict[str, int] = {}

    def look(self) -> Reading:
        """Raises :class:`ProbeError`."""
        reading = Reading()
        found = get_json(f"{self._url}/connectors?expand=status", self._timeout)
        try:
            for name, told in sorted(found.items()):
                self._tell(reading, name, told["status"])
        except (AttributeError, KeyError, TypeError) as error:
            raise ProbeError(f"{self._url}: no answer of Kafka Connect: {error!r}") from error
        for name in sorted(set(self._connectors) - set(found)):
            reading.add_state(CONNECTOR_STATE, STATES, MISSING, name)
            reading.add(TASKS, 0, name)
            reading.note(f"connector {name}", "missing", good=False)
        return reading

    def _tell(self, reading: Reading, name: str, status: Mapping[str, Any]) -> None:
        state = status["connector"]["state"]
        reading.add_state(CONNECTOR_STATE, STATES, state, name)
        reading.note(f"connector {name}", _text(status["connector"]), good=state == _RUNNING)
        tasks = status["tasks"]
        reading.add(TASKS, len(tasks), name)
        for task in tasks:
            self._tell_task(reading, name, task)
        if not tasks:
            reading.note(f"tasks of {name}", "none", good=False)
        reading.add(TASK_FAILURES, self._failures.setdefault(name, 0), name)
        if status.get("type") == "source":
            self._tell_snapshot(reading, name)

    def _tell_task(self, reading: Reading, name: str, task: Mapping[str, Any]) -> None:
        number, state = str(task["id"]), task["state"]
        reading.add_state(TASK_STATE, STATES[:-1], state, name, number)
        reading.note(f"task {name}/{number}", _text(task), good=state == _RUNNING)
        if state == _FAILED != self._before.get((name, number)):
            self._failures[name] = self._failures.get(name, 0) + 1
        self._before[name, number] = state

    def _tell_snapshot(self, reading: Reading, name: str) -> None:
        try:
            told = get_json(f"{self._url}/connectors/{quote(name, safe='')}/offsets", self._timeout)
        except ProbeError:  # offsets are in Kafka: without it, the rest is still worth telling
            return
        offsets = [entry.get("offset") or {} for entry in told.get("offsets", ())]
        state = "finished" if offsets else "none"
        if any(_in_snapshot(offset) for offset in offsets):
            state = "running"
        reading.add_state(SNAPSHOT_STATE, SNAPSHOT_STATES, state, name)
        reading.note(f"snapshot of {name}", state)


def _in_snapshot(offset: Mapping[str, Any]) -> bool:
    """Debezium 2 says true, Debezium 3 the kind of snapshot; its last row completes it."""
    under_way = str(offset.get("snapshot") or "false").lower() != "false"
    return under_way and not offset.get("snapshot_completed", False)


def _text(told: Mapping[str, Any]) -> str:
    """The state, and what made it fail: the innermost cause says more than the exception around it."""
    trace = told.get("trace", "")
    causes = [line.removeprefix(_CAUSE) for line in trace.splitlines() if line.startswith(_CAUSE)]
    cause = first_line(causes[-1] if causes else trace)
    return f"{told['state']}: {cause}" if cause else str(told["state"])
