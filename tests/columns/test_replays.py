"""Replays: found when order is kept, and never a first copy dropped."""

import random
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.replays import Mark, find_replays
from schemas.batches import TABLE_CHANGES, Origin

Change = dict[str, Any]


def change(
    lsn: int, *, commit: int = 1, order: int = 0, at: int = 10, key: bytes = b"k", **more: Any
) -> Change:
    return {
        "op": ord("c"),
        "commit_lsn": commit,
        "lsn": lsn,
        "order": order,
        "committed_us": at,
        "appended_ms": 0,
        "key": key,
        "row": "{}",
        "before": None,
    } | more


def batch(changes: list[Change]) -> pa.RecordBatch:
    schema = Origin("t", 0, "db").stamp(TABLE_CHANGES)
    return pa.RecordBatch.from_pylist(changes, schema=schema)


def replays(changes: list[Change], cuts: list[int] | None = None) -> list[bool]:
    """Whether each change is a replay, when they come in batches cut at ``cuts``."""
    rows = [c | {"offset": i} for i, c in enumerate(changes)]
    bounds = [0, *sorted(set(cuts or []) & set(range(1, len(rows)))), len(rows)]
    mark, found = Mark(), []
    for start, end in zip(bounds, bounds[1:], strict=False):
        mask, mark = find_replays(batch(rows[start:end]), mark)
        mark = msgspec.msgpack.decode(msgspec.msgpack.encode(mark), type=Mark)
        found += mask.tolist()
    return found


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Change], list[bool]]:
    """Interleaved transactions in commit order, with restarts that send a part again."""
    changes: list[Change] = []
    for commit in range(1, draw(st.integers(1, 8))):
        rows = draw(st.integers(1, 4))
        first = draw(st.integers(1, 50))  # a later commit may hold earlier log positions
        changes += [
            change(100 * first + i, commit=commit * 1000, order=i + 1, at=commit, key=b"%d" % i)
            for i in range(rows)
        ]
    sent, again = [], []
    for i, one in enumerate(changes):
        sent.append(one)
        again.append(False)
        if draw(st.integers(0, 5)) == 0:
            back = draw(st.integers(0, i))
            sent += changes[back : i + 1]
            again += [True] * (i + 1 - back)
    return sent, again


@settings(max_examples=200)
@given(streams(), st.lists(st.integers(1, 60)))
def test_exactly_what_was_sent_again_is_a_replay(
    stream: tuple[list[Change], list[bool]], cuts: list[int]
) -> None:
    sent, again = stream
    if sent:
        assert replays(sent, cuts) == again


@settings(max_examples=100)
@given(streams(), st.randoms())
def test_no_first_copy_is_dropped_in_whatever_order_batches_come(
    stream: tuple[list[Change], list[bool]], dice: random.Random
) -> None:
    sent, again = stream
    rows = [(c | {"offset": i}, a) for i, (c, a) in enumerate(zip(sent, again, strict=True))]
    groups = [rows[i : i + 3] for i in range(0, len(rows), 3)]
    dice.shuffle(groups)
    mark = Mark()
    for group in groups:
        mask, mark = find_replays(batch([c for c, _ in group]), mark)
        assert not any(
            dropped and not sent_again for dropped, (_, sent_again) in zip(mask, group, strict=True)
        )


def test_rows_without_a_key_at_one_position_are_no_replays_of_each_other() -> None:
    """As COPY writes them into a table without a primary key."""
    keyless = [change(5, key=b"")] * 4
    assert replays(keyless, [2]) == [False] * 4
    assert replays([*keyless, change(9), *keyless], [2]) == [False] * 5 + [True] * 4


def test_keys_with_one_checksum_are_told_apart() -> None:
    """Two uuids with the same CRC-32."""
    one, two = b"aba6985b-9c86-f5d2-9afd-37e5cd55e1e8", b"8b9726c8-d73f-aa85-8824-0d4d60a0110c"
    assert replays([change(5, key=one), change(5, key=two), change(5, key=one)]) == [False, False, True]


def test_without_a_sequence_a_position_proves_nothing() -> None:
    assert replays([change(110, commit=-1), change(100, commit=-1), change(100, commit=-1)]) == [False] * 3


def test_snapshot_rows_share_a_position_and_all_pass() -> None:
    rows = [change(5, commit=5, op=ord("r"), key=b"%d" % i) for i in range(6)]
    assert not any(replays(rows, [2, 4]))
    assert replays([*rows, change(9, commit=8, at=11), *rows]) == [False] * 7 + [True] * 6


@pytest.mark.parametrize("cuts", [[], [3], [1, 2, 3, 4, 5]])
def test_rows_of_one_log_record_are_told_apart_by_key(cuts: list[int]) -> None:
    copied = [change(5, key=b"%d" % i) for i in range(4)]
    assert replays([*copied, *copied], cuts) == [False] * 4 + [True] * 4


def test_one_position_with_two_operations_is_two_changes() -> None:
    moved = [change(5, op=ord("d")), change(5, op=ord("c"))]
    assert not any(replays(moved))


def test_a_restored_log_is_not_taken_for_a_replay() -> None:
    before = [change(1000 + i, commit=1000, order=i, at=10) for i in range(3)]
    restored = [change(10 + i, commit=10, order=i, at=99) for i in range(3)]
    assert not any(replays([*before, *restored]))
    assert replays([*before, *restored, *restored], [2, 5]) == [False] * 6 + [True] * 3


def test_rows_without_a_position_pass_and_move_nothing() -> None:
    unknown = change(-1, commit=-1)
    assert replays([change(5), unknown, change(5), unknown]) == [False, False, True, False]


def test_the_mark_stays_small() -> None:
    rows = [change(i, commit=i, offset=i) for i in range(1, 5000)]
    _, mark = find_replays(batch(rows), Mark())
    assert (mark.position, mark.offset, len(mark.ties)) == ((4999, 4999, 0), 4999, 1)
    assert not np.any(find_replays(batch([change(5000, commit=5000, offset=5000)]), mark)[0])
