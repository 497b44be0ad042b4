"""The steps as Beam transforms: what is ok, what is dead, and what state and time do."""

from collections.abc import Callable, Iterable
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from connectors.recordfiles import _raw
from schemas.batches import EVENTS, Origin
from schemas.records import RawRecords, Record
from tests.captures import event, series
from tests.streams import streaming
from transforms import (
    CheckReferences,
    DecodeChanges,
    DropDuplicates,
    DropReplays,
    FindGaps,
    Redact,
    SplitChanges,
    ToBatches,
    ToRows,
    Validate,
)
from transforms.coders import BatchCoder, StructCoder
from transforms.shardmemory import ShardMemories

BEGIN_MS = 1_700_000_000_000


def records(*lines: bytes) -> RawRecords:
    return _raw([msgspec.json.decode(line, type=Record) for line in lines])


def is_exactly(*expected: Any) -> Callable[[Iterable[Any]], None]:
    def check(found: Iterable[Any]) -> None:
        assert sorted(found) == sorted(expected)

    return check


def values(batches: beam.PCollection, column: str = "value") -> beam.PCollection:
    return batches | f"Values {column} {id(batches)}" >> beam.FlatMap(lambda b: b.column(column).to_pylist())


def events_of(source: beam.PCollection) -> tuple[beam.PCollection, beam.PCollection]:
    """(events, catalogue) of raw records; inserted rows of the tests all keep the contract."""
    decoded = source | DecodeChanges()
    inserts = decoded.events | SplitChanges()
    return inserts.ok | beam.ParDo(_AsEvents()).with_output_types(pa.RecordBatch), decoded.tables


@pytest.fixture
def pipeline() -> Iterable[beam.Pipeline]:
    with beam.Pipeline(runner=FnApiRunner()) as p:
        yield p


def test_decode_separates_events_tables_and_dead(pipeline: beam.Pipeline) -> None:
    bad = records(event(0, value=1.0))
    bad.values[0] = b"{"
    source = pipeline | beam.Create([bad, records(event(1, value=2.0)), records(series(2, "pod-1:cpu"))])
    out = source | DecodeChanges()
    assert_that(values(out.events), is_exactly(2.0), label="events")
    assert_that(values(out.tables, "op"), is_exactly(ord("c")), label="tables")
    assert_that(
        out.dead | beam.Map(lambda d: (d.reason, d.offset)), is_exactly(("truncated_json", 0)), label="dead"
    )


def test_replays_are_dropped_by_partition_and_connector(pipeline: beam.Pipeline) -> None:
    batches = [
        records(event(0, lsn=5), event(1, lsn=6), event(2, lsn=5)),
        records(event(0, lsn=5, partition=1, value=9.0)),
    ]
    decoded = pipeline | beam.Create(batches) | DecodeChanges()
    out = decoded.events | DropReplays()
    assert_that(values(out.ok), is_exactly(1.0, 1.0, 9.0), label="ok")
    dropped = out.tally | beam.Filter(lambda c: c[0][3] == "replay") | beam.Map(lambda c: c[1])
    assert_that(dropped, is_exactly(1), label="dropped")


def test_what_is_refused_is_masked_already(pipeline: beam.Pipeline) -> None:
    line = event(0, metric_id="jane@example.com:cpu", value=None)
    decoded = pipeline | beam.Create([records(line)]) | DecodeChanges()
    inserts = (decoded.events | Redact()).ok | SplitChanges()
    out = (inserts.ok, decoded.tables) | Validate()
    shown = out.dead | beam.Map(lambda d: (d.reason, d.row["metric_id"]))
    assert_that(shown, is_exactly(("value_null", "j***@example.com:cpu")), label="dead")
    assert_that(out.audit | beam.Map(lambda a: (a.action, a.reason)), is_exactly(("rejected", "value_null")))


