"""A job traces itself: one tree of spans, a scheduler's trace continued, and no harm from a receiver."""

import http.server
import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import baggage, trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pipelines.cli import main
from pipelines.criticalpaths import critical_path_of_file
from runners.direct import JobError
from schemas.spans import Span, spans_of
from telemetry import selftrace, selftrace_export, selftrace_job
from telemetry.metrics import Metrics
from telemetry.selftrace import Bundle, Share
from tests.captures import event, series, write_lines
from tests.conftest import Ingest
from traces.criticalpath import SEMANTICS, critical_path
from traces.decode import decode_documents

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-2] + "00"
PARTS = {"preflight", "build graph", "run", "summarise", "act", "take over"}
UNSAID = "s3cr3t-v4lue"


@pytest.fixture(autouse=True)
def _no_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRACEPARENT", "TRACESTATE", "BAGGAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    pods = [f"pod-{pod}:cpu" for pod in range(3)]
    rows = [series(n, metric_id, pod=metric_id[:5]) for n, metric_id in enumerate(pods)]
    rows += [event(n, pods[n % 3], minute=n // 3, at=n) for n in range(60)]
    rows += [event(60, pods[0], minute=0, at=60), event(61, f"{UNSAID}:cpu", at=61)]
    return write_lines(tmp_path / "capture.jsonl", rows)


def read(file: Path) -> list[Span]:
    decoded = decode_documents(file.read_bytes().splitlines())
    assert not decoded.refused
    return list(spans_of(decoded.batch))


def attributes(file: Path) -> dict[str, dict[str, Any]]:
    """By span id."""
    found = {}
    for line in file.read_text().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for span in (span for scope in resource["scopeSpans"] for span in scope["spans"]):
                pairs = span.get("attributes", [])
                found[span["spanId"]] = {p["key"]: next(iter(p["value"].values())) for p in pairs}
    return found


def check_tree(spans: list[Span], above: str | None = None) -> Span:
    """The root of the one tree that ``spans`` form, each within its parent's time."""
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    assert len({span.trace_id for span in spans}) == 1
    roots = [span for span in spans if span.parent_id not in by_id]
    assert [root.parent_id for root in roots] == [above]
    for span in spans:
        if span.parent_id in by_id:
            parent = by_id[span.parent_id]
            assert parent.start_ns <= span.start_ns <= span.end_ns <= parent.end_ns, (parent.name, span.name)
    return roots[0]


@pytest.mark.parametrize("streaming", [False, True])
def test_the_spans_of_a_job_form_one_tree_down_to_the_bundles_of_its_steps(
    capture: Path, ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streaming: bool
) -> None:
    monkeypatch.setattr(selftrace_job, "MOST_BUNDLES", 1_000_000)
    file = tmp_path / "own.jsonl"
    summary = ingest(capture, otlp_endpoint=str(file), streaming=streaming)
    spans, told = read(file), attributes(file)
    root = check_tree(spans)
    assert (root.name, root.service, root.error) == ("ingest", "traceo-dataflow", False)
    assert told[root.span_id] == {
        "job": "ingest",
        "runner": "direct",
        "result": "ok",
        "records": str(summary["all_records"]),
    }
    assert {span.name for span in spans if span.parent_id == root.span_id} == PARTS
    counted: Counter[str] = Counter()
    for span in spans:
        if span.name.startswith("DecodeChanges/Decode/"):
            counted.update({k: int(v) for k, v in told[span.span_id].items()})
    assert counted["elements"] > 0
    assert counted["records.read"] == summary["all_records"] == 65
    judged = [told[s.span_id] for s in spans if s.name.startswith("DropDuplicates/Judge")]
    assert sum(int(one.get("records.passed", 0)) for one in judged) == summary["valid_events"] == 60
    assert UNSAID not in file.read_text()
    assert "pod-" not in file.read_text()


def test_the_critical_path_of_a_job_goes_through_its_steps(
    capture: Path, ingest: Ingest, tmp_path: Path
) -> None:
    file = tmp_path / "own.jsonl"
    ingest(capture, otlp_endpoint=str(file))
    spans = {span.span_id: span for span in read(file)}
    root = check_tree(list(spans.values()))
    for semantics in SEMANTICS:
        sections = critical_path(list(spans.values()), semantics)
        assert sum(s.end_ns - s.start_ns for s in sections) == root.duration_ns
        names = {spans[s.span_id].name for s in sections}
        assert {"run", "bundle ReadFiles"} <= names
        assert {"preflight", "build graph"} <= names
    assert critical_path_of_file(file)[root.trace_id] == critical_path(list(spans.values()))


def test_the_traces_job_reads_the_trace_that_a_job_wrote_and_writes_its_own_behind_it(
    capture: Path, ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.jsonl"
    ingest(capture, otlp_endpoint=str(file))
    first = len(read(file))
    argv = ["run", "traces", "--input", str(file), "--output", str(tmp_path / "traces")]
    assert main([*argv, "--otlp-endpoint", str(file)]) == 0
    assert capsys.readouterr().err == ""
    summary = json.loads((tmp_path / "traces" / "summary.json").read_text())
    assert (summary["spans"], summary["traces"], summary["dead"]) == (first, 1, 0)
    fresh = read(file)[first:]
    root = check_tree(fresh)
    assert (root.name, attributes(file)[root.span_id]["records"]) == ("traces", str(first))
    assert {span.name for span in fresh if span.parent_id == root.span_id} == PARTS - {"act"}
    assembled = [one.get("records.passed") for one in attributes(file).values()]
    assert str(first) in assembled


def test_a_schedulers_trace_is_continued(
    capture: Path, ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACEPARENT", PARENT)
    monkeypatch.setenv("TRACESTATE", "vendor=opaque")
    monkeypatch.setenv("BAGGAGE", f"user={UNSAID}")
    file = tmp_path / "own.jsonl"
    ingest(capture, otlp_endpoint=str(file))
    root = check_tree(read(file), above=PARENT[36:52])
    assert root.trace_id == PARENT[3:35]
    assert '"traceState":"vendor=opaque"' in file.read_text()
    assert UNSAID not in file.read_text()


def test_baggage_goes_on_in_the_process() -> None:
    context = selftrace_job.parent({"BAGGAGE": "user=a%20b", "TRACEPARENT": PARENT})
    assert baggage.get_baggage("user", context) == "a b"
    assert trace.get_current_span(context).get_span_context().is_remote


@pytest.mark.parametrize("told", ["", "00-nonsense", PARENT.replace("0", "g")])
def test_a_parent_that_is_none_begins_a_trace(told: str) -> None:
    context = selftrace_job.parent({"TRACEPARENT": told})
    assert not trace.get_current_span(context).get_span_context().is_valid


def test_what_is_not_sampled_is_not_exported(
    capture: Path,
    ingest: Ingest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRACEPARENT", UNSAMPLED)
    file, metrics = tmp_path / "own.jsonl", tmp_path / "metrics.txt"
    ingest(capture, otlp_endpoint=str(file), metrics_file=str(metrics))
    assert not file.exists()
    assert "trace_id" not in metrics.read_text()
    assert capsys.readouterr().err == ""


def test_a_job_that_fails_says_so_without_the_text_of_the_error(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ValueError(UNSAID)

    monkeypatch.setattr("transforms.decode.decode_records", fails)
    file, metrics = tmp_path / "own.jsonl", tmp_path / "metrics.txt"
    capture = write_lines(tmp_path / "capture.jsonl", [series(0, "pod-1:cpu"), event(1)])
    with pytest.raises(ValueError, match=UNSAID):
        ingest(capture, otlp_endpoint=str(file), metrics_file=str(metrics))
    spans = read(file)
    root = check_tree(spans)
    assert attributes(file)[root.span_id]["result"] == "failed"
    assert [span.name for span in spans if span.error] == ["bundle", "run", "ingest"]
    assert "traceo_job_succeeded 0.0" in metrics.read_text()
    assert UNSAID not in file.read_text() + metrics.read_text()


def test_a_problem_before_the_graph_is_in_the_trace_too(ingest: Ingest, tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    with pytest.raises(Exception, match="gone"):
        ingest(tmp_path / "gone", otlp_endpoint=str(file))
    assert [span.name for span in read(file) if span.error] == ["preflight", "ingest"]
    assert not issubclass(JobError, OSError)
    assert "gone" not in file.read_text()


def test_the_bundles_of_all_workers_are_told(capture: Path, ingest: Ingest, tmp_path: Path) -> None:
    other = write_lines(tmp_path / "other.jsonl", [event(100 + n, minute=n, partition=1) for n in range(9)])
    file = tmp_path / "own.jsonl"
    options = ("--direct_running_mode=multi_threading", "--direct_num_workers=2")
    ingest(capture, other, otlp_endpoint=str(file), beam_options=options)
    check_tree(read(file))
    workers = {one["worker"] for one in attributes(file).values() if "worker" in one}
    assert len(workers) == 2


class Receiver:
    """An OTLP/HTTP receiver on this machine."""

    def __init__(self, status: int = 200) -> None:
        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.mark.parametrize("path", ["", "/v1/traces"])
def test_a_receiver_gets_the_spans(
    receiver: Receiver, path: str, capture: Path, ingest: Ingest, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(capture, otlp_endpoint=f"http://{receiver.address}{path}")
    assert [path for path, _ in receiver.requests] == ["/v1/traces"]
    documents = [request.SerializeToString() for _, request in receiver.requests]
    root = check_tree(list(spans_of(decode_documents(documents).batch)))
    assert (root.name, root.service) == ("ingest", "traceo-dataflow")
    assert capsys.readouterr().err == ""


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_receiver_that_refuses_does_not_fail_the_job(
    capture: Path, ingest: Ingest, capsys: pytest.CaptureFixture[str]
) -> None:
    refusing = Receiver(404)
    try:
        summary = ingest(capture, otlp_endpoint=f"http://user:{UNSAID}@{refusing.address}/v1/x?key={UNSAID}")
    finally:
        refusing.close()
    assert summary["reconciliation"]["balanced"]
    where = f"http://{refusing.address}/v1/x"
    assert said(capsys) == f"traceo: the trace of this job did not get to {where}: HTTP status 404"


def test_no_receiver_does_not_fail_the_job(
    capture: Path, ingest: Ingest, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ingest(capture, otlp_endpoint=f"http://127.0.0.1:{port}")["reconciliation"]["balanced"]
    assert "ConnectionError" in said(capsys)


def test_a_receiver_that_does_not_answer_costs_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftrace_export, "PATIENCE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:  # it takes connections and says nothing
        began = time.monotonic()
        problem = selftrace_export.export(one_span(), f"http://127.0.0.1:{server.getsockname()[1]}")
        assert time.monotonic() - began < 2
    assert problem is not None
    assert "within 0.05 s" in problem or "Timeout" in problem or "ConnectionError" in problem


def test_a_file_that_cannot_be_written_does_not_fail_the_job(
    capture: Path, ingest: Ingest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "no" / "folder" / "own.jsonl"
    ingest(capture, otlp_endpoint=str(file))
    assert said(capsys).endswith(f"did not get to {file}: No such file or directory")


def test_whatever_an_exporter_raises_is_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(*_: Any) -> None:
        raise KeyError(UNSAID)

    monkeypatch.setattr(selftrace_export, "encode_spans", fails)
    problem = selftrace_export.export(one_span(), str(tmp_path / "own.jsonl"))
    assert problem == f"the trace of this job did not get to {tmp_path / 'own.jsonl'}: KeyError"


def one_span() -> Any:
    kept = selftrace_job.InMemorySpanExporter()
    selftrace_job._tracer(kept).start_span("one").end()
    return kept.get_finished_spans()


def test_off_nothing_is_written_and_nothing_is_loaded(
    capture: Path, ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "telemetry.selftrace_job", None)  # an import would fail
    monkeypatch.setenv("TRACEPARENT", PARENT)
    before = set(tmp_path.iterdir())
    ingest(capture)
    assert set(tmp_path.iterdir()) - before == {tmp_path / "out"}
    assert selftrace.note() is None


def test_of_too_many_bundles_the_longest_have_spans_and_all_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selftrace_job, "MOST_BUNDLES", 2)
    kept = selftrace_job.InMemorySpanExporter()
    metrics = Metrics("job", "direct")
    watch = selftrace_job.Watch(selftrace_job._tracer(kept), metrics)
    with watch.part("run"):
        for seconds in (3, 1, 5, 2, 4):
            share = Share("Step/Do", float(seconds), 1, {("step", "passed"): seconds})
            watch.note_bundle(Bundle(10, 10 + seconds * 10**9, (share,), is_step=True))
    *steps, run = kept.get_finished_spans()
    assert [(s.end_time or 0) - (s.start_time or 0) for s in steps] == [4 * 10**9, 5 * 10**9]
    assert dict(run.attributes or {}) == {"bundles": 5, "bundles_without_span": 3}
    text = metrics.text().decode()
    assert 'traceo_bundle_seconds_count{step="Step"} 5.0' in text
    assert 'traceo_bundle_seconds_sum{step="Step"} 15.0' in text


def test_shares_that_are_longer_than_their_bundle_stay_within() -> None:
    kept = selftrace_job.InMemorySpanExporter()
    watch = selftrace_job.Watch(selftrace_job._tracer(kept), Metrics("job", "direct"))
    shares = tuple(Share(name, 2.0, 1, {}) for name in ("A/Do", "B/Do", "C/Do"))
    with watch.part("run"):
        watch.note_bundle(Bundle(10, 10 + 3 * 10**9, shares, "worker"))
    *steps, bundle, _ = kept.get_finished_spans()
    assert bundle.name == "bundle A"
    for step in steps:
        assert 10 < (step.start_time or 0) <= (step.end_time or 0) < 10 + 3 * 10**9


@pytest.mark.parametrize("target", ["", "ftp://host/x", "trace.json", "http://"])
def test_a_target_that_is_none_is_refused_before_the_job(
    target: str, capture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    argv = ["run", "ingest", "--input", str(capture), "--output", str(output), "--otlp-endpoint", target]
    assert main(argv) == 1
    assert said(capsys).startswith("traceo: --otlp-endpoint: ")
    assert not output.exists()
