"""The whole job on Prism, from topics to topics: killed, begun anew and stopped; each event is there once."""

import base64
import contextlib
import json
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

import pytest
from confluent_kafka import KafkaException, Producer

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster
from runners.stack import Stack
from runners.stack.components import COMPONENTS
from runners.stack.settings import DEFAULT_STATE, load
from schemas.names import Output
from schemas.topics import TOPICS
from tests.captures import sample_lines
from tests.conftest import ROOT
from tests.integration.servers import built_prism, needing
from tests.integration.topicsofsample import committed, load_sample

OFFSET = 7500
PACKAGES = {package for kind in COMPONENTS if kind.name == "kafka" for package in kind.packages}
PATIENCE_SECONDS = 600.0  # of a busy machine
EVENTS = "db.metrics.events"
COUNTED = (
    Output.CLEAN,
    Output.DUPLICATES,
    Output.CONFLICTS,
    Output.CHANGES,
    Output.TABLES,
    Output.AUDIT,
    Output.GAPS,
)

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def prism() -> Path:
    """Prism, built if it is not there."""
    return built_prism()


@pytest.fixture(scope="module")
def kafka() -> Iterator[Cluster]:
    """A Kafka of its own: what else were in the output topics would count as written already."""
    state = Path(tempfile.mkdtemp(prefix="traceo-prism-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(["kafka"])
        yield Cluster(brokers=one.addresses.bootstrap_servers)


Run = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def run(kafka: Cluster, prism: Path, tmp_path: Path) -> Iterator[Run]:
    """Start ``traceo run ingest`` on the sample's topics; what it says goes to tmp_path/log."""
    topics = ",".join(load_sample(kafka, "db"))
    command = [
        *(sys.executable, "-m", "pipelines", "run", "ingest", "--runner", "prism", "--prism", str(prism)),
        *("--input", f"kafka://{kafka.brokers}/{topics}", "--output", f"kafka://{kafka.brokers}"),
        *("--create-topics", "--job-name", "prism-test"),
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


def outputs(kafka: Cluster) -> dict[Output, list[dict[str, Any]]]:
    """What readers of committed messages see."""
    found = committed(kafka, [TOPICS[output].name for output in COUNTED])
    return {output: found[TOPICS[output].name] for output in COUNTED}


def sizes(kafka: Cluster) -> dict[Output, int]:
    return {output: len(found) for output, found in outputs(kafka).items()}


def eventually(condition: Callable[[], bool], seen: Callable[[], object]) -> None:
    """Wait for what takes a whole run over the sample."""

    def holds() -> bool:
        with contextlib.suppress(InputError, KafkaException):  # topics are not there yet, or have no leader
            return condition()
        return False

    give_up = time.monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < give_up, seen()
        pause.wait(0.5)


def add_event(kafka: Cluster) -> None:
    """One more event of a series of the sample, committed after all others."""
    envelope, lsn = {}, 0
    for line in sample_lines():
        with contextlib.suppress(ValueError, TypeError, KeyError):  # not all are sound
            record = json.loads(line)
            change = json.loads(base64.b64decode(record["value"]))
            lsn = max(lsn, change["source"]["lsn"] + 1)
            if record["topic"] == EVENTS and change["op"] == "c" and change["after"]["metric_id"]:
                envelope = change
    envelope["source"] |= {"lsn": lsn, "sequence": json.dumps([str(lsn), str(lsn)])}
    envelope["after"] |= {"timestamp": "2023-01-29T12:34:56.789012Z", "seq": 10**9}
    producer = Producer(kafka.client())
    key = json.dumps({"seq": envelope["after"]["seq"]})
    producer.produce(EVENTS, json.dumps(envelope).encode(), key)
    assert producer.flush(60) == 0


def test_each_event_is_there_once_whatever_was_killed(
    kafka: Cluster, run: Run, tmp_path: Path, truth: dict[str, Any]
) -> None:
    def said() -> str:
        return (tmp_path / "log").read_text() + str(sizes(kafka))

    first = run()
    eventually(lambda: sizes(kafka)[Output.CLEAN] > 0, said)
    (prism_pid,) = children(first.pid)
    first.kill()
    first.wait()
    os.kill(prism_pid, signal.SIGKILL)  # else it would end by itself, in two minutes

    second = run()
    expected = truth["expected"]
    whole = {
        Output.CLEAN: expected["valid_events"],
        Output.DUPLICATES: expected["application_duplicates"],
        Output.CONFLICTS: expected["conflicts"],
        Output.CHANGES: expected["updates"] + expected["deletes"],
        Output.TABLES: expected["catalogue_series"],
        Output.AUDIT: expected["invalid"] + expected["unknown_series"],
        Output.GAPS: len(truth["gaps"]),  # with timers of event time
    }
    eventually(lambda: sizes(kafka) == whole, said)
    add_event(kafka)  # behind it, whatever would be written twice has been written
    eventually(lambda: sizes(kafka)[Output.CLEAN] > whole[Output.CLEAN], said)
    assert sizes(kafka) == whole | {Output.CLEAN: whole[Output.CLEAN] + 1}
    keys = Counter((event["metric_id"], event["timestamp"]) for event in outputs(kafka)[Output.CLEAN])
    assert set(keys.values()) == {1}

    (prism_pid,) = children(second.pid)
    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE_SECONDS) == 0
    assert not Path(f"/proc/{prism_pid}").exists()
    assert "prism saves nothing" in said()
    assert "nothing was saved" in said()
    assert "Traceback" not in said()
