"""The logs job on a real Kafka: to the end of a topic; endless on Prism, killed, begun anew and stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from confluent_kafka import KafkaException, Producer

from connectors.errors import InputError
from connectors.jsonlines import lines_of
from connectors.kafka.cluster import Cluster
from pipelines import logs as job
from pipelines.settings import Settings
from runners.stack import Stack
from runners.stack.components import COMPONENTS
from runners.stack.settings import DEFAULT_STATE, load
from schemas.logs import LogsOutput
from schemas.topics import LOGS_TOPICS
from tests.conftest import ROOT, SAMPLE
from tests.integration.servers import built_prism, needing
from tests.integration.topicsofsample import committed, make_topics

OFFSET = 4000
PACKAGES = {package for kind in COMPONENTS if kind.name == "kafka" for package in kind.packages}
PATIENCE_SECONDS = 600.0  # of a busy machine
RECORDS = 19_031
TRACE = ("2024-01-01 12:00:00 ERROR gone", "java.lang.Error: x", "\tat a.b(c.java:1)")
TOPIC = "app-logs"

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def kafka() -> Iterator[Cluster]:
    """A Kafka of its own, with the sample's logs, a trace in lines, and a document that is broken."""
    state = Path(tempfile.mkdtemp(prefix="traceo-logs-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(["kafka"])
        cluster = Cluster(brokers=one.addresses.bootstrap_servers)
        make_topics(cluster, {TOPIC: 3})
        producer = Producer(cluster.client())
        for number, document in enumerate(lines_of(SAMPLE / "logs.otlp.jsonl.zst")):
            producer.produce(TOPIC, document, partition=number % 2)
        for line in (*TRACE, '{"broken'):
            producer.produce(TOPIC, line.encode(), partition=2)
        assert producer.flush(60) == 0
        yield cluster


def test_a_topic_is_read_to_its_end(kafka: Cluster, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = job.run(Settings(input=(f"kafka://{kafka.brokers}/{TOPIC}",), output=str(out)))
    assert (summary["lines"], summary["documents"]) == (191 + 4, 191 + 2)
    assert (summary["logs"], summary["dead"], summary["joined_lines"]) == (RECORDS + 1, 1, 2)
    assert summary["reconciliation"]["balanced"]
    table = pq.read_table(out / LogsOutput.LOGS)
    assert "\n".join(TRACE) in table["body"].to_pylist()


@pytest.fixture
def run(kafka: Cluster, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start the endless job on Prism; what it says goes to tmp_path/log."""
    prism = built_prism()
    command = [
        *(sys.executable, "-m", "pipelines", "run", "logs", "--runner", "prism", "--prism", str(prism)),
        *("--input", f"kafka://{kafka.brokers}/{TOPIC}", "--output", f"kafka://{kafka.brokers}"),
        *("--create-topics", "--line-wait-seconds", "1"),
    ]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        with (tmp_path / "log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def children(pid: int) -> list[int]:
    """Processes that ``pid`` started and that run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def written(kafka: Cluster) -> dict[str, list[dict[str, Any]]]:
    """What readers of committed messages see."""
    found = {
        str(output): topic.name for output, topic in LOGS_TOPICS.items() if output != LogsOutput.FINDINGS
    }
    with contextlib.suppress(InputError, KafkaException):  # topics are not there yet, or have no leader
        messages = committed(kafka, list(found.values()))
        return {output: messages[name] for output, name in found.items()}
    return {output: [] for output in found}


def eventually(condition: Callable[[], bool], seen: Callable[[], object]) -> None:
    """Wait for what takes a whole run over the sample."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up, seen()
        pause.wait(0.5)


def test_each_record_is_there_once_whatever_was_killed(
    kafka: Cluster, run: Callable[[], "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    def said() -> str:
        sizes = {output: len(found) for output, found in written(kafka).items()}
        return (tmp_path / "log").read_text() + str(sizes)

    first = run()
    eventually(lambda: len(written(kafka)[LogsOutput.LOGS]) > 0, said)
    (prism_pid,) = children(first.pid)
    first.kill()
    first.wait()
    os.kill(prism_pid, signal.SIGKILL)  # else it would end by itself, in two minutes

    second = run()
    eventually(
        lambda: len(written(kafka)[LogsOutput.LOGS]) >= RECORDS + 1 and bool(written(kafka)[LogsOutput.DEAD]),
        said,
    )
    found = written(kafka)
    places = Counter((r["topic"], r["partition"], r["offset"], r["place"]) for r in found[LogsOutput.LOGS])
    assert len(places) == RECORDS + 1
    assert set(places.values()) == {1}
    assert [letter["id"] for letter in found[LogsOutput.DEAD]] == [f"{TOPIC}/2/3"]
    (trace,) = [record for record in found[LogsOutput.LOGS] if record["partition"] == 2]
    assert (trace["body"], trace["severity"]) == ("\n".join(TRACE), 17)
    some = next(record for record in found[LogsOutput.LOGS] if record["partition"] == 0)
    assert some["resource"]["service.name"] == some["service"]
    assert some["attributes"] == {"log.iostream": "stdout"}

    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in said()
