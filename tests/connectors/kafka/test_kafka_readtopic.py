"""``traceo stack read``: the newest messages of topics, in the order of their appends."""

from itertools import islice

import pytest

from connectors.errors import InputError
from pipelines.readtopic import newest
from tests.connectors.kafka.mockcluster import mock_cluster


def test_the_newest_of_all_partitions_and_topics_come_in_the_order_of_their_appends() -> None:
    with mock_cluster() as mock:
        mock.put("one", b"a", b"b", partition=0, at_ms=1000)
        mock.put("one", b"d", partition=3, at_ms=3000)
        mock.put("two", b"c", None, b"\xff", partition=1, at_ms=2000)
        found = list(newest(mock.cluster, ["one", "two"], 4))
        assert [(line.topic, line.text) for line in found] == [
            ("two", "c"),
            ("two", "null"),
            ("two", "\\xff"),
            ("one", "d"),
        ]


def test_what_comes_later_follows() -> None:
    with mock_cluster() as mock:
        mock.put("one", b"a")
        lines = newest(mock.cluster, ["one"], 10, follow=True)
        assert next(lines).text == "a"
        mock.put("one", b"b", b"c", partition=2)
        assert [line.text for line in islice(lines, 2)] == ["b", "c"]


def test_a_topic_that_is_not_there_is_told_with_those_that_are() -> None:
    with mock_cluster() as mock:
        mock.put("metrics.processed", b"a")
        with pytest.raises(InputError, match=r"no topic metrics\.proccessed; there are: metrics\.processed"):
            list(newest(mock.cluster, ["metrics.proccessed"], 10))
