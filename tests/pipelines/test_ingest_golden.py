"""The job on the real sample equals the truth file, to the last record, however it is run."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow.parquet as pq
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from connectors.sinks import FileWritten
from connectors.spanfiles import read_span_files
from pipelines.ingest import graph
from pipelines.outputs import FILES_FILE, TALLY_FILE
from pipelines.reconcile import Tally
from pipelines.settings import Settings
from pipelines.summary import RunResult, summarise
from schemas.spans import Span, spans_of
from tests.captures import sample_lines, write_lines
from tests.conftest import ROOT, SAMPLE, SPANS, Ingest
from traces.decode import decode_documents

pytestmark = pytest.mark.slow

CLASSES = (
    "records",
    "tombstones",
    "undecodable",
    "undecodable_by_kind",
    "envelopes_by_op",
    "replays",
    "replays_by_op",
    "inserted_rows",
    "updates",
    "deletes",
    "invalid",
    "invalid_by_reason",
    "unknown_series",
    "application_duplicates",
    "conflicts",
    "valid_events",
    "keys_sha256",
)


def check_classes(summary: dict[str, Any], truth: dict[str, Any]) -> None:
    assert {name: summary[name] for name in CLASSES} == {name: truth["expected"][name] for name in CLASSES}
    assert summary["gaps"] == len(truth["gaps"])
    assert summary["reconciliation"]["balanced"]


def json_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.open()]


def parquet_rows(folder: Path) -> list[dict[str, Any]]:
    return [row for file in sorted(folder.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    from pipelines import ingest

    output = tmp_path_factory.mktemp("golden") / "out"
    return output, ingest.run(Settings(input=(str(SAMPLE),), spans=(str(SPANS),), output=str(output)))


def exemplars(output: Path) -> list[tuple[Any, ...]]:
    """Each clean event's exemplar, in the order of the events."""
    names = ("seq", "exemplar_trace_id", "exemplar_span_id", "exemplar_at", "exemplar_value")
    return sorted(tuple(row[name] for name in names) for row in parquet_rows(output / "clean"))


def actions(output: Path) -> dict[str, list[dict[str, Any]]]:
    """What was found and set in motion."""
    key = {"verdicts": ("id",), "incidents": ("id", "state"), "invalidations": ("id",)}
    return {
        name: sorted(json_lines(output / name), key=lambda row: [row[k] for k in by])
        for name, by in key.items()
    }


def check_same(output: Path, result: tuple[Path, dict[str, Any]], *names: str) -> None:
    """Exemplars and what was set in motion are those of ``result``."""
    assert exemplars(output) == exemplars(result[0])
    found, expected = actions(output), actions(result[0])
    for name in names or expected:
        assert found[name] == expected[name], name


@pytest.fixture(scope="module")
def spans_by_pod() -> dict[str, list[Span]]:
    """All spans of the sample."""
    pods: dict[str, list[Span]] = defaultdict(list)
    for records in read_span_files([SPANS]):
        for span in spans_of(decode_documents(records.values).batch):
            pods[str(span.pod)].append(span)
    return pods


def test_every_sample_whose_pod_has_a_span_in_its_interval_has_an_exemplar_of_there_and_then(
    result: tuple[Path, dict[str, Any]], spans_by_pod: dict[str, list[Span]]
) -> None:
    covered = explained = 0
    for row in parquet_rows(result[0] / "clean"):
        at_ns = int(row["timestamp"].timestamp() * 1e6 + 0.5) * 1000
        here = {
            span.span_id: span
            for span in spans_by_pod[json.loads(row["tags"])["pod"]]
            if span.start_ns <= at_ns + 999 and span.end_ns > at_ns - 60_000_000_000
        }
        covered += bool(here)
        if row["exemplar_span_id"] is not None:
            explained += 1
            assert here[row["exemplar_span_id"]].trace_id == row["exemplar_trace_id"]
            assert at_ns - 60e9 < row["exemplar_at"].timestamp() * 1e9 <= at_ns + 1000
    print(f"exemplar coverage: {explained} of {covered} samples ({explained / covered:.0%})")
    assert explained == covered == result[1]["explained_events"] > 5000


