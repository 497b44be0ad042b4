"""ToInvalidations: the same ids in batch and in a stream, in any order, and from bundles that are retried."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from actions.cache.changes import touched_events
from actions.cache.coalesce import Coalescer
from tests.actions.batches import BEGIN_US, Row, change, event_changes, events, table_changes, tags
from tests.streams import streaming
from transforms.coders import BatchCoder
from transforms.ending import LAST_CALL
from transforms.invalidations import ToInvalidations

SECOND = 1_000_000
Found = Callable[[Iterable[Any]], None]


def rows(number: int) -> list[Row]:
    dice = random.Random(7)  # noqa: S311
    return [
        change(f"p{k % 4}:m{k % 9}", dice.randrange(20 * SECOND), tags(f"p{k % 4}", f"s{k % 2}"))
        for k in range(number)
    ]


def batches(of: list[Row], size: int) -> list[pa.RecordBatch]:
    return [events(of[start : start + size]) for start in range(0, len(of), size)]


def expected(of: list[Row], limit: int = 8) -> set[tuple[str, int]]:
    coalescer = Coalescer(width_us=SECOND, limit=limit)
    coalescer.add(touched_events(events(of), width_us=SECOND))
    return {(i.id, i.changes) for i in coalescer.release(None)}


def are(wanted: set[tuple[str, int]]) -> Found:
    def check(found: Iterable[Any]) -> None:
        ids = [(i.id, i.changes) for i in found]
        assert len(ids) == len(set(ids))
        assert set(ids) == wanted

    return check


def empty(p: beam.Pipeline, name: str) -> beam.PCollection:
    return p | name >> beam.Create([]).with_output_types(pa.RecordBatch)


@pytest.mark.parametrize("size", [1, 7, 200])
@pytest.mark.parametrize("repeat", [0, 1])
def test_batches_of_any_size_in_any_order_give_the_same_ids(size: int, repeat: int) -> None:
    of = rows(200)
    shuffled = random.Random(size).sample(of, len(of))  # noqa: S311
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat)) as p:
        clean = p | beam.Create(batches(shuffled, size), reshuffle=False)
        inputs = (clean, empty(p, "NoChanges"), empty(p, "NoTables"))
        out = inputs | ToInvalidations(invalidations_per_window=8, hold_seconds=30)
        assert_that(out, are(expected(of)))


@pytest.mark.parametrize("repeat", [0, 1])
def test_windows_are_released_as_the_data_goes_on(repeat: int) -> None:
    of = sorted(rows(200), key=lambda row: row["committed_us"])
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat)) as p:
        clean = p | beam.Create(batches(of, 5), reshuffle=False)
        inputs = (clean, empty(p, "NoChanges"), empty(p, "NoTables"))
        assert_that(inputs | ToInvalidations(invalidations_per_window=8, hold_seconds=1), are(expected(of)))


def test_changes_of_events_and_of_the_catalogue_count_as_well() -> None:
    row = {"metric_id": "p:a", "pod": "p", "service": "s"}
    with beam.Pipeline(runner=FnApiRunner()) as p:
        clean = p | "Clean" >> beam.Create([events([change("p:a", 0, tags("p", "s"))])])
        changes = p | "Changes" >> beam.Create([event_changes([change("p:a", 5, tags("p", "s"), op="d")])])
        tables = p | "Tables" >> beam.Create([table_changes([("u", row, None), ("r", row, None)])])
        out = (clean, changes, tables) | ToInvalidations()

        def check(found: Iterable[Any]) -> None:
            assert sorted((i.scope, i.key, i.cause, i.changes) for i in found) == [
                ("exact", "catalogue:p:a", "change", 1),
                ("exact", "series:p:a", "change", 2),
                ("tag", "catalogue:lists", "cascade", 1),
                ("tag", "pod:p", "cascade", 3),
                ("tag", "service:s", "cascade", 3),
            ]

        assert_that(out, check)


def streamed(*steps: pa.RecordBatch | float) -> Stream:
    """Batches, each appended with its last row, and numbers: seconds to which the watermark goes on."""
    stream = Stream(coder=BatchCoder())
    for step in steps:
        if isinstance(step, float | int):
            stream = stream.advance_watermark_to(Timestamp(micros=BEGIN_US + int(step * SECOND)))
        else:
            at = Timestamp(micros=max(step.column("appended_ms").to_pylist()) * 1000)
            stream = stream.add_elements([TimestampedValue(step, at)])
    return stream.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)


def run_stream(stream: Stream, check: Found, **settings: Any) -> None:
    with streaming() as p:
        clean = p | stream.with_output_types(pa.RecordBatch)
        inputs = (clean, empty(p, "NoChanges"), empty(p, "NoTables"))
        assert_that(inputs | ToInvalidations(streaming=True, **settings), check)


def test_a_stream_gives_what_the_batch_gives() -> None:
    of = rows(200)
    ordered = sorted(of, key=lambda row: row["committed_us"] + row["committed_us"] * 31 % SECOND)
    steps: list[pa.RecordBatch | float] = []
    for number, part in enumerate(batches(ordered, 20)):
        steps += [part, number - 3.0] if number > 3 else [part]
    run_stream(streamed(*steps), are(expected(of)), invalidations_per_window=8, hold_seconds=3)


def test_a_silent_stream_releases_by_the_watermark_and_late_changes_still_count() -> None:
    first, late = change("p:a", 0, tags("p", "s")), change("p:a", 10, tags("p", "s"))

    def check(found: Iterable[Any]) -> None:
        starts = sorted(i.window_start[17:19] for i in found if i.scope == "exact")
        assert starts == ["20", "21"]
        assert all(i.changes == 1 for i in found)

    run_stream(streamed(0, events([first]), 7, events([late]), 30), check)
