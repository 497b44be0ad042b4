"""A worker's port and its target file, each seen from outside: in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.metricsport import remove_stale
from tests.conftest import ROOT

PATIENCE_SECONDS = 30
WORKER = """
import sys
from pathlib import Path
from telemetry.lag import process_lags
from telemetry.metricsport import serve

registry, folder = process_lags().registry, Path(sys.argv[1])
first = serve(registry, folder)
assert serve(registry, folder) == first
print(first, flush=True)
sys.stdin.read()
"""


class Worker:
    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", WORKER, str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.file = folder / f"traceo-workers-{self.process.pid}.json"

    def end(self) -> None:
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    made = Worker(tmp_path / "targets")
    yield made
    made.kill()


def test_prometheus_is_told_where_the_worker_answers(worker: Worker) -> None:
    (target,) = json.loads(worker.file.read_text())
    assert target["targets"] == [f"127.0.0.1:{worker.port}"]
    assert target["labels"] == {"job": "traceo-workers", "pid": str(worker.process.pid)}
    with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/metrics", timeout=10) as answer:
        assert b"traceo_cdc_commit_to_processed_seconds_count 0" in answer.read()
    assert [path.name for path in worker.file.parent.iterdir()] == [worker.file.name]


def test_it_answers_on_this_machine_alone(worker: Worker) -> None:
    """Of all that listens on its port, the address is that of loopback."""
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    addresses = {line.split()[1] for line in table if line.split()[1].endswith(f":{worker.port:04X}")}
    assert "0100007F" in {address.partition(":")[0] for address in addresses}
    assert "00000000" not in {address.partition(":")[0] for address in addresses}


def test_a_worker_that_ends_takes_its_file_away(worker: Worker) -> None:
    worker.end()
    assert list(worker.file.parent.iterdir()) == []


def test_the_file_of_a_worker_that_was_killed_goes_with_the_next(worker: Worker, tmp_path: Path) -> None:
    worker.kill()
    assert worker.file.is_file()  # its target is down, and an alert says so
    following = Worker(tmp_path / "targets")
    try:
        assert [path.name for path in worker.file.parent.iterdir()] == [following.file.name]
    finally:
        following.kill()


def test_only_files_of_dead_processes_of_the_same_job_are_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(PATIENCE_SECONDS)
    kept = {f"traceo-workers-{os.getpid()}.json", f"traceo-watch-{dead.pid}.json", "by-hand.json"}
    for name in (*kept, f"traceo-workers-{dead.pid}.json"):
        (tmp_path / name).write_text("[]")
    assert remove_stale(tmp_path) == [dead.pid]
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(tmp_path / "file" / "targets")],
        check=False,
        cwd=ROOT,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert b"NotADirectoryError" in done.stderr
