"""Settings of the clusters that a job reads from, writes to and runs on."""

import re
from dataclasses import dataclass
from typing import Any, Final

from connectors.kafka.cluster import MECHANISMS, PROTOCOLS, Cluster
from connectors.kafka.registry import Registry
from pipelines.setting import SettingError, setting
from runners.flink.profile import ENVIRONMENTS

_ENDLESS: Final = ("ingest", "logs")
MESSAGE_FORMATS: Final = ("json", "avro")
_WITH_BACKFILL: Final = ("ingest", "backfill", "logs")
_ENDPOINT: Final = r"[\w.\[\]:-]+:\d{1,5}"
_URL: Final = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")
_ENDPOINT_TEXT: Final = "a host and a port, as 127.0.0.1:18099"


def _kafka(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_WITH_BACKFILL, **more)


def _flink(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_ENDLESS, **more)


@dataclass(frozen=True, kw_only=True)
class ClusterSettings:
    """Kafka's and Flink's part of the settings."""

    kafka_protocol: str = _kafka("plaintext", "how Kafka is spoken to", choices=PROTOCOLS)
    kafka_ca_file: str | None = _kafka(None, "PEM file of who signs the brokers' certificates")
    kafka_certificate_file: str | None = _kafka(None, "PEM file of our certificate, if brokers ask for one")
    kafka_key_file: str | None = _kafka(None, "PEM file of its key")
    kafka_mechanism: str = _kafka("SCRAM-SHA-512", "how we prove who we are", choices=MECHANISMS)
    kafka_username: str | None = _kafka(None, "who we are, with SASL")
    kafka_password_file: str | None = _kafka(None, "file that holds the password alone")
    kafka_begin: str = _flink(
        "earliest", "where a topic is begun without a checkpoint", choices=("earliest", "latest")
    )
    kafka_source: str = _flink(
        "own", "what reads topics: our own source, or on Flink Beam's KafkaIO", choices=("own", "kafkaio")
    )
    expansion_endpoint: str = _flink(
        "127.0.0.1:18097",
        "the service that expands KafkaIO",
        form=_ENDPOINT,
        form_text=_ENDPOINT_TEXT,
    )
    kafka_poll_ms: int = _kafka(50, "how long a read waits for a batch to fill", at_least=1, at_most=10_000)
    kafka_readers: int = _flink(1, "among how many the partitions are shared out", at_least=1, at_most=128)
    kafka_writers: int = _flink(
        1, "transactional writers; must stay the same over restarts", at_least=1, at_most=128
    )
    kafka_input_format: str = _flink(
        "json", "what changes are in topics: JSON, or Avro by a schema registry", choices=MESSAGE_FORMATS
    )
    kafka_output_format: str = _flink("json", "as what messages are written", choices=MESSAGE_FORMATS)
    registry: str | None = _flink(None, "URL of the schema registry (Confluent's API)")
    registry_username: str | None = _flink(None, "who we are there, with a password")
    registry_password_file: str | None = _flink(None, "file that holds this password alone")
    registry_ca_file: str | None = _flink(None, "PEM file of who signs the registry's certificate")
    registry_certificate_file: str | None = _flink(None, "PEM file of our certificate, if it asks for one")
    registry_key_file: str | None = _flink(None, "PEM file of the key of that")
    create_topics: bool = _kafka(False, "create the output topics that are missing")
    job_name: str = _kafka(
        "traceo-ingest",
        "name of the job where it runs, and of its writers in Kafka; must stay the same over restarts",
        form=r"[a-zA-Z0-9][\w.-]{0,100}",
        form_text="a name of letters, digits, dots, dashes and underlines",
    )
    flink_url: str = _flink(
        "http://127.0.0.1:18081",
        "REST address of Flink",
        form=r"https?://\S+",
        form_text="a URL",
    )
    job_endpoint: str = _flink(
        "127.0.0.1:18099", "Beam's job server", form=_ENDPOINT, form_text=_ENDPOINT_TEXT
    )
    artifact_endpoint: str | None = _flink(
        None, "its artifact service, if not where it says", form=_ENDPOINT, form_text=_ENDPOINT_TEXT
    )
    environment: str = _flink("loopback", "where Python works on Flink", choices=ENVIRONMENTS)
    workers: str = _flink(
        "127.0.0.1:15000", "of the environment: address of the worker pool, or command of a worker"
    )
    metrics_targets: str | None = _flink(
        None, "folder in which workers tell Prometheus where they serve metrics; none: they serve none"
    )
    metrics_address: str | None = _flink(
        None,
        "host:port at which workers serve metrics, of one worker a host; none: a free port of loopback",
        form=_ENDPOINT,
        form_text=_ENDPOINT_TEXT,
    )
    parallelism: int = _flink(1, "subtasks of each step on Flink", at_least=1, at_most=128)
    checkpoint_seconds: float = _flink(
        10.0, "how often Flink saves the state: what is done again after a failure", at_least=0.1
    )
    bundle_ms: int = _flink(
        20, "how long a step on Flink gathers before it hands on", at_least=1, at_most=60_000
    )
    calm_seconds: int = _flink(
        1,
        "seconds that sums, scores, gaps, losses and invalidations may wait on Flink, to make fewer bundles",
        at_least=0,
        at_most=60,
    )
    savepoint: str | None = _flink(
        None, "path of the savepoint to go on from; none: where the job was stopped last, or from the start"
    )
    fresh: bool = _flink(False, "start anew on Flink, whatever was saved")
    savepoint_folder: str | None = _flink(None, "where savepoints go, if not where Flink puts them")
    prism: str | None = _flink(
        None, "the program of Beam's runner Prism; none: the one scripts/prism built, or prism in the path"
    )

    def cluster(self, brokers: str) -> Cluster:
        """The cluster at ``brokers``, with the security of these settings."""
        return Cluster(
            brokers=brokers,
            protocol=self.kafka_protocol,
            ca_file=self.kafka_ca_file,
            certificate_file=self.kafka_certificate_file,
            key_file=self.kafka_key_file,
            mechanism=self.kafka_mechanism,
            username=self.kafka_username,
            password_file=self.kafka_password_file,
        )

    def schema_registry(self) -> Registry:
        """The registry of these settings. Raises SettingError, which never shows what the URL holds."""
        if self.registry is None:
            raise SettingError("--registry: not named, but Avro needs one; name its URL")
        if _URL.fullmatch(self.registry) is None:
            raise SettingError(
                "--registry: not a URL as https://host:port/path; user and password are settings of their "
                "own: --registry-username, --registry-password-file"
            )
        return Registry(
            url=self.registry.rstrip("/"),
            username=self.registry_username,
            password_file=self.registry_password_file,
            ca_file=self.registry_ca_file,
            certificate_file=self.registry_certificate_file,
            key_file=self.registry_key_file,
        )
