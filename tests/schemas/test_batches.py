"""Record batches: they travel, join, and let go of what is not picked from them."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from schemas.batches import Origin, decode, encode, join_by_origin, pick

SCHEMA = pa.schema([("text", pa.dictionary(pa.int32(), pa.string())), ("number", pa.int64())])


def batch(texts: list[str | None], partition: int = 0) -> pa.RecordBatch:
    columns = [pa.array(texts, pa.string()).dictionary_encode(), pa.array(range(len(texts)), pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=Origin("t", partition, "db").stamp(SCHEMA))


def test_batches_travel_and_join() -> None:
    one, two, other = batch(["a"]), batch(["b"]), batch(["c"], partition=1)
    assert decode(encode(one)).equals(one, check_metadata=True)
    joined = join_by_origin([one, other, two])
    assert [b.column("text").to_pylist() for b in joined] == [["a", "b"], ["c"]]


@given(st.lists(st.tuples(st.none() | st.sampled_from("abc"), st.booleans()), min_size=1))
def test_what_is_picked_is_the_rows_and_only_their_texts(rows: list[tuple[str | None, bool]]) -> None:
    picked = pick(batch([text for text, _ in rows]), np.array([chosen for _, chosen in rows]))
    expected: list[Any] = [(text, i) for i, (text, chosen) in enumerate(rows) if chosen]
    assert list(zip(picked.column("text").to_pylist(), picked.column("number").to_pylist(), strict=True)) == (
        expected
    )
    assert set(picked.column("text").dictionary.to_pylist()) == {text for text, _ in expected} - {None}
    assert Origin.of(picked) == Origin("t", 0, "db")


def test_a_few_rows_do_not_keep_the_whole_batch_in_memory() -> None:
    """Sinks gather rare rows for long: each would hold the megabytes that it came with."""
    rows = 100_000
    mask = np.zeros(rows, dtype=bool)
    mask[[3, 4]] = True
    before = pa.total_allocated_bytes()
    whole = decode(encode(batch([f"text {i}" for i in range(rows)])))
    assert pa.total_allocated_bytes() - before > 1_000_000
    picked = pick(whole, mask)
    del whole
    assert picked.column("text").to_pylist() == ["text 3", "text 4"]
    assert pa.total_allocated_bytes() - before < 10_000
