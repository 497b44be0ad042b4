"""How a cluster is reached, and that no secret is shown where one looks."""

import pickle
from pathlib import Path

import pytest

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster, is_kafka, parse_address

SECRET = "hush-7f3a"  # noqa: S105


def secured(tmp_path: Path) -> Cluster:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_text("-----BEGIN CERTIFICATE-----")
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    return Cluster(
        brokers="h:1",
        protocol="sasl_ssl",
        ca_file=str(tmp_path / "ca"),
        certificate_file=str(tmp_path / "certificate"),
        key_file=str(tmp_path / "key"),
        username="us",
        password_file=str(file),
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("kafka://h:9092", ("h:9092", ())),
        ("kafka://h:9092/", ("h:9092", ())),
        ("kafka://h:9092/a", ("h:9092", ("a",))),
        ("kafka://h:1,i:2/a.b,c_d,e-f", ("h:1,i:2", ("a.b", "c_d", "e-f"))),
        ("kafka://[::1]:9092/a", ("[::1]:9092", ("a",))),
    ],
)
def test_an_address_is_brokers_and_topics(address: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert is_kafka(address)
    assert parse_address(address) == expected


@pytest.mark.parametrize(
    "address", ["kafka://", "kafka:///a", "kafka://h:1/a/b", "kafka://h:1/a b", "kafka://h 1/a", "h:1/a"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="kafka://host:port/topic") as refusal:
        parse_address(address)
    assert "\n" not in str(refusal.value)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError) as refusal:
        parse_address(f"kafka://us:{SECRET}@h:9092/a")
    assert SECRET not in str(refusal.value)
    assert "settings of their own" in str(refusal.value)


def test_a_file_is_no_address() -> None:
    assert not is_kafka("samples/kafka://x")


def test_secrets_are_in_the_client_alone(tmp_path: Path) -> None:
    cluster = secured(tmp_path)
    client = cluster.client()
    assert client["sasl.password"] == SECRET
    assert client["sasl.username"] == "us"
    assert client["sasl.mechanism"] == "SCRAM-SHA-512"
    for name in ("ca", "certificate", "key"):
        assert client[f"ssl.{name}.location"] == str(tmp_path / name)
    assert SECRET not in repr(cluster)
    assert SECRET.encode() not in pickle.dumps(cluster)


def test_without_sasl_nothing_is_said_of_a_user() -> None:
    client = Cluster(brokers="h:1", username="us").client(extra="1")
    assert not [name for name in client if name.startswith(("sasl", "ssl"))]
    assert client["bootstrap.servers"] == "h:1"
    assert client["extra"] == "1"


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "no"
    cluster = Cluster(brokers="h:1", protocol="sasl_plaintext", username="us", password_file=str(file))
    with pytest.raises(InputError, match=r"^--kafka-password-file .*/no: No such file"):
        cluster.client()
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"^--kafka-password-file .*/no: it is no UTF-8"):
        cluster.client()
    with pytest.raises(InputError, match=r"^--kafka-ca-file .*/ca.pem: No such file"):
        Cluster(brokers="h:1", protocol="ssl", ca_file=str(tmp_path / "ca.pem")).client()


def test_sasl_without_a_password_file_names_the_setting() -> None:
    with pytest.raises(InputError, match="--kafka-password-file"):
        Cluster(brokers="h:1", protocol="sasl_ssl", username="us").client()
    with pytest.raises(InputError, match="--kafka-username"):
        Cluster(brokers="h:1", protocol="sasl_ssl", password_file="p").client()  # noqa: S106
