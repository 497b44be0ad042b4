"""A writer and what it reads back, against librdkafka's mock of a cluster (which knows no zombies)."""

import concurrent.futures
import copy
import itertools
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import confluent_kafka
import pytest
from confluent_kafka import KafkaError
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import OutputError
from connectors.kafka import readback, writer
from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages
from connectors.kafka.readback import json_identity, read_back
from connectors.kafka.writer import Kept, Writer
from tests.connectors.kafka.mockcluster import Mock, mock_cluster

NAMES = itertools.count()


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mock_cluster() as one:
        yield one


@pytest.fixture
def topic(mock: Mock) -> str:
    name = f"out-{next(NAMES)}"
    mock.partitions(name)
    return name


@pytest.fixture
def opened(mock: Mock, topic: str) -> Iterator[Callable[..., Writer]]:
    made: list[Writer] = []

    def make(kept: Kept | None = None, covered: Iterable[bytes] = (), **more: Any) -> Writer:
        chosen: dict[str, Any] = {"identities": {topic: json_identity(("id",))}} | more
        one = Writer(cluster=mock.cluster, transactional_id=f"test-{topic}", **chosen)
        one.open(kept, covered)
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


def messages(topic: str, *ids: Any, **more: Any) -> Messages:
    values = [json.dumps({"id": name} | more).encode() for name in ids]
    return Messages(topic, [str(name).encode() for name in ids], values)


def ids(mock: Mock, topic: str) -> list[Any]:
    return sorted(json.loads(value or b"{}")["id"] for value in mock.values(topic))


def write(one: Writer, *batches: Messages) -> list[int]:
    found = [put(one, batch) for batch in batches]
    one.commit()
    return found


def put(one: Writer, batch: Messages) -> int:
    return one.write(batch, one.names(batch))


def move_on(one: Writer, batch: Messages) -> bool:
    """As when it is time, and the cluster has answered where the topics end."""
    one._due_bound = 0.0
    concurrent.futures.wait(one._asked.values(), timeout=30)
    return one.move_on(batch, one.names(batch))


class Runner:
    """What a runner keeps of a writer, as the sink's state has it; a checkpoint is a copy."""

    def __init__(self) -> None:
        self.kept: Kept | None = None
        self.covered: list[bytes] = []

    def bundle(self, one: Writer, *batches: Messages) -> None:
        for batch in batches:
            names = one.names(batch)
            if one.move_on(batch, names):
                self.kept, self.covered = one.kept, []
            self.covered += names
            one.write(batch, names)
        one.commit()

    def checkpoint(self) -> "Runner":
        return copy.deepcopy(self)


names = st.text() | st.integers(-(2**63), 2**63 - 1) | st.none() | st.booleans()


@given(names, names, names, names)
def test_an_identity_is_the_values_of_its_fields(a: Any, b: Any, c: Any, other: Any) -> None:
    identity = json_identity(("metric_id", "timestamp"))
    one = json.dumps({"metric_id": a, "timestamp": b, "value": c}).encode()
    same = json.dumps({"value": other, "timestamp": b, "metric_id": a}, indent=1).encode()
    assert identity(one) == identity(same)
    another = json.dumps({"metric_id": a, "timestamp": other}).encode()
    # 1 and true are not the same
    assert (identity(one) == identity(another)) == ((b, type(b)) == (other, type(other)))


def test_a_field_that_is_absent_is_null() -> None:
    identity = json_identity(("kind", "metric_id"))
    assert identity(b'{"kind":"interval"}') == identity(b'{"metric_id":null,"kind":"interval"}')
    assert identity(b'{"kind":"interval"}') != identity(b'{"metric_id":"interval"}')


