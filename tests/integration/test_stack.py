"""The stack of real servers, from nothing to nothing: it serves, survives kill -9, and stays on loopback."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka import Consumer

from pipelines.cli import main
from runners.stack import Stack, process
from runners.stack.components import COMPONENTS
from runners.stack.settings import DEFAULT_STATE, load
from runners.stack.stack import Status
from tests.conftest import ROOT
from tests.integration.servers import needing

OFFSET = 7000
PATIENCE_SECONDS = 180.0  # of a busy machine
WARM_SECONDS = 45.0
DEFAULT = {kind.name: kind for kind in COMPONENTS if kind.default}
PACKAGES = {package for kind in DEFAULT.values() for package in kind.packages}

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    # pytest's own folders are closed to the user postgres
    state = Path(tempfile.mkdtemp(prefix="traceo-stack-"))
    state.chmod(0o711)
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up()
        one.down()  # with this the archives of classes are there: the next start is a warm one
        begun = time.monotonic()
        one.up()
        assert time.monotonic() - begun < WARM_SECONDS
        yield one


@pytest.fixture
def arrives(stack: Stack) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Insert an event of this series, and wait for its record on the topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": stack.addresses.bootstrap_servers,
            "group.id": f"test-{time.time_ns()}",
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "log_level": 0,
        }
    )
    consumer.subscribe(["db.metrics.events"])

    def arriving(series: str) -> dict[str, Any]:
        with psycopg.connect(stack.addresses.postgres_dsn()) as connection:
            connection.execute(
                'insert into metrics.events(metric_id, "timestamp", value) values (%s, now(), 1.5)', [series]
            )
        return until(lambda: record(consumer, series))

    yield arriving
    consumer.close()


def record(consumer: Consumer, series: str) -> dict[str, Any] | None:
    message = consumer.poll(0.5)
    if message is None or message.error() or message.value() is None:
        return None
    change: dict[str, Any] = json.loads(message.value())
    return change if change["after"]["metric_id"] == series else None


def until(probe: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := probe()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own servers
        return json.load(answer)


def test_everything_is_up_and_a_second_up_does_nothing(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows(stack)
    assert {row.state for row in before} == {"up"}, [row for row in before if row.state != "up"]
    assert all(row.memory_bytes > 0 and row.uptime_seconds > 0 for row in before)
    assert main(["stack", "up", "--state", str(stack.settings.state)]) == 0
    assert capsys.readouterr().out == "the stack is already up\n"
    assert [row.pid for row in rows(stack)] == [row.pid for row in before]


def test_a_row_becomes_a_record_with_its_transaction(arrives: Callable[[str], dict[str, Any]]) -> None:
    change = arrives("first")
    assert change["op"] == "c"
    assert change["transaction"]["id"]
    assert change["source"]["db"] == "traceo"


def test_a_password_is_needed_and_is_shown_nowhere(stack: Stack) -> None:
    dsn = stack.addresses.postgres_dsn("debezium")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(dsn, passfile=os.devnull)
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):  # an administrator comes by the socket
        psycopg.connect(dsn, user="postgres", password="any")  # noqa: S106
    secrets = [path.read_text().strip() for path in stack.settings.secrets.glob("postgres-*")]
    assert len(secrets) == 2
    shown = [json.dumps(get(f"{stack.addresses.connect_url}/connectors/db-metrics"))]
    shown += [path.read_text(errors="replace") for path in (stack.settings.state / "logs").iterdir()]
    shown += [
        path.read_text()
        for path in stack.settings.state.rglob("*")
        if path.is_file() and path.suffix in {".properties", ".args", ".conf", ".yaml", ".yml"}
        if path.parent != stack.settings.secrets
    ]
    for row in rows(stack):
        shown += [Path(f"/proc/{row.pid}/{name}").read_text() for name in ("cmdline", "environ")]
    assert not [secret for secret in secrets if any(secret in text for text in shown)]


def test_every_listener_of_every_process_is_on_loopback(stack: Stack) -> None:
    listening = set(listeners(stack))
    named = {stack.settings.ports[name] for kind in DEFAULT.values() for name in kind.ports}
    assert {port for _, port in listening} >= named
    assert {host for host, _ in listening} == {"127.0.0.1"}


def rows(stack: Stack) -> list[Status]:
    """Of those that are started where nobody names components."""
    return [row for row in stack.status() if row.component in DEFAULT]


def said(stack: Stack, *components: str) -> str:
    """The ends of their logs, for who has to find out what went wrong."""
    ends = [stack.components[name].log.read_text(errors="replace")[-6_000:] for name in components]
    return "\n".join(f"--- {name}\n{end}" for name, end in zip(components, ends, strict=True))


def listeners(stack: Stack) -> Iterator[tuple[str, int]]:
    """Host and port of each listening TCP socket of the stack's processes, by /proc alone."""
    inodes = set()
    for one in stack.components.values():
        for member in {*process.leftovers(one.record), *process.members(one.record)}:
            for descriptor in Path(f"/proc/{member.pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    inodes.add(os.readlink(descriptor).removeprefix("socket:[").rstrip("]"))
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, port = fields[1].split(":")
                # words of four bytes, each in the machine's order
                words = [bytes.fromhex(host[i : i + 8])[::-1] for i in range(0, len(host), 8)]
                yield socket.inet_ntop(family, b"".join(words)).removeprefix("::ffff:"), int(port, 16)


def test_prometheus_scrapes_flink_and_whoever_registers(stack: Stack) -> None:
    target = stack.addresses.alertmanager_url.removeprefix("http://")  # it has metrics too
    registered = stack.addresses.prometheus_targets / "test.json"
    registered.write_text(json.dumps([{"targets": [target]}]))

    def healthy() -> bool:
        targets = get(f"{stack.addresses.prometheus_url}/api/v1/targets")["data"]["activeTargets"]
        jobs = [one["labels"]["job"] for one in targets if one["health"] == "up"]
        return sorted(jobs) == ["flink", "flink", "prometheus", "traceo"]

    assert until(healthy)


@pytest.mark.parametrize("environment", ["EXTERNAL", "PROCESS"])
def test_a_pipeline_runs_on_flink(stack: Stack, tmp_path: Path, environment: str) -> None:
    program = [sys.executable, "-c", PIPELINE, str(stack.settings.state), environment, str(tmp_path / "sum")]
    try:
        done = subprocess.run(
            program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired as hung:
        pytest.fail(f"hangs\n{(hung.stderr or b'').decode()}\n{said(stack, 'jobserver', 'taskmanager')}")
    assert done.returncode == 0, f"{done.stderr}\n{said(stack, 'jobserver', 'taskmanager')}"
    assert [path.read_text() for path in tmp_path.glob("sum*")] == ["4950\n"]
    # the class path of the cluster is not sent with each job
    assert sum(path.stat().st_size for path in stack.settings.folder("flink").rglob("*")) < 10_000_000


PIPELINE = """
import json, sys
from pathlib import Path
import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from runners.stack import Stack
addresses = Stack(Path(sys.argv[1])).addresses
boot = json.dumps({"command": str(addresses.worker_boot)})
configuration = {"EXTERNAL": addresses.worker_pool, "PROCESS": boot}
options = PipelineOptions([
    "--runner=PortableRunner", f"--job_endpoint={addresses.job_endpoint}",
    f"--artifact_endpoint={addresses.artifact_endpoint}",
    f"--environment_type={sys.argv[2]}", f"--environment_config={configuration[sys.argv[2]]}",
])
with beam.Pipeline(options=options) as p:
    p | beam.Create(range(100)) | beam.CombineGlobally(sum) | beam.io.WriteToText(sys.argv[3], num_shards=1)
"""


@pytest.mark.parametrize("component", DEFAULT)
def test_what_is_killed_starts_again(
    stack: Stack, component: str, arrives: Callable[[str], dict[str, Any]]
) -> None:
    stack.kill(component)
    assert next(row.state for row in stack.status() if row.component == component) == "failed"
    stack.start(component)
    if component in {"postgres", "kafka", "connect"}:
        assert arrives(f"after {component}")["op"] == "c"
    until(lambda: {row.state for row in rows(stack)} == {"up"})


def test_down_leaves_no_process(stack: Stack) -> None:
    processes = [
        one
        for component in stack.components.values()
        for one in (*process.leftovers(component.record), *process.members(component.record))
    ]
    assert len(processes) > len(DEFAULT)
    assert stack.down() == [], said(stack, "connect")
    assert not [one for one in processes if process.alive(one)]
    assert not list(listeners(stack))
    assert {row.state for row in stack.status()} == {"down"}
    stack.down(purge=True)
    assert not (stack.settings.state / "postgres").exists()
    with pytest.raises(Exception, match="does not run"):
        stack.kill("kafka", signal.SIGTERM)
