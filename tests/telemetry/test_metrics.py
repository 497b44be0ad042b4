"""A job's own metrics: OpenMetrics text whose counts are the summary's and whose exemplars name its spans."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from telemetry.metrics import Metrics
from tests.captures import event, series, write_lines
from tests.conftest import ROOT, Ingest
from traces.decode import decode_documents


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    rows = [series(0, "pod-1:cpu"), *(event(n, minute=n, at=n) for n in range(1, 50))]
    rows += [event(50, minute=1, at=50), event(51, minute=2, value=None, at=51), event(52, "x:y", at=52)]
    return write_lines(tmp_path / "capture.jsonl", rows)


def parsed(file: Path) -> dict[str, Any]:
    """Families by name."""
    families = list(text_string_to_metric_families(file.read_text()))  # type: ignore[no-untyped-call]
    assert len({family.name for family in families}) == len(families)
    return {family.name: family for family in families}


def values(family: Any, suffix: str = "") -> dict[tuple[str, ...], float]:
    samples = [s for s in family.samples if s.name == family.name + suffix]
    return {tuple(s.labels.values()): s.value for s in samples}


def test_counts_are_those_of_the_summary(capture: Path, ingest: Ingest, tmp_path: Path) -> None:
    file = tmp_path / "metrics.txt"
    summary = ingest(capture, metrics_file=str(file))
    families = parsed(file)
    records = {
        (s.labels["step"], s.labels["result"]): s.value
        for s in families["traceo_records"].samples
        if s.name == "traceo_records_total"
    }
    assert records["duplicates", "passed"] == summary["valid_events"] == 49
    assert records["duplicates", "duplicate"] == summary["application_duplicates"] == 1
    assert records["references", "dead"] == summary["unknown_series"] == 1
    assert records["contract", "dead"] == summary["invalid"] == 1
    assert records["write", "clean"] == summary["outputs"]["clean"]["rows"]
    expected: Counter[tuple[str, str]] = Counter()
    for line in summary["reconciliation"]["lines"]:
        for result, n in line["records_out"].items():
            expected[line["step"], result] += n
    assert records == dict(expected)
    assert values(families["traceo_job"], "_info") == {("ingest", "direct"): 1}
    assert values(families["traceo_job_succeeded"]) == {(): 1}
    seconds = values(families["traceo_job_seconds"])[()]
    parts = values(families["traceo_job_part_seconds"])
    assert set(parts) == {(p,) for p in ("preflight", "build graph", "run", "summarise", "act", "take over")}
    assert 0 < sum(parts.values()) <= seconds
    steps = {labels[0] for labels in values(families["traceo_bundle_seconds"], "_count")}
    assert {"ReadFiles", "DecodeChanges", "DropDuplicates", "WriteClean"} <= steps
    assert not any("/" in step for step in steps)
    assert "trace_id" not in file.read_text()  # there is no trace


def test_exemplars_name_spans_of_the_trace_that_took_as_long(
    capture: Path, ingest: Ingest, tmp_path: Path
) -> None:
    file, trace = tmp_path / "metrics.txt", tmp_path / "own.jsonl"
    ingest(capture, metrics_file=str(file), otlp_endpoint=str(trace))
    spans = decode_documents(trace.read_bytes().splitlines()).batch.to_pylist()
    by_id = {(span["trace_id"], span["span_id"]): span for span in spans}
    found: Counter[str] = Counter()
    for family in parsed(file).values():
        for sample in (sample for sample in family.samples if sample.exemplar):
            span = by_id[sample.exemplar.labels["trace_id"], sample.exemplar.labels["span_id"]]
            found[family.name] += 1
            if family.name == "traceo_bundle_seconds":
                assert span["name"].partition("/")[0] == sample.labels["step"]
                assert (span["end_ns"] - span["start_ns"]) / 1e9 <= sample.exemplar.value + 1e-9
            else:
                assert f'"records.{sample.labels["result"]}"' in span["attributes"]
    assert found["traceo_bundle_seconds"] > 10
    assert found["traceo_records"] > 5


def test_the_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "metrics.txt"
    file.write_text("old")
    metrics = Metrics("ingest", "direct")
    metrics.write(file)
    assert file.read_bytes() == metrics.text()
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(OSError, match="directory"):
        metrics.write(tmp_path)
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_does_not_fail_the_job(
    capture: Path, ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "no" / "metrics.txt"
    assert ingest(capture, metrics_file=str(file))["reconciliation"]["balanced"]
    problem = f"traceo: the metrics of this job were not written to {file}: No such file or directory\n"
    assert capsys.readouterr().err == problem


def test_each_job_has_a_registry_of_its_own() -> None:
    first, second = Metrics("ingest", "direct"), Metrics("traces", "direct")
    first.note_records("decode", "passed", 3, None)
    assert "traceo_records_total{" in first.text().decode()
    assert "traceo_records_total{" not in second.text().decode()
    assert not [family for family in REGISTRY.collect() if family.name.startswith("traceo")]


def test_each_name_is_declared_once() -> None:
    code = "".join(path.read_text() for path in (ROOT / "telemetry").glob("*.py"))
    names = re.findall(r'"(traceo_\w+)"', code)
    assert len(names) > 5
    assert len(set(names)) == len(names)
