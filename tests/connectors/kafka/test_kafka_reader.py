"""A reader's positions, shares and watermark, against librdkafka's mock of a cluster."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import InputError
from connectors.kafka import reader as module
from connectors.kafka.reader import Reader, share_of
from tests.connectors.kafka.mockcluster import Mock, mock_cluster, read_all, wait_until

NOW = 1_700_000_000_000


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mock_cluster() as one:
        yield one


@pytest.fixture
def reader_of(mock: Mock) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make(*topics: str, **more: Any) -> Reader:
        for topic in topics:
            mock.partitions(topic)
        made.append(Reader(cluster=mock.cluster, topics=topics, group="test", **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@given(st.text(max_size=20), st.integers(1, 200), st.integers(1, 128))
def test_each_partition_has_one_reader_and_none_has_two_more_than_another(
    topic: str, partitions: int, readers: int
) -> None:
    shares = [share_of((topic, number), readers) for number in range(partitions)]
    sizes = [shares.count(reader) for reader in range(readers)]
    assert sum(sizes) == partitions
    assert max(sizes) - min(sizes) <= 1


def test_records_come_whole_and_in_order(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    mock.put("whole", b"a", None, b"", at_ms=NOW)
    reader = reader_of("whole")
    reader.go_to({})
    [records] = read_all(reader)
    assert (records.topic, records.partition) == ("whole", 0)
    assert records.values == [b"a", None, b""]  # a tombstone is not empty
    assert records.offsets == [0, 1, 2]
    assert records.timestamps == [NOW] * 3
    assert reader.positions == {("whole", 0): 3, ("whole", 1): 0, ("whole", 2): 0, ("whole", 3): 0}


def test_reading_goes_on_where_it_was_and_not_where_the_group_was(
    mock: Mock, reader_of: Callable[..., Reader]
) -> None:
    mock.put("on", b"a", b"b", b"c")
    first = reader_of("on")
    first.go_to({})
    read_all(first)
    first.show_progress()
    second = reader_of("on")
    second.go_to({("on", 0): 1})
    assert [r.values for r in read_all(second)] == [[b"b", b"c"]]
    assert second.positions == first.positions


def test_what_is_shown_is_the_position(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    mock.put("shown", b"a", b"b")
    reader = reader_of("shown")
    reader.show_progress()  # nothing yet
    reader.go_to({})
    read_all(reader)
    reader.show_progress()
    reader.show_progress()  # too soon for another
    partition = TopicPartition("shown", 0)
    assert wait_until(lambda: reader._consumer.committed([partition], timeout=5)[0].offset == 2)


def test_latest_leaves_out_what_is_there(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    mock.put("late", b"old")
    reader = reader_of("late", begin="latest")
    reader.go_to({})
    assert read_all(reader) == []
    mock.put("late", b"new")
    assert wait_until(lambda: reader.poll(0.05))[0].values == [b"new"]


def test_readers_share_the_partitions(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    for partition in range(4):
        mock.put("shared", b"%d" % partition, partition=partition)
    shares = [reader_of("shared", index=index, readers=3) for index in range(3)]
    taken = []
    for reader in shares:
        reader.go_to({})
        taken += [records.values for records in read_all(reader)]
    assert sorted(taken) == [[b"0"], [b"1"], [b"2"], [b"3"]]
    assert sorted(len(reader.positions) for reader in shares) == [1, 1, 2]


def test_a_partition_that_is_found_later_is_read_from_its_beginning(
    mock: Mock, reader_of: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_DISCOVER_SECONDS", 0.0)
    mock.put("grows", b"a", b"b", partition=3)
    reader = reader_of("grows", begin="latest")
    hidden = [("grows", number) for number in range(3)]
    monkeypatch.setattr(reader, "_partitions", lambda: hidden)
    reader.go_to({})
    assert reader.poll(0.05) == []
    monkeypatch.setattr(reader, "_partitions", lambda: [*hidden, ("grows", 3)])
    assert wait_until(lambda: reader.poll(0.05))[0].values == [b"a", b"b"]  # though new ones begin late


def test_no_more_than_a_batch_at_once(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    mock.put("many", *[b"x"] * 50)
    reader = reader_of("many", batch_rows=20)
    reader.go_to({})
    sizes = [len(records) for records in read_all(reader)]
    assert sum(sizes) == 50
    assert max(sizes) <= 20


def test_a_cluster_that_is_not_there_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_METADATA_SECONDS", 0.2)
    reader = Reader(cluster=module.Cluster(brokers="127.0.0.1:1"), topics=("a",), group="g")
    with pytest.raises(InputError, match=r"^127\.0\.0\.1:1: ") as refusal:
        reader.go_to({})
    assert "\n" not in str(refusal.value)
    reader.go_to({("a", 0): 5})  # who knows where to go on waits for the cluster
    assert reader.positions == {("a", 0): 5}
    assert reader.watermark_ms() == -1
    reader.close()


class FakeAdmin:
    """Says where partitions end, when asked to answer."""

    def __init__(self) -> None:
        self.ends: dict[int, int] = {}
        self.open: list[dict[TopicPartition, Future[Any]]] = []

    def list_topics(self, timeout: float) -> None:
        """Nothing to do."""

    def list_offsets(
        self, asked: dict[TopicPartition, Any], request_timeout: float
    ) -> dict[TopicPartition, Future[Any]]:
        self.open.append({partition: Future() for partition in asked})
        return self.open[-1]

    def answer(self, error: Exception | None = None) -> None:
        for partition, future in self.open.pop().items():
            if error:
                future.set_exception(error)
            else:
                future.set_result(SimpleNamespace(offset=self.ends[partition.partition]))


class Scripted:
    """A reader of two partitions whose consumer and clock are the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
        monkeypatch.setattr(module.time, "time", lambda: self.now_ms / 1000)
        self.now_ms = NOW
        self.reader = Reader(cluster=module.Cluster(brokers="127.0.0.1:1"), topics=("t",), group="g")
        self.admin = FakeAdmin()
        self.reader._admin = self.admin  # type: ignore[assignment]
        self.reader.positions = {("t", 0): 0, ("t", 1): 0}
        self.reader._seen = {p: module._Seen() for p in self.reader.positions}
        self.reader._due_discovery = float("inf")

    def poll(self, *messages: Any) -> None:
        consumer = SimpleNamespace(consume=lambda *_: list(messages))
        self.reader._consumer, kept = consumer, self.reader._consumer  # type: ignore[assignment]
        try:
            self.reader.poll(0)
        finally:
            self.reader._consumer = kept


