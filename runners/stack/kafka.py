"""Kafka: one node that is broker and controller (KRaft)."""

import base64
import subprocess
import uuid
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from runners.stack.component import Component, environment, properties, write
from runners.stack.errors import NotReady, StackError
from runners.stack.jvm import JAVA, java, quiet_log4j
from runners.stack.process import Launch
from runners.stack.settings import StackSettings

_ANSWER_SECONDS: Final = 2.0
_FORMAT_SECONDS: Final = 60.0


class Kafka(Component):
    """Topics are made by those who write them, on purpose, and never by a misspelt name."""

    name = "kafka"
    ports = ("kafka", "kafka_controller")
    packages = (JAVA, "maven")
    bundles = ("kafka",)
    stop_seconds = 30.0

    def prepare(self) -> None:
        super().prepare()
        write(self._configuration, properties(self._properties()))
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()

    @property
    def _configuration(self) -> Path:
        return self.folder / "server.properties"

    def _properties(self) -> dict[str, object]:
        broker, controller = self.settings.address("kafka"), self.settings.address("kafka_controller")
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{broker}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.folder / "data",
            "auto.create.topics.enable": "false",
            "num.partitions": 1,
            "default.replication.factor": 1,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 5,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 5,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "group.initial.rebalance.delay.ms": 0,
            "num.network.threads": 2,
            "num.io.threads": 2,
            # Flink and jobs hold transactions open between checkpoints
            "transaction.max.timeout.ms": 900_000,
            # a transaction of one who was killed blocks those who read committed until it is rolled back
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
            "broker.session.timeout.ms": 9_000,
        }

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # an id may begin with a dash
        program = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
        program += ["-c", str(self._configuration)]
        done = subprocess.run(  # noqa: S603
            self._java(program, heap_mb=128),
            env=dict(environment()),
            capture_output=True,
            text=True,
            check=False,
            timeout=_FORMAT_SECONDS,
        )
        if done.returncode != 0:
            raise StackError(
                f"kafka: its storage cannot be formatted: {done.stderr.strip().splitlines()[-1]}"
            )

    def _java(self, program: list[str], heap_mb: int) -> list[str]:
        log4j = quiet_log4j(self.folder / "log4j2.properties")
        return java(self.settings, self.name, "kafka", program, heap_mb=heap_mb, options=[log4j], busy=True)

    def launch(self) -> Launch:
        argv = self._java(["kafka.Kafka", str(self._configuration)], heap_mb=384)
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @cached_property
    def _admin(self) -> AdminClient:
        return admin(self.settings)

    def serving(self) -> None:
        """Return if the broker gives metadata."""
        try:
            brokers: dict[int, Any] = self._admin.list_topics(timeout=_ANSWER_SECONDS).brokers
        except KafkaException as error:
            raise NotReady(f"Kafka at {self.where}: {error.args[0].str()}") from error
        if not brokers:
            raise NotReady(f"Kafka at {self.where} knows of no broker")


def admin(settings: StackSettings) -> AdminClient:
    """A client that says nothing while the broker is not there: whoever asks is told."""
    configuration: dict[str, Any] = {
        "bootstrap.servers": settings.address("kafka"),
        "log_level": 0,
        "error_cb": lambda _error: None,
        "reconnect.backoff.max.ms": 250,
    }
    return AdminClient(configuration)
