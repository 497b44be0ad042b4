"""Kafka Connect with Debezium: changes of the database to topics ``db.*``, each exactly once."""

import contextlib
import shutil
from typing import Any, Final

import psycopg
from confluent_kafka import KafkaError, KafkaException, admin
from confluent_kafka.admin import AdminClient

from runners.stack import bundles, health, passwords
from runners.stack.component import Component, environment, properties, write
from runners.stack.errors import NotReady, StackError
from runners.stack.jvm import JAVA, java, quiet_log4j
from runners.stack.process import Launch
from runners.stack.settings import HOST

CONNECTOR: Final = "db-metrics"
SLOT: Final = "dbz_db"
#: Of every topic that Debezium writes.
TOPIC_PREFIX: Final = "db"
EVENT_PARTITIONS: Final = 3
#: Topics that jobs read, with their partitions.
_TOPICS: Final = {"metrics.events": EVENT_PARTITIONS, "metrics.series": 1, "transaction": 1}
_REGISTER_SECONDS: Final = 10.0  # a worker that was killed must first be given up by its group
_HEARTBEAT: Final = (
    "INSERT INTO metrics.dbz_heartbeat(id,n) VALUES (1,1) "
    "ON CONFLICT (id) DO UPDATE SET ts=clock_timestamp(), n=metrics.dbz_heartbeat.n+1"
)


