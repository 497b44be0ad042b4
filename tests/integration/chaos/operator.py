"""Who runs Kafka Connect: does what Strimzi, Kubernetes and the runbook do when it brings nothing."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition

from runners.flink.rest import ENDED, Flink, FlinkError
from runners.stack import Stack
from runners.stack.connect import Connect
from runners.stack.errors import NotReady, StackError
from schemas.topics import TOPICS
from tests.integration.chaos.jobclient import INPUTS

_LOOK_SECONDS: Final = 5.0
STALL_SECONDS: Final = 90.0
_ANSWER_SECONDS: Final = 10.0


class Operator:
    """Looks after Connect while somebody waits. ``look`` is called as often as one likes."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._due = time.monotonic()
        self._stalled = time.monotonic() + STALL_SECONDS

    def look(self) -> None:
        """Start what is gone (Kubernetes), restart a task that gave up (Strimzi), and what stands still."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _LOOK_SECONDS
        connect = self._stack.components["connect"]
        assert isinstance(connect, Connect)
        with contextlib.suppress(NotReady, StackError):  # it is away just now, and asked again
            if any(one.state == "failed" for one in self._stack.status() if one.component == "connect"):
                print(f"Connect had ended and is started again; {diagnosis(self._stack)}", flush=True)
                self._stack.start("connect")
            connect.restart_failed()
            if now >= self._stalled:
                self._stalled = now + STALL_SECONDS
                print(f"nothing came for {STALL_SECONDS:.0f} s: {diagnosis(self._stack)}", flush=True)
                self._stack.kill("connect")
                self._stack.start("connect")


def diagnosis(stack: Stack) -> str:
    """Where rows may be held up: states, the slot, the job, what readers see of topics and what is there."""
    states = [f"{one.component} {one.state} {one.detail}" for one in stack.status() if one.state != "down"]
    return "\n".join((*_connector(stack), _slot(stack), *_topics(stack), *_jobs(stack), *states))


def _connector(stack: Stack) -> list[str]:
    connect = stack.components["connect"]
    assert isinstance(connect, Connect)
    try:
        return [json.dumps(connect.state())[:400]]
    except NotReady as error:
        return [str(error)]


def _slot(stack: Stack) -> str:
    try:
        with psycopg.connect(stack.addresses.postgres_dsn(), connect_timeout=5) as connection:
            rows: Any = connection.execute(
                "select slot_name, active, pg_current_wal_lsn() - confirmed_flush_lsn "
                "from pg_replication_slots"
            ).fetchall()
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return f"slots {rows}"


def _topics(stack: Stack) -> Iterator[str]:
    """Where partitions end, and where for readers of committed messages, if not there."""
    brokers = stack.addresses.bootstrap_servers
    try:
        committed, all_there = (
            _ends(brokers, isolation) for isolation in ("read_committed", "read_uncommitted")
        )
    except KafkaException as error:
        yield str(error)
        return
    yield f"ends {all_there}"
    hidden = {place: end for place, end in committed.items() if end != all_there[place]}
    yield f"committed only up to {hidden}" if hidden else "all of it committed"


def _ends(brokers: str, isolation: str) -> dict[str, int]:
    reader = Consumer(
        {"bootstrap.servers": brokers, "group.id": "diagnosis", "isolation.level": isolation, "log_level": 0}
    )
    try:
        known = reader.list_topics(timeout=_ANSWER_SECONDS).topics
        return {
            f"{topic}/{number}": reader.get_watermark_offsets(
                TopicPartition(topic, number), timeout=_ANSWER_SECONDS
            )[1]
            for topic in (*INPUTS, *(output.name for output in TOPICS.values()))
            if topic in known
            for number in known[topic].partitions
        }
    finally:
        reader.close()


def _jobs(stack: Stack) -> Iterator[str]:
    """Of each step of what runs: its watermark, and what went in and out of it."""
    flink = Flink(stack.addresses.flink_url)
    try:
        for job in flink.jobs():
            if job["state"] in ENDED:
                continue
            yield f"job {job['name']} {job['state']}, last failure: {flink.failure(job['jid']) or 'none'}"
            for vertex in flink.get(f"/jobs/{job['jid']}")["vertices"]:
                marks = flink.get(f"/jobs/{job['jid']}/vertices/{vertex['id']}/watermarks")
                numbers = {name: vertex["metrics"][name] for name in ("read-records", "write-records")}
                yield f"  {vertex['name'][:80]}: {[mark['value'] for mark in marks]} {numbers}"
    except FlinkError as error:
        yield str(error)
