"""JoinExemplars on a runner: spans before, after and late, in any order, in batches of one."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP

from columns.homes import is_spans
from runners.rehearsal import RehearsalRunner
from schemas.names import Result, Step
from tests.columns.test_exemplars import samples, spans
from tests.noting import Note, noted
from transforms import JoinExemplars
from transforms.coders import BatchCoder
from transforms.ending import LAST_CALL

SAMPLES = [{"at": 60 * minute, "value": float(minute)} for minute in range(1, 200, 3)]
SPANS = [{"start": 60 * minute - 30, "end": 60 * minute - 20 + minute / 60} for minute in range(1, 200, 2)]
EXPECTED = {minute: minute % 2 == 1 for minute in range(1, 200, 3)}


def explained(batch: pa.RecordBatch) -> Iterable[tuple[int, bool]]:
    for row in batch.to_pylist():
        yield int(row["value"]), row["exemplar_span_id"] is not None


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("repeat", [None, 1])
def test_every_sample_whose_pod_has_a_span_in_its_interval_has_an_exemplar(
    rows: int, repeat: int | None
) -> None:
    sample_parts = [samples(SAMPLES[i : i + rows]) for i in range(0, len(SAMPLES), rows)]
    span_parts = [spans(SPANS[::-1][i : i + rows]) for i in range(0, len(SPANS), rows)]
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat or 0)) as p:
        both = (p | "S" >> beam.Create(sample_parts), p | "T" >> beam.Create(span_parts))
        joined = both | JoinExemplars(shards=3)
        assert_that(joined.ok | beam.FlatMap(explained), equal_to(list(EXPECTED.items())))
        assert_that(joined.late, equal_to([]), "NoneLate")
        sums = joined.tally | beam.CombinePerKey(sum)
        expected = [
            ((Step.JOIN, "db.metrics.events", 0, Result.PASSED, ""), len(SAMPLES)),
            ((Step.JOIN, "db.metrics.events", 0, Result.EXPLAINED, ""), sum(EXPECTED.values())),
            ((Step.JOIN, "spans", -1, Result.PASSED, ""), len(SPANS)),
        ]
        assert_that(sums, equal_to(expected), "Tally")


def stream(*events: tuple[float, pa.RecordBatch]) -> Stream:
    """Batches by the second of the stream at which they come; the watermark goes along."""
    made = Stream(coder=BatchCoder())
    for second, batch in events:
        made = made.advance_watermark_to(second).add_elements([TimestampedValue(batch, second)])
    return made.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)


Run = Callable[..., tuple[list[Any], list[Any]]]


@pytest.fixture
def run_stream(tmp_path: Path) -> Run:
    """What was explained, and the ids of late spans."""

    def run(*events: tuple[float, pa.RecordBatch]) -> tuple[list[Any], list[Any]]:
        with beam.Pipeline(runner=RehearsalRunner(), options=PipelineOptions(["--streaming"])) as p:
            both = p | stream(*events)
            joined = (
                both | "Samples" >> beam.Filter(lambda b: not is_spans(b)),
                both | "Spans" >> beam.Filter(is_spans),
            ) | JoinExemplars(shards=2, wait_seconds=30, streaming=True)
            joined.ok | beam.FlatMap(explained) | "Found" >> Note(tmp_path / "found")
            joined.late | beam.FlatMap(lambda b: b.column("span_id").to_pylist()) | Note(tmp_path / "late")
        return [tuple(pair) for pair in noted(tmp_path / "found")], noted(tmp_path / "late")

    return run


SAMPLE = {"at": 120, "value": 1.0}
SPAN = {"start": 70, "end": 75}


def test_in_a_stream_a_span_may_come_before_its_sample(run_stream: Run) -> None:
    assert run_stream((10, spans([SPAN])), (11, samples([SAMPLE]))) == ([(1, True)], [])


def test_in_a_stream_a_span_may_come_after_its_sample_within_the_wait(run_stream: Run) -> None:
    assert run_stream((10, samples([SAMPLE])), (39, spans([SPAN]))) == ([(1, True)], [])


def test_a_span_that_comes_when_its_sample_has_left_is_late_and_not_lost(run_stream: Run) -> None:
    found = run_stream(
        (10, samples([SAMPLE])), (60, samples([{"at": 240, "value": 2.0}])), (70, spans([SPAN]))
    )
    assert found == ([(1, False), (2, False)], ["0" * 16])


def test_a_late_span_of_one_pod_is_not_late_for_another(run_stream: Run) -> None:
    other = {"pod": "q"}
    found = run_stream(
        (10, samples([SAMPLE])),
        (60, spans([SPAN | other])),
        (61, samples([SAMPLE | {"value": 2.0, "metric_id": "q:cpu", "tags": other}])),
    )
    assert found == ([(1, False), (2, True)], [])


def test_a_stream_in_any_order_within_the_wait_gives_what_the_batch_gives(run_stream: Run) -> None:
    events = [(1.0, spans(SPANS[::2])), (2.0, samples(SAMPLES[::-2])), (3.0, spans(SPANS[1::2]))]
    found, late = run_stream(*events, (4.0, samples(SAMPLES[-2::-2])))
    assert dict(found) == EXPECTED
    assert late == []