class Connect(Component):
    """One worker, one connector."""

    name = "connect"
    needs = ("postgres", "kafka")
    ports = ("connect",)
    packages = (JAVA, "maven")
    bundles = ("kafka", "debezium")
    start_seconds = 90.0
    #: It gives requests that are being answered a minute, then its tasks and itself some seconds each.
    stop_seconds = 80.0

    def prepare(self) -> None:
        super().prepare()
        write(self.folder / "connect.properties", properties(self._worker()))
        # Connect looks for a folder of jars in the folder that it is told
        plugins = self.folder / "plugins"
        shutil.rmtree(plugins, ignore_errors=True)
        plugins.mkdir()
        (plugins / "debezium").symlink_to(bundles.folder(self.settings, "debezium"))

    def _worker(self) -> dict[str, object]:
        json = "org.apache.kafka.connect.json.JsonConverter"
        return {
            "bootstrap.servers": self.settings.address("kafka"),
            "group.id": "connect",
            "listeners": self.settings.url("connect"),
            "rest.advertised.host.name": HOST,
            "key.converter": json,
            "value.converter": json,
            "key.converter.schemas.enable": "false",
            "value.converter.schemas.enable": "false",
            **{
                f"{kind}.storage.{setting}": value
                for kind, topic in (("config", "configs"), ("offset", "offsets"), ("status", "status"))
                for setting, value in (("topic", f"_connect_{topic}"), ("replication.factor", 1))
            },
            "offset.storage.partitions": 1,
            "status.storage.partitions": 1,
            "plugin.path": self.folder / "plugins",
            "plugin.discovery": "service_load",
            "exactly.once.source.support": "enabled",
            "offset.flush.interval.ms": 5_000,
            "producer.linger.ms": 5,
            # one worker: nobody to wait for when it comes back
            "session.timeout.ms": 6_000,
            "heartbeat.interval.ms": 2_000,
            "scheduled.rebalance.max.delay.ms": 0,
            # the password stays in its file: REST and the topic of configurations have a reference alone
            "config.providers": "file",
            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
            "config.providers.file.param.allowed.paths": self.settings.secrets,
        }

    def connector(self) -> dict[str, str]:
        """The connector's configuration, as REST takes it."""
        return {
            "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
            "tasks.max": "1",
            "database.hostname": HOST,
            "database.port": str(self.settings.ports["postgres"]),
            "database.user": "debezium",
            "database.password": f"${{file:{passwords.connect_file(self.settings)}:debezium}}",
            "database.dbname": passwords.DATABASE,
            "topic.prefix": TOPIC_PREFIX,
            "plugin.name": "pgoutput",
            "slot.name": SLOT,
            "publication.name": "dbz_db",
            "publication.autocreate.mode": "disabled",
            "table.include.list": "metrics.events,metrics.series,metrics.dbz_heartbeat",
            "snapshot.mode": "initial",
            "tombstones.on.delete": "true",
            "skipped.operations": "none",
            "provide.transaction.metadata": "true",
            "heartbeat.interval.ms": "2000",
            "heartbeat.action.query": _HEARTBEAT,
            "poll.interval.ms": "40",
            "max.batch.size": "4096",
            "max.queue.size": "16384",
            "exactly.once.support": "required",
            "transaction.boundary": "poll",
            # a database that is away is tried again, soon and for ever
            "retriable.restart.connector.wait.ms": "1000",
            "errors.max.retries": "-1",
            "topic.creation.default.replication.factor": "1",
            "topic.creation.default.partitions": "1",
            "topic.creation.groups": "events",
            "topic.creation.events.include": rf"{TOPIC_PREFIX}\.metrics\.events",
            "topic.creation.events.partitions": str(EVENT_PARTITIONS),
            "topic.creation.events.replication.factor": "1",
        }

    def launch(self) -> Launch:
        program = ["org.apache.kafka.connect.cli.ConnectDistributed", str(self.folder / "connect.properties")]
        options = [quiet_log4j(self.folder / "log4j2.properties")]
        argv = java(self.settings, self.name, "kafka", program, heap_mb=384, options=options, busy=True)
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @property
    def where(self) -> str:
        return self.settings.url("connect")

    def serving(self) -> None:
        health.http(f"{self.where}/connectors")

    def settle(self) -> None:
        """Make the topics, register the connector, and start again a task that has given up."""
        if CONNECTOR not in health.http(f"{self.where}/connectors"):
            self._check_slot()
        self._create_topics()
        one = f"{self.where}/connectors/{CONNECTOR}"
        health.http(f"{one}/config", method="PUT", body=self.connector(), seconds=_REGISTER_SECONDS)
        with contextlib.suppress(NotReady):  # a new connector has no status yet
            self.restart_failed()

    def restart_failed(self) -> None:
        """Start a connector or task again that has given up: Connect does not, if it failed while it started.

        Raises :class:`NotReady`.
        """
        status = self.state()
        if any(one["state"] == "FAILED" for one in (status["connector"], *status["tasks"])):
            one = f"{self.where}/connectors/{CONNECTOR}"
            health.http(f"{one}/restart?includeTasks=true&onlyFailed=true", method="POST")

    def _check_slot(self) -> None:
        """A slot has one reader; a connector that comes second waits for it in silence, for ever.

        Raises :class:`StackError`.
        """
        dsn = (
            f"host={HOST} port={self.settings.ports['postgres']} dbname={passwords.DATABASE} user=debezium "
            f"passfile={passwords.passfile(self.settings)}"
        )
        try:
            with psycopg.connect(dsn) as connection:
                reader = connection.execute(
                    "SELECT active_pid FROM pg_replication_slots WHERE slot_name = %s AND active", [SLOT]
                ).fetchone()
        except psycopg.Error as error:
            raise NotReady(f"database of the connector: {str(error).splitlines()[0]}") from error
        if reader is not None:
            raise StackError(
                f"connect: slot {SLOT} of the database at {self.settings.address('postgres')} is taken: "
                f"another connector reads it, by server process {reader[0]}; stop that one"
            )

    def _create_topics(self) -> None:
        """Connect makes a topic with its first record; a job that reads it may be there before."""
        client = AdminClient({"bootstrap.servers": self.settings.address("kafka"), "log_level": 0})
        new = [
            admin.NewTopic(f"{TOPIC_PREFIX}.{name}", num_partitions=partitions)  # type: ignore[attr-defined]
            for name, partitions in _TOPICS.items()
        ]
        for answer in client.create_topics(new, request_timeout=_REGISTER_SECONDS).values():
            try:
                answer.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise NotReady(f"topics of the connector: {error.args[0].str()}") from error

    def state(self) -> Any:
        """Of connector and tasks, as Connect has it. Raises :class:`NotReady`."""
        return health.http(f"{self.where}/connectors/{CONNECTOR}/status")

    def healthy(self) -> None:
        """Return if connector and task run."""
        status = self.state()
        states = [status["connector"]["state"], *(task["state"] for task in status["tasks"])]
        if states != ["RUNNING", "RUNNING"]:
            trace = next((task.get("trace", "") for task in status["tasks"]), "").splitlines()
            cause = next(
                (line for line in reversed(trace) if line.startswith("Caused by")), (trace or [""])[0]
            )
            raise NotReady(f"connector {CONNECTOR} and its task are {', '.join(states)}. {cause}".strip())
