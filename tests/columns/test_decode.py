"""Decoding: every kind of value, and never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.decode import MAX_VALUE_BYTES, Decoded, decode_records
from schemas.batches import Origin
from schemas.names import Result, Undecodable
from schemas.records import RawRecords

TOPIC = "db.metrics.events"
ROW = {
    "seq": 7,
    "metric_id": "pod:cpu",
    "timestamp": "2023-01-29T08:41:00.000000Z",
    "value": 1.5,
    "tags": "{}",
}
SOURCE = {
    "name": "db",
    "ts_us": 5_000_000,
    "ts_ms": 5000,
    "snapshot": "false",
    "sequence": '["9","12"]',
    "lsn": 12,
}


def envelope(**fields: Any) -> dict[str, Any]:
    return {
        "op": "c",
        "before": None,
        "after": ROW,
        "source": SOURCE,
        "transaction": None,
        "ts_ms": 6000,
    } | fields


def decoded(*values: bytes | None, topic: str = TOPIC, **options: Any) -> Decoded:
    count = len(values)
    records = RawRecords(topic, 0, list(range(count)), [1] * count, [b"k"] * count, list(values))
    out = decode_records(records, events_table="metrics.events", **options)
    assert sum(out.counts.values()) == count
    assert sum(map(len, out.batches)) == out.counts[Result.PASSED]
    return out


def rows(*documents: Any, topic: str = TOPIC) -> list[dict[str, Any]]:
    out = decoded(*(json.dumps(d).encode() for d in documents), topic=topic)
    return [row for batch in out.batches for row in batch.to_pylist()]


def test_a_row_becomes_columns() -> None:
    (row,) = rows(envelope(transaction={"total_order": 3}, source=SOURCE | {"txId": 77}))
    assert row == {
        "offset": 0,
        "op": ord("c"),
        "commit_lsn": 9,
        "lsn": 12,
        "order": 3,
        "tx": 77,
        "committed_us": 5_000_000,
        "appended_ms": 1,
        "key": b"k",
        "odd": None,
        "before": None,
        "raw_id": 0,
        **ROW,
    }


def test_the_schema_part_is_taken_off() -> None:
    assert rows({"schema": {"type": "struct"}, "payload": envelope()}) == rows(envelope())


def test_an_odd_row_beside_a_schema_part_is_kept_as_it_came() -> None:
    wrapped = {"schema": {}, "payload": envelope(after=ROW | {"seq": 2**80})}
    (row,) = rows(wrapped)
    assert json.loads(row["odd"])["seq"] == 2**80


def test_payloads_in_payloads_are_no_envelope() -> None:
    value = b'{"payload":' * 450 + json.dumps(envelope()).encode() + b"}" * 450
    assert [r.kind for r in decoded(value).refused] == [Undecodable.ENVELOPE_WITHOUT_OP]


def test_deletes_show_the_old_row_and_updates_both() -> None:
    old = ROW | {"value": 0.5}
    deleted, updated = rows(envelope(op="d", before=old, after=None), envelope(op="u", before=old, after=ROW))
    assert (deleted["value"], deleted["before"]) == (0.5, None)
    assert (updated["value"], json.loads(updated["before"])["value"]) == (1.5, 0.5)


def test_a_truncate_has_no_row() -> None:
    (row,) = rows(envelope(op="t", after=None))
    assert (row["op"], row["metric_id"]) == (ord("t"), None)


def test_other_tables_keep_their_rows_as_json() -> None:
    (row,) = rows(envelope(after={"id": 1, "n": [1, 2]}), topic="db.metrics.other")
    assert json.loads(row["row"]) == {"id": 1, "n": [1, 2]}


def test_numbers_that_json_cannot_hold() -> None:
    values = [
        row["value"] for row in rows(*(envelope(after=ROW | {"value": v}) for v in ("NaN", "-Infinity", 2)))
    ]
    assert values[0] != values[0]
    assert values[1:] == [float("-inf"), 2.0]


@pytest.mark.parametrize(
    "field",
    [
        {"metric_id": 5},
        {"tags": {"a": 1}},
        {"value": True},
        {"value": "abc"},
        {"seq": 2**70},
        {"timestamp": 1.5},
    ],
)
def test_a_row_that_fits_no_column_stays_json(field: dict[str, Any]) -> None:
    first, second = rows(envelope(after=ROW | field), envelope())
    assert json.loads(first["odd"])[next(iter(field))] == next(iter(field.values()))
    assert second["odd"] is None
    assert second["value"] == ROW["value"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"", Undecodable.EMPTY_BYTES),
        (b'{"op":"c","x":"\xff"}', Undecodable.INVALID_UTF8),
        (json.dumps(envelope()).encode()[:-20], Undecodable.TRUNCATED_JSON),
        (b"[1,2", Undecodable.TRUNCATED_JSON),
        (b"{'op'}", Undecodable.MALFORMED_JSON),
        (b"[" * 100_000, Undecodable.MALFORMED_JSON),
        (b"[1]", Undecodable.JSON_ARRAY),
        (b'"text"', Undecodable.JSON_STRING),
        (b"5", Undecodable.JSON_NUMBER),
        (b"true", Undecodable.JSON_BOOLEAN),
        (b"null", Undecodable.JSON_NULL),
        (b"{}", Undecodable.ENVELOPE_WITHOUT_OP),
        (json.dumps(envelope(op=None)).encode(), Undecodable.ENVELOPE_WITHOUT_OP),
        (json.dumps(envelope(op="x")).encode(), Undecodable.UNKNOWN_OP),
        (json.dumps(envelope(op=["c"])).encode(), Undecodable.UNKNOWN_OP),
        (json.dumps(envelope(source=5)).encode(), Undecodable.MALFORMED_ENVELOPE),
        (json.dumps(envelope(source=SOURCE | {"ts_us": 2**62})).encode(), Undecodable.MALFORMED_ENVELOPE),
        (json.dumps(envelope(source={"ts_ms": 9 * 10**18})).encode(), Undecodable.MALFORMED_ENVELOPE),
    ],
)
def test_what_is_no_envelope_is_named(value: bytes, kind: Undecodable) -> None:
    good = json.dumps(envelope()).encode()
    out = decoded(good, value, good)
    assert [(r.index, r.kind) for r in out.refused] == [(1, kind)]
    assert out.counts[Result.PASSED] == 2


def test_the_limit_is_a_limit() -> None:
    value = json.dumps(envelope()).encode()
    assert decoded(value, max_value_bytes=len(value)).counts[Result.PASSED] == 1
    (refused,) = decoded(value, max_value_bytes=len(value) - 1).refused
    assert refused.kind is Undecodable.OVERSIZED
    assert MAX_VALUE_BYTES == 1_048_576


def test_tombstones_are_no_empty_values() -> None:
    out = decoded(None, b"", json.dumps(envelope()).encode())
    assert out.counts == {Result.TOMBSTONE: 1, Result.DEAD: 1, Result.PASSED: 1}
    assert out.batches[0].column("offset").to_pylist() == [2]


def test_heartbeats_and_transaction_markers_are_counted_only() -> None:
    assert decoded(b'{"ts_ms":1}', b"{}", topic="__debezium-heartbeat.db").counts == {Result.CONTROL: 2}
    marker = b'{"status":"BEGIN","id":"7:8"}'
    wrapped = b'{"schema":{},"payload":' + marker + b"}"
    assert decoded(marker, wrapped, topic="db.transaction").counts == {Result.CONTROL: 2}


def test_an_end_of_a_transaction_says_how_many_changes_of_which_table_it_had() -> None:
    counts = [
        {"data_collection": "metrics.events", "event_count": 3},
        {"data_collection": "metrics.series", "event_count": 1},
    ]
    end = {"status": "END", "id": "778:26823696", "event_count": 4, "data_collections": counts, "ts_ms": 7}
    odd = [
        end | {"id": "no:numbers"},
        end | {"id": "778"},
        end | {"ts_ms": None},
        end | {"data_collections": 5},
        end | {"status": "BEGIN"},
    ]
    values = [json.dumps(document).encode() for document in (end, {"schema": {}, "payload": end}, *odd)]
    out = decoded(*values, topic="db.transaction")
    assert out.counts == {Result.CONTROL: 7}
    assert out.ends is not None
    first, second = out.ends.to_pylist()
    assert first | {"offset": 1} == second
    wanted = {"tx": 778, "lsn": 26823696, "committed_us": 7000, "appended_ms": 1}
    assert wanted.items() <= first.items()
    assert (first["tables"], first["counts"]) == (["metrics.events", "metrics.series"], [3, 1])
    assert Origin.of(out.ends) == Origin("db.transaction", 0, "db")


def test_rows_of_a_snapshot_are_of_no_transaction_though_its_number_is_there() -> None:
    read = envelope(op="r", source=SOURCE | {"txId": 868})
    inside = envelope(source=SOURCE | {"txId": 869}, transaction={"id": "869:1", "total_order": 1})
    elsewhere = envelope(source=SOURCE | {"txId": "6.28.807"}, transaction={"total_order": 1})
    assert [row["tx"] for row in rows(read, inside, elsewhere)] == [0, 869, 0]


def shapes(*documents: Any, topic: str = TOPIC) -> list[tuple[int, str]]:
    out = decoded(*(json.dumps(d).encode() for d in documents), topic=topic)
    return [(shape.offset, " ".join(shape.columns)) for shape in out.shapes]


USUAL = "metric_id seq tags timestamp value"


def test_columns_that_come_or_go_are_seen_with_the_first_row_that_has_them() -> None:
    more = envelope(after=ROW | {"unit": "ms"})
    renamed = envelope(after={"tag" if k == "tags" else k: v for k, v in ROW.items()})
    deleted = envelope(op="d", before=ROW, after=None)
    many = [envelope()] * 300 + [deleted] + [more] * 300 + [renamed]
    expected = [
        (0, USUAL),
        (301, "metric_id seq tags timestamp unit value"),
        (601, "metric_id seq tag timestamp value"),
    ]
    assert shapes(*many) == expected
    assert shapes(*({"schema": {}, "payload": document} for document in many)) == expected
    assert rows(more) == rows(envelope())  # what was added does not get in the way
    (row,) = rows(renamed)
    assert (row["tags"], row["value"]) == (None, 1.5)


def test_rows_that_fit_no_column_show_theirs_too_and_other_tables_as_well() -> None:
    assert shapes(envelope(), envelope(after=ROW | {"value": {}, "x": 1})) == [
        (0, USUAL),
        (1, "metric_id seq tags timestamp value x"),
    ]
    changed = [envelope(after={"b": 1, "a": 2})] * 2 + [
        envelope(op="t", after=None),
        envelope(after={"a": 2}),
    ]
    assert shapes(*changed, topic="db.shop.orders") == [(0, "a b"), (3, "a")]


@pytest.mark.parametrize("name", ["seq ", 'a"b', "\x01", "\\", "", "ü", "seq".ljust(64), "x" * 500])
def test_no_name_of_a_column_gets_in_the_way(name: str) -> None:
    row = {k: v for k, v in ROW.items() if k != "seq"} | {name: 1}
    assert [r["seq"] for r in rows(envelope(), envelope(after=row), envelope())] == [7, None, 7]
    assert len(shapes(envelope(after=row), envelope(after=row))) == 1


def test_a_table_may_be_named_transaction() -> None:
    row = envelope(after={"status": "x", "id": 1}) | {"status": "x", "id": 1}
    out = decoded(json.dumps(row).encode(), b"{", topic="db.shop.transaction")
    assert out.counts == {Result.PASSED: 1, Result.DEAD: 1}


def test_connectors_are_kept_apart() -> None:
    documents = [envelope(source=SOURCE | {"name": name}) for name in ("a", "b", "a")]
    out = decoded(*(json.dumps(d).encode() for d in documents))
    found = {b.schema.metadata[b"source"]: b.column("offset").to_pylist() for b in out.batches}
    assert found == {b"a": [0, 2], b"b": [1]}


@pytest.mark.parametrize(
    ("sequence", "commit"),
    [
        ('[null,"12"]', 12),
        (None, -1),
        ("[]", -1),
        ("no json", -1),
        ('["9","12"]', 9),
        ('["99999999999999999999","1"]', -1),
    ],
)
def test_without_a_commit_the_own_position_counts_and_without_a_sequence_none(
    sequence: str | None, commit: int
) -> None:
    found = rows(envelope(source=SOURCE | {"sequence": sequence}), envelope())
    assert [row["commit_lsn"] for row in found] == [commit, 9]


def test_a_change_without_a_source_has_no_position() -> None:
    (row,) = rows(envelope(source=None))
    assert (row["lsn"], row["commit_lsn"], row["committed_us"]) == (-1, -1, 1000)


def _cut(value: bytes, at: int, patch: bytes) -> bytes:
    return value[: at % len(value)] + patch + value[at % len(value) + len(patch) :]


MUTATED = st.builds(
    _cut, st.just(json.dumps(envelope()).encode()), st.integers(0, 999), st.binary(max_size=6)
)


@settings(max_examples=300)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=40), MUTATED), min_size=1, max_size=12))
def test_no_bytes_raise_and_company_changes_nothing(values: list[bytes | None]) -> None:
    together = decoded(*values)
    alone = [decoded(value) for value in values]
    assert [r.kind for r in together.refused] == [r.kind for out in alone for r in out.refused]
    kept = [row | {"offset": 0} for batch in together.batches for row in batch.to_pylist()]
    single = [row for out in alone for batch in out.batches for row in batch.to_pylist()]
    assert sorted(map(repr, kept)) == sorted(map(repr, single))
