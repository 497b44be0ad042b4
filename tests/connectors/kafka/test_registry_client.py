"""The client of a schema registry: what it asks, how often, and what it says when there is no answer."""

import json
import pickle
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import InputError, OutputError
from connectors.kafka import registry as module
from connectors.kafka.registry import Registry, RegistryError, WriterSchema, check_topics, register_topics
from tests.connectors.kafka.fakeregistry import FakeRegistry, fake_registry

SCHEMA = json.dumps({"type": "record", "name": "A", "fields": [{"name": "x", "type": "long"}]})


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    monkeypatch.setattr(module, "_FIRST_WAIT_SECONDS", 0.001)
    with fake_registry() as one:
        yield one


def silent_address() -> str:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_schema_by_its_id(fake: FakeRegistry) -> None:
    identity = fake.put(SCHEMA)
    other = fake.put("{}", schemaType="JSON", references=[{"name": "b", "subject": "b", "version": 1}])
    assert fake.client.schema(identity) == WriterSchema(SCHEMA, "AVRO", False)
    assert fake.client.schema(other) == WriterSchema("{}", "JSON", True)
    assert fake.client.schema(99) is None


def test_subjects_are_named_after_topics_and_ids_are_those_of_the_registry(fake: FakeRegistry) -> None:
    fake.put("another")
    ids = register_topics(fake.client, {"metrics.a": SCHEMA, "b/ü": '"string"'})
    assert fake.subjects.keys() == {"metrics.a-value", "b%2F%C3%BC-value"}
    assert {topic: fake.schemas[identity]["schema"] for topic, identity in ids.items()} == {
        "metrics.a": SCHEMA,
        "b/ü": '"string"',
    }
    assert register_topics(fake.client, {"metrics.a": SCHEMA}) == {"metrics.a": ids["metrics.a"]}


def test_nothing_is_registered_if_one_schema_may_not_be(fake: FakeRegistry) -> None:
    fake.subjects = {"a-value": [], "b-value": [], "c-value": []}
    fake.refused = {"a-value": "type of\n field x", "c-value": "no default of y"}
    schemas = dict.fromkeys("abc", SCHEMA)
    for ask in (check_topics, register_topics):
        with pytest.raises(
            OutputError, match=r"a-value: type of field x; of c-value: no default of y; "
        ) as e:
            ask(fake.client, schemas)
        assert "\n" not in str(e.value)
    assert fake.subjects == {"a-value": [], "b-value": [], "c-value": []}
    assert not any(request.startswith("POST /subjects") for request in fake.asked)


def test_what_passes_is_tried_again_and_no_more_often_than_that(fake: FakeRegistry) -> None:
    identity = fake.put(SCHEMA)
    fake.failures = [503, 429, 500]
    assert fake.client.schema(identity) is not None
    assert len(fake.asked) == 4
    fake.failures = [503] * 9
    with pytest.raises(RegistryError, match=r"^http://127\.0\.0\.1:\d+: not just now \(503\)$"):
        fake.client.schema(identity)
    assert len(fake.asked) == 8
    with pytest.raises(RegistryError):
        fake.client.schema(identity, tries=1)
    assert len(fake.asked) == 9


def test_a_refusal_is_not_tried_again(fake: FakeRegistry, tmp_path: Path) -> None:
    fake.login = "us:hush-7f3a"
    password = tmp_path / "password"
    password.write_text("hush-7f3a\n")
    with pytest.raises(RegistryError, match=r"does not accept us \(401\); see --registry-username"):
        fake.client.check()
    assert len(fake.asked) == 1
    known = Registry(url=fake.url, username="us", password_file=str(password))
    known.check()
    assert "hush" not in repr(known)
    assert b"hush" not in pickle.dumps(known)
    password.write_text("other-9c1d")
    with pytest.raises(RegistryError, match="does not accept us") as refusal:
        known.check()
    assert "other" not in str(refusal.value)