def test_anomalies_and_incidents_say_what_they_are(result: tuple[Path, dict[str, Any]]) -> None:
    found = actions(result[0])
    summary = result[1]
    assert len(found["verdicts"]) == summary["anomalies"] > 100
    assert summary["late_samples"] == 0
    for verdict in found["verdicts"]:
        assert verdict["score"] > verdict["threshold"]
        assert verdict["label"] == "anomaly"
        assert verdict["metric_id"] == f"{verdict['pod']}:{verdict['metric']}"
    opened = [i for i in found["incidents"] if i["state"] == "open"]
    closed = [i for i in found["incidents"] if i["state"] == "closed"]
    assert {i["id"] for i in opened} == {i["id"] for i in closed}
    assert len(opened) == summary["actions"]["incidents"] > 0
    verdicts = {(v["metric_id"], v["timestamp"]) for v in found["verdicts"]}
    for incident in closed:
        assert incident["root_cause"]["service"]
        assert incident["root_cause"]["why"]
        assert incident["plan"]["playbook"]
        assert incident["plan"]["steps"]
        assert {(e["metric_id"], e["timestamp"]) for e in incident["evidence"]} <= verdicts
        assert incident["opened_at"] <= incident["last_seen_at"]
        plan = json.loads((result[0] / "actions" / "plans" / f"{incident['id']}.json").read_text())
        assert plan["dry_run"]


def test_each_change_is_invalidated_within_the_limit_of_its_window(
    result: tuple[Path, dict[str, Any]],
) -> None:
    windows: dict[str, int] = defaultdict(int)
    for invalidation in actions(result[0])["invalidations"]:
        windows[invalidation["window_start"]] += 1
    assert max(windows.values()) <= Settings().invalidations_per_window
    assert sum(windows.values()) == result[1]["actions"]["cache"]["applied"]


def test_a_replay_of_the_whole_input_makes_no_second_action(tmp_path: Path) -> None:
    from pipelines import ingest

    settings = Settings(input=(str(SAMPLE),), spans=(str(SPANS),), output=str(tmp_path / "out"))
    first, second = ingest.run(settings)["actions"], ingest.run(settings)["actions"]
    assert set(first["cache"]) == set(first["recovery"]) == {"applied"}
    assert second["cache"] == {"repeated": first["cache"]["applied"]}
    assert second["recovery"] == {"repeated": first["recovery"]["applied"]}
    assert len(list((tmp_path / "out" / "actions" / "plans").iterdir())) == first["incidents"]


