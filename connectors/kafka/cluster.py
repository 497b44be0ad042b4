"""How a Kafka cluster is reached: brokers and security, without a secret in what is printed or pickled.

Secrets stay in files; they are read where a client is made, so that neither the job's graph nor a log has
them.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import confluent_kafka
from confluent_kafka import admin

from connectors.errors import InputError
from connectors.textfiles import read_text_file

PROTOCOLS: Final = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
#: Asked of an admin client's ``list_offsets``; the package has no types for them.
EARLIEST: Final[Any] = admin.OffsetSpec.earliest()  # type: ignore[attr-defined, no-untyped-call]
LATEST: Final[Any] = admin.OffsetSpec.latest()  # type: ignore[attr-defined, no-untyped-call]
_SCHEME: Final = "kafka://"
_ADDRESS: Final = re.compile(r"kafka://(?P<brokers>[^/@\s]+)(?:/(?P<topics>[\w.,-]*))?")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Brokers (``host:port`` with commas between) and how to prove who we are.

    ``ca_file``, ``certificate_file``, ``key_file``: PEM, for TLS. ``password_file`` holds the password of
    ``username`` alone, for SASL.
    """

    brokers: str
    protocol: str = "plaintext"
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password_file: str | None = None

    def client(self, **more: Any) -> dict[str, Any]:
        """The configuration of a librdkafka client; it may hold a password, so do not print it.

        Raises InputError if a file of secrets cannot be read.
        """
        config: dict[str, Any] = {
            "bootstrap.servers": self.brokers,
            "security.protocol": self.protocol,
            "log_level": 0,  # it would write to standard error; errors come to the caller
            "reconnect.backoff.ms": 50,
            "reconnect.backoff.max.ms": 2000,
            "topic.metadata.refresh.interval.ms": 10_000,
        }
        for name, flag, value in (
            ("ssl.ca.location", "--kafka-ca-file", self.ca_file),
            ("ssl.certificate.location", "--kafka-certificate-file", self.certificate_file),
            ("ssl.key.location", "--kafka-key-file", self.key_file),
        ):
            if value is not None:
                if "-----BEGIN " not in read_text_file(value, flag):
                    raise InputError(f"{flag} {value}: it is no PEM")
                config[name] = value
        if self.protocol.startswith("sasl"):
            config["sasl.mechanism"] = self.mechanism
            config["sasl.username"] = _named(self.username, "--kafka-username")
            file = _named(self.password_file, "--kafka-password-file")
            config["sasl.password"] = password = read_text_file(file, "--kafka-password-file")
            if not password:
                raise InputError(f"--kafka-password-file {file}: it is empty")
        return config | more


def is_kafka(address: str) -> bool:
    """Whether an input or output names a Kafka cluster, and not a file."""
    return address.startswith(_SCHEME)


def parse_address(address: str) -> tuple[str, tuple[str, ...]]:
    """``kafka://host:port[,host:port]/topic[,topic]`` as brokers and topics. Raises InputError."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise InputError(
            f"{address.rsplit('@', maxsplit=1)[-1]}: not an address of Kafka; write "
            "kafka://host:port/topic,topic (user and password are settings of their own)"
        )
    topics = tuple(topic for topic in (found["topics"] or "").split(",") if topic)
    return found["brokers"], topics


def without_noise(error: confluent_kafka.KafkaError) -> str:
    """What librdkafka says of an error, in one line."""
    return " ".join(error.str().split())


def _named(value: str | None, flag: str) -> str:
    if value is None:
        raise InputError(f"{flag}: not named, but SASL needs it; see --kafka-protocol")
    return value
