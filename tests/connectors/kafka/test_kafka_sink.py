"""The sink as a step: messages and rows come to their topics, and how late they are names a trace."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pytest

from connectors.kafka import sink as module
from connectors.kafka.messages import Messages
from connectors.kafka.sink import WriteKafka
from schemas.batches import encode
from telemetry.lag import LagHistograms
from tests.connectors.kafka.mockcluster import Mock, mock_cluster, wait_until


@pytest.fixture
def mock() -> Iterator[Mock]:
    with mock_cluster() as one:
        yield one


@pytest.fixture
def lags(monkeypatch: pytest.MonkeyPatch) -> LagHistograms:
    found = LagHistograms()
    monkeypatch.setattr(module, "process_lags", lambda: found)
    return found


def write(mock: Mock, *messages: Messages, **more: Any) -> None:
    topics = {one.topic for one in messages}
    for topic in topics:
        mock.partitions(topic)
    with beam.Pipeline() as pipeline:
        _ = (
            pipeline
            | beam.Create(list(messages)).with_output_types(Messages)
            | WriteKafka(
                cluster=mock.cluster, name="sink", identities={topic: ("id",) for topic in topics}, **more
            )
        )


def rows(topic: str, ids: list[str], seconds_ago: float) -> Messages:
    batch = pa.RecordBatch.from_pydict({"id": ids})
    at = time.time() - seconds_ago
    committed_us, appended_ms = np.full(len(ids), int(at * 1e6)), np.full(len(ids), int(at * 1e3))
    return Messages(
        topic,
        rows=encode(batch).to_pybytes(),
        key="id",
        committed_us=committed_us.astype(np.int64).tobytes(),
        appended_ms=appended_ms.astype(np.int64).tobytes(),
    )


@pytest.mark.parametrize("shards", [1, 3])
def test_messages_and_rows_come_to_their_topics(mock: Mock, lags: LagHistograms, shards: int) -> None:
    values = [json.dumps({"id": str(number)}).encode() for number in range(5)]
    write(
        mock,
        Messages("plain", [b"k"] * 5, values),
        rows("rowed", ["a", "b", "c"], seconds_ago=2.0),
        shards=shards,
    )
    assert sorted(mock.values("plain")) == values  # type: ignore[type-var]
    assert sorted(mock.values("rowed")) == [b'{"id":"a"}', b'{"id":"b"}', b'{"id":"c"}']  # type: ignore[type-var]


def test_how_late_rows_are_is_told_with_the_trace_of_their_bundle(
    mock: Mock, lags: LagHistograms, tmp_path: Path
) -> None:
    traces = tmp_path / "spans.jsonl"
    write(mock, rows("late", ["a", "b"], seconds_ago=2.0), traces=str(traces))
    (whole,) = (family for family in lags.collect() if family.name.endswith("commit_to_processed_seconds"))
    counted = {s.labels["le"]: s.value for s in whole.samples if s.name.endswith("_bucket")}
    assert counted["1.0"] == 0
    assert counted["+Inf"] == 2
    (exemplar,) = (sample.exemplar for sample in whole.samples if sample.exemplar)

    wait_until(lambda: traces.exists() and traces.read_bytes().endswith(b"\n"))
    spans = [
        span
        for line in traces.read_text().splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    assert [span["name"] for span in spans] == ["bundle write"]
    assert (spans[0]["traceId"], spans[0]["spanId"]) == (
        exemplar.labels["trace_id"],
        exemplar.labels["span_id"],
    )


def test_without_a_place_for_spans_there_are_no_exemplars(mock: Mock, lags: LagHistograms) -> None:
    write(mock, rows("silent", ["a"], seconds_ago=2.0))
    samples = [sample for family in lags.collect() for sample in family.samples]
    assert any(sample.value for sample in samples)
    assert not any(sample.exemplar for sample in samples)