def test_every_class_and_the_digest_equal_the_truth(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    check_classes(result[1], truth)
    assert json.loads((result[0] / "summary.json").read_text()) == result[1]


def test_each_dead_letter_is_the_right_record(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    letters = json_lines(result[0] / "dead")
    seqs = defaultdict(set)
    for letter in letters:
        if letter.get("row"):
            seqs[letter["reason"]].add(letter["row"]["seq"])
    expected = {reason: set(rows["seqs"]) for reason, rows in truth["invalid"].items()}
    expected["unknown_series"] = set(truth["unknown_series"]["seqs"])
    assert seqs == expected
    poison = {(r["kind"], r["partition"], r["offset"]) for r in truth["poison"]["records"]}
    sealed = [letter for letter in letters if not letter.get("row")]
    assert {(letter["reason"], letter["partition"], letter["offset"]) for letter in sealed} == poison
    assert all("sealed" not in letter and len(letter["sha256"]) == 64 for letter in sealed)


def test_duplicates_conflicts_and_winners_are_the_right_rows(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    duplicates = {row["seq"] for row in parquet_rows(result[0] / "duplicates")}
    assert duplicates == {row["seq"] for row in truth["application_duplicates"]["rows"]}
    found = {row["seq"]: (row["kept_value"], row["value"]) for row in json_lines(result[0] / "conflicts")}
    rows = truth["conflicts"]["rows"]
    assert found == {row["seq"]: (row["first_value"], row["other_value"]) for row in rows}


def test_clean_events_are_the_base_rows_and_no_others(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    not_clean = {row["seq"] for row in truth["application_duplicates"]["rows"] + truth["conflicts"]["rows"]}
    not_clean |= {seq for rows in truth["invalid"].values() for seq in rows["seqs"]}
    not_clean |= set(truth["unknown_series"]["seqs"])
    seqs = [row["seq"] for row in parquet_rows(result[0] / "clean")]
    assert len(seqs) == len(set(seqs))
    assert set(seqs) == set(range(1, truth["rows"]["inserted_rows"] + 1)) - not_clean


def test_changes_and_gaps_are_the_right_ones(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    changes = defaultdict(set)
    for row in parquet_rows(result[0] / "changes"):
        changes[row["op"]].add(row["seq"])
    assert changes == {"u": set(truth["updates"]["seqs"]), "d": set(truth["deletes"]["seqs"])}
    gaps = [
        {"pod": g["entity"], "start": g["start"], "end": g["end"], "missing_rows": g["missing_rows"]}
        for g in json_lines(result[0] / "gaps")
    ]
    assert sorted(gaps, key=lambda g: g["pod"]) == sorted(truth["gaps"], key=lambda g: g["pod"])


def test_each_refused_row_has_an_audit_record_without_its_values(
    result: tuple[Path, dict[str, Any]], truth: dict[str, Any]
) -> None:
    audit = json_lines(result[0] / "audit")
    letters = [letter for letter in json_lines(result[0] / "dead") if letter.get("row")]
    assert {r["id"] for r in audit} == {letter["id"] for letter in letters}
    assert len(audit) == truth["expected"]["invalid"] + truth["expected"]["unknown_series"]
    assert all("row" not in record and record["contract"] == "urn:traceo:schema:event:1" for record in audit)


def test_partitions_may_be_read_in_any_order(ingest: Ingest, tmp_path: Path, truth: dict[str, Any]) -> None:
    parts: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for line in sample_lines():
        head = json.loads(line[: line.index(b',"key"')] + b"}")
        parts[head["topic"], head["partition"]].append(line)
    backwards = [line for part in sorted(parts, reverse=True) for line in parts[part]]
    events_first = write_lines(tmp_path / "backwards.jsonl", backwards)
    check_classes(ingest(events_first), truth)
    conflicts = {row["seq"]: row["kept_value"] for row in json_lines(tmp_path / "out" / "conflicts")}
    assert conflicts == {row["seq"]: row["first_value"] for row in truth["conflicts"]["rows"]}


def test_one_file_a_partition(ingest: Ingest, tmp_path: Path, truth: dict[str, Any]) -> None:
    parts: dict[str, list[bytes]] = defaultdict(list)
    for line in sample_lines():
        head = json.loads(line[: line.index(b',"key"')] + b"}")
        parts[f"{head['topic']}-{head['partition']}"].append(line)
    (tmp_path / "in").mkdir()
    for name, lines in parts.items():
        write_lines(tmp_path / "in" / f"{name}.jsonl", lines)
    check_classes(ingest(tmp_path / "in"), truth)


@pytest.mark.parametrize("rows", [5000, 200])
def test_the_size_of_a_batch_changes_nothing(
    ingest: Ingest, truth: dict[str, Any], rows: int, result: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    check_classes(ingest(SAMPLE, batch_rows=rows, spans=(str(SPANS),)), truth)
    check_same(tmp_path / "out", result)


def test_one_record_a_batch_changes_nothing(ingest: Ingest, tmp_path: Path) -> None:
    events, others = [], []
    for line in sample_lines():
        (events if b"metrics.events" in line[: line.index(b',"key"')] else others).append(line)
    lines = write_lines(tmp_path / "some.jsonl", others + events[:2000])
    expected = ingest(lines, output=str(tmp_path / "expected"))
    found = ingest(lines, batch_rows=1)
    same = (*CLASSES, "keys_sha256")
    assert {name: found[name] for name in same} == {name: expected[name] for name in same}
    assert found["valid_events"] > 500
    check_same(tmp_path / "out", (tmp_path / "expected", expected))


@pytest.mark.parametrize("mode", ["multi_threading", "multi_processing"])
def test_four_workers_give_what_one_gives(
    ingest: Ingest, truth: dict[str, Any], mode: str, result: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    options = ("--direct_num_workers=4", f"--direct_running_mode={mode}")
    check_classes(ingest(SAMPLE, beam_options=options, shards=4, spans=(str(SPANS),)), truth)
    check_same(tmp_path / "out", result)


def test_a_stream_gives_what_the_batch_gives(
    ingest: Ingest, truth: dict[str, Any], tmp_path: Path, result: tuple[Path, dict[str, Any]]
) -> None:
    summary = ingest(SAMPLE, streaming=True, spans=(str(SPANS),))
    check_classes(summary, truth)
    assert summary["late_samples"] == 0
    check_same(tmp_path / "out", result, "verdicts")
    conflicts = {row["seq"]: row["kept_value"] for row in json_lines(tmp_path / "out" / "conflicts")}
    assert conflicts == {row["seq"]: row["first_value"] for row in truth["conflicts"]["rows"]}


def test_bundles_that_are_rolled_back_and_retried_change_nothing(
    tmp_path: Path, truth: dict[str, Any]
) -> None:
    settings = Settings(input=(str(SAMPLE),), spans=(str(SPANS),), output=str(tmp_path))
    pipeline = beam.Pipeline(runner=FnApiRunner(bundle_repeat=1))  # each bundle: run, roll back, run
    graph(pipeline, settings, tmp_path)
    pipeline.run().wait_until_finish()
    tally = msgspec.json.decode((tmp_path / TALLY_FILE).read_bytes(), type=Tally)
    files = msgspec.json.decode((tmp_path / FILES_FILE).read_bytes(), type=list[FileWritten])
    check_classes(summarise(RunResult(tally, files, [], 1.0), settings), truth)


def test_envelopes_without_partitions_lose_nothing(
    ingest: Ingest, tmp_path: Path, truth: dict[str, Any]
) -> None:
    """One file mixes the partitions, so that positions go back and forth; replays are duplicates then."""
    values = [base64.b64decode(value) for line in sample_lines() if (value := json.loads(line)["value"])]
    kept = ingest(write_lines(tmp_path / "values.jsonl", filter(bytes.strip, values)))
    expected = truth["expected"]
    same = ("valid_events", "keys_sha256", "conflicts", "invalid_by_reason")
    assert {name: kept[name] for name in same} == {name: expected[name] for name in same}
    assert kept["replays"] == 0
    repeated = kept["application_duplicates"] - expected["application_duplicates"]
    repeated += sum(kept[name] - expected[name] for name in ("updates", "deletes", "unknown_series"))
    assert repeated == expected["replays"]
    assert kept["reconciliation"]["balanced"]


def test_killed_in_the_middle_leaves_nothing_and_the_second_run_is_whole(
    tmp_path: Path, truth: dict[str, Any]
) -> None:
    output = tmp_path / "out"
    command = [sys.executable, "-m", "pipelines", "run", "ingest", "--input", str(SAMPLE)]
    command += ["--output", str(output)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 60
    while not any((output / ".staging" / "spill").glob("*")):
        assert time.monotonic() < give_up
        assert first.poll() is None
        os.sched_yield()
    first.send_signal(signal.SIGKILL)
    first.wait(60)
    assert not (output / "summary.json").exists()
    assert not (output / "clean").exists()
    for _ in range(2):  # the run after the crash, and one more over its result
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120)
        check_classes(json.loads((output / "summary.json").read_text()), truth)
        assert pq.read_table(output / "clean").num_rows == truth["expected"]["valid_events"]
    assert not (output / ".staging").exists()


def test_avro_output_holds_the_same_events(ingest: Ingest, truth: dict[str, Any], tmp_path: Path) -> None:
    check_classes(ingest(SAMPLE, format="avro"), truth)
    assert [p.suffix for p in (tmp_path / "out" / "clean").iterdir()] == [".avro"]
