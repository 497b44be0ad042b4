"""Addresses of stores: what they mean, and what is refused without a secret in sight."""

from pathlib import Path

import pytest

from connectors.errors import InputError
from connectors.logstores.store import Store, StoreKind, parse_store, victorialogs


def test_addresses() -> None:
    loki = parse_store("loki+http://logs:3100/")
    assert (loki.kind, loki.url, loki.params) == (StoreKind.LOKI, "http://logs:3100", ())
    elastic = parse_store("elasticsearch+https://logs:9200/some/traceo-logs?pipeline=x", ca_file="ca.pem")
    assert (elastic.url, elastic.index, elastic.params, elastic.ca_file) == (
        "https://logs:9200/some",
        "traceo-logs",
        (("pipeline", "x"),),
        "ca.pem",
    )
    victoria = parse_store("victorialogs+http://logs:9428?_stream_fields=service")
    assert victoria.url == "http://logs:9428/insert/elasticsearch"
    assert dict(victoria.params) == {
        "_stream_fields": "service",
        "_msg_field": "message",
        "_time_field": "@timestamp",
    }
    assert victorialogs("http://logs:9428", StoreKind.LOKI).url == "http://logs:9428/insert"


@pytest.mark.parametrize(
    "address",
    [
        "http://logs:3100",
        "loki+ftp://logs",
        "loki+http://",
        "splunk+http://logs",
        "elasticsearch+http://logs:9200",
        "loki+http://me:hush@logs:3100",
        "me:hush@logs",
        "elasticsearch+http://me:hush@logs:9200/index",
    ],
)
def test_what_is_no_address_is_refused_in_a_line(address: str) -> None:
    with pytest.raises(InputError) as error:
        parse_store(address)
    assert "\n" not in str(error.value)
    assert "hush" not in str(error.value)


def test_settings_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not both"):
        parse_store("loki+http://logs", token_file="t", username="me")  # noqa: S106
    with pytest.raises(InputError, match="no file of the password"):
        parse_store("loki+http://logs", username="me")
    with pytest.raises(InputError, match="at least 1"):
        parse_store("loki+http://logs", tries=0)
    pem = tmp_path / "ca.pem"
    pem.write_text("no certificate")
    with pytest.raises(InputError, match="holds something else"):
        parse_store("loki+https://logs", ca_file=str(pem)).tls()
    with pytest.raises(InputError, match="No such file"):
        parse_store("loki+https://logs", ca_file=str(tmp_path / "none")).tls()


def test_a_store_that_is_printed_names_no_file_of_secrets() -> None:
    store = Store(kind=StoreKind.LOKI, url="http://logs", token_file="/run/secrets/hush")  # noqa: S106
    assert "hush" not in repr(store)
