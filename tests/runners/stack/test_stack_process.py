"""Daemons by process id: the right one is ended, with all that it has started, and never another."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runners.stack import process
from runners.stack.process import Launch, Process

Start = Callable[[str], Process]
SECONDS = 10.0


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "run" / "one.pid"


@pytest.fixture
def start(tmp_path: Path, record: Path) -> Iterator[Start]:
    """Start a Python program as a daemon, and wait until it has written a line."""

    def starting(program: str) -> Process:
        log = tmp_path / "log"
        launch = Launch(
            argv=[sys.executable, "-u", "-c", program], environment=dict(os.environ), folder=tmp_path
        )
        started = process.spawn(launch, log, record)
        until(lambda: log.read_text().endswith("\n"))
        return started

    yield starting
    process.stop(record, signal.SIGKILL, SECONDS)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_daemon_leads_its_session_is_known_by_its_record_and_ends_when_asked(
    start: Start, record: Path
) -> None:
    started = start("import time; print('here'); time.sleep(60)")
    assert os.getsid(started.pid) == started.pid
    assert process.alive(started)
    assert process.recorded(record) == started
    assert process.memory_bytes(record) > 1_000_000
    assert 0 <= process.uptime_seconds(started) < SECONDS
    assert process.stop(record, signal.SIGTERM, SECONDS)
    assert not process.alive(started)
    assert process.recorded(record) is None


def test_one_that_does_not_listen_is_killed_in_the_end(start: Start, record: Path) -> None:
    started = start(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here'); time.sleep(60)"
    )
    assert not process.stop(record, signal.SIGTERM, 0.2)
    assert not process.alive(started)


def test_what_a_killed_daemon_has_started_is_found_by_its_mark_in_whatever_session(
    start: Start, record: Path
) -> None:
    started = start(
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print('here'); time.sleep(60)"
    )
    until(lambda: len(process.leftovers(record)) == 2)
    process.send(started, signal.SIGKILL)
    assert process.gone([started], SECONDS)
    (orphan,) = process.leftovers(record)
    assert process.stop(record, signal.SIGTERM, SECONDS)
    assert not process.alive(orphan)


@pytest.mark.parametrize("field", ["started", "boot"])
def test_an_id_that_is_somebody_elses_by_now_is_never_signalled(record: Path, field: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        found = process.find(stranger.pid)
        assert found is not None
        values = {"pid": found.pid, "started": found.started, "boot": found.boot}
        values[field] = {"started": found.started - 1, "boot": "another"}[field]
        record.parent.mkdir()
        record.write_text(json.dumps(values))
        assert not process.alive(process.recorded(record))
        assert process.members(record) == []
        assert process.stop(record, signal.SIGKILL, SECONDS)
        process.send(Process(**values), signal.SIGKILL)
        assert process.alive(found)
        stranger.kill()


def test_a_torn_record_and_a_dead_child_are_nobody(start: Start, record: Path) -> None:
    started = start("import os, time; print('here'); time.sleep(60)")
    process.send(started, signal.SIGKILL)
    until(lambda: not process.alive(started))  # though nobody but us could reap it
    process.send(started, signal.SIGKILL)
    record.write_text("{")
    assert process.recorded(record) is None
    assert process.find(2**22 + 1) is None