@pytest.mark.parametrize("order", [1, -1])
def test_the_catalogue_may_come_before_or_after(order: int) -> None:
    inputs = [records(series(0, "a:cpu")), records(event(1, "a:cpu"), event(2, "b:cpu", value=7.0))][::order]
    with beam.Pipeline(runner=FnApiRunner()) as p:
        out = events_of(p | beam.Create(inputs, reshuffle=False)) | CheckReferences(shards=2)
        assert_that(values(out.ok, "seq"), is_exactly(1), label="ok")
        dead = out.dead | beam.Map(lambda d: (d.reason, d.row["seq"], d.row["value"]))
        assert_that(dead, is_exactly(("unknown_series", 2, 7.0)), label="dead")


def streamed(*steps: RawRecords | float) -> Stream:
    """Records, and numbers: the watermark goes on to so many seconds after the begin."""
    stream = Stream(coder=StructCoder(RawRecords))
    for step in steps:
        if isinstance(step, RawRecords):
            at = Timestamp(micros=step.timestamps[0] * 1000)
            stream = stream.add_elements([TimestampedValue(step, at)])
        else:
            stream = stream.advance_watermark_to(Timestamp(BEGIN_MS / 1000 + step))
    return stream.advance_watermark_to(MAX_TIMESTAMP)


def test_an_event_waits_for_its_series_and_not_for_ever() -> None:
    stream = streamed(
        0,
        records(event(1, "late:cpu"), event(2, "never:cpu"), event(3, "too-late:cpu")),
        30,
        records(series(4, "late:cpu", at=30_000)),
        100,
        records(series(5, "too-late:cpu", at=100_000)),
    )
    with streaming() as p:
        source = p | stream.with_output_types(RawRecords)
        out = events_of(source) | CheckReferences(wait_seconds=60, streaming=True)
        assert_that(values(out.ok, "seq"), is_exactly(1), label="ok")
        assert_that(out.dead | beam.Map(lambda d: d.row["seq"]), is_exactly(2, 3), label="dead")


def test_out_of_order_rows_within_the_hold_do_not_change_the_winner() -> None:
    stream = streamed(
        0,
        records(event(9, value=2.0, lsn=900, at=1000)),
        1.5,
        records(event(3, value=1.0, lsn=300, at=1500, partition=1)),  # committed first, read second
        60,
        records(event(20, value=1.0, lsn=2000, at=60_000)),
        120,
    )
    with streaming() as p:
        valid, _ = events_of(p | stream.with_output_types(RawRecords))
        out = valid | DropDuplicates(disorder_seconds=5, streaming=True)
        assert_that(values(out.ok, "seq"), is_exactly(3), label="ok")
        assert_that(values(out.duplicates, "seq"), is_exactly(20), label="duplicates")
        kept = out.conflicts | beam.FlatMap(
            lambda b: list(zip(*[b.column(c).to_pylist() for c in ("seq", "kept_value")], strict=True))
        )
        assert_that(kept, is_exactly((9, 1.0)), label="conflicts")


def test_events_that_are_read_too_late_are_judged_and_counted() -> None:
    """As from one file with a long partition after the other: the first copy comes last."""
    batches = [records(event(1, at=0)), records(event(2, minute=3, at=200_000))]
    batches += [records(event(3, at=1000, value=2.0, partition=1))]
    with beam.Pipeline(runner=FnApiRunner()) as p:
        valid, _ = events_of(p | beam.Create(batches, reshuffle=False))
        out = valid | DropDuplicates(shards=1, disorder_seconds=60)
        assert_that(values(out.ok, "seq"), is_exactly(1, 2), label="ok")
        assert_that(values(out.conflicts, "seq"), is_exactly(3), label="conflicts")
        late = out.tally | beam.Filter(lambda c: c[0][3] == "late") | beam.Map(lambda c: c[1])
        assert_that(late, is_exactly(1), label="late")


def test_a_silent_shard_is_emptied_after_the_horizon() -> None:
    stream = streamed(
        0, records(event(1, at=0)), 30, records(event(2, at=30_000)), 500, records(event(3, at=500_000)), 900
    )
    with streaming() as p:
        valid, _ = events_of(p | stream.with_output_types(RawRecords))
        out = valid | DropDuplicates(disorder_seconds=1, horizon_seconds=60, streaming=True)
        assert_that(values(out.ok, "seq"), is_exactly(1, 3), label="ok")
        assert_that(values(out.duplicates, "seq"), is_exactly(2), label="duplicates")