def test_files_of_secrets_that_are_not_there(fake: FakeRegistry) -> None:
    with pytest.raises(InputError, match="registry password file /nowhere: No such file"):
        Registry(url=fake.url, username="us", password_file="/nowhere").check()  # noqa: S106  a name
    with pytest.raises(InputError, match="--registry-password-file: not named"):
        Registry(url=fake.url, username="us").check()
    with pytest.raises(InputError, match="registry PEM file /nowhere: No such file"):
        Registry(url=fake.url, ca_file="/nowhere").check()
    with pytest.raises(InputError, match="a file of TLS holds something else"):
        Registry(url=fake.url, ca_file=__file__).check()
    assert fake.asked == []


def test_a_registry_that_is_not_there_is_said_in_one_line(fake: FakeRegistry) -> None:
    gone = Registry(url=silent_address())
    with pytest.raises(RegistryError, match="does not answer: Connection refused; see --registry"):
        gone.check()
    with pytest.raises(OutputError, match="does not answer: Connection refused; see --registry"):
        check_topics(gone, {"a": SCHEMA})
    tls = Registry(url=fake.url.replace("http:", "https:"))
    with pytest.raises(RegistryError, match="TLS failed: .*; see --registry-ca-file"):
        tls.check()


def test_a_registry_that_does_not_end_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.05)
    monkeypatch.setattr(module, "_FIRST_WAIT_SECONDS", 0.001)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        pytest.raises(RegistryError, match="does not answer: timed out"),
    ):
        Registry(url=f"http://127.0.0.1:{mute.getsockname()[1]}").check()


def certificate(folder: Path, name: str, signer: str | None = None) -> None:
    """``name``.pem and ``name``.key for 127.0.0.1, signed by ``signer`` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing = subject, key
    if signer is not None:
        issuer = x509.load_pem_x509_certificate((folder / f"{signer}.pem").read_bytes()).subject
        loaded = serialization.load_pem_private_key((folder / f"{signer}.key").read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        signing = loaded
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def test_tls_proves_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_WAIT_SECONDS", 0.001)
    certificate(tmp_path, "authority")
    certificate(tmp_path, "registry", "authority")
    certificate(tmp_path, "us", "authority")
    ca, pem, key = (str(tmp_path / name) for name in ("authority.pem", "us.pem", "us.key"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "registry.pem", tmp_path / "registry.key")
    tls.load_verify_locations(ca)
    tls.verify_mode = ssl.CERT_REQUIRED
    with fake_registry(tls) as one:
        Registry(url=one.url, ca_file=ca, certificate_file=pem, key_file=key).check()
        assert one.asked == ["GET /subjects"]
        with pytest.raises(
            RegistryError, match="TLS failed: CERTIFICATE_VERIFY_FAILED; see --registry-ca-file"
        ):
            Registry(url=one.url, certificate_file=pem, key_file=key).check()
        with pytest.raises(RegistryError, match="TLS failed|does not answer"):
            Registry(url=one.url, ca_file=ca).check()
        assert one.asked == ["GET /subjects"]


@pytest.mark.parametrize("path", ["/wrong", "/schemas"])
def test_another_web_server_is_no_registry(fake: FakeRegistry, path: str) -> None:
    """404 of anybody is not taken for a schema that is not there."""
    other = Registry(url=fake.url + path)
    fake.answer = lambda *_: (404, {"status": "no such page"})  # type: ignore[method-assign]
    for ask in (other.check, lambda: other.schema(1), lambda: check_topics(other, {"a": SCHEMA})):
        with pytest.raises((RegistryError, OutputError), match="no schema registry answers there"):
            ask()
    fake.answer = lambda *_: (200, {"hello": 1})  # type: ignore[method-assign]
    for ask in (other.check, lambda: other.schema(1), lambda: other.register("a", SCHEMA)):
        with pytest.raises(RegistryError, match="no schema registry answers there"):
            ask()