def message(partition: int, offset: int, at_ms: int = 0, error: int | None = None) -> Any:
    found = None if error is None else KafkaError(error)
    return SimpleNamespace(
        topic=lambda: "t",
        partition=lambda: partition,
        offset=lambda: offset,
        timestamp=lambda: (1, at_ms),
        key=lambda: None,
        value=lambda: b"",
        error=lambda: found,
    )


def end(partition: int, offset: int) -> Any:
    return message(partition, offset, error=KafkaError._PARTITION_EOF)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(module, "_PLENTY_SECONDS", float("inf"))
    one = Scripted(monkeypatch)
    yield one
    one.reader.close()


def test_a_partition_that_was_not_read_yet_holds_the_watermark(scripted: Scripted) -> None:
    scripted.poll(message(0, 0, NOW))
    assert scripted.reader.watermark_ms() == -1


def test_the_slowest_partition_holds_the_watermark(scripted: Scripted) -> None:
    scripted.poll(message(0, 0, NOW), message(1, 0, NOW - 5000), message(0, 1, NOW + 1))
    assert scripted.reader.watermark_ms() == NOW - 5000


def test_a_partition_that_never_had_a_record_goes_with_the_clock(scripted: Scripted) -> None:
    scripted.poll(message(0, 0, NOW + 60_000), end(1, 0))
    assert scripted.reader.watermark_ms() == -1  # nobody has confirmed yet that nothing is there
    scripted.admin.ends = {1: 0}
    scripted.admin.answer()
    scripted.now_ms += 10_000
    scripted.poll()
    assert scripted.reader.watermark_ms() == NOW - 1000  # when it was asked, less the margin


