"""The traces job on the real sample, and the critical paths of a file."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from connectors.spanfiles import read_documents
from pipelines import traces as job
from pipelines.criticalpaths import as_rows, critical_path_of_file
from pipelines.settings import SettingError, Settings
from runners import direct
from schemas.traces import SAMPLED, Edge, Keep, Red, TracesOutput, TraceSummary
from tests.conftest import SAMPLE
from traces.criticalpath import SEMANTICS, Semantics

SPANS = SAMPLE / "spans.otlp.jsonl.zst"


def told(**settings: Any) -> Settings:
    chosen = {"input": (str(SPANS),), "sample_rate": 0.1, "rare_below": 5} | settings
    return Settings(**chosen)


def rows(folder: Path, output: TracesOutput, kind: type[Any]) -> list[Any]:
    return [
        msgspec.json.decode(line, type=kind)
        for file in sorted((folder / output).glob("*.jsonl"))
        for line in file.read_bytes().splitlines()
    ]


def staged(folder: Path, settings: Settings) -> dict[str, Any]:
    direct.run(
        lambda pipeline: job.graph(pipeline, settings, folder),
        streaming=settings.streaming,
        spill_folder=folder / "spill",
    )
    return job.summarise(folder, settings, 1.0)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("traces")
    return folder, staged(folder, told())


def test_every_span_of_the_sample_is_in_one_of_its_444_traces(result: tuple[Path, dict[str, Any]]) -> None:
    _, summary = result
    assert (summary["spans"], summary["in_traces"], summary["traces"]) == (35_434, 35_434, 444)
    assert (summary["dead"], summary["late"], summary["duplicates"]) == (0, 0, 0)
    assert summary["reconciliation"]["balanced"]


def test_each_critical_path_covers_its_trace(result: tuple[Path, dict[str, Any]]) -> None:
    for trace in rows(result[0], TracesOutput.TRACES, TraceSummary):
        path = trace.critical_path
        assert trace.whole
        assert sum(s.end_ns - s.start_ns for s in path) == trace.duration_ns
        assert all(after.start_ns == before.end_ns for after, before in pairwise(path))
        assert trace.services == sorted(trace.self_ns)


def test_sampled_spans_are_those_of_the_kept_traces(result: tuple[Path, dict[str, Any]]) -> None:
    folder, summary = result
    kept = {t.trace_id: t for t in rows(folder, TracesOutput.TRACES, TraceSummary) if t.sampling.kept}
    table = pq.read_table(folder / TracesOutput.SAMPLED)
    assert table.schema.names == SAMPLED.names
    assert Counter(table["trace_id"].to_pylist()) == {i: t.spans for i, t in kept.items()}
    assert summary["sampled_spans"] == len(table) < 35_434
    assert {t.sampling.reason for t in kept.values()} >= {Keep.RARE, Keep.CHANCE}


def test_red_and_graph_count_all_requests(result: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = result
    red, graph = rows(folder, TracesOutput.RED, Red), rows(folder, TracesOutput.GRAPH, Edge)
    assert sum(row.requests for row in red) == 6084
    roots = [row for row in red if row.service == "ts-gateway-service"]
    assert sum(row.requests for row in roots) == 444
    assert sum(edge.calls for edge in graph) == 6084 - 444
    assert all(row.p50_ns <= row.p95_ns <= row.p99_ns for row in (*red, *graph))


def test_a_rehearsed_stream_gives_the_same(result: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, summary = result
    streamed = staged(tmp_path, told(streaming=True))
    for key in ("in_traces", "traces", "sampled_spans", "late"):
        assert streamed[key] == summary[key]
    for output, kind in ((TracesOutput.TRACES, TraceSummary), (TracesOutput.RED, Red)):
        assert sorted(map(repr, rows(tmp_path, output, kind))) == sorted(
            map(repr, rows(folder, output, kind))
        )


def test_the_job_takes_over_its_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = job.run(told(output=str(out)))
    assert summary["traces"] == 444
    assert {path.name for path in out.iterdir() if path.is_dir()} == set(TracesOutput)
    assert msgspec.json.decode((out / "summary.json").read_bytes())["traces"] == 444


def test_what_cannot_be_used_is_dead_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "spans.jsonl"
    good = next(document for _, document in read_documents(SPANS))
    file.write_bytes(good + b'\n{"resourceSpans": 5}\n[]\n')
    (tmp_path / "out").mkdir()
    summary = staged(tmp_path / "out", told(input=(str(file),)))
    assert summary["dead"] == 2
    assert summary["spans"] == summary["in_traces"] + 2
    assert summary["reconciliation"]["balanced"]
    assert summary["outputs"]["dead"]["rows"] == 2


def test_a_span_that_is_lost_is_noticed() -> None:
    tally = [
        (("decode", "spans", -1, "read", ""), 10),
        (("decode", "spans", -1, "passed", ""), 10),
        (("redact", "spans", -1, "passed", ""), 10),
        (("assemble", "spans", 0, "passed", ""), 8),
        (("assemble", "spans", 0, "late_span", ""), 1),
    ]
    problems = [line.problem() for line in job.reconcile(tally, []) if line.difference]
    assert problems == ["assemble, (all)/0: 10 in, 9 accounted for", "write, (all)/0: 1 in, 0 accounted for"]


def test_the_preflight_names_what_is_missing() -> None:
    with pytest.raises(SettingError, match="--input"):
        job.preflight(told(input=()))
    with pytest.raises(InputError):
        job.preflight(told(input=("nowhere.jsonl",)))


@pytest.mark.parametrize("semantics", SEMANTICS)
def test_the_critical_paths_of_a_file(semantics: Semantics) -> None:
    paths = critical_path_of_file(SPANS, semantics)
    assert len(paths) == 444
    some = next(iter(paths))
    assert critical_path_of_file(SPANS, semantics, some.upper()) == {some: paths[some]}
    (row,) = as_rows({some: paths[some]}, semantics)
    assert (row["trace_id"], row["semantics"], row["unit"]) == (some, semantics, "ns")
    assert set(row["sections"][0]) == {"span_id", "start", "end"}


def test_the_critical_path_of_a_trace_of_jaeger_keeps_its_ids(tmp_path: Path) -> None:
    def span(span_id: str, start: int, duration: int, *above: str) -> dict[str, Any]:
        references = [{"refType": "CHILD_OF", "traceID": "t", "spanID": i} for i in above]
        return {"traceID": "t", "spanID": span_id, "operationName": "o", "references": references,
                "startTime": start, "duration": duration, "processID": "p", "tags": []}  # fmt: skip

    spans = [span("span-C", 1, 100), span("span-E", 50, 10, "span-C"), span("span-D", 20, 20, "span-C")]
    trace = {"traceID": "t", "spans": spans, "processes": {"p": {"serviceName": "s", "tags": []}}}
    file = tmp_path / "trace.json"
    file.write_bytes(msgspec.json.encode({"data": [trace]}))
    (sections,) = critical_path_of_file(file).values()
    assert [(s.span_id, s.start_ns // 1000, s.end_ns // 1000) for s in sections] == [
        ("span-C", 60, 101), ("span-E", 50, 60), ("span-C", 40, 50), ("span-D", 20, 40), ("span-C", 1, 20),
    ]  # fmt: skip


def test_a_file_without_the_trace_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trace abc"):
        critical_path_of_file(SPANS, trace_id="abc")
    with pytest.raises(InputError):
        critical_path_of_file(tmp_path / "nowhere.json")
    (tmp_path / "odd.json").write_bytes(b"{}")
    with pytest.raises(InputError, match="no spans"):
        critical_path_of_file(tmp_path / "odd.json")
    (tmp_path / "cut.jsonl.zst").write_bytes(SPANS.read_bytes()[:1000])
    with pytest.raises(InputError, match="cut.jsonl.zst: "):
        critical_path_of_file(tmp_path / "cut.jsonl.zst")
