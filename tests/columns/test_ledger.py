"""Losses: what the ledger says is what a count of everything says, in whatever order it comes."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns import ledger
from columns.ledger import KEPT_MS, Found, Ledger
from columns.transactions import Sent, sent_ends, sent_rows, tables_ended
from schemas.batches import TABLE_CHANGES, TRANSACTION_ENDS, Origin
from schemas.losses import LossStatus
from schemas.names import Result

WAIT_MS = 10_000
MINUTE = 60_000


def batch(
    rows: list[tuple[int, int]], *, table: str = "m.events", partition: int = 0, offset: int = 0
) -> pa.RecordBatch:
    """Changes as (tx, commit in milliseconds); appended a second after their commit."""
    made = [
        {f.name: 0 for f in TABLE_CHANGES}
        | {"offset": offset + i, "tx": tx, "committed_us": at * 1000, "appended_ms": at + 1000}
        | {"key": b"", "row": "{}", "before": None}
        for i, (tx, at) in enumerate(rows)
    ]
    return pa.RecordBatch.from_pylist(
        made, schema=Origin(f"db.{table}", partition, "db").stamp(TABLE_CHANGES)
    )


def rows(*changes: tuple[int, int], table: str = "m.events", partition: int = 0, offset: int = 0) -> Sent:
    sent = sent_rows(batch(list(changes), table=table, partition=partition, offset=offset))
    assert sent is not None
    return sent


def ends(*found: tuple[int, int, dict[str, int]]) -> Sent:
    """Ends as (tx, commit, changes by table); appended a second after their commit."""
    made = [
        {f.name: 0 for f in TRANSACTION_ENDS}
        | {"tx": tx, "committed_us": at * 1000, "appended_ms": at + 1000, "key": b""}
        | {"tables": list(counts), "counts": list(counts.values())}
        for tx, at, counts in found
    ]
    schema = Origin("db.transaction", 0, "db").stamp(TRANSACTION_ENDS)
    sent = sent_ends(pa.RecordBatch.from_pylist(made, schema=schema))
    assert sent is not None
    return sent


def told(found: Found) -> list[tuple[str, int, str, int, int]]:
    return [(loss.status, loss.tx, loss.table, loss.expected, loss.seen) for loss in found.losses]


def counts(found: Found) -> dict[Result, int]:
    return {result: n for (result, _), n in found.counts.items()}


def test_what_is_complete_is_forgotten_at_once_and_says_nothing() -> None:
    one = Ledger("db", WAIT_MS)
    assert counts(one.add(rows((7, 0), (7, 0), (8, 5)))) == {}
    assert len(one) == 2
    found = one.add(ends((7, 0, {"m.events": 2}), (8, 5, {"m.events": 1})))
    assert (counts(found), len(one), one.due_ms) == ({Result.COMPLETE: 2}, 0, None)


def test_what_is_missing_is_told_after_the_wait_and_taken_back_by_the_rest() -> None:
    one = Ledger("db", WAIT_MS)
    one.add(rows((7, 0), (7, 0)))
    one.add(ends((7, 0, {"m.events": 3})))
    assert one.due_ms == 1000 + WAIT_MS
    assert told(one.judge(999 + WAIT_MS)) == []
    first = one.judge(1000 + WAIT_MS)
    assert told(first) == [(LossStatus.MISSING, 7, "m.events", 3, 2)]
    assert counts(first) == {Result.INCOMPLETE: 1}
    again = Ledger("db", WAIT_MS, one.encode())
    second = again.add(rows((7, 0), partition=1))
    assert told(second) == [(LossStatus.LATE, 7, "m.events", 3, 3)]
    assert first.losses[0].id == second.losses[0].id
    assert (counts(second), len(again)) == ({}, 0)


def test_what_stays_missing_is_told_once_and_forgotten_after_a_day() -> None:
    one = Ledger("db", WAIT_MS)
    one.add(rows((6, 0)))
    one.add(ends((7, 0, {"m.events": 3})))
    assert told(one.judge(WAIT_MS + 1000)) == [(LossStatus.MISSING, 7, "m.events", 3, 0)]
    assert told(one.judge(KEPT_MS)) == []
    assert told(one.judge(KEPT_MS + 1000)) == []
    assert len(one) == 0


def test_more_than_were_sent_are_a_surplus() -> None:
    one = Ledger("db", WAIT_MS)
    one.add(rows((7, 0), (7, 0)))
    one.add(ends((7, 0, {"m.events": 1})))
    found = one.judge(None)
    assert told(found) == [(LossStatus.SURPLUS, 7, "m.events", 1, 2)]
    assert (counts(found), len(one)) == ({Result.SURPLUS: 1}, 0)


def test_a_number_that_comes_again_is_another_transaction() -> None:
    """After 2^32 transactions, or when the database was restored: the commit tells them apart."""
    one = Ledger("db", WAIT_MS)
    one.add(rows((7, 0), (7, 3 * MINUTE), (7, 3 * MINUTE)))
    one.add(ends((7, 3 * MINUTE, {"m.events": 2}), (7, 0, {"m.events": 2})))
    assert told(one.judge(None)) == [(LossStatus.MISSING, 7, "m.events", 2, 1)]


def test_a_table_that_is_not_read_is_not_lost() -> None:
    one = Ledger("db", WAIT_MS)
    one.add(rows((7, 0)))
    one.add(ends((7, 0, {"m.events": 1, "m.heartbeat": 1})))
    found = one.judge(None)
    assert (told(found), counts(found)) == ([], {Result.UNJUDGED: 1})


def test_what_was_committed_before_reading_began_is_not_lost() -> None:
    """Partition 1 was read from its middle on: of its first transaction a part may be before it."""
    one = Ledger("db", WAIT_MS)
    one.add(rows((7, 100), offset=0))
    one.add(rows((8, 500), (9, 600), partition=1, offset=40))
    one.add(ends(*((tx, at, {"m.events": 2}) for tx, at in ((5, 50), (7, 100), (8, 500), (9, 600)))))
    assert told(one.judge(None)) == [(LossStatus.MISSING, 9, "m.events", 2, 1)]


def test_an_end_that_comes_when_its_changes_were_given_up_proves_no_loss() -> None:
    one = Ledger("db", WAIT_MS)
    one.add(ends((7, 0, {"m.events": 1})))
    one.add(rows((8, 0)))
    given_up = one.judge(WAIT_MS + 1000)
    assert told(given_up) == [(LossStatus.MISSING, 7, "m.events", 1, 0)]  # its end was there all the time
    assert given_up.unended == 1
    one.add(ends((8, 0, {"m.events": 1})))
    found = one.judge(None)
    assert (told(found), counts(found)) == ([], {Result.UNJUDGED: 1})


def test_the_ledger_has_a_bound_and_beyond_it_nothing_is_called_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_OPEN", 100)
    one, found = Ledger("db", WAIT_MS), Found()
    for tx in range(1, 1000):
        found.add(one.add(rows((tx, tx), offset=tx - 1)))
        found.add(one.add(ends((tx, tx, {"m.other": 1}))))
        assert len(one) <= 135
    for tx in range(1, 1000):
        found.add(one.add(ends((tx, tx, {"m.events": 1}))))
    found.add(one.judge(None))
    assert told(found) == []
    assert counts(found)[Result.UNJUDGED] + counts(found).get(Result.COMPLETE, 0) == 2 * 999
    assert counts(found)[Result.COMPLETE] > 50


def test_files_without_partitions_and_topics_without_transactions_tell_nothing() -> None:
    assert sent_rows(batch([(7, 0)], partition=-1)) is None
    assert sent_rows(batch([(0, 0), (0, 1)], offset=5)) is None
    assert sent_rows(batch([(2**32, 0), (-1, 0)], offset=5)) is None


CASES = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["a", "b"]), st.integers(0, 3), st.integers(0, 4)),
    max_size=25,
)


@given(CASES, st.randoms(use_true_random=False), st.booleans())
def test_the_ledger_says_what_counting_everything_says(
    cases: list[tuple[int, str, int, int]], random: "st.random.Random", kept: bool
) -> None:
    """(tx, table, changes that came, changes that were sent), cut and mixed at will."""
    expected = {(tx, table): sent for tx, table, _, sent in cases}
    seen: Counter[tuple[int, str]] = Counter()
    parts = [rows((0, 0), table=table) for table in ("a", "b")]
    for tx, table, came, _ in cases:
        seen[tx, table] += came
        cut = random.randint(0, came)
        for part in (cut, came - cut):
            if part:
                parts.append(rows(*[(tx, tx)] * part, table=table, partition=random.randint(0, 2)))
    # Ends come last: what is complete before all its changes came is forgotten, and counted as unended.
    random.shuffle(parts)
    parts += [ends((tx, tx, {table: n})) for (tx, table), n in expected.items()]
    one, found = Ledger("db", WAIT_MS), Found()
    for part in parts:
        found.add(one.add(part))
        if kept:
            one = Ledger("db", WAIT_MS, one.encode())
    found.add(one.judge(None))
    assert sorted(told(found)) == sorted(
        (LossStatus.MISSING if seen[of] < n else LossStatus.SURPLUS, *of, n, seen[of])
        for of, n in expected.items()
        if seen[of] != n
    )
    assert sum(found.counts.values()) == len(expected)
    assert len(one) == 0


def test_tables_of_ends_are_counted_as_they_are_judged() -> None:
    schema = Origin("db.transaction", 0, "db").stamp(TRANSACTION_ENDS)
    none = {f.name: 0 for f in TRANSACTION_ENDS} | {"key": b""}
    made = [
        none | {"tx": 7, "tables": ["a", "b"], "counts": [1, 2]},
        none | {"tx": 8, "tables": [], "counts": []},
        none | {"tx": 2**40, "tables": ["a"], "counts": [1]},
    ]
    found = pa.RecordBatch.from_pylist(made, schema=schema)
    assert tables_ended(found) == 2
    assert sent_ends(found.slice(1)) is None