def test_a_partition_at_its_end_goes_on_only_while_the_cluster_confirms_it(scripted: Scripted) -> None:
    scripted.poll(message(0, 0, NOW), end(0, 1), message(1, 0, NOW), end(1, 1))
    scripted.admin.ends = {0: 1, 1: 1}
    scripted.now_ms = NOW + 50_000
    scripted.admin.answer()  # asked at NOW
    scripted.poll()
    assert scripted.reader.watermark_ms() == NOW
    scripted.admin.answer()  # asked at NOW + 50 s
    scripted.poll()
    assert scripted.reader.watermark_ms() == NOW + 49_000
    scripted.now_ms = NOW + 90_000
    scripted.poll()  # a look is under way and is not answered: the cluster is away
    assert scripted.reader.watermark_ms() == NOW + 49_000
    scripted.admin.answer(RuntimeError("away"))
    scripted.poll()
    assert scripted.reader.watermark_ms() == NOW + 49_000
    scripted.admin.answer()
    scripted.poll()
    assert scripted.reader.watermark_ms() == NOW + 89_000


def test_what_is_appended_and_not_read_yet_is_waited_for(scripted: Scripted) -> None:
    """An open transaction, too: its records have a place already, and come when it is committed."""
    scripted.poll(end(0, 0), end(1, 0))
    scripted.admin.ends = {0: 0, 1: 2}
    scripted.admin.answer()
    scripted.poll()
    assert scripted.reader.watermark_ms() == -1


def test_a_record_after_the_end_takes_the_end_back(scripted: Scripted) -> None:
    scripted.poll(end(0, 0), message(0, 0, NOW), end(1, 0))
    assert not scripted.reader._seen["t", 0].at_end
    assert scripted.reader._seen["t", 1].at_end
    assert scripted.reader.positions["t", 0] == 1


def test_the_watermark_does_not_go_back(scripted: Scripted) -> None:
    scripted.poll(end(0, 0), end(1, 0))
    scripted.admin.ends = {0: 0, 1: 0}
    scripted.admin.answer()
    scripted.poll()
    before = scripted.reader.watermark_ms()
    scripted.poll(message(0, 0, NOW - 99_000))
    assert scripted.reader.watermark_ms() == before == NOW - 1000


def test_the_end_is_behind_the_marks_of_transactions(scripted: Scripted) -> None:
    scripted.poll(message(0, 4, NOW), end(0, 6), end(1, 0))
    assert scripted.reader.positions["t", 0] == 6


def test_errors_that_pass_are_waited_out(scripted: Scripted) -> None:
    scripted.poll(message(0, 0, error=KafkaError._TRANSPORT))
    scripted.poll(message(0, 0, error=KafkaError._ALL_BROKERS_DOWN))
    assert scripted.reader.positions == {("t", 0): 0, ("t", 1): 0}


@pytest.mark.parametrize("code", [KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE])
def test_what_retention_deleted_unread_is_said(scripted: Scripted, code: int) -> None:
    with pytest.raises(InputError, match="^t partition 1: offset 0 is not there any more: .* retention"):
        scripted.poll(message(1, 7, error=code))


def test_an_error_that_stays_is_raised_in_one_line(scripted: Scripted) -> None:
    with pytest.raises(InputError, match=r"^127\.0\.0\.1:1: .*[Aa]uthoriz") as refusal:
        scripted.poll(message(0, 0, error=KafkaError.TOPIC_AUTHORIZATION_FAILED))
    assert "\n" not in str(refusal.value)


