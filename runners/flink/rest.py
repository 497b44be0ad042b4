"""What Flink says of its jobs, by its REST API."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

_TIMEOUT_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1
#: The last line of a traceback, which alone is not indented, without the module of the exception.
_PYTHON_ERROR: Final = re.compile(
    r"^Traceback \(most recent.*\n(?:[ \t].*\n)*(?:\w+\.)*(\w+\b.*)$", re.MULTILINE
)
ENDED: Final = frozenset({"FINISHED", "CANCELED", "FAILED", "SUSPENDED"})


class FlinkError(RuntimeError):
    """Flink cannot be reached, or refused; the message names the address and what it said."""


@dataclass(frozen=True)
class Flink:
    """A Flink cluster at ``url``, as ``http://127.0.0.1:18081``."""

    url: str

    def get(self, path: str) -> Any:
        """What ``path`` answers. Raises :class:`FlinkError`."""
        return self._ask(path)

    def overview(self) -> dict[str, Any]:
        """Version, TaskManagers, slots."""
        found: dict[str, Any] = self._ask("/overview")
        return found

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, the newest first: ``jid``, ``name``, ``state``, ``start-time``."""
        jobs: list[dict[str, Any]] = self._ask("/jobs/overview")["jobs"]
        return sorted(jobs, key=lambda job: -job["start-time"])

    def running(self, name: str) -> dict[str, Any] | None:
        """The newest job with this name that has not ended."""
        return next((j for j in self.jobs() if j["name"] == name and j["state"] not in ENDED), None)

    def state(self, job: str) -> str:
        """The state of a job, as ``RUNNING``."""
        return str(self._ask(f"/jobs/{job}")["state"])

    def failure(self, job: str) -> str:
        """Why the job failed last, in one line: what Python said, if it did; empty if it did not fail.

        What Java said last is often an error of its own, on the way out.
        """
        found = self._ask(f"/jobs/{job}/exceptions")
        last = found.get("root-exception") or ""
        history = found.get("exceptionHistory", {}).get("entries", [])
        for trace in (last, *(entry["stacktrace"] for entry in history)):
            said = _PYTHON_ERROR.findall(trace)
            if said:
                return str(said[-1])
        causes = [line for line in last.splitlines() if line.startswith("Caused by: ")]
        return (causes[-1].removeprefix("Caused by: ") if causes else last.split("\n", 1)[0]).strip()

    def checkpoints(self, job: str) -> dict[str, Any]:
        """Counts and the latest checkpoints."""
        found: dict[str, Any] = self._ask(f"/jobs/{job}/checkpoints")
        return found

    def resume_point(self, name: str) -> str | None:
        """Path of the newest checkpoint or savepoint of the newest job with this name, if Flink knows one.

        A job that was not given the time for one of its own goes on where it was begun.
        """
        job = next((j for j in self.jobs() if j["name"] == name), None)
        if job is None:
            return None
        latest = self.checkpoints(job["jid"]).get("latest", {})
        made = [found for found in (latest.get("completed"), latest.get("savepoint")) if found]
        if made:
            return str(max(made, key=lambda found: found["latest_ack_timestamp"])["external_path"])
        restored = latest.get("restored")
        return str(restored["external_path"]) if restored else None

    def cancel(self, job: str) -> None:
        """End the job at once."""
        self._ask(f"/jobs/{job}?mode=cancel", method="PATCH")

    def stop_with_savepoint(self, job: str, folder: str | None, seconds: float) -> str:
        """End the job with a savepoint; its path. Raises :class:`FlinkError` after ``seconds``."""
        body = {"cancel-job": True} | ({"target-directory": folder} if folder else {})
        trigger = self._ask(f"/jobs/{job}/savepoints", body, method="POST")["request-id"]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self._ask(f"/jobs/{job}/savepoints/{trigger}")
            if found["status"]["id"] == "COMPLETED":
                operation = found["operation"]
                if "location" in operation:
                    return str(operation["location"])
                cause = operation["failure-cause"]["stack-trace"].split("\n", 1)[0]
                raise FlinkError(f"{self.url}: no savepoint of job {job}: {cause}")
            time.sleep(_POLL_SECONDS)
        raise FlinkError(f"{self.url}: no savepoint of job {job} within {seconds:.0f} s; it goes on")

    def _ask(self, path: str, body: Any = None, *, method: str = "GET") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace").strip()
            raise FlinkError(f"{self.url}{path}: {error.code} {said[:300]}") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise FlinkError(f"{self.url}: Flink does not answer: {reason}") from error
