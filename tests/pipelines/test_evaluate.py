"""``traceo evaluate``, and what jobs say of spans, of each other's results and of damaged ledgers."""

import json
from pathlib import Path

import pytest

from connectors.errors import InputError
from pipelines import ingest, traces
from pipelines.cli import main
from pipelines.evaluate import evaluate
from pipelines.settings import Settings
from tests.captures import event, series, write_lines
from tests.conftest import SAMPLE, SPANS


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """An hour and a half of one series, which trebles after 70 minutes."""
    lines = [series(0, "pod-1:cpu")]
    lines += [event(m, minute=m, value=300.0 if m >= 70 else 100.0, at=m) for m in range(90)]
    return write_lines(tmp_path / "in.jsonl", lines)


def marks(path: Path, *found: dict[str, str]) -> str:
    path.write_text(json.dumps(found))
    return str(path)


def test_a_fault_that_is_found_and_one_that_is_not(capture: Path, tmp_path: Path) -> None:
    ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out")))
    known = marks(
        tmp_path / "marks.json",
        {"start": "2023-11-14T23:10:00Z", "pod": "pod-1"},
        {"start": "2023-11-14T22:40:00Z", "pod": "pod-1"},
    )
    figures = evaluate(tmp_path / "out", known)
    assert (figures["faults"], figures["faults_found"], figures["recall"]) == (2, 1, 0.5)
    assert figures["true_anomalies"] == figures["anomalies"] > 0
    assert figures["precision"] == 1.0
    assert figures["false_alarms_per_series_and_day"] == 0.0
    assert figures["share_of_series_ever_alarmed"] == 1.0
    assert figures["scored_samples"] == 60
    elsewhere = marks(tmp_path / "other.json", {"start": "2023-11-14T23:10:00Z", "pod": "pod-2"})
    other = evaluate(tmp_path / "out", elsewhere)
    assert (other["faults_found"], other["precision"]) == (0, 0.0)
    assert other["false_alarms_per_series_and_day"] == pytest.approx(other["anomalies"] / (60 / 1440))


def test_a_mark_that_names_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a 'pod' nor a 'service'"):
        evaluate_marks = marks(tmp_path / "marks.json", {"start": "2023-11-14T23:10:00Z"})
        ingest.preflight(Settings(input=(str(SAMPLE),), marks_file=evaluate_marks))


@pytest.mark.parametrize("within", ["nan", "-5", "0", "inf"])
def test_a_time_within_which_nothing_can_lie_is_refused(
    within: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--marks-file", "x", "--within", within]) == 2
    assert "--within" in capsys.readouterr().err


def test_one_job_takes_the_place_of_another_as_a_whole(capture: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    ingest.run(Settings(input=(str(capture),), output=str(output)))
    assert (output / "clean").exists()
    traces.run(Settings(input=(str(SPANS),), output=str(output)))
    assert not (output / "clean").exists()
    with pytest.raises(InputError, match="no result of the ingest job"):
        evaluate(output, marks(tmp_path / "marks.json", {"start": "2023-11-14T23:10:00Z", "pod": "p"}))
    ingest.run(Settings(input=(str(capture),), output=str(output)))
    assert not (output / "graph").exists()


def test_spans_that_are_refused_are_counted_by_reason_and_said(
    capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {"traceId": "0" * 32, "spanId": "1" * 16, "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    good = bad | {"traceId": "a" * 32}
    document = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [bad, good]}]}]})
    file = write_lines(tmp_path / "spans.jsonl", [document.encode(), b"{}"])
    command = [
        "run",
        "ingest",
        "--input",
        str(capture),
        "--spans",
        str(file),
        "--output",
        str(tmp_path / "out"),
    ]
    assert main(command) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["spans_read"] == 3
    assert summary["refused_spans_by_reason"] == {"no_span_document": 1, "trace_id_invalid": 1}
    assert "3 read, 2 refused (no_span_document 1, trace_id_invalid 1)" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_damaged_ledger_is_named_before_the_job_runs(capture: Path, tmp_path: Path) -> None:
    settings = Settings(input=(str(capture),), output=str(tmp_path / "out"))
    ingest.run(settings)
    (tmp_path / "out" / "actions" / "cache.jsonl").write_text("{")
    before = (tmp_path / "out" / "summary.json").read_text()
    with pytest.raises(Exception, match=r"out/actions/cache\.jsonl: no ledger of actions.*move it away"):
        ingest.run(settings)
    assert (tmp_path / "out" / "summary.json").read_text() == before
