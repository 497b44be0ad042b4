"""Servers that a test starts for itself: on loopback, at free ports, ended by their own ids."""

import contextlib
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from runners.prism.server import PrismError, find
from runners.stack.install import missing
from tests.conftest import ROOT

PATIENCE_SECONDS = 60


def needing(packages: set[str]) -> list[pytest.MarkDecorator]:
    """Marks of tests of real servers, which only root can install ``packages`` for."""
    return [
        pytest.mark.slow,
        pytest.mark.integration,
        pytest.mark.skipif(
            bool(missing(packages)) and os.geteuid() != 0,
            reason="needs Debian packages: traceo stack up says which",
        ),
    ]


def built_prism() -> Path:
    """Beam's runner Prism, built if it is not there."""
    try:
        return find()
    except PrismError:
        built = subprocess.run([ROOT / "scripts" / "prism"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"prism cannot be built here: {built.stderr.strip()}")
    return find()


def free_address() -> str:
    """A port of loopback at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def get_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  of our own
        return json.load(answer)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310  of our own
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], Any], seen: Callable[[], object] = str) -> Any:
    """What ``condition`` gives once it holds; ``seen`` says what was there instead."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < give_up, seen()
        pause.wait(0.05)
    return found


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], folder: Path, is_ready: Callable[[], bool]
) -> Iterator["subprocess.Popen[bytes]"]:
    """``command`` while the body runs, once ``is_ready``; its output is in ``folder``/log."""
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream)

    def is_up() -> bool:
        assert process.poll() is None, log.read_text()
        return is_ready()

    try:
        wait_until(is_up, log.read_text)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


@contextlib.contextmanager
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A receiver of alerts: its URL, and the alerts that it got so far."""
    got: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.extend({**alert, "receiver": body["receiver"]} for alert in body["alerts"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alerts", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
