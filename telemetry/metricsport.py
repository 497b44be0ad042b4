"""A process' metrics on a port, and the file by which Prometheus finds it.

    registry → http://127.0.0.1:PORT/metrics ← Prometheus ← TARGETS/traceo-workers-PID.json

Workers come and go, at ports that nobody knows before. Each writes a target file (``file_sd_configs`` of
Prometheus reads them) and takes it away when it ends. One that was killed cannot: its file stays, its target
is down, and the alert WorkerDown says so, until the next worker clears away the files of dead processes.
"""

import atexit
import json
import os
import socketserver
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry, start_http_server

from telemetry.changestream import WORKERS_JOB

HOST: Final = "127.0.0.1"


class _Served(NamedTuple):
    pid: int  # a process that was forked has the variable, but not the thread that serves
    port: int
    server: socketserver.BaseServer


_lock = Lock()
_served: _Served | None = None


def serve(
    registry: CollectorRegistry,
    targets_folder: Path | None = None,
    port: int = 0,
    *,
    host: str = HOST,
    job: str = WORKERS_JOB,
) -> int:
    """Serve ``registry`` at ``port`` (0: a free one) of ``host``, once a process; the port.

    Calls after the first give the port of the first. ``targets_folder``: where Prometheus is told of it,
    under the name ``job``; made if it is not there. Raises :class:`OSError` if the port is taken or the
    folder cannot be written to.
    """
    global _served  # noqa: PLW0603  it is one a process
    with _lock:
        if _served is not None and _served.pid == os.getpid():
            return _served.port
        server, _ = start_http_server(port, host, registry)
        found = int(server.server_address[1])
        _served = _Served(os.getpid(), found, server)
        if targets_folder is not None:
            labels = {"job": job}
            if port == 0:  # at a fixed port it is the same one after a restart, and so are its series
                labels["pid"] = str(os.getpid())
            _announce(targets_folder, f"{host}:{found}", labels)
        return found


def _announce(folder: Path, address: str, labels: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    job, pid = labels["job"], os.getpid()
    remove_stale(folder, job)
    path = folder / f"{job}-{pid}.json"
    targets: list[dict[str, Any]] = [{"targets": [address], "labels": labels}]
    partial = path.with_suffix(".partial")  # Prometheus reads the folder at any time
    partial.write_text(json.dumps(targets), encoding="utf-8")
    partial.replace(path)
    atexit.register(_remove, path, pid)


def remove_stale(folder: Path, job: str = WORKERS_JOB) -> list[int]:
    """Remove the target files of processes of ``job`` that are no more; their ids."""
    gone = []
    for path in sorted(folder.glob(f"{job}-*.json")):
        pid = path.stem.rpartition("-")[2]
        if pid.isdecimal() and not _is_alive(int(pid)):
            path.unlink(missing_ok=True)  # another one may do the same now
            gone.append(int(pid))
    return gone


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # the second: a number that is no process's
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _remove(path: Path, pid: int) -> None:
    if os.getpid() == pid:
        path.unlink(missing_ok=True)
