"""ScoreAnomalies on a runner: the same verdicts in batch and stream, after a retry, in batches of one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from runners.rehearsal import RehearsalRunner
from schemas.names import Result
from schemas.verdicts import Label, Reason, Verdict
from tests.columns.test_exemplars import samples, spans
from tests.noting import Note, noted
from tests.transforms.test_exemplars_step import stream
from transforms import JoinExemplars, ScoreAnomalies, ToVerdicts
from transforms.ending import AtTheEnd


def made() -> list[dict[str, Any]]:
    """Three series, an hour and a half; one doubles after an hour, one has holes, one is late by minutes."""
    random = np.random.default_rng(3)
    rows = []
    for minute in range(90):
        tags = {"pod": "p", "service": "s"}
        jump = 250.0 if minute >= 70 else 100.0
        rows.append({"at": 60 * minute, "metric_id": "p:a", "value": jump + random.normal(), "tags": tags})
        if minute % 7:
            rows.append({"at": 60 * minute, "metric_id": "p:b", "value": 5.0, "tags": tags})
        rows.append({"at": 60 * minute + 1, "metric_id": "q:c", "value": 1.0, "tags": {"pod": "q"}})
    return [row | {"appended_ms": 1000 * number} for number, row in enumerate(rows)]


Run = Callable[..., tuple[list[Verdict], dict[str, int]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The verdicts in the order of time, and how many samples had which result."""

    def of(pipeline: beam.Pipeline, events: beam.PTransform, **settings: Any) -> Any:
        for old in tmp_path.iterdir():
            old.unlink()
        with pipeline as p:
            scored = p | events | ScoreAnomalies(shards=2, **settings)
            scored.anomalies | ToVerdicts() | "Found" >> Note(tmp_path / "found")
            counts = scored.tally | AtTheEnd() | beam.CombinePerKey(sum)
            counts | beam.Map(lambda count: (count[0][3], count[1])) | "Counts" >> Note(tmp_path / "counts")
        found = sorted(noted(tmp_path / "found", Verdict), key=lambda v: v.timestamp)
        return found, dict(noted(tmp_path / "counts"))

    return of


def batch_pipeline(repeat: int = 0) -> beam.Pipeline:
    return beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat))


def stream_pipeline() -> beam.Pipeline:
    return beam.Pipeline(runner=RehearsalRunner(), options=PipelineOptions(["--streaming"]))


def batches(rows: list[dict[str, Any]], size: int) -> list[pa.RecordBatch]:
    return [samples(rows[i : i + size]) for i in range(0, len(rows), size)]


def test_an_anomaly_says_what_was_expected_and_why(run: Run) -> None:
    rows = made()
    found, sums = run(batch_pipeline(), beam.Create([samples(rows)]))
    assert {v.metric_id for v in found} == {"p:a"}
    first = found[0]
    assert (first.label, first.reason, first.model, first.threshold) == (
        Label.ANOMALY,
        Reason.ABOVE,
        "robust",
        6.0,
    )
    assert (first.service, first.pod, first.metric) == ("s", "p", "a")
    assert first.value > 240
    assert 95 < first.expected < 105
    assert first.score > 6
    assert sum(sums.values()) == len(rows)
    assert sums[Result.WARM_UP] == 90  # 30 of each series
    assert sums[Result.ANOMALY] == len(found)


@pytest.mark.parametrize("size", [1, 50, 1000])
@pytest.mark.parametrize("repeat", [0, 1])
def test_the_size_of_a_batch_and_a_retried_bundle_change_nothing(run: Run, size: int, repeat: int) -> None:
    rows = made()
    expected = run(batch_pipeline(), beam.Create([samples(rows)]))[0]
    found, _ = run(batch_pipeline(repeat), beam.Create(batches(rows, size)))
    assert found == expected


def test_samples_that_come_minutes_late_change_nothing(run: Run) -> None:
    rows = made()
    expected = run(batch_pipeline(), beam.Create([samples(rows)]))[0]
    order = np.argsort(
        np.arange(len(rows)) + np.random.default_rng(5).integers(0, 30, len(rows))
    )  # 10 minutes
    events = stream(*((float(i), batch) for i, batch in enumerate(batches([rows[i] for i in order], 9))))
    found, sums = run(stream_pipeline(), events, streaming=True)
    assert found == expected
    assert Result.LATE_SAMPLE not in sums


def test_a_sample_that_comes_later_than_the_lateness_is_counted_and_not_scored(run: Run) -> None:
    rows = made()
    late = rows.pop(0)
    events = stream(*((float(i), batch) for i, batch in enumerate([*batches(rows, 50), samples([late])])))
    _, sums = run(stream_pipeline(), events, streaming=True)
    assert sums[Result.LATE_SAMPLE] == 1
    assert sum(sums.values()) == len(rows) + 1


def test_an_anomaly_brings_the_trace_that_explains_it(tmp_path: Path) -> None:
    span = {"start": 60 * 71 - 5, "end": 60 * 71 - 4, "trace_id": "e" * 32}
    with beam.Pipeline(runner=FnApiRunner()) as p:
        scored = p | "Events" >> beam.Create([samples(made())]) | ScoreAnomalies()
        known = p | "Spans" >> beam.Create([spans([span])])
        joined = (scored.anomalies, known) | JoinExemplars()
        joined.ok | ToVerdicts() | Note(tmp_path / "found")
    explained = [v for v in noted(tmp_path / "found", Verdict) if v.exemplar]
    assert [v.exemplar.trace_id for v in explained if v.exemplar] == ["e" * 32]
