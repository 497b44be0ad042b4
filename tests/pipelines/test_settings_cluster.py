"""Settings of clusters: from flags, environment and file, each checked, none with a secret in it."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from pipelines.setting import SettingError
from pipelines.settings import Settings, load


def test_a_cluster_has_the_security_of_the_settings(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("hush-7f3a")
    flags = {
        "kafka_protocol": "sasl_ssl",
        "kafka_ca_file": "/ca",
        "kafka_mechanism": "PLAIN",
        "kafka_username": "us",
        "kafka_password_file": str(password),
    }
    settings = load(flags, {})
    cluster = settings.cluster("h:1")
    assert (cluster.brokers, cluster.protocol, cluster.ca_file) == ("h:1", "sasl_ssl", "/ca")
    assert (cluster.mechanism, cluster.username, cluster.password_file) == ("PLAIN", "us", str(password))
    assert "hush" not in repr(settings)
    assert b"hush" not in pickle.dumps(settings)


def test_there_is_no_setting_for_a_password() -> None:
    names = [name for name in Settings.__dataclass_fields__ if "password" in name or "secret" in name]
    assert {"kafka_password_file", "registry_password_file"} <= set(names)
    assert all(name.endswith("_password_file") for name in names)


def test_a_registry_has_the_security_of_the_settings() -> None:
    flags = {
        name: f"/{name}" for name in ("registry_ca_file", "registry_certificate_file", "registry_key_file")
    }
    flags |= {"registry_username": "us", "registry_password_file": "/pw", "registry": "https://h:1/apis/v7/"}
    found = load(flags, {}).schema_registry()
    assert (found.url, found.username, found.password_file) == ("https://h:1/apis/v7", "us", "/pw")
    assert found.ca_file == "/registry_ca_file"
    assert (found.certificate_file, found.key_file) == ("/registry_certificate_file", "/registry_key_file")


@pytest.mark.parametrize("url", ["http://us:hush@h:1", "h:8081", "ftp://h", "http://", "http://h/?key=hush"])
def test_a_url_of_a_registry_holds_no_secret_and_is_not_shown(url: str) -> None:
    with pytest.raises(SettingError, match=r"^--registry: not a URL as https://host:port/path; ") as refusal:
        load({"registry": url}, {}).schema_registry()
    assert "hush" not in str(refusal.value)
    with pytest.raises(SettingError, match="^--registry: not named, but Avro needs one"):
        load({}, {}).schema_registry()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("kafka_protocol", "tls", "known: plaintext, ssl, sasl_plaintext, sasl_ssl"),
        ("kafka_mechanism", "GSSAPI", "known: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"),
        ("kafka_begin", "newest", "known: earliest, latest"),
        ("kafka_input_format", "protobuf", "known: json, avro"),
        ("kafka_output_format", "protobuf", "known: json, avro"),
        ("kafka_poll_ms", "0", "the least is 1"),
        ("kafka_readers", "129", "the most is 128"),
        ("kafka_writers", "0", "the least is 1"),
        ("job_name", "a/b", "a name of letters"),
        ("job_name", "", "a name of letters"),
        ("flink_url", "127.0.0.1:8081", "a URL"),
        ("job_endpoint", "localhost", "a host and a port"),
        ("artifact_endpoint", "http://h:1", "a host and a port"),
        ("environment", "docker", "known: loopback, external, process"),
        ("parallelism", "none", "is not a whole number"),
        ("checkpoint_seconds", "0", "the least is 0.1"),
        ("bundle_ms", "70000", "the most is 60000"),
        ("create_topics", "perhaps", "neither true nor false"),
    ],
)
def test_what_cannot_be_is_refused_by_flag_and_variable(name: str, value: Any, said: str) -> None:
    with pytest.raises(SettingError, match=f"^--{name.replace('_', '-')}: .*{said}"):
        load({name: value}, {})
    with pytest.raises(SettingError, match=f"^TRACEO_{name.upper()}: .*{said}"):
        load({}, {f"TRACEO_{name.upper()}": value})


@pytest.mark.parametrize("endpoint", ["127.0.0.1:18099", "flink.example:1", "[::1]:18099", "a-b_c:65535"])
def test_endpoints(endpoint: str) -> None:
    assert load({"job_endpoint": endpoint}, {}).job_endpoint == endpoint


@pytest.mark.parametrize("runner", ["flink", "FlinkRunner", "prism"])
def test_an_endless_runner_streams(runner: str) -> None:
    settings = load({"runner": runner, "input": ["kafka://h:1,i:2/a,b"]}, {})
    assert settings.endless
    assert settings.streaming
    assert not load({}, {}).endless


def test_an_address_of_kafka_in_a_variable_is_not_cut(tmp_path: Path) -> None:
    found = load({}, {"TRACEO_INPUT": "kafka://h:1,i:2/a,b"})
    assert found.input == ("kafka://h:1,i:2/a,b",)
    file = tmp_path / "t.toml"
    file.write_text('kafka_protocol = "ssl"\nkafka_readers = 3\ncreate_topics = true\n')
    settings = load({"kafka_readers": 4}, {}, str(file))
    assert (settings.kafka_protocol, settings.kafka_readers, settings.create_topics) == ("ssl", 4, True)
