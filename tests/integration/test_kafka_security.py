"""Who we are and what we may do, on a real broker with TLS, SASL and access control lists."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.errors import InputError, OutputError
from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages
from connectors.kafka.preflight import check_inputs, check_outputs, create_missing
from connectors.kafka.readback import json_identity
from connectors.kafka.reader import Reader
from connectors.kafka.writer import Writer
from tests.connectors.kafka.mockcluster import read_all
from tests.integration.securebroker import MARKS, PASSWORD, Authority, SecureBroker, secure_broker
from tests.integration.servers import wait_until
from tests.integration.topicsofsample import make_topics

pytestmark = MARKS

Choose = Callable[[SecureBroker], Cluster]
#: What is wrong with how the cluster is reached, and what is said of it.
UNREACHABLE: dict[str, tuple[Choose, str]] = {
    "wrong password, SCRAM": (
        lambda b: b.secure(password_file=b.password_file("wrong")),
        "it does not accept us; see --kafka-username, --kafka-password-file and --kafka-mechanism$",
    ),
    "wrong password, PLAIN": (
        lambda b: b.secure(mechanism="PLAIN", password_file=b.password_file("wrong")),
        "it does not accept us; see --kafka-username, --kafka-password-file",
    ),
    "unknown user": (lambda b: b.secure(username="nobody"), "it does not accept us; see --kafka-username"),
    "wrong mechanism": (
        lambda b: b.secure(mechanism="SCRAM-SHA-256"),
        r"it takes other mechanisms \(SCRAM-SHA-512,PLAIN\); see --kafka-mechanism$",
    ),
    "another CA": (
        lambda b: b.secure(ca_file=str(Authority(b.folder, "other-ca").file)),
        "its certificate is not to be trusted: .*; see --kafka-ca-file$",
    ),
    "no CA": (
        lambda b: b.secure(ca_file=None),
        "its certificate is not to be trusted: .*; name the file of who signed it: --kafka-ca-file$",
    ),
    "another host's certificate": (
        lambda b: b.secure(brokers=b.kafka.listeners["misnamed"]),
        "its certificate is another host's: .* not valid for '127.0.0.1'; see the broker's address$",
    ),
    "no certificate of ours": (
        lambda b: b.mutual(certificate_file=None, key_file=None),
        "it does not accept our certificate; see --kafka-certificate-file and --kafka-key-file$",
    ),
    "TLS forgotten": (
        lambda b: b.secure(protocol="sasl_plaintext"),
        "it speaks TLS, and --kafka-protocol says sasl_plaintext$",
    ),
    "SASL forgotten": (lambda b: b.secure(protocol="ssl"), "it may want a user; see --kafka-protocol$"),
    "TLS with a plain listener": (
        lambda b: b.secure(brokers=b.plain.brokers),
        "it speaks no TLS; see --kafka-protocol$",
    ),
    "SASL with a plain listener": (
        lambda b: b.secure(brokers=b.plain.brokers, protocol="sasl_plaintext"),
        "it asks nobody who they are; see --kafka-protocol$",
    ),
    "a CA file that is none": (
        lambda b: b.secure(ca_file=b.password_file(PASSWORD)),
        "^--kafka-ca-file .*: it is no PEM$",
    ),
    "an empty password": (
        lambda b: b.secure(password_file=b.password_file("")),
        "^--kafka-password-file .*: it is empty$",
    ),
}
#: Right by right, as docs/kafka.md names them: what is said without it, and what grants it.
RIGHTS: list[tuple[str, tuple[Any, ...]]] = [
    ("no topic in, or no right to see it; see the connector, or grant it", ("topic", "in", "DESCRIBE")),
    ("no right to read topic in; grant it to our user", ("topic", "in", "READ")),
    ("no right to read group job, .* --job-name; grant it to our user", ("group", "job", "READ")),
    ("no topic out, or no right to see it; create them", ("topic", "out", "DESCRIBE")),
    ("no right to read and write topic out; grant it", ("topic", "out", "READ")),
    ("no right to write topic out; grant it", ("topic", "out", "WRITE")),
    ("no right to read group job-0, .* --job-name; grant it", ("group", "job-", "READ")),
    ("no right to write with transactional ids job-…, .* --job-name", ("transactional_id", "job-", "WRITE")),
]


@pytest.fixture(scope="module")
def broker() -> Iterator[SecureBroker]:
    with secure_broker() as one:
        make_topics(one.plain, {"in": 1, "out": 1})
        yield one


@pytest.fixture(autouse=True)
def _no_rights(broker: SecureBroker) -> None:
    broker.forbid_all()


def check(cluster: Cluster) -> None:
    """The preflight of a job that is named ``job``."""
    check_inputs(cluster, ["in"], group="job")
    check_outputs(cluster, ["out"], create=False, writer="job")


def grant_all(broker: SecureBroker, **more: Any) -> None:
    for _, (kind, name, operation) in RIGHTS:
        broker.allow(kind, name, operation, prefixed=name == "job-", **more)

    def is_known() -> bool:
        with contextlib.suppress(InputError, OutputError):
            check(broker.secure() if not more else broker.mutual())
            return True
        return False

    wait_until(is_known)


@pytest.mark.parametrize("wrong", UNREACHABLE)
def test_a_cluster_that_does_not_want_us_is_one_line_that_names_the_setting(
    broker: SecureBroker, capfd: pytest.CaptureFixture[str], wrong: str
) -> None:
    choose, expected = UNREACHABLE[wrong]
    with pytest.raises(InputError, match=expected) as told:
        check_inputs(choose(broker), ["in"], group="job")
    text = str(told.value)
    assert "\n" not in text
    assert PASSWORD not in text
    assert capfd.readouterr() == ("", "")


def test_each_right_that_is_missing_is_named_and_no_other_is_needed(
    broker: SecureBroker, capfd: pytest.CaptureFixture[str]
) -> None:
    for expected, (kind, name, operation) in RIGHTS:

        def is_said(expected: str = expected) -> bool:
            with pytest.raises((InputError, OutputError)) as told:
                check(broker.secure())
            assert "\n" not in str(told.value)
            with contextlib.suppress(AssertionError):
                told.match(f"^{broker.kafka.listeners['secure']}: {expected}")
                return True
            return False

        wait_until(is_said, lambda expected=expected: expected)
        broker.allow(kind, name, operation, prefixed=name == "job-")
    grant_all(broker)
    assert capfd.readouterr() == ("", "")


def test_topics_are_not_made_without_the_right_nor_by_looking(broker: SecureBroker) -> None:
    grant_all(broker)
    with pytest.raises(OutputError, match=r"topic out\.new cannot be created: .*--create-topics"):
        check_outputs(broker.secure(), ["out", "out.new"], create=True, writer="job")
    broker.allow("topic", "out.new", "CREATE", "DESCRIBE")

    def may_be_made() -> bool:
        with contextlib.suppress(OutputError):
            check_outputs(broker.secure(), ["out", "out.new"], create=True, writer="job")
            return True
        return False

    wait_until(may_be_made)
    with pytest.raises(InputError, match=r"no topic out\.new"):  # it was only looked at
        check_inputs(broker.plain, ["out.new"])
    create_missing(broker.secure(), ["out", "out.new"])
    check_inputs(broker.plain, ["out.new"])


@pytest.mark.parametrize("way", ["SCRAM-SHA-512", "PLAIN", "certificate"])
def test_with_these_rights_and_no_others_it_is_written_read_and_read_back(
    broker: SecureBroker, way: str
) -> None:
    if way == "certificate":
        cluster = broker.mutual()
        grant_all(broker, user=broker.certified)
    else:
        cluster = broker.secure(mechanism=way)
        grant_all(broker)
    topic, name = "out", "job-0"
    batch = Messages(topic, [None], [json.dumps({"id": way}).encode()])
    for count in (1, 0):  # the second one finds what the first has written
        one = Writer(cluster=cluster, transactional_id=name, identities={topic: json_identity(("id",))})
        with contextlib.closing(one):
            one.open(None)
            assert one.write(batch, one.names(batch)) == count
            one.commit()
    reader = Reader(cluster=cluster, topics=(topic,), group="job")
    with contextlib.closing(reader):
        reader.go_to({})
        found = [value for records in read_all(reader) for value in records.values]
    assert found.count(batch.values[0]) == 1
