"""What a sink does with a store that refuses, is busy, is gone, or has the record already."""

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.errors import InputError
from connectors.logstores.elasticsearch import ElasticsearchSink
from connectors.logstores.fates import Pushed, Refusal
from connectors.logstores.loki import LokiSink
from connectors.logstores.sinks import Sink
from connectors.logstores.store import Store, StoreError, StoreKind, StoreUnavailable
from connectors.logstores.write import SINKS
from tests.connectors.logbatches import batch, record
from tests.connectors.logserver import LogServer, log_server
from tests.integration.servers import free_address

KINDS = list(StoreKind)


@pytest.fixture
def server() -> Iterator[LogServer]:
    with log_server() as one:
        yield one


@pytest.fixture
def waits() -> list[float]:
    return []


def sink_to(server: LogServer, kind: StoreKind, waits: list[float] | None = None, **more: Any) -> Sink:
    store = Store(kind=kind, url=server.url, **{"tries": 3, **more})
    return SINKS[kind](store, now_ns=lambda: 0, sleep=(waits if waits is not None else []).append)


def push(sink: Sink, *batches: Any) -> list[Pushed]:
    return [pushed for one in batches for pushed in sink.add(one)] + list(sink.flush())


def sums(pushed: list[Pushed]) -> tuple[int, int, int]:
    return (
        sum(one.stored for one in pushed),
        sum(one.already for one in pushed),
        sum(len(one.refused) for one in pushed),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_batches_are_sent_together_over_one_connection_and_each_record_arrives(
    server: LogServer, kind: StoreKind
) -> None:
    sink = sink_to(server, kind, request_bytes=6_000)
    batches = [batch([record(at) for at in range(first, first + 7)]) for first in range(0, 98, 7)]
    assert sums(push(sink, *batches)) == (98, 0, 0)
    assert {identity.split("-")[2] for identity in server.stored} == {str(at) for at in range(98)}
    assert 2 < len(server.requests) < 14
    assert all(request["size"] <= 6_000 + 1_000 for request in server.requests)  # and the streams
    assert len(server.connections) == 1
    assert {request["headers"]["Content-Encoding"] for request in server.requests} == {"gzip"}
    sink.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_larger_than_a_request_goes_alone(server: LogServer, kind: StoreKind) -> None:
    sink = sink_to(server, kind, request_bytes=500)
    rows = batch([record(1), record(2, body="x" * 5_000), record(3)])
    assert sums(push(sink, rows)) == (3, 0, 0)
    assert len(server.requests) == 3


def test_a_second_push_stores_nothing_twice(server: LogServer) -> None:
    sink = sink_to(server, StoreKind.ELASTICSEARCH)
    rows = batch([record(at) for at in range(5)])
    assert sums(push(sink, rows)) == (5, 0, 0)
    assert sums(push(sink, rows, batch([record(9)]))) == (1, 5, 0)
    assert len(server.stored) == 6


@pytest.mark.parametrize("kind", KINDS)
def test_refused_records_are_given_back_and_the_others_stored(server: LogServer, kind: StoreKind) -> None:
    server.refuses = lambda text: 400 if "bad" in text else 413 if "huge" in text else 0
    sink = sink_to(server, kind)
    rows = [record(at, body={3: "bad", 8: "huge"}.get(at, "good"), severity=at % 24) for at in range(20)]
    pushed = push(sink, batch(rows[:11]), batch(rows[11:], partition=2))
    assert sums(pushed) == (18, 0, 2)
    refused = [one for some in pushed for one in some.refused]
    assert {(one.id, one.reason) for one in refused} == {
        ("otlp_logs-0-3-0", Refusal.REFUSED),
        ("otlp_logs-0-8-0", Refusal.TOO_LARGE),
    }
    assert {one.batch.column("offset")[one.row].as_py() for one in refused} == {3, 8}
    assert all(one.size > 50 for one in refused)
    assert len(server.stored) == 18


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_store_is_asked_again_after_growing_waits(
    server: LogServer, kind: StoreKind, status: int, waits: list[float]
) -> None:
    server.answers = [status, status, 0]
    assert sums(push(sink_to(server, kind, waits), batch([record(1)]))) == (1, 0, 0)
    assert len(waits) == 2
    assert waits == [7.0, 7.0] if status == 429 else waits[0] <= 0.2 < waits[1] * 2 <= 0.8


def test_records_that_are_not_taken_now_are_sent_again_alone(server: LogServer, waits: list[float]) -> None:
    calls: list[str] = []

    def busy(text: str) -> int:
        calls.append(text)
        return 429 if "order 2" in text and len(calls) <= 4 else 0

    server.refuses = busy
    sink = sink_to(server, StoreKind.ELASTICSEARCH, waits)
    assert sums(push(sink, batch([record(at) for at in range(4)]))) == (4, 0, 0)
    assert len(calls) == 5
    server.refuses = lambda text: 503
    with pytest.raises(StoreUnavailable, match="takes 1 records not now, 3 times"):
        push(sink, batch([record(9)]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_stays_away_is_an_error_that_says_so(kind: StoreKind, waits: list[float]) -> None:
    gone = LogServer(url=f"http://{free_address()}")
    with pytest.raises(StoreUnavailable) as error:
        push(sink_to(gone, kind, waits), batch([record(1, body="never shown")]))
    assert "does not answer (Connection refused), 3 times" in str(error.value)
    assert "never shown" not in str(error.value)
    assert len(waits) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "fix"), [(401, "password file"), (403, "password file"), (404, "address"), (302, "address")]
)
def test_what_is_no_matter_of_records_is_an_error_at_once(
    server: LogServer, kind: StoreKind, status: int, fix: str, waits: list[float]
) -> None:
    server.answers = [status]
    with pytest.raises(StoreError, match=fix) as error:
        push(sink_to(server, kind, waits), batch([record(1, body="never shown")]))
    assert not isinstance(error.value, StoreUnavailable)
    assert "never shown" not in str(error.value)
    assert waits == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_takes_nothing_from_the_first_is_set_up_wrong(
    server: LogServer, kind: StoreKind
) -> None:
    server.refuses = lambda text: 400
    with pytest.raises(StoreError, match="refuses each of 40 records"):
        push(sink_to(server, kind), batch([record(at) for at in range(40)]))
    server.refuses = lambda text: 0
    sink = sink_to(server, kind)
    push(sink, batch([record(100)]))
    server.refuses = lambda text: 400
    assert sums(push(sink, batch([record(at) for at in range(40)]))) == (0, 0, 40)


def test_an_answer_for_fewer_records_is_no_success(
    server: LogServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "bulk", lambda body: (200, {"items": []}))
    with pytest.raises(StoreError, match="answers for 0 of 2 records"):
        push(sink_to(server, StoreKind.ELASTICSEARCH), batch([record(1), record(2)]))


def test_who_we_are_comes_from_files_and_is_read_when_a_client_is_made(
    server: LogServer, tmp_path: Path
) -> None:
    password, token = tmp_path / "password", tmp_path / "token"
    password.write_text("open sesame\n")
    token.write_text("abc.def\n")
    push(sink_to(server, StoreKind.LOKI, username="me", password_file=str(password)), batch([record(1)]))
    push(
        sink_to(server, StoreKind.LOKI, token_file=str(token), headers=(("X-Scope-OrgID", "7"),)),
        batch([record(2)]),
    )
    proofs = [request["headers"]["Authorization"] for request in server.requests]
    assert proofs == ["Basic bWU6b3BlbiBzZXNhbWU=", "Bearer abc.def"]
    assert server.requests[1]["headers"]["X-Scope-OrgID"] == "7"
    token.write_text("two\nlines\n")
    with pytest.raises(InputError, match="no secret alone on one line"):
        sink_to(server, StoreKind.LOKI, token_file=str(token))


def test_a_certificate_is_held_against_the_ca_file(tmp_path: Path, waits: list[float]) -> None:
    pem = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with log_server(context) as server:
        sink = sink_to(server, StoreKind.LOKI, ca_file=str(pem))
        assert sums(push(sink, batch([record(1)]))) == (1, 0, 0)
        sink.close()
        with pytest.raises(StoreError, match="certificate is not trusted") as error:
            push(sink_to(server, StoreKind.LOKI, waits), batch([record(2)]))
    assert "\n" not in str(error.value)
    assert waits == []


def self_signed(folder: Path) -> Path:
    """A file with a key and a certificate of 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem = folder / "store.pem"
    pem.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return pem


def test_a_check_proves_that_a_store_answers(server: LogServer) -> None:
    for kind in KINDS:
        sink_to(server, kind).check()
    server.answers = [418]
    with pytest.raises(StoreError, match="answers 418"):
        sink_to(server, StoreKind.LOKI).check()
    assert server.stored == {}


def test_a_bundle_that_begins_anew_sends_nothing_of_the_one_before(server: LogServer) -> None:
    sink = sink_to(server, StoreKind.LOKI)
    assert list(sink.add(batch([record(1)]))) == []
    sink.forget()
    assert push(sink) == []
    assert server.requests == []


def test_the_kinds_have_their_sinks() -> None:
    assert SINKS == {StoreKind.LOKI: LokiSink, StoreKind.ELASTICSEARCH: ElasticsearchSink}
