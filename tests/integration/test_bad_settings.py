"""Bad settings, through the command line: one clear line each, before anything is read or written."""

import contextlib
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from connectors.kafka.cluster import Cluster
from connectors.kafka.preflight import current_ranges
from pipelines.publish import output_topics
from runners.stack import Stack, versions
from runners.stack.connect import SLOT
from runners.stack.install import missing
from runners.stack.postgres import Postgres
from runners.stack.settings import DEFAULT_STATE, load
from tests.conftest import ROOT
from tests.integration.securebroker import (
    MARKS,
    OFFSET,
    PASSWORD,
    USER,
    Authority,
    SecureBroker,
    secure_broker,
)
from tests.integration.servers import free_address, get_json, running
from tests.integration.topicsofsample import make_topics
from tests.runners.flink.fakeflink import fake_flink

pytestmark = MARKS

JOB = "traceo-ingest"
HOUR_MS = 3_600_000
Flags = Callable[[SecureBroker], list[str]]


def secure(broker: SecureBroker, topics: str = "in", **other: str) -> list[str]:
    """Flags by which the broker is reached as the user, but for ``other``."""
    chosen = {
        "kafka_protocol": "sasl_ssl",
        "kafka_ca_file": str(broker.kafka.authority.file),
        "kafka_username": USER,
        "kafka_password_file": broker.password_file(PASSWORD),
    } | other
    flags = [part for name, value in chosen.items() for part in (f"--{name.replace('_', '-')}", value)]
    return ["--input", f"kafka://{broker.kafka.listeners['secure']}/{topics}", *flags]


def plain(broker: SecureBroker, topics: str = "in") -> list[str]:
    return ["--input", f"kafka://{broker.plain.brokers}/{topics}"]


def to_topics(broker: SecureBroker, runner: str, listener: str | None = None) -> list[str]:
    brokers = broker.plain.brokers if listener is None else broker.kafka.listeners[listener]
    return ["--runner", runner, "--output", f"kafka://{brokers}"]


#: What is wrong, how it is chosen, and what is said of it.
LOCAL: dict[str, tuple[Flags, str]] = {
    "wrong broker": (
        lambda b: ["--input", f"kafka://{free_address()}/in"],
        "no broker answers within 8 s: .*Connection refused; see its address and --kafka-protocol$",
    ),
    "missing topic": (
        lambda b: plain(b, "in,no-such-topic"),
        ": no topic no-such-topic, .*see the connector",
    ),
    "wrong password": (
        lambda b: secure(b, kafka_password_file=b.password_file("wrong")),
        "it does not accept us; see --kafka-username, --kafka-password-file",
    ),
    "another CA": (
        lambda b: secure(b, kafka_ca_file=str(Authority(b.folder, "other-ca").file)),
        "its certificate is not to be trusted: .*; see --kafka-ca-file$",
    ),
    "no right to read": (lambda b: secure(b, "unreadable"), "no right to read topic unreadable; grant it"),
    "no right to the group": (
        lambda b: [*secure(b), "--job-name", "another"],
        "no right to read group another, .* --job-name; grant it",
    ),
    "clock skew": (
        lambda b: plain(b, "ahead"),
        r": ahead holds a record from 3[56]\d\d s ahead of our clock; set the clocks",
    ),
    "topics for a runner that writes files": (
        lambda b: [*plain(b), "--output", f"kafka://{b.plain.brokers}"],
        "--output: the local runner writes a folder; name one, or --runner flink$",
    ),
    "a source that the runner has not": (
        lambda b: [*plain(b), "--kafka-source", "kafkaio"],
        "--kafka-source: runner direct has no KafkaIO; name own$",
    ),
}
ENDLESS: dict[str, tuple[Flags, str]] = {
    "missing output topics": (
        lambda b: [*plain(b), *to_topics(b, "flink")],
        ": no topic metrics.processed, .*create them, or let --create-topics do it",
    ),
    "no right to see topics": (
        lambda b: [*secure(b), *to_topics(b, "flink", "secure")],
        ": no topic metrics.processed, metrics.*, or no right to see it; create them",
    ),
    "no right to make topics": (
        lambda b: [*secure(b), *to_topics(b, "flink", "secure"), "--create-topics"],
        r"topic metrics\.[a-z-]+ cannot be created: Authorization failed\. See --create-topics$",
    ),
    "prism that is not there": (
        lambda b: [*plain(b), *to_topics(b, "prism"), "--prism", "/no/prism", "--create-topics"],
        "--prism: /no/prism is not a program",
    ),
    "Flink that is not there": (
        lambda b: [
            *plain(b),
            *to_topics(b, "flink"),
            "--flink-url",
            f"http://{free_address()}",
            "--create-topics",
        ],
        "Connection refused",
    ),
}
#: What Flink says of itself, and what is said of it.
FLINKS: dict[str, tuple[dict[str, Any], str]] = {
    "incompatible version": (
        {"/overview": {"flink-version": "1.15.2", "slots-total": 4, "slots-available": 4}},
        r": Flink 1\.15\.2 has no runner of Beam that fits; known: 1\.16, ",
    ),
    "incompatible Java": (
        {"/jobmanager/environment": {"jvm": {"version": "OpenJDK 64-Bit Server VM - 1.8/25.372-b07"}}},
        ": Java OpenJDK .* is too old; Beam's runner needs 11 or later$",
    ),
    "no slot free": (
        {"/overview": {"flink-version": "1.16.0", "slots-total": 4, "slots-available": 0}},
        ": 0 task slots free of 4, the job needs 1; stop a job, add a TaskManager",
    ),
    "no job server": ({}, ": Beam's job server does not answer: .*; start it, or see --job-endpoint$"),
}


