"""What can be proved of Flink before a job is submitted; each failure is one line with the fix."""

import re
import socket
from typing import Final
from urllib.parse import urlsplit

from runners.flink.profile import Profile
from runners.flink.rest import Flink, FlinkError

#: Flink versions for which Beam has a runner that this SDK's jobs work with; the first is what tests prove.
PROVEN: Final = "1.16"
KNOWN: Final = (PROVEN, "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2")
_LEAST_JAVA: Final = 11
_CONNECT_SECONDS: Final = 3.0
_ADDRESS: Final = re.compile(r"[\w.\[\]:-]+:\d+")


def check(flink: Flink, profile: Profile) -> None:
    """Prove that Flink, its Java, the job server and the workers are there and fit. Raises FlinkError."""
    overview = flink.overview()
    version = str(overview["flink-version"])
    if not any(version.startswith(known) for known in KNOWN):
        raise FlinkError(
            f"{flink.url}: Flink {version} has no runner of Beam that fits; known: {', '.join(KNOWN)}"
        )
    java = str(flink.get("/jobmanager/environment")["jvm"]["version"])
    found = re.search(r"(\d+)(?:\.\d+)+", java)  # as in "OpenJDK … - 17/17.0.15+6"
    if found and int(found[1]) < _LEAST_JAVA:
        raise FlinkError(f"{flink.url}: Java {java} is too old; Beam's runner needs {_LEAST_JAVA} or later")
    free = int(overview["slots-available"])
    if free < profile.parallelism:
        raise FlinkError(
            f"{flink.url}: {free} task slots free of {overview['slots-total']}, the job needs "
            f"{profile.parallelism}; stop a job, add a TaskManager, or lower --parallelism"
        )
    _reach(profile.job_endpoint, "Beam's job server", "--job-endpoint")
    if profile.environment == "process" and _ADDRESS.fullmatch(profile.workers):
        raise FlinkError(f"--workers: {profile.workers} is an address; environment process needs a command")
    if profile.environment == "external" and _is_near(profile.workers, flink.url):
        _reach(profile.workers, "the Python worker pool", "--workers")


def _is_near(workers: str, flink_url: str) -> bool:
    """A pool on loopback is one beside each TaskManager, and can be asked from here if Flink is here too."""
    here = _is_loopback(urlsplit(flink_url).hostname or "")
    return here or not _is_loopback(workers.rpartition(":")[0])


def _is_loopback(host: str) -> bool:
    return host.strip("[]") in {"localhost", "::1"} or host.startswith("127.")


def _reach(address: str, what: str, flag: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FlinkError(f"{address}: {what} does not answer: {reason}; start it, or see {flag}") from error
