"""Changes become records of an archive, and these the same changes again; runs, and when they end."""

import json
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.utils.timestamp import MAX_TIMESTAMP
from hypothesis import given
from hypothesis import strategies as st

from columns.archive import archived
from columns.decode import Decoded, decode_records
from schemas.archive import ARCHIVE
from schemas.batches import Origin
from schemas.records import RawRecords
from tests.captures import event, line, series
from tests.streams import streaming
from tests.transforms.test_steps import is_exactly, records
from transforms import DecodeChanges
from transforms.archive import ToArchive
from transforms.coders import StructCoder
from transforms.ending import LAST_CALL

EVENTS, SERIES, ENDS = "db.metrics.events", "db.metrics.series", "db.transaction"


def decoded(topic: str, values: Iterable[bytes], keys: Iterable[bytes | None] = ()) -> Decoded:
    rows = list(values)
    at = [1_700_000_000_000 + 7 * i for i in range(len(rows))]
    made = RawRecords(topic, 3, list(range(5, 5 + len(rows))), at, list(keys) or [b"k"] * len(rows), rows)
    return decode_records(made, events_table="metrics.events")


def again(batch: pa.RecordBatch) -> Decoded:
    """What decoding gives of a batch that was archived."""
    kept = archived(batch)
    assert kept.schema == ARCHIVE
    return decode_records(
        RawRecords(
            kept.column("topic")[0].as_py(),
            kept.column("partition")[0].as_py(),
            *(kept.column(name).to_pylist() for name in ARCHIVE.names[2:]),
        ),
        events_table="metrics.events",
    )


def check_same(topic: str, values: list[bytes], keys: Iterable[bytes | None] = ()) -> None:
    """Rows and origins are the same after a round through the archive."""
    for batch in decoded(topic, values, keys).batches:
        out = again(batch)
        assert not out.refused
        (found,) = out.batches
        assert Origin.of(found) == Origin.of(batch)
        assert repr(found.to_pylist()) == repr(batch.to_pylist())  # NaN is no NaN, but reads the same


TEXTS = st.one_of(st.none(), st.text(max_size=8))
LSNS = st.integers(0, 2**62)
ROWS = st.one_of(
    st.fixed_dictionaries(
        {
            "seq": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
            "metric_id": TEXTS,
            "timestamp": TEXTS,
            "value": st.one_of(
                st.none(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.sampled_from(["NaN", "Infinity", "-Infinity"]),
            ),
            "tags": TEXTS,
        }
    ),
    st.dictionaries(st.sampled_from(["seq", "metric_id", "value"]), st.one_of(TEXTS, st.integers(0, 9))),
)


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    op = draw(st.sampled_from("crudt"))
    source: dict[str, Any] = {
        "name": draw(st.sampled_from(["db", 'ot"her'])),
        "ts_us": draw(st.integers(0, 2**50)),
    }
    if draw(st.booleans()):
        source |= {"lsn": draw(LSNS), "sequence": json.dumps([str(draw(LSNS)), str(draw(LSNS))])}
    if draw(st.booleans()):
        source["txId"] = draw(st.integers(1, 2**32))
    order = draw(st.one_of(st.none(), st.integers(1, 999)))
    row = None if op == "t" else draw(ROWS)
    before = draw(st.one_of(st.none(), ROWS)) if op == "u" else None
    document = {
        "op": op,
        "before": row if op == "d" else before,
        "after": None if op == "d" else row,
        "source": source,
        "transaction": None if order is None else {"total_order": order},
    }
    return json.dumps(document).encode()


@given(st.lists(envelopes(), min_size=1, max_size=6))
def test_each_change_of_events_is_the_same_after_the_archive(values: list[bytes]) -> None:
    check_same(EVENTS, values)


@given(st.lists(envelopes(), min_size=1, max_size=6))
def test_each_change_of_a_table_is_the_same_after_the_archive(values: list[bytes]) -> None:
    check_same(SERIES, values, [b"\xff" if i % 2 else None for i in range(len(values))])


def test_ends_of_transactions_say_the_same_after_the_archive() -> None:
    ends = [
        {
            "status": "END",
            "id": f"{number}:{number + 100}",
            "event_count": 5,
            "data_collections": [
                {"data_collection": "metrics.events", "event_count": 3},
                {"data_collection": "metrics.series", "event_count": 2},
            ],
            "ts_ms": 1_700_000_000_000 + number,
        }
        for number in (7, 8)
    ]
    batch = decoded(ENDS, [json.dumps(end).encode() for end in ends]).ends
    assert batch is not None
    assert len(batch) == 2
    found = again(batch).ends
    assert found is not None
    keyless = [{**row, "key": None} for row in found.to_pylist()]  # made anew of the numbers
    assert keyless == [{**row, "key": None} for row in batch.to_pylist()]
    assert found.column("key")[0].as_py() == b'{"id":"7:107"}'


def test_a_batch_of_something_else_is_refused() -> None:
    schema = Origin("t", 0, "").stamp(pa.schema([pa.field("a", pa.int64())]))
    with pytest.raises(ValueError, match="no batch of changes"):
        archived(pa.RecordBatch.from_arrays([pa.array([1])], schema=schema))


def runs(source: beam.PCollection, **settings: Any) -> beam.PCollection:
    out = source | DecodeChanges()
    made = (out.events, out.tables, out.transactions) | ToArchive(**settings)
    return made | beam.Map(
        lambda run: (
            run.column("topic")[0].as_py(),
            run.column("partition")[0].as_py(),
            tuple(run.column("offset").to_pylist()),
        )
    )


def test_in_batch_a_run_ends_with_its_rows_or_its_bundle() -> None:
    batches = [records(event(i)) for i in (1, 2, 3, 4, 5)]
    batches += [records(event(9, partition=1)), records(series(0, "a"))]
    with beam.Pipeline(runner=FnApiRunner()) as p:
        found = runs(p | beam.Create(batches, reshuffle=False), file_rows=2)
        assert_that(
            found,
            is_exactly(
                (EVENTS, 0, (1, 2)),
                (EVENTS, 0, (3, 4)),
                (EVENTS, 0, (5,)),
                (EVENTS, 1, (9,)),
                (SERIES, 0, (0,)),
            ),
        )


def test_in_a_stream_a_run_ends_with_its_rows_or_with_the_input_and_is_in_order() -> None:
    stream = Stream(coder=StructCoder(RawRecords)).advance_watermark_to(0)
    for batch in (
        records(event(2, at=20), event(4, at=40)),
        records(event(1, at=10), event(3, at=30)),
        records(event(7, at=70)),
    ):
        stream = stream.add_elements([batch])
    stream = stream.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)
    with streaming() as p:
        found = runs(p | stream.with_output_types(RawRecords), file_rows=4, seconds=3600, streaming=True)
        assert_that(found, is_exactly((EVENTS, 0, (1, 2, 3, 4)), (EVENTS, 0, (7,))))


def test_a_tombstone_and_what_cannot_be_decoded_are_not_archived() -> None:
    batch = records(event(1), line(EVENTS, 2, None), line(EVENTS, 3, b"{"))
    with beam.Pipeline(runner=FnApiRunner()) as p:
        assert_that(runs(p | beam.Create([batch])), is_exactly((EVENTS, 0, (1,))))
