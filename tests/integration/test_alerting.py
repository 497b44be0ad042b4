"""An alert, for real: a task fails, traceo watch sees it, Prometheus fires, Alertmanager tells a webhook.

The rules and the routing are those of deploy/, with their waits made short.
"""

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import ROOT
from tests.integration.servers import answers, free_address, get_json, running, wait_until, webhook
from tests.runners.watch.answers import Answers, answering
from tests.runners.watch.test_watch_connect import ALL, OFFSETS, TRACE, connectors, offset

PROMETHEUS, ALERTMANAGER = shutil.which("prometheus"), shutil.which("prometheus-alertmanager")
AMTOOL = ("amtool",)  # of the same package
DEPLOY = ROOT / "deploy"
_FOR = re.compile(r"\bfor: \w+")
_WAITS = re.compile(r"(group_wait|group_interval): \w+")
_URL = re.compile(r"url: \S+")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROMETHEUS is None or ALERTMANAGER is None,
        reason="needs the packages prometheus and prometheus-alertmanager: scripts/prometheus",
    ),
]

Alerts = list[dict[str, Any]]
Watch = tuple["subprocess.Popen[bytes]", Path]
Query = Callable[[str], Any]


@pytest.fixture
def connect() -> Iterator[Answers]:
    with answering({ALL: connectors(), OFFSETS: offset()}) as served:
        yield served


@pytest.fixture
def watch(connect: Answers, tmp_path: Path) -> Iterator[Watch]:
    """``traceo watch`` of that Connect; its target file for Prometheus is in the folder."""
    folder, address = tmp_path / "watch", free_address()
    folder.mkdir()
    command = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", "watch"]
    command += [f"--listen={address}", f"--targets={folder / 'targets'}", "--interval=0.2"]
    command += [f"--connect={connect.url}", "--connector=db"]
    command += [f"--without={probe}" for probe in ("postgres", "kafka", "flink")]
    environment = ["env", f"PYTHONPATH={ROOT}"]
    with running([*environment, *command], folder, lambda: answers(f"http://{address}/metrics")) as process:
        yield process, folder


@pytest.fixture
def told(watch: Watch, tmp_path: Path) -> Iterator[Alerts]:
    """What the webhook gets, with a Prometheus and an Alertmanager that run between it and the watch."""
    with webhook() as (url, got), alertmanager(tmp_path / "alertmanager", url) as address:
        with prometheus(tmp_path / "prometheus", watch[1] / "targets", address) as query:
            wait_until(lambda: query("traceo_watch_up == 1"))
            yield got


@contextlib.contextmanager
def alertmanager(folder: Path, url: str) -> Iterator[str]:
    """One that tells ``url``; its address."""
    folder.mkdir()
    address = free_address()
    config = _URL.sub(f"url: {url}", (DEPLOY / "alertmanager.yaml").read_text())
    (folder / "config.yaml").write_text(_WAITS.sub(r"\1: 1s", config))
    command = [str(ALERTMANAGER), "--config.file=config.yaml", "--storage.path=data"]
    command += [f"--web.listen-address={address}", "--cluster.listen-address="]
    with running(command, folder, lambda: answers(f"http://{address}/-/ready")):
        yield address


@contextlib.contextmanager
def prometheus(folder: Path, targets: Path, alertmanager_address: str) -> Iterator[Query]:
    """One with our rules, that scrapes whatever ``targets`` names; asks it."""
    folder.mkdir()
    for path in (DEPLOY / "alerts").glob("*.yaml"):
        (folder / f"{path.stem}.rules.yaml").write_text(_FOR.sub("for: 1s", path.read_text()))
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["*.rules.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager_address]}]}]},
        "scrape_configs": [{"job_name": "traceo", "file_sd_configs": [{"files": [f"{targets}/*.json"]}]}],
    }
    (folder / "prometheus.yaml").write_text(json.dumps(config))
    address = free_address()
    command = [str(PROMETHEUS), "--config.file=prometheus.yaml", "--storage.tsdb.path=data"]
    command += [f"--web.listen-address={address}"]
    with running(command, folder, lambda: answers(f"http://{address}/-/ready")):
        yield lambda ask: get_json(f"http://{address}/api/v1/query?query={quote(ask)}")["data"]["result"]


def the(alerts: Alerts, name: str, status: str) -> Callable[[], Alerts]:
    return lambda: [a for a in alerts if a["labels"]["alertname"] == name and a["status"] == status]


def test_somebody_is_told_of_a_task_that_failed_and_that_it_runs_again(
    connect: Answers, told: Alerts
) -> None:
    assert the(told, "ConnectorTaskNotRunning", "firing")() == []
    connect.by_path[ALL] = connectors("FAILED", trace=TRACE)
    (alert, *_) = wait_until(the(told, "ConnectorTaskNotRunning", "firing"), lambda: told)
    assert alert["receiver"] == "pages"
    assert alert["labels"]["connector"] == "db"
    assert alert["labels"]["severity"] == "page"
    assert alert["annotations"]["summary"] == "A task of connector db does not run"
    assert "(running: 0)" in alert["annotations"]["description"]
    assert alert["annotations"]["runbook_url"] == "docs/runbook.md#connectortasknotrunning"
    connect.by_path[ALL] = connectors()
    wait_until(the(told, "ConnectorTaskNotRunning", "resolved"), lambda: told)


def test_somebody_is_told_that_nobody_watches_any_more(watch: Watch, told: Alerts) -> None:
    watch[0].kill()
    (alert, *_) = wait_until(the(told, "WatchDown", "firing"), lambda: told)
    assert alert["labels"]["job"] == "traceo-watch"


def test_alertmanager_takes_the_routing_as_it_is() -> None:
    config = str(DEPLOY / "alertmanager.yaml")
    subprocess.run([*AMTOOL, "check-config", config], check=True, capture_output=True)
    for severity, receiver in (("page", "pages"), ("ticket", "tickets")):
        command = [*AMTOOL, "config", "routes", "test", f"--config.file={config}", f"severity={severity}"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == receiver