def test_a_share_without_partitions_holds_nobody_up(mock: Mock, reader_of: Callable[..., Reader]) -> None:
    index = next(i for i in range(99) if all(share_of(("few", n), 99) != i for n in range(4)))
    reader = reader_of("few", index=index, readers=99)
    reader.go_to({})
    assert reader.poll(0) == []
    assert reader.positions == {}
    assert 0 < time.time() * 1000 - reader.watermark_ms() < 30_000


def reads(scripted: Scripted, *sizes: int) -> list[int]:
    """How many records one poll gives when the consumer, asked again and again, gives ``sizes``."""
    asked: list[int] = []
    offset = 0

    def consume(most: int, _seconds: float) -> list[Any]:
        nonlocal offset
        asked.append(most)
        size = min(most, sizes[len(asked) - 1])
        found = [message(0, offset + row, NOW) for row in range(size)]
        offset += size
        return found

    scripted.reader._consumer, kept = SimpleNamespace(consume=consume), scripted.reader._consumer  # type: ignore[assignment]
    try:
        batches = scripted.reader.poll(0)
    finally:
        scripted.reader._consumer = kept
    assert sum(map(len, batches)) == offset == scripted.reader.positions["t", 0]
    return asked


def test_what_trickles_in_is_handed_on_at_once(scripted: Scripted) -> None:
    assert len(reads(scripted, 999)) == 1


def test_a_backlog_is_read_up_to_a_full_batch(scripted: Scripted) -> None:
    scripted.reader.batch_rows = 5000
    assert reads(scripted, 2000, 2000, 2000) == [5000, 3000, 1000]


def test_the_end_of_a_backlog_is_handed_on_at_once(scripted: Scripted) -> None:
    assert len(reads(scripted, 2000, 10)) == 2


def test_partitions_are_read_side_by_side_and_end_when_all_is_given(
    mock: Mock, reader_of: Callable[..., Reader]
) -> None:
    """Hours of one partition wait for another; its end counts once they are given."""
    hour = 3_600_000
    for partition in range(4):
        for number in range(5):
            at_ms = NOW + number * hour + partition * 60_000
            mock.put("aside", b"%d" % number, partition=partition, at_ms=at_ms)
    reader = reader_of("aside", drift_seconds=600.0)
    reader.go_to({})
    numbers: list[bytes | None] = []

    def is_at_end() -> bool:
        numbers.extend(value for records in reader.poll(0.02) for value in records.values)
        return all(seen.at_end for seen in reader._seen.values())

    assert wait_until(is_at_end)
    assert numbers == [b"%d" % number for number in range(5) for _ in range(4)]
    assert reader.positions == {("aside", partition): 5 for partition in range(4)}
    assert not reader._paused
    mock.put("aside", b"5", partition=2, at_ms=NOW + 9 * hour)
    assert wait_until(lambda: reader.poll(0.05))[0].values == [b"5"]


def test_what_waits_for_another_partition_is_read_again_by_who_goes_on_from_there(
    mock: Mock, reader_of: Callable[..., Reader]
) -> None:
    mock.put("again", b"a", b"b", at_ms=NOW)
    mock.put("again", b"c", at_ms=NOW + 3_600_000)
    reader = reader_of("again", drift_seconds=600.0, batch_rows=1)
    reader.go_to({})
    reader._seen["again", 1].newest_ms = NOW  # it has more to come, as far as is known
    reader._look = reader._mark_ends = lambda *_: None  # type: ignore[method-assign, assignment]
    for number in (2, 3):
        reader._seen["again", number].at_end = True
    found: list[bytes | None] = []

    def two() -> bool:
        found.extend(value for records in reader.poll(0.05) for value in records.values)
        return len(found) == 2 and bool(reader._paused)

    assert wait_until(two)
    assert reader.positions["again", 0] == 2
    other = reader_of("again", drift_seconds=600.0)
    other.go_to(reader.positions)
    assert [records.values for records in read_all(other)] == [[b"c"]]
