"""Losses and notices as steps: on the sample, as it is and cut; what time does; what a retry sees."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.util import assert_that

from connectors.files import ReadFiles
from schemas.records import RawRecords
from tests.captures import line, sample_lines, write_lines
from tests.streams import streaming
from tests.transforms.test_steps import BEGIN_MS, is_exactly, records, streamed
from transforms import CheckTransactions, DecodeChanges, DropReplays, FindNotices

pytestmark = pytest.mark.slow

Line = dict[str, Any]


@pytest.fixture(scope="module")
def sample() -> list[Line]:
    return [json.loads(text) for text in sample_lines()]


def value_of(record: Line) -> Any:
    """The document of a record, or nothing where there is none."""
    try:
        document = json.loads(base64.b64decode(record["value"] or ""))
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def checked(source: beam.PCollection, **settings: Any) -> tuple[beam.PCollection, beam.PCollection]:
    decoded = source | DecodeChanges()
    events, tables = decoded.events | "E" >> DropReplays(), decoded.tables | "T" >> DropReplays()
    sent = (events.ok, tables.ok) | "Sent" >> beam.Flatten()
    out = (sent, decoded.transactions) | CheckTransactions(**settings)
    return out.losses, out.tally


def told(losses: beam.PCollection) -> beam.PCollection:
    return losses | beam.Map(lambda loss: (str(loss.status), loss.tx, loss.table, loss.expected, loss.seen))


def check(
    lines: Iterable[Line], path: Path, expected: list[Any], *, runner: Any = None, batch_rows: int = 5000
) -> None:
    """In batch, ``lines`` give exactly ``expected``."""
    file = write_lines(path / "in.jsonl", (json.dumps(each).encode() for each in lines))
    with beam.Pipeline(runner=runner or FnApiRunner()) as p:
        losses, _ = checked(p | ReadFiles(files=[str(file)], batch_rows=batch_rows))
        assert_that(told(losses), is_exactly(*expected))


def position_of(record: Line) -> tuple[int, int] | None:
    """Where in the log an event of a transaction is; its copies have the same."""
    document = value_of(record)
    if record["topic"] != "db.metrics.events" or not document.get("transaction"):
        return None
    return document["source"]["lsn"], document["transaction"]["total_order"]


def first_copies(sample: list[Line]) -> dict[int, list[Line]]:
    """The events of each transaction, without those that were sent again."""
    first: dict[tuple[int, int], Line] = {}
    for record in sample:
        position = position_of(record)
        if position is not None:
            first.setdefault(position, record)
    found: dict[int, list[Line]] = defaultdict(list)
    for record in first.values():
        found[value_of(record)["source"]["txId"]].append(record)
    return found


def places(cut: Iterable[Line]) -> set[tuple[str, int, int]]:
    return {(record["topic"], record["partition"], record["offset"]) for record in cut}


def test_the_sample_has_lost_nothing(sample: list[Line], tmp_path: Path) -> None:
    check(sample, tmp_path, [])


@pytest.mark.parametrize("way", ["in its order", "backwards", "tried again"])
def test_what_is_taken_out_of_the_sample_is_missing_and_nothing_else(
    sample: list[Line], tmp_path: Path, way: str
) -> None:
    """Single changes of some transactions, and all of others. Copies of them are taken out with them."""
    of = first_copies(sample)
    numbers = sorted(of)
    cut = {tx: of[tx][:1] for tx in numbers[5::90] if len(of[tx]) > 1}
    cut |= {tx: of[tx] for tx in numbers[50::200]}
    gone = {position_of(record) for records in cut.values() for record in records}
    left = [record for record in sample if position_of(record) not in gone]
    if way == "backwards":  # one partition after the other, the ends of transactions first
        left.sort(key=lambda record: (record["topic"], record["partition"]), reverse=True)
    expected = [
        ("missing", tx, "metrics.events", len(of[tx]), len(of[tx]) - len(records))
        for tx, records in cut.items()
    ]
    assert len(expected) > 20
    runner = FnApiRunner(bundle_repeat=1) if way == "tried again" else None
    check(left, tmp_path, expected, runner=runner, batch_rows=1000)


def test_what_comes_late_is_missing_first_and_then_taken_back(sample: list[Line], tmp_path: Path) -> None:
    """The broker of one partition stands still for a while, in the middle of the capture."""
    late_from = 15_000
    late = [r for r in sample if r["topic"] == "db.metrics.events" and r["partition"] == 1]
    late = [r for r in late if r["offset"] >= late_from]
    moved = places(late)
    of = first_copies(sample)
    whole = {tx: len(rs) for tx, rs in of.items()}
    came = {tx: sum(not places([r]) & moved for r in rs) for tx, rs in of.items()}
    expected = [
        (status, tx, "metrics.events", n, seen)
        for tx, n in whole.items()
        if came[tx] < n
        for status, seen in (("missing", came[tx]), ("late", n))
    ]
    assert 100 < len(expected) < 2 * len(of)
    delayed = [r | {"timestamp_ms": r["timestamp_ms"] + 90_000} for r in late]
    lines = [r for r in sample if not places([r]) & moved] + delayed
    lines.sort(key=lambda record: record["timestamp_ms"])
    file = write_lines(tmp_path / "in.jsonl", (json.dumps(each).encode() for each in lines))
    with streaming() as p:
        source = p | ReadFiles(files=[str(file)], streaming=True, batch_rows=2000, span_seconds=5)
        losses, tally = checked(source, wait_seconds=30, streaming=True)
        assert_that(told(losses), is_exactly(*expected), label="losses")
        counted = tally | beam.Filter(lambda c: c[0][3] == "loss") | beam.Map(lambda c: c[0][4])
        assert_that(counted, is_exactly(*(status for status, *_ in expected)), label="counts")


def event(
    offset: int, tx: int, at: int, *, op: str = "c", partition: int = 0, without: str = "", **more: Any
) -> bytes:
    """A change of a transaction that was committed ``at`` milliseconds after the begin."""
    row = {"seq": offset, "metric_id": "a:b", "timestamp": "2023-11-14T22:00:00Z", "value": 1.0, "tags": "{}"}
    row.pop(without, None)
    document = {
        "op": op,
        "after": None if op == "t" else row | more,
        "source": {
            "name": "db",
            "ts_us": (BEGIN_MS + at) * 1000,
            "lsn": at,
            "sequence": json.dumps([str(at), str(at)]),
            "txId": tx,
        },
        "transaction": {"id": f"{tx}:{at}", "total_order": offset + 1},
    }
    value = json.dumps(document).encode()
    return line("db.metrics.events", offset, value, partition=partition, at=at, key=b"%d" % offset)


def end(offset: int, tx: int, at: int, events: int) -> bytes:
    counts = [{"data_collection": "metrics.events", "event_count": events}]
    document = {"status": "END", "id": f"{tx}:{at + 1}", "data_collections": counts, "ts_ms": BEGIN_MS + at}
    return line("db.transaction", offset, json.dumps(document).encode(), at=at, key=b"%d:%d" % (tx, at))


def test_an_end_that_is_sent_again_is_no_second_transaction() -> None:
    sent = records(end(0, 7, 100, 1), end(1, 8, 200, 1), end(2, 7, 100, 1), end(3, 8, 200, 1))
    with beam.Pipeline(runner=FnApiRunner()) as p:
        source = p | beam.Create([records(event(0, 7, 100), event(1, 8, 200)), sent], reshuffle=False)
        losses, tally = checked(source)
        assert_that(losses, is_exactly(), label="losses")
        counts = tally | beam.Map(lambda c: (c[0][3], c[1])) | beam.CombinePerKey(sum)
        assert_that(counts, is_exactly(("complete", 2), ("replay", 2)), label="counts")


def test_the_wait_counts_from_the_end_by_the_watermark() -> None:
    """Neither by the clock, nor from the changes; what comes within the wait is not late."""
    stream = streamed(
        0,
        records(event(0, 7, 0), event(1, 8, 0)),
        5,
        records(end(0, 7, 5000, 2)),
        records(end(1, 8, 5000, 2)),
        14,
        records(event(2, 8, 5000)),
        16,
        records(event(3, 7, 5000)),
        100,
    )
    with streaming() as p:
        losses, _ = checked(p | stream.with_output_types(RawRecords), wait_seconds=10, streaming=True)
        found = (("missing", 7, "metrics.events", 2, 1), ("late", 7, "metrics.events", 2, 2))
        assert_that(told(losses), is_exactly(*found))


def test_tables_that_change_as_a_whole_are_noticed_once() -> None:
    first = records(event(0, 7, 0), event(1, 8, 100, op="t"), event(2, 9, 200, unit="ms"))
    again = records(event(3, 8, 100, op="t"), event(4, 9, 200, unit="ms"))
    other = records(event(0, 6, 50, partition=1), event(1, 9, 200, partition=1, unit="ms"))
    with beam.Pipeline(runner=FnApiRunner()) as p:
        decoded = p | beam.Create([first, again, other], reshuffle=False) | DecodeChanges()
        events = decoded.events | DropReplays()
        out = (events.ok, decoded.shapes) | FindNotices()
        shown = out.notices | beam.Map(lambda n: (type(n).__name__, n.table, n.partition, n.offset))
        expected = [("Truncated", "metrics.events", 0, 1), ("SchemaChange", "metrics.events", 0, 2)]
        assert_that(shown, is_exactly(*expected), label="notices")
        counted = out.tally | beam.Map(lambda c: (c[0][3], c[0][4], c[1]))
        both = [("notice", "truncate", 1), ("notice", "schema_change", 1)]
        assert_that(counted, is_exactly(*both), label="counts")
