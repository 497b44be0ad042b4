"""Prism's own process: found, started on loopback at a free port, and ended with its job."""

import contextlib
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VERSION: Final = "v2.77.0"
BUILD: Final = "scripts/prism"
_START_SECONDS: Final = 30.0
_END_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.02
#: Without a job for so long (ours was killed), it ends by itself.
_IDLE: Final = "120s"
_LISTENS: Final = "0A"  # as /proc/net/tcp has it
_LOOPBACK: Final = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


class PrismError(RuntimeError):
    """Prism is not there, does not start, or its job failed; the message says what, and the fix."""


def find(named: str | None = None) -> Path:
    """The program: the one that is named, the one that was built, or one in the path. Raises PrismError."""
    if named is not None:
        if os.access(named, os.X_OK) and Path(named).is_file():
            return Path(named)
        raise PrismError(f"--prism: {named} is not a program")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    built = cache / "traceo" / f"prism-{VERSION}"
    if built.exists():
        return built
    elsewhere = shutil.which("prism")
    if elsewhere is None:
        raise PrismError(f"prism, Beam's Go runner, is not there; build it with {BUILD}, or name it: --prism")
    return Path(elsewhere)


@contextlib.contextmanager
def serving(program: Path, log: Path) -> Iterator[str]:
    """Prism while the body runs: the endpoint at which it takes jobs. What it says goes to ``log``.

    Raises PrismError if it does not serve, or would serve others than this machine.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(program), "--job_port=0", "--serve_http=false", "--log_kind=json"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  the program that was found
            [*command, f"--idle_shutdown_timeout={_IDLE}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us: the job is cancelled first
        )
    try:
        port = _port(process, log)
        _prove_loopback(process.pid, port, program)
        yield f"127.0.0.1:{port}"
    finally:
        _end(process)


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port that it says it took."""
    pause = threading.Event()
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        text = log.read_bytes()
        for line in text[: text.rfind(b"\n") + 1].splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                return int(json.loads(line)["endpoint"].rpartition(":")[2])
        if process.poll() is not None:
            break
        pause.wait(_POLL_SECONDS)
    raise PrismError(f"prism does not start; see {log}")


def _prove_loopback(pid: int, port: int, program: Path) -> None:
    """It runs whatever it is sent, so nobody else may reach it. Without a /proc nothing is proved."""
    for family in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            rows = Path(f"/proc/{pid}/net/{family}").read_text(encoding="ascii").splitlines()[1:]
            for local, _, state in (row.split()[1:4] for row in rows):
                address, _, number = local.partition(":")
                if state == _LISTENS and int(number, 16) == port and address not in _LOOPBACK:
                    raise PrismError(
                        f"{program}: this prism listens on every address, and not on loopback alone; "
                        f"build one that does with {BUILD}"
                    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
