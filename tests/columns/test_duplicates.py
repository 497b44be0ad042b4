"""Duplicates: the first in commit order wins, exactly within the horizon, whatever the index went through."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.duplicates import CONFLICT, DUPLICATE, FIRST, classify
from columns.hashing import split_by_shard
from columns.keyindex import KeyIndex
from schemas.batches import EVENTS, Origin

HORIZON_US = 1000
Row = dict[str, Any]


def row(key: int, value: float = 1.0, *, at: int = 0, commit: int = 0, seq: int = 0) -> Row:
    return {
        "metric_id": f"m{key}",
        "timestamp": key,
        "value": value,
        "tags": "{}",
        "seq": seq,
        "offset": seq,
        "commit_lsn": commit,
        "lsn": commit,
        "order": 0,
        "committed_us": at,
        "appended_ms": 0,
        "raw_id": 0,
    }


def batch(rows: list[Row], partition: int = 0) -> pa.RecordBatch:
    arrays = [
        pa.array([r[f.name] for r in rows], f.type.value_type).dictionary_encode()
        if pa.types.is_dictionary(f.type)
        else pa.array([r[f.name] for r in rows], f.type)
        for f in EVENTS
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=Origin("t", partition, "db").stamp(EVENTS))


def verdicts(index: KeyIndex, *batches: list[Row]) -> list[int]:
    found, _ = classify(index, [batch(rows) for rows in batches if rows], HORIZON_US)
    return [int(v) for verdict, _ in found for v in verdict]


def test_the_horizon_is_exact() -> None:
    index = KeyIndex()
    assert verdicts(index, [row(1, at=0)]) == [FIRST]
    assert verdicts(index, [row(1, at=HORIZON_US, commit=1)]) == [DUPLICATE]
    assert verdicts(index, [row(1, at=HORIZON_US + 1, commit=2)]) == [FIRST]
    assert verdicts(index, [row(1, 2.0, at=HORIZON_US + 5, commit=3)]) == [CONFLICT]


def test_the_first_in_commit_order_wins_in_whatever_order_rows_come() -> None:
    late, first = [row(1, 5.0, commit=9, seq=9)], [row(1, 4.0, commit=3, seq=3)]
    found, entries = classify(KeyIndex(), [batch(late), batch(first)], HORIZON_US)
    assert [v.tolist() for v, _ in found] == [[CONFLICT], [FIRST]]
    assert [kept.tolist() for _, kept in found] == [[4.0], [4.0]]
    assert entries["value"].view(np.float64).tolist() == [4.0]


def test_a_long_batch_does_not_lose_what_its_early_rows_repeat() -> None:
    index = KeyIndex()
    verdicts(index, [row(k, at=0, commit=k) for k in range(500)])
    later = [row(k + 1000, at=3 * HORIZON_US, commit=10_000 + k) for k in range(500)]
    repeats = [row(k, at=HORIZON_US - 1, commit=1000 + k) for k in range(500)]
    assert verdicts(index, repeats, later) == [DUPLICATE] * 500 + [FIRST] * 500


def test_series_that_look_the_same_once_masked_stay_two() -> None:
    rows = [row(1) | {"raw_id": 7}, row(1, 2.0) | {"raw_id": 8}, row(1) | {"raw_id": 7}]
    assert verdicts(KeyIndex(), rows) == [FIRST, FIRST, DUPLICATE]


def test_zero_has_no_sign() -> None:
    assert verdicts(KeyIndex(), [row(1, 0.0), row(1, -0.0, seq=1)]) == [FIRST, DUPLICATE]


ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([0.0, 1.0, 2.0]), st.integers(0, 400)), max_size=60
)


@settings(max_examples=150)
@given(ROWS, st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_a_dictionary_gives_the_same(
    drawn: list[tuple[int, float, int]], cuts: list[int], rebuild: bool
) -> None:
    """Rows in commit order, cut into calls; between calls the index may be rebuilt from its entries."""
    time, rows = 0, []
    for seq, (key, value, later) in enumerate(drawn):
        time += later
        rows.append(row(key, value, at=time, commit=seq, seq=seq))
    expected, kept = [], {}
    for r in rows:
        winner = kept.get(r["metric_id"])
        if winner is None or r["committed_us"] - winner["committed_us"] > HORIZON_US:
            kept[r["metric_id"]] = r
            expected.append(FIRST)
        else:
            expected.append(DUPLICATE if winner["value"] == r["value"] else CONFLICT)
    bounds = [0, *sorted(c for c in set(cuts) if 0 < c < len(rows)), len(rows)]
    index, entries, found = KeyIndex(), [], []
    for start, end in zip(bounds, bounds[1:], strict=False):
        if start == end:
            continue
        judged, new = classify(index, [batch(rows[start:end])], HORIZON_US)
        found += [int(v) for verdict, _ in judged for v in verdict]
        entries.append(new)
        if rebuild:
            index = KeyIndex()
            together = np.concatenate(entries)
            index.reserve(len(together), 0)
            index.load(together)
    assert found == expected


def test_growing_and_expiring_keeps_every_live_key() -> None:
    index = KeyIndex()
    for start in range(0, 20_000, 500):
        rows = [row(k, at=k // 10, commit=k) for k in range(start, start + 500)]
        assert set(verdicts(index, rows)) == {FIRST}
        live = [row(k, at=k // 10, commit=10**6 + k) for k in range(max(0, start - 8000), start + 1, 97)]
        assert set(verdicts(index, live)) == {DUPLICATE}
    assert len(index) < 50_000


def test_keys_with_one_place_in_the_table_are_told_apart() -> None:
    index = KeyIndex()
    index.reserve(100, 0)
    low = np.arange(1, 60, dtype=np.uint64) << np.uint64(40)  # all fall on slot 0
    slots, fresh = index.find_or_insert(low, low)
    assert fresh.all()
    assert len(set(slots.tolist())) == len(low)
    again, fresh = index.find_or_insert(low[::-1], low[::-1])
    assert not fresh.any()
    assert again.tolist() == slots[::-1].tolist()


def test_shards_hold_every_row_once_and_one_series_is_in_one_shard() -> None:
    whole = batch([row(k % 30, seq=k) for k in range(200)])
    shards = split_by_shard(whole, "metric_id", 4)
    assert sorted(s for _, part in shards for s in part.column("seq").to_pylist()) == list(range(200))
    ids = [set(part.column("metric_id").dictionary.to_pylist()) for _, part in shards]
    assert sum(map(len, ids)) == 30
    for _, part in shards:
        assert split_by_shard(part, "metric_id", 4)[0][1] is part
    assert split_by_shard(whole.slice(0, 0), "metric_id", 4) == []
