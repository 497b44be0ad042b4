"""A real broker that asks who you are: TLS under a CA of its own, SASL, rights by access control lists.

Beside the listeners for users it has a plain one, whose anonymous user may do everything: tests look at the
cluster through it, and make users and rights.
"""

import contextlib
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.kafka.cluster import Cluster
from runners.stack import Stack
from runners.stack.install import missing
from runners.stack.kafka import Kafka
from runners.stack.settings import DEFAULT_STATE, StackSettings, load
from tests.conftest import ROOT
from tests.integration.servers import free_address, wait_until

OFFSET = 7300
USER, PASSWORD = "traceo", "correct-horse-battery"  # noqa: S105  of a broker that lives for a test
MARKS = [
    pytest.mark.slow,
    pytest.mark.integration,
    pytest.mark.skipif(
        bool(missing(set(Kafka.packages))) and os.geteuid() != 0,
        reason="needs Debian packages: traceo stack up says which",
    ),
]

_PEM = serialization.Encoding.PEM
_SCRAM: Any = ScramMechanism.SCRAM_SHA_512


class Authority:
    """Who signs certificates; the files lie in ``folder``."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed = self._builder(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(signed.sign(self._key, hashes.SHA256()).public_bytes(_PEM))

    def issue(self, name: str, *alternatives: x509.GeneralName) -> Path:
        """A key and its certificate for ``name``, a server known by ``alternatives``, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        request = self._builder(subject, key)
        if alternatives:
            request = request.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        certificate = request.sign(self._key, hashes.SHA256())
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self._folder / f"{name}.pem"
        file.write_bytes(private + certificate.public_bytes(_PEM))
        return file

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )


class SecureKafka(Kafka):
    """The stack's Kafka with three more listeners.

    ``secure`` (TLS and SASL), ``mutual`` (TLS, and clients show a certificate), ``misnamed`` (as secure, but
    its certificate is another host's).
    """

    def __init__(self, settings: StackSettings, folder: Path) -> None:
        super().__init__(settings)
        self.authority = Authority(folder, "our-ca")
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        self._certificates = {
            "secure": self.authority.issue("broker", here),
            "mutual": self.authority.issue("broker-mutual", here),
            "misnamed": self.authority.issue("another-host", x509.DNSName("kafka.example")),
        }
        self.listeners = {name: free_address() for name in self._certificates}

    def _properties(self) -> dict[str, object]:
        listeners = "".join(f",{name.upper()}://{where}" for name, where in self.listeners.items())
        known = super()._properties()
        more: dict[str, object] = {
            "listeners": f"{known['listeners']}{listeners}",
            "advertised.listeners": f"{known['advertised.listeners']}{listeners}",
            "listener.security.protocol.map": f"{known['listener.security.protocol.map']}"
            ",SECURE:SASL_SSL,MISNAMED:SASL_SSL,MUTUAL:SSL",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.mutual.ssl.truststore.type": "PEM",
            "listener.name.mutual.ssl.truststore.location": self.authority.file,
        }
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        for name, certificate in self._certificates.items():
            of = f"listener.name.{name}."
            more |= {f"{of}ssl.keystore.type": "PEM", f"{of}ssl.keystore.location": certificate}
            if name != "mutual":
                more |= {
                    f"{of}sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
                    f"{of}scram-sha-512.sasl.jaas.config": scram,
                    f"{of}plain.sasl.jaas.config": f'{plain} user_{USER}="{PASSWORD}";',
                }
        return known | more


@dataclass(frozen=True, kw_only=True)
class SecureBroker:
    """The broker that runs: the stack it is in, and how it is reached."""

    stack: Stack
    kafka: SecureKafka
    folder: Path

    @property
    def plain(self) -> Cluster:
        """By who may do everything."""
        return Cluster(brokers=self.kafka.settings.address("kafka"))

    def secure(self, **other: Any) -> Cluster:
        """By the user, with the right settings but for ``other``."""
        chosen: dict[str, Any] = {
            "brokers": self.kafka.listeners["secure"],
            "protocol": "sasl_ssl",
            "ca_file": str(self.kafka.authority.file),
            "username": USER,
            "password_file": self.password_file(PASSWORD),
        }
        return Cluster(**(chosen | other))

    @property
    def certified(self) -> str:
        """Who the broker takes us for by our certificate."""
        return f"CN={USER}"

    def mutual(self, **other: Any) -> Cluster:
        """By who shows a certificate, with the right settings but for ``other``."""
        ours = str(self.kafka.authority.issue(USER))
        chosen: dict[str, Any] = {
            "brokers": self.kafka.listeners["mutual"],
            "protocol": "ssl",
            "ca_file": str(self.kafka.authority.file),
            "certificate_file": ours,
            "key_file": ours,
        }
        return Cluster(**(chosen | other))

    def password_file(self, password: str) -> str:
        """A file that holds ``password`` alone."""
        file = self.folder / f"password-{len(password)}"
        file.write_text(password + "\n")
        return str(file)

    def allow(self, kind: str, name: str, *operations: str, prefixed: bool = False, user: str = USER) -> None:
        """Let ``user`` do this with a ``topic``, ``group`` or ``transactional_id``."""
        pattern = ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL
        resource, allow = ResourceType[kind.upper()], AclPermissionType.ALLOW
        rights = [
            AclBinding(resource, name, pattern, f"User:{user}", "*", AclOperation[operation], allow)
            for operation in operations
        ]
        admin = AdminClient(self.plain.client())
        for made in admin.create_acls(rights).values():
            made.result()

    def forbid_all(self) -> None:
        """Take all rights back."""
        every = AclBindingFilter(
            ResourceType.ANY,
            None,
            ResourcePatternType.ANY,
            None,
            None,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        admin = AdminClient(self.plain.client())
        for gone in admin.delete_acls([every]).values():
            gone.result()


@contextlib.contextmanager
def secure_broker() -> Iterator[SecureBroker]:
    """A broker while the body runs, with one user and no rights."""
    state = Path(tempfile.mkdtemp(prefix="traceo-secure-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        stack = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        kafka = SecureKafka(stack.settings, state)
        stack.components = {**stack.components, "kafka": kafka}
        at_the_end.callback(stack.down)
        stack.up(["kafka"])
        broker = SecureBroker(stack=stack, kafka=kafka, folder=state)
        credential = UserScramCredentialUpsertion(USER, ScramCredentialInfo(_SCRAM, 4096), PASSWORD.encode())
        admin = AdminClient(broker.plain.client())
        for made in admin.alter_user_scram_credentials([credential]).values():
            made.result()
        wait_until(lambda: _may_log_in(broker))
        yield broker


def _may_log_in(broker: SecureBroker) -> bool:
    """Whether the broker knows the user already."""
    with contextlib.suppress(Exception):
        AdminClient(broker.secure().client()).list_topics(timeout=1)
        return True
    return False
