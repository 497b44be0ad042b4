"""Where the servers of a stack are found. Everything is on 127.0.0.1."""

from dataclasses import dataclass
from pathlib import Path

from runners.stack import beam, collector, flink, passwords, prometheus
from runners.stack.settings import HOST, StackSettings


@dataclass(frozen=True)
class Addresses:
    """Addresses of a stack, as clients take them."""

    settings: StackSettings

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's ``bootstrap.servers``."""
        return self.settings.address("kafka")

    @property
    def connect_url(self) -> str:
        """REST of Kafka Connect."""
        return self.settings.url("connect")

    def postgres_dsn(self, role: str = "traceo") -> str:
        """A connection string of libpq; the password is in the file that it names."""
        return (
            f"host={HOST} port={self.settings.ports['postgres']} dbname={passwords.DATABASE} user={role} "
            f"passfile={passwords.passfile(self.settings)}"
        )

    @property
    def postgres_password_file(self) -> Path:
        """The password of role traceo, alone in a file."""
        return self.settings.secrets / "postgres-traceo"

    @property
    def redis_url(self) -> str:
        """Redis."""
        return f"redis://{self.settings.address('redis')}/0"

    @property
    def prometheus_url(self) -> str:
        """Prometheus."""
        return self.settings.url("prometheus")

    @property
    def prometheus_targets(self) -> Path:
        """A folder: each ``*.json`` in it names endpoints that Prometheus scrapes (file_sd)."""
        return prometheus.targets(self.settings)

    @property
    def alertmanager_url(self) -> str:
        """Alertmanager."""
        return self.settings.url("alertmanager")

    @property
    def victorialogs_url(self) -> str:
        """VictoriaLogs: its page, its queries, and what it takes logs by, below ``/insert``."""
        return self.settings.url("victorialogs")

    @property
    def otlp_url(self) -> str:
        """Where the collector takes OTLP over HTTP."""
        return self.settings.url("collector_http")

    @property
    def collected(self) -> Path:
        """A folder: the collector follows each ``*.log`` in it."""
        return collector.watched(self.settings)

    @property
    def flink_url(self) -> str:
        """REST of Flink's JobManager."""
        return self.settings.url("flink_rest")

    @property
    def job_endpoint(self) -> str:
        """``--job_endpoint`` of Beam's PortableRunner."""
        return self.settings.address("jobserver")

    @property
    def artifact_endpoint(self) -> str:
        """``--artifact_endpoint``."""
        return self.settings.address("artifacts")

    @property
    def expansion_endpoint(self) -> str:
        """The service that expands KafkaIO, for Flink's own processes."""
        return self.settings.address("expansion")

    @property
    def empty_jar(self) -> Path:
        """``--files_to_stage``: a job uses the class path of the cluster, and uploads nothing."""
        return beam.empty_jar(self.settings)

    @property
    def worker_boot(self) -> Path:
        """The ``command`` of ``--environment_config`` where ``--environment_type`` is PROCESS."""
        return beam.boot(self.settings)

    @property
    def worker_pool(self) -> str:
        """``--environment_config`` where ``--environment_type`` is EXTERNAL."""
        return self.settings.address("workers")

    @property
    def checkpoints(self) -> Path:
        """The folder of Flink's checkpoints."""
        return flink.home(self.settings) / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """The folder of Flink's savepoints."""
        return flink.home(self.settings) / "savepoints"
