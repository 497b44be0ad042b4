"""Who runs Kafka Connect: does what Strimzi, Kubernetes and the runbook do when it brings nothing."""

import contextlib
import json
import time
from typing import Any, Final

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition

from runners.stack import Stack
from runners.stack.connect import Connect
from runners.stack.errors import NotReady, StackError
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
    """Where rows may be held up: states, the slot, and of topics what readers see and what is there."""
    states = [f"{one.component} {one.state} {one.detail}" for one in stack.status() if one.state != "down"]
    return "; ".join((*(_connector(stack)), _slot(stack), _topics(stack), *states))


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


def _topics(stack: Stack) -> str:
    brokers, said = stack.addresses.bootstrap_servers, []
    for isolation in ("read_committed", "read_uncommitted"):
        reader = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "diagnosis",
                "isolation.level": isolation,
                "log_level": 0,
            }
        )
        try:
            ends = {}
            for topic in INPUTS:
                for number in reader.list_topics(topic, timeout=_ANSWER_SECONDS).topics[topic].partitions:
                    partition = TopicPartition(topic, number)
                    ends[f"{topic}/{number}"] = reader.get_watermark_offsets(
                        partition, timeout=_ANSWER_SECONDS
                    )[1]
            said.append(f"{isolation} ends {ends}")
        except KafkaException as error:
            said.append(str(error))
        finally:
            reader.close()
    return ", ".join(said)