class _AsEvents(beam.DoFn):
    def setup(self) -> None:
        from columns.contract import ContractCheck
        from schemas.contract import Contract

        self._check = ContractCheck(Contract.load())

    def process(self, batch: pa.RecordBatch) -> Iterable[pa.RecordBatch]:
        yield self._check.split(batch)[0]


def test_late_samples_close_a_gap_and_others_leave_it() -> None:
    minutes = [0, 1, 5, 6]
    stream = streamed(
        0,
        records(*(event(m, minute=m, at=m * 60_000) for m in minutes)),
        records(event(3, minute=3, at=361_000)),
        2000,
    )
    with streaming() as p:
        valid, tables = events_of(p | stream.with_output_types(RawRecords))
        found = (valid, tables) | FindGaps(lateness_seconds=900, streaming=True)
        shown = found | beam.Map(lambda g: (g.entity, g.start[11:16], g.intervals))
        assert_that(shown, is_exactly(("pod-1", "22:02", 1), ("pod-1", "22:04", 1)))


def test_a_series_that_never_sends_is_reported(pipeline: beam.Pipeline) -> None:
    valid, tables = events_of(
        pipeline | beam.Create([records(series(0, "pod-1:cpu"), series(1, "pod-1:mem")), records(event(2))])
    )
    found = (valid, tables) | FindGaps()
    assert_that(found | beam.Map(lambda g: (g.entity, g.metric_id)), is_exactly(("pod-1", "pod-1:mem")))


def test_rows_and_batches_turn_into_each_other(pipeline: beam.Pipeline) -> None:
    valid, _ = events_of(pipeline | beam.Create([records(event(1, value=1.0), event(2, value=2.0))]))
    double = beam.Map(lambda row: row | {"value": 2 * row["value"]}).with_output_types(dict[str, Any])
    out = valid | ToRows() | double | ToBatches(max_rows=1)
    assert_that(out | beam.Map(len), is_exactly(1, 1), label="sizes")
    assert_that(values(out), is_exactly(2.0, 4.0), label="values")


def test_a_change_that_was_not_committed_is_never_seen() -> None:
    """The memory follows the state: after a rollback it is rebuilt from it."""

    class Nonce:
        value: bytes | None = None

        def read(self) -> bytes | None:
            return self.value

        def write(self, value: bytes) -> None:
            self.value = value

    memories: ShardMemories[list[int]] = ShardMemories("test")
    nonce, stored = Nonce(), [1]
    memory = memories.open(0, nonce, lambda: list(stored))
    committed = nonce.value
    assert memories.open(0, nonce, lambda: []) is memory
    memories.open(0, nonce, lambda: []).append(2)
    nonce.value = committed  # the bundle is rolled back
    assert memories.open(0, nonce, lambda: list(stored)) == [1]
    memories.forget()
    assert memories.open(0, nonce, lambda: [7]) == [7]


def test_a_spilled_batch_needs_its_machine(tmp_path: Any) -> None:
    from transforms.coders import spill_to

    rows = 5000
    ids = pa.array(["m"] * rows).dictionary_encode()
    numbers = pa.array(range(rows))
    columns = {"metric_id": ids, "tags": ids, "timestamp": numbers.cast(pa.timestamp("us", tz="UTC"))}
    columns["value"] = numbers.cast(pa.float64())
    schema = Origin("t", 3, "db").stamp(EVENTS)
    batch = pa.RecordBatch.from_arrays([columns.get(n, numbers) for n in EVENTS.names], schema=schema)
    spill_to(tmp_path)
    try:
        ticket = BatchCoder().encode(batch)
        assert len(ticket) < 100
        assert BatchCoder().decode(ticket).equals(batch, check_metadata=True)
    finally:
        spill_to(None)
    with pytest.raises(RuntimeError, match="another machine"):
        BatchCoder().decode(ticket)
    assert BatchCoder().decode(BatchCoder().encode(batch)).equals(batch, check_metadata=True)
