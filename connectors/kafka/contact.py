"""A client that has spoken to a cluster, or one line that says why it cannot, and names the setting."""

import re
import socket
import ssl
import time
from typing import Final

import confluent_kafka
from confluent_kafka import KafkaError
from confluent_kafka.admin import AdminClient

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster, without_noise

ANSWER_SECONDS: Final = 8.0
_LOOK_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 1.5  # another broker may want us; librdkafka asks them side by side
_HANDSHAKE_SECONDS: Final = 3.0
#: What does not pass by waiting.
_REFUSALS: Final = frozenset({KafkaError._AUTHENTICATION, KafkaError._SSL})  # noqa: SLF001
_NO_TLS: Final = "it speaks no TLS; see --kafka-protocol"
_WHERE_AND_WHEN: Final = re.compile(r"^(?:\w+://)?\S+/\w+: | \(after \d+ms in state [^)]*\)")


def connected(cluster: Cluster) -> AdminClient:
    """A client that has spoken to the cluster. Raises InputError."""
    said: list[KafkaError] = []
    config = cluster.client(error_cb=said.append)
    try:
        client = AdminClient(config)
    except confluent_kafka.KafkaException as error:  # a file of TLS that holds something else
        raise InputError(f"{cluster.brokers}: {without_noise(error.args[0])}") from error
    give_up = time.monotonic() + ANSWER_SECONDS
    refused = False
    while True:
        try:
            client.list_topics(timeout=_LOOK_SECONDS)
            return client
        except confluent_kafka.KafkaException as error:
            client.poll(0)
            if not refused and any(one.code() in _REFUSALS for one in said):
                refused = True
                give_up = min(give_up, time.monotonic() + _GRACE_SECONDS)
            if time.monotonic() > give_up:
                raise InputError(f"{cluster.brokers}: {_reason(cluster, said)}") from error


def _reason(cluster: Cluster, said: list[KafkaError]) -> str:
    texts = {one.code(): _WHERE_AND_WHEN.sub("", without_noise(one)) for one in said}
    texts.pop(KafkaError._ALL_BROKERS_DOWN, None)  # noqa: SLF001  says nothing
    if text := texts.get(KafkaError._AUTHENTICATION):  # noqa: SLF001
        return _not_accepted(text)
    if any("alert" in text and "certificate" in text for text in texts.values()):
        return "it does not accept our certificate; see --kafka-certificate-file and --kafka-key-file"
    trouble = _trouble_with_tls(cluster)
    if cluster.protocol.endswith("ssl") and trouble:
        return trouble
    if not cluster.protocol.endswith("ssl") and trouble not in {None, _NO_TLS}:
        return f"it speaks TLS, and --kafka-protocol says {cluster.protocol}"
    if cluster.protocol == "ssl" and trouble == "":
        return "it speaks TLS and then hangs up: it may want a user; see --kafka-protocol"
    reason = f": {list(texts.values())[-1]}" if texts else ""
    return f"no broker answers within {ANSWER_SECONDS:.0f} s{reason}; see its address and --kafka-protocol"


def _not_accepted(text: str) -> str:
    if "mechanism handshake failed" in text:
        offered = text.rpartition("supported mechanisms:")[2].strip()
        if offered:
            return f"it takes other mechanisms ({offered}); see --kafka-mechanism"
        return "it asks nobody who they are; see --kafka-protocol"
    return "it does not accept us; see --kafka-username, --kafka-password-file and --kafka-mechanism"


def _trouble_with_tls(cluster: Cluster) -> str | None:
    """Why no TLS is spoken with the first broker that listens; empty: it is; ``None``: nobody listens.

    librdkafka does not say which of all that can be wrong with a certificate is.
    """
    for address in cluster.brokers.split(","):
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        try:
            plain = socket.create_connection((host, int(port)), _HANDSHAKE_SECONDS)
        except (OSError, ValueError):
            continue
        try:
            with (
                plain,
                ssl.create_default_context(cafile=cluster.ca_file).wrap_socket(plain, server_hostname=host),
            ):
                return ""
        except ssl.SSLCertVerificationError as error:
            return _not_trusted(error.verify_message, cluster.ca_file)
        except OSError:
            return _NO_TLS
    return None


def _not_trusted(why: str, ca_file: str | None) -> str:
    if "match" in why:  # Hostname mismatch, IP address mismatch
        return f"its certificate is another host's: {why.rstrip('.')}; see the broker's address"
    fix = "name the file of who signed it: --kafka-ca-file" if ca_file is None else "see --kafka-ca-file"
    return f"its certificate is not to be trusted: {why}; {fix}"
