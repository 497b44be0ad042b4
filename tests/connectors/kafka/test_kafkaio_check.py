"""A service that cannot expand KafkaIO is one line, before the job begins."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster
from connectors.kafka.kafkaio import check


def test_another_service_is_named() -> None:
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)  # it knows no method at all
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            with pytest.raises(
                InputError, match=rf"^{address}: what answers there does not expand KafkaIO; "
            ):
                check(Cluster(brokers="127.0.0.1:1"), address)
        finally:
            server.stop(None)


def test_nobody_is_named() -> None:
    with pytest.raises(InputError, match=r"^127\.0\.0\.1:1: .* does not answer: .*--expansion-endpoint"):
        check(Cluster(brokers="127.0.0.1:1"), "127.0.0.1:1")