def test_messages_are_there_when_they_are_committed(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    one = opened()
    one.commit()  # of nothing
    assert put(one, messages(topic, 1, 2)) == 2
    assert put(one, messages(topic, 3)) == 1
    one.commit()
    assert ids(mock, topic) == [1, 2, 3]


def test_what_a_checkpoint_does_not_know_is_not_written_again(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    write(opened(), messages(topic, 1, 2, 3))
    again = opened()  # no checkpoint was made
    assert write(again, messages(topic, 3, 1), messages(topic, 4, 2, 5)) == [0, 2]
    assert again.repeated == 3
    assert ids(mock, topic) == [1, 2, 3, 4, 5]


def test_two_restarts_in_a_row_write_nothing_twice(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    runner = Runner()
    runner.bundle(opened(), messages(topic, 0))
    saved = runner.checkpoint()
    runner.bundle(opened(runner.kept, runner.covered), messages(topic, 1, 2))  # and dies
    again = saved.checkpoint()
    again.bundle(opened(again.kept, again.covered), messages(topic, 1, 2, 3))  # before another checkpoint
    third = opened(saved.kept, saved.covered)
    assert third.awaited == 3
    assert write(third, messages(topic, 3, 2), messages(topic, 1, 4)) == [0, 1]
    assert ids(mock, topic) == [0, 1, 2, 3, 4]


def test_what_a_checkpoint_covers_is_not_awaited(topic: str, opened: Callable[..., Writer]) -> None:
    runner, one = Runner(), opened()
    runner.bundle(one, messages(topic, 1, 2))
    runner.bundle(one, messages(topic, 3))
    assert opened(runner.kept, runner.covered).awaited == 0
    runner.bundle(opened(runner.kept, runner.covered), messages(topic, 4))
    assert opened(runner.kept, runner.covered).awaited == 0


def test_a_checkpoint_in_the_middle_of_what_comes_again(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    runner = Runner()
    runner.bundle(opened(), messages(topic, 0))
    saved = runner.checkpoint()
    runner.bundle(opened(runner.kept, runner.covered), messages(topic, 1, 2, 3, 4))  # and dies
    second = opened(saved.kept, saved.covered)
    saved.bundle(second, messages(topic, 2), messages(topic, 5))  # the bound moves, and 1, 3, 4 are awaited
    assert saved.kept != runner.kept
    saved.bundle(second, messages(topic, 3), messages(topic, 6))  # a checkpoint, and dies
    third = opened(saved.kept, saved.covered)
    assert third.awaited == 2
    assert write(third, messages(topic, 4, 1), messages(topic, 7, 2)) == [0, 2]  # 2 is another one
    assert ids(mock, topic) == [0, 1, 2, 2, 3, 4, 5, 6, 7]


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=30)
def test_whenever_it_dies_each_message_is_there_once(mock: Mock, data: st.DataObject) -> None:
    topic = f"out-{next(NAMES)}"
    mock.partitions(topic)
    source = data.draw(st.lists(st.integers(0, 5), max_size=12))  # the same one may come more than once
    runner, saved, done, saved_done = Runner(), Runner(), 0, 0

    def restart() -> Writer:
        one = Writer(cluster=mock.cluster, transactional_id=topic, identities={topic: json_identity(("id",))})
        one.open(runner.kept, runner.covered)
        return one

    one = restart()
    while done < len(source):
        rows = data.draw(st.integers(1, 3))
        one._due_bound = 0.0 if data.draw(st.booleans()) else math.inf
        runner.bundle(one, messages(topic, *source[done : done + rows]))
        done += rows
        event = data.draw(st.sampled_from(["go on", "checkpoint", "die", "die"]))
        if event == "checkpoint":
            saved, saved_done = runner.checkpoint(), done
        if event == "die" and data.draw(st.booleans()):
            one.close()
            runner, done = saved.checkpoint(), saved_done
            one = restart()
    one.close()
    assert ids(mock, topic) == sorted(source)


def test_the_same_identity_as_often_as_it_was_made(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    write(opened(), messages(topic, 1, 1))
    assert write(opened(), messages(topic, 1, 1, 1)) == [1]
    assert ids(mock, topic) == [1, 1, 1]


def test_behind_the_bound_nothing_is_known(mock: Mock, topic: str, opened: Callable[..., Writer]) -> None:
    first = opened()
    write(first, messages(topic, 1))
    assert move_on(first, messages(topic, 2))
    write(first, messages(topic, 2))
    assert write(opened(first.kept), messages(topic, 1, 2)) == [1]  # 1 is another one, which came later
    assert ids(mock, topic) == [1, 1, 2]


def test_the_bound_stays_where_it_must(
    topic: str, opened: Callable[..., Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(opened(), messages(topic, 1, 2))
    second = opened()
    assert not move_on(second, messages(topic))
    assert not move_on(second, messages(topic, 1))  # nothing is written that would tell whether we may
    monkeypatch.setattr(writer, "_MOST_AWAITED", 1)
    assert not move_on(second, messages(topic, 1, 3))
    put(second, messages(topic, 1, 3))
    assert not move_on(second, messages(topic, 4))  # in a transaction
    second.commit()
    assert move_on(second, messages(topic, 4))
    assert len(second.kept.awaited) == 1


def test_what_does_not_come_again_is_given_up(
    topic: str, opened: Callable[..., Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(opened(), messages(topic, 1))
    monkeypatch.setattr(writer, "_REPEAT_SECONDS", 0.0)
    second = opened()
    assert second.awaited == 1
    move_on(second, messages(topic, 2))
    assert write(second, messages(topic, 1)) == [1]


def test_what_has_no_identity_does_not_hold_the_bound(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    identities = {topic: None}
    write(opened(identities=identities), messages(topic, "at 1"))
    second = opened(identities=identities)
    assert second.awaited == 0
    assert move_on(second, messages(topic, "at 2"))
    assert write(second, messages(topic, "at 1")) == [1]


def test_what_another_writer_wrote_is_not_waited_for(topic: str, opened: Callable[..., Writer]) -> None:
    write(opened(), messages(topic, 1, 2))
    second = opened(is_mine=lambda key: key == b"2")
    assert write(second, messages(topic, 2)) == [0]
    assert second.awaited == 0


def test_what_somebody_else_wrote_there_is_let_be(
    mock: Mock, topic: str, opened: Callable[..., Writer]
) -> None:
    mock.put(topic, None, b"", b"no json", b"[1]")
    write(opened(), messages(topic, 1))
    assert write(opened(), messages(topic, 1, 2)) == [1]


def test_only_what_was_there_at_the_opening_is_read_back(mock: Mock, topic: str) -> None:
    mock.put(topic, *(b'{"id":%d}' % i for i in range(5)))
    identity = json_identity(("id",))
    found = read_back(mock.cluster, "g", {topic: identity}, {(topic, 0): 1}, {(topic, 0): 3, (topic, 1): 0})
    assert list(found) == [(topic, None, identity(b'{"id":%d}' % i)) for i in (1, 2)]


def test_a_transaction_that_stays_open_is_named(
    mock: Mock, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readback, "_PATIENCE_SECONDS", 0.2)
    identities = {topic: json_identity(("id",))}
    with pytest.raises(OutputError, match=f"^{topic}/0: a transaction of somebody else is open"):
        list(read_back(mock.cluster, "g", identities, {}, {(topic, 0): 9}))


def test_what_is_not_committed_is_not_there(mock: Mock, topic: str, opened: Callable[..., Writer]) -> None:
    one = opened()
    put(one, messages(topic, 1))
    one.close()
    assert write(opened(), messages(topic, 1)) == [1]
    one.commit()  # it has let go: nothing to do


def test_a_message_too_large_is_an_error_and_no_endless_loop(
    topic: str, opened: Callable[..., Writer]
) -> None:
    with pytest.raises(OutputError, match=rf"topic {topic}: a message of .* bytes: .*too large"):
        put(opened(), messages(topic, 1, text="x" * writer.MOST_BYTES))


class FakeProducer:
    """A queue of two messages, a commit that fails as often as it is told."""

    def __init__(self, *failures: KafkaError) -> None:
        self.sent: list[bytes] = []
        self.failures = list(failures)
        self.room = 2
        self.aborted = False

    def begin_transaction(self) -> None:
        """Nothing to do."""

    def produce_batch(self, topic: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if self.room:
                self.room -= 1
                self.sent.append(row["value"])
            else:
                row["_error"] = KafkaError(KafkaError._QUEUE_FULL)

    def poll(self, seconds: float) -> None:
        self.room = 2

    def commit_transaction(self, seconds: float) -> None:
        if self.failures:
            raise confluent_kafka.KafkaException(self.failures.pop(0))

    def abort_transaction(self, seconds: float) -> None:
        self.aborted = True
        raise confluent_kafka.KafkaException(KafkaError(KafkaError._FENCED))

    def close(self) -> None:
        """Nothing to do."""


def faked(*failures: KafkaError) -> tuple[Writer, FakeProducer]:
    one = Writer(cluster=Cluster(brokers="h:1"), transactional_id="t", identities={})
    producer = FakeProducer(*failures)
    one._producer = producer  # type: ignore[assignment]
    one._in_transaction = False
    return one, producer


def test_a_full_queue_is_waited_for_and_keeps_the_order() -> None:
    one, producer = faked()
    batch = messages("t", *range(7))
    assert one.write(batch, []) == 7
    assert producer.sent == batch.values


def test_a_commit_is_tried_again_while_that_can_help() -> None:
    one, producer = faked(*[SimpleNamespace(retriable=lambda: True)] * 3)  # type: ignore[list-item]
    one.write(messages("t", 1), [])
    one.commit()
    assert not producer.failures
    assert not one._in_transaction


def test_who_was_fenced_off_fails_and_lets_go() -> None:
    one, producer = faked(KafkaError(KafkaError._FENCED))
    one.write(messages("t", 1), [])
    with pytest.raises(OutputError, match="^h:1: another writer has taken over transactional id t: "):
        one.commit()
    one.close()
    assert producer.aborted


def test_a_topic_that_is_not_there_is_named(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Writer(cluster=mock.cluster, transactional_id="x", identities={"a": json_identity(("id",))})
    missing = SimpleNamespace(error=KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART), partitions={})
    one._admin = SimpleNamespace(  # type: ignore[assignment]
        list_topics=lambda *_, **__: SimpleNamespace(topics={"a": missing})
    )
    with pytest.raises(OutputError, match=r"topic a: .*[Uu]nknown topic"):
        one._partitions()


def test_nobody_there_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_TIMEOUT_SECONDS", 0.3)
    one = Writer(cluster=Cluster(brokers="127.0.0.1:1"), transactional_id="t", identities={})
    begun = time.monotonic()
    with pytest.raises(OutputError, match=r"^127\.0\.0\.1:1: .+") as refusal:
        one.open(None)
    assert time.monotonic() - begun < 10
    assert "\n" not in str(refusal.value)
