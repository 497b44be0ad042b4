"""Rows become the same messages, in the same shards and order, whenever they are made into them."""

import msgspec
import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.messages import Messages, rendered, shard_of, sharded
from schemas.batches import encode

ROWS = pa.schema([pa.field("id", pa.dictionary(pa.int32(), pa.string())), pa.field("value", pa.int64())])


def rows_of(ids: list[str]) -> Messages:
    batch = pa.RecordBatch.from_pydict({"id": ids, "value": list(range(len(ids)))}, schema=ROWS)
    times = np.arange(len(ids), dtype=np.int64).tobytes()
    return Messages("t", rows=encode(batch).to_pybytes(), key="id", committed_us=times, appended_ms=times)


def test_rows_are_rendered_with_their_keys_and_times() -> None:
    rows = rows_of(["a", "b"])
    messages = rendered(rows)
    assert messages.keys == [b"a", b"b"]
    assert messages.values == [b'{"id":"a","value":0}', b'{"id":"b","value":1}']
    assert (messages.committed_us, messages.appended_ms) == (rows.committed_us, rows.appended_ms)
    assert messages.nbytes == sum(map(len, messages.values))
    assert rows.nbytes == len(rows.rows)


def test_messages_are_rendered_already() -> None:
    messages = Messages("t", [None], [b"1"])
    assert rendered(messages) is messages


@given(st.lists(st.text(max_size=3), min_size=1), st.integers(1, 5))
def test_shards_do_not_depend_on_when_rows_are_rendered(ids: list[str], shards: int) -> None:
    rows = rows_of(ids)
    late = {shard: rendered(part) for shard, part in sharded(rows, shards)}
    assert late == dict(sharded(rendered(rows), shards))
    assert sum(map(len, late.values())) == len(ids)
    for shard, part in late.items():
        assert {shard_of(key, shards) for key in part.keys} == {shard}
        places = [msgspec.json.decode(value)["value"] for value in part.values]
        assert places == sorted(places)
        assert np.frombuffer(part.committed_us, np.int64).tolist() == places
