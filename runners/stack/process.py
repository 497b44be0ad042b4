"""Daemons by process id, and proof that an id is still the one that was started.

A process is known by its id, its start time and the boot it belongs to: an id that the kernel has given to
somebody else is never signalled. A daemon leads a session of its own; what it leaves behind when it is
killed (workers, children) is found by that session and by a mark in its environment.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

#: The variable that marks a daemon and its children; its value names the pid file.
MARK: Final = "TRACEO_STACK_PROCESS"
_PROC: Final = Path("/proc")
_POLL_SECONDS: Final = 0.02
_SESSION, _THREADS, _START = 3, 17, 19  # fields of /proc/PID/stat behind the name
_CHILDREN: Final[dict[int, "subprocess.Popen[bytes]"]] = {}  # of this process: to be reaped


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How a daemon is started; ``user`` only if it is to be another one."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    user: str | None = None


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that cannot be mistaken: ``started`` is in clock ticks since ``boot``."""

    pid: int
    started: int
    boot: str


def spawn(launch: Launch, log: Path, record: Path) -> Process:
    """Start a daemon in a session of its own, its output appended to ``log``, and record it."""
    record.parent.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the argv is the component's own
            list(launch.argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=launch.folder,
            env={**launch.environment, MARK: str(record)},
            user=launch.user,
            group=launch.user,
            extra_groups=[] if launch.user else None,
            start_new_session=True,
            umask=0o077,
        )
    _CHILDREN[child.pid] = child
    found = find(child.pid)
    process = found or Process(pid=child.pid, started=0, boot=_boot())
    partial = record.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(process)), encoding="utf-8")
    partial.replace(record)
    return process


def recorded(record: Path) -> Process | None:
    """What a pid file says, whether it runs or not."""
    try:
        return Process(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or a torn one
        return None


def find(pid: int) -> Process | None:
    """The process that has this id now; None for none and for one that is dead but not yet reaped."""
    if pid in _CHILDREN and _CHILDREN[pid].poll() is not None:
        del _CHILDREN[pid]
    stat = _stat(pid)
    return None if stat is None else Process(pid=pid, started=int(stat[_START]), boot=_boot())


def alive(process: Process | None) -> bool:
    """Whether this very process runs."""
    return process is not None and find(process.pid) == process


def leftovers(record: Path) -> list[Process]:
    """Who carries this pid file's mark: the daemon, and what it has started, in whatever session it is."""
    mark = f"{MARK}={record}".encode()
    return [process for process, _ in _all() if mark in _environment(process.pid)]


def members(record: Path) -> list[Process]:
    """Who is in the session of this pid file's daemon, that runs or ran: to look at, not to be killed.

    PostgreSQL writes its title over its environment, so that its children bear no mark; they end with it.
    """
    leader = recorded(record)
    if leader is None or find(leader.pid) not in (None, leader):
        return []
    return [process for process, session in _all() if session == leader.pid]


def stop(record: Path, polite: signal.Signals, bound_seconds: float) -> bool:
    """Ask the daemon to end, then kill what is left of it; True if it ended by itself in time."""
    leader = recorded(record)
    if leader is not None and alive(leader):
        send(leader, polite)
    gently = gone([leader] if leader else [], bound_seconds)
    gone(members(record), bound_seconds if gently else 0)  # children of one that ended end by themselves
    remaining = leftovers(record) + ([leader] if leader else [])
    for process in remaining:
        send(process, signal.SIGKILL)
    gone(remaining, bound_seconds)
    record.unlink(missing_ok=True)
    return gently


def send(process: Process, number: signal.Signals) -> None:
    """Signal this very process, if it still runs."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(process.pid)
        try:  # the descriptor cannot come to mean another process between the check and the signal
            if alive(process):
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def memory_bytes(record: Path) -> int:
    """Proportional memory of a daemon and its children: what is shared counts once."""
    total = 0
    for process in {*leftovers(record), *members(record)}:
        with contextlib.suppress(OSError):
            for line in (_PROC / str(process.pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def uptime_seconds(process: Process) -> float:
    """How long it runs."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - process.started / os.sysconf("SC_CLK_TCK")


def gone(processes: Sequence[Process], bound_seconds: float) -> bool:
    """Wait until none of them runs; False if one still does after the bound."""
    deadline = time.monotonic() + bound_seconds
    while any(alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _all() -> Iterator[tuple[Process, int]]:
    """Every process, with the session that it is in."""
    boot = _boot()
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) is not None:
            yield Process(pid=int(entry.name), started=int(stat[_START]), boot=boot), int(stat[_SESSION])


def _stat(pid: int) -> list[str] | None:
    """The fields behind the name, which may itself hold blanks and brackets; None for a dead one.

    While threads of one that was killed are still ending, its ports and files are still open.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" and int(fields[_THREADS]) <= 1 else fields


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # another user's, or gone
        return []


def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