@pytest.fixture(scope="module")
def broker() -> Iterator[SecureBroker]:
    with secure_broker() as one:
        make_topics(one.plain, {"in": 1, "unreadable": 1, "ahead": 1})
        producer = Producer(one.plain.client())
        producer.produce("in", b"{}")
        producer.produce("ahead", b"{}", timestamp=int(time.time() * 1000) + HOUR_MS)
        assert producer.flush(30) == 0
        one.allow("topic", "in", "READ", "DESCRIBE")
        one.allow("topic", "unreadable", "DESCRIBE")
        one.allow("group", JOB, "READ", prefixed=True)
        yield one


def ingest(folder: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own, in ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines", "run", "ingest", *flags],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def held(cluster: Cluster) -> dict[str, Any]:
    """What the cluster's topics hold, offset by offset; its own topics are none of ours."""
    names = AdminClient(cluster.client()).list_topics(timeout=30).topics
    ours = sorted(name for name in names if not name.startswith("__"))
    return {"topics": ours, "ranges": current_ranges(cluster, ours)}


@pytest.fixture
def refuses(broker: SecureBroker, tmp_path: Path) -> Callable[[list[str]], str]:
    """Run the job with these flags; the one line that it says, when nothing was read or written."""

    def run(flags: list[str]) -> str:
        before = held(broker.plain)
        done = ingest(tmp_path, *flags)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        [line] = done.stderr.splitlines()
        assert line.startswith("traceo: ")
        assert "Traceback" not in line
        assert PASSWORD not in line
        assert held(broker.plain) == before
        assert list(tmp_path.iterdir()) == []
        return line

    return run


def said(line: str, expected: str) -> None:
    assert re.search(expected, line), line


@pytest.mark.parametrize("wrong", LOCAL)
def test_on_the_local_runner(broker: SecureBroker, refuses: Callable[[list[str]], str], wrong: str) -> None:
    flags, expected = LOCAL[wrong]
    said(refuses(["--runner", "direct", *flags(broker)]), expected)


@pytest.mark.parametrize("wrong", ENDLESS)
def test_on_a_runner_of_streams(
    broker: SecureBroker, refuses: Callable[[list[str]], str], wrong: str
) -> None:
    flags, expected = ENDLESS[wrong]
    said(refuses(flags(broker)), expected)


@pytest.mark.parametrize("wrong", FLINKS)
def test_a_flink_that_does_not_fit_is_refused_before_topics_are_made(
    broker: SecureBroker, refuses: Callable[[list[str]], str], wrong: str
) -> None:
    answers, expected = FLINKS[wrong]
    with fake_flink() as flink:
        flink.answers |= answers
        flags = [*plain(broker), *to_topics(broker, "flink"), "--flink-url", flink.url, "--create-topics"]
        said(refuses([*flags, "--job-endpoint", free_address()]), expected)
        assert {method for method, *_ in flink.asked} == {"GET"}


def test_no_right_to_write_nor_to_transactions_with_all_topics_there(
    broker: SecureBroker, refuses: Callable[[list[str]], str]
) -> None:
    make_topics(broker.plain, dict.fromkeys(output_topics(), 1))
    broker.allow("topic", "metrics.", "READ", "DESCRIBE", prefixed=True)
    flags = [*secure(broker), *to_topics(broker, "flink", "secure")]
    said(refuses(flags), r"no right to write topic metrics\.[a-z-]+; grant it to our user$")
    broker.allow("topic", "metrics.", "WRITE", prefixed=True)
    said(refuses(flags), f"no right to write with transactional ids {JOB}-…, .* --job-name; grant it")


def stack(state: Path, verb: str, *flags: str) -> "subprocess.CompletedProcess[str]":
    """``traceo stack``, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines", "stack", verb, "--state", str(state), *flags],
        cwd=state,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.skipif(
    bool(missing(set(Postgres.packages))) and os.geteuid() != 0,
    reason="needs Debian packages: traceo stack up says which",
)
def test_a_slot_that_is_taken_is_said_before_the_connector_is_registered() -> None:
    state = Path(tempfile.mkdtemp(prefix="traceo-slot-"))
    state.chmod(0o711)  # PostgreSQL runs as a user of its own
    flags = ["--lib", str(ROOT / DEFAULT_STATE / "lib"), "--port-offset", str(OFFSET + 50)]
    try:
        done = stack(state, "up", *flags, "--only", "postgres")
        assert done.returncode == 0, done.stderr
        addresses = Stack(settings=load({"state": state}, {})).addresses
        with reading_slot(addresses.postgres_dsn("debezium"), SLOT, state):
            done = stack(state, "up", "--only", "connect")
            assert done.returncode != 0
            assert "Traceback" not in done.stderr
            [line] = done.stderr.splitlines()
            said(line, f"^traceo: connect: slot {SLOT} of the database at .* is taken: .*; stop that one$")
            assert get_json(f"{addresses.connect_url}/connectors") == []
            kafka = Cluster(brokers=addresses.bootstrap_servers)
            topics = AdminClient(kafka.client()).list_topics(timeout=30).topics
            assert [name for name in topics if not name.startswith("_")] == []
        done = stack(state, "up", "--only", "connect")
        assert done.returncode == 0, done.stderr
    finally:
        stack(state, "down")
        shutil.rmtree(state, ignore_errors=True)


@contextlib.contextmanager
def reading_slot(dsn: str, slot: str, folder: Path) -> Iterator[None]:
    """Another reader of ``slot``, while the body runs."""
    program = Path(glob.glob(versions.debian()["postgresql-15"])[0]).with_name("pg_recvlogical")
    options = ["-o", "proto_version=1", "-o", f"publication_names={slot}"]
    command = [program, "-d", dsn, "--slot", slot, "-P", "pgoutput"]
    subprocess.run([*command, "--create-slot"], check=True)

    def is_active() -> bool:
        with psycopg.connect(dsn) as connection:
            found = connection.execute("SELECT active FROM pg_replication_slots").fetchall()
        return found == [(True,)]

    with running([*command, "--start", *options, "-f", "-"], folder, is_active):
        yield
