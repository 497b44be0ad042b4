"""``traceo watch``, from the command line: what it shows, what its exit says, what it serves."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipelines.cli import main
from pipelines.commands.watch import PROBES
from tests.conftest import ROOT
from tests.runners.watch.answers import Answers, answering
from tests.runners.watch.test_watch_connect import ALL, OFFSETS, connectors, offset

PATIENCE_SECONDS = 30
OTHERS = [f"--without={probe}" for probe in PROBES if probe != "connect"]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def connect() -> Iterator[Answers]:
    with answering({ALL: connectors(), OFFSETS: offset()}) as served:
        yield served


def watch(connect: Answers, *more: str) -> int:
    return main(["watch", f"--connect={connect.url}", "--connector=db", *OTHERS, *more])


def scraped(url: str) -> str:
    """As Prometheus would ask for it."""
    asked = urllib.request.Request(url, headers={"Accept": "application/openmetrics-text"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  of our own
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        text: str = answer.read().decode()
        return text


def test_one_look_as_a_document(connect: Answers, capsys: Said) -> None:
    assert watch(connect, "--once", "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["probes"]["connect"]["up"] is True
    assert document["states"]["connector db"] == {"state": "RUNNING", "good": True}
    running = {"name": "traceo_connect_tasks", "labels": {"connector": "db"}, "value": 1.0}
    assert running in document["metrics"]


def test_a_table_begins_with_what_is_not_well_and_the_exit_says_so(connect: Answers, capsys: Said) -> None:
    connect.by_path[ALL] = connectors("FAILED", trace="java.net.ConnectException: Connection refused")
    assert watch(connect, "--once") == 1
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert re.search(r"task db/0 +│ FAILED: java.net.ConnectException: Connection refused +│ look", rows[0])
    assert not any(" look " in row for row in rows[1:])


def test_a_server_that_is_not_there_is_said_in_one_line(connect: Answers, capsys: Said) -> None:
    assert main(["watch", "--once", "--connect=http://127.0.0.1:1", "--connector=db", *OTHERS]) == 1
    assert "down: http://127.0.0.1:1/connectors" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--once", "--postgres=host=h user=u password=p"], "--postgres-password-file"),
        (["--once", "--postgres=postgresql://u:p@h/db"], "--postgres-password-file"),
        (["--json"], "--json goes with --once"),
        (["--interval=0"], "above 0"),
        (["--listen=here"], "names no port"),
        (["--once", "--kafka-protocol=carrier-pigeon"], "plaintext"),
    ],
)
def test_what_cannot_be_is_refused_with_the_fix(
    connect: Answers, flags: list[str], message: str, capsys: Said
) -> None:
    assert watch(connect, *flags) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "p@h" not in error


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_metrics_and_says_what_changes_until_it_is_ended(
    connect: Answers, tmp_path: Path, ending: signal.Signals
) -> None:
    program = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]
    flags = ["--listen=0", f"--targets={tmp_path}", "--interval=0.1", f"--connect={connect.url}", *OTHERS]
    process = subprocess.Popen(
        [*program, "watch", "--connector=db", *flags], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.fullmatch(r"watching on (http://127\.0\.0\.1:\d+/metrics); end it with Ctrl-C\n", first)
        assert found is not None, first
        lines = iter(process.stdout.readline, "")
        assert any(re.search(r"^\d{4}-\d\d-\d\dT[\d:]{8}Z connector db: RUNNING$", line) for line in lines)
        connect.by_path[ALL] = connectors(connector="PAUSED")
        assert any(line.endswith("connector db: PAUSED (was: RUNNING)\n") for line in lines)

        names = {f.name for f in text_string_to_metric_families(scraped(found[1]))}  # type: ignore[no-untyped-call]
        assert {"traceo_watch_up", "traceo_connect_connector_state", "traceo_connect_task_failures"} <= names
        (target,) = tmp_path.glob("traceo-watch-*.json")
        assert json.loads(target.read_text())[0]["labels"]["job"] == "traceo-watch"
    finally:
        process.send_signal(ending)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
