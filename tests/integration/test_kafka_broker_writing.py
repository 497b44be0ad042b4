"""What the writer promises, on a real broker: each message once, whoever is killed or comes back."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from connectors.errors import OutputError
from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages
from connectors.kafka.readback import json_identity
from connectors.kafka.writer import Kept, Writer
from tests.conftest import ROOT
from tests.integration.securebroker import MARKS, SecureBroker, secure_broker
from tests.integration.topicsofsample import committed, make_topics

pytestmark = MARKS

#: A writer that commits five messages, sends five more, says so, and waits to be killed.
SENDS = """
import sys, threading
from tests.integration.test_kafka_broker_writing import messages, writer
from connectors.kafka.cluster import Cluster
brokers, topic, name = sys.argv[1:]
one = writer(Cluster(brokers=brokers), topic, name)
one.open(None)
one.write(messages(topic, *range(5)), [])
one.commit()
one.write(messages(topic, *range(5, 10)), [])
one._producer.flush(30)
print("sent", flush=True)
threading.Event().wait()
"""


@pytest.fixture(scope="module")
def broker() -> Iterator[SecureBroker]:
    with secure_broker() as one:
        yield one


@pytest.fixture
def kafka(broker: SecureBroker) -> Cluster:
    return broker.plain


@pytest.fixture
def topic(kafka: Cluster) -> str:
    name = f"t-{uuid4().hex[:8]}"
    make_topics(kafka, {name: 1})
    return name


@pytest.fixture
def opened(kafka: Cluster, topic: str) -> Iterator[Callable[..., Writer]]:
    """A writer of the topic that is open; closed at the end."""
    made: list[Writer] = []

    def one(name: str, kept: Kept | None = None) -> Writer:
        made.append(writer(kafka, topic, name))
        made[-1].open(kept)
        return made[-1]

    yield one
    for each in made:
        each.close()


def writer(kafka: Cluster, topic: str, name: str) -> Writer:
    return Writer(cluster=kafka, transactional_id=name, identities={topic: json_identity(("id",))})


def messages(topic: str, *ids: int) -> Messages:
    return Messages(topic, [None] * len(ids), [json.dumps({"id": number}).encode() for number in ids])


def write(one: Writer, batch: Messages) -> int:
    return one.write(batch, one.names(batch))


def seen(kafka: Cluster, topic: str) -> list[int]:
    """What readers of committed messages see."""
    return [message["id"] for message in committed(kafka, [topic])[topic]]


@pytest.mark.parametrize("is_under_way", [True, False])
def test_who_was_fenced_off_is_told_and_nothing_of_it_is_seen(
    kafka: Cluster, topic: str, opened: Callable[..., Writer], is_under_way: bool
) -> None:
    zombie = opened(topic)
    write(zombie, messages(topic, 1))
    zombie.commit()
    if is_under_way:
        write(zombie, messages(topic, 2))
        zombie._producer.flush(30)
    successor = opened(topic, Kept({(topic, 0): 0}))
    assert successor.awaited == 1
    write(successor, messages(topic, 3))
    successor.commit()
    expected = f"another writer has taken over transactional id {topic}: "
    with pytest.raises(OutputError, match=expected) as told:
        write(zombie, messages(topic, 4))
        zombie.commit()
    assert "\n" not in str(told.value)
    zombie.close()
    assert seen(kafka, topic) == [1, 3]


def test_a_kill_between_send_and_commit_neither_loses_nor_repeats(
    kafka: Cluster, topic: str, opened: Callable[..., Writer], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SENDS, kafka.brokers, topic, "killed"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=tmp_path) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"sent\n"
        finally:
            process.send_signal(signal.SIGKILL)
    successor = opened("killed")
    assert successor.awaited == 5  # the five that were sent and not committed are no more
    assert write(successor, messages(topic, *reversed(range(10)))) == 5  # in whatever order they come again
    successor.commit()
    assert successor.repeated == 5
    assert sorted(seen(kafka, topic)) == list(range(10))


def test_an_outage_between_send_and_commit_neither_loses_nor_repeats(
    broker: SecureBroker, kafka: Cluster, topic: str, opened: Callable[..., Writer]
) -> None:
    one = opened("outage")
    write(one, messages(topic, 1, 2))
    one.commit()
    kept = one.kept
    write(one, messages(topic, 3, 4))
    broker.stack.kill("kafka")
    back = threading.Thread(target=broker.stack.start, args=("kafka",))
    back.start()
    try:
        one.commit()
    except OutputError:  # then a runner goes back to its checkpoint, and does again what came after it
        one = opened("outage", kept)
        write(one, messages(topic, 1, 2, 3, 4))
        one.commit()
    finally:
        back.join()
    assert sorted(seen(kafka, topic)) == [1, 2, 3, 4]
    write(one, messages(topic, 5))
    one.commit()
    assert sorted(seen(kafka, topic)) == [1, 2, 3, 4, 5]
