"""The commands that look at files, as a person meets them: export, score, trace, and the job of traces."""

import csv
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipelines import cli, ingest
from pipelines.serve import openmetrics_server
from pipelines.settings import SettingError, Settings
from tests.captures import event, series, write_lines
from tests.conftest import ROOT, SAMPLE
from tests.traces.spandocuments import BEGIN_NS, CHILD, PARENT, TRACE, jaeger, jaeger_span, otlp, otlp_span

SPANS = SAMPLE / "spans.otlp.jsonl.zst"
OWN_DETECTOR = """
class Above:
    name, history, warm_up, threshold = "above", 1, 0, 10.0

    def score(self, history, values):
        from anomaly.detector import Scores
        return Scores(values, values)
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the ingest job: one series with three samples."""
    folder = tmp_path_factory.mktemp("result")
    lines = [series(0, "pod-1:cpu"), *(event(i, minute=i, at=i, value=float(i)) for i in range(3))]
    capture = write_lines(folder / "in.jsonl", lines)
    ingest.run(Settings(input=(str(capture),), output=str(folder / "out")))
    return folder / "out"


def traceo(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """In a process of its own, where nothing of these tests helps."""
    command = [sys.executable, "-m", "pipelines", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), options.pop("path", "")])}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment, **options
    )


def check_one_line(capsys: pytest.CaptureFixture[str], *parts: str) -> None:
    shown = capsys.readouterr()
    assert shown.out == ""
    (message,) = shown.err.splitlines()
    assert message.startswith("traceo: ")
    for part in parts:
        assert part in message


def test_the_exposition_goes_to_the_terminal_or_a_file(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", "openmetrics", "--result", str(result)]) == 0
    text = capsys.readouterr().out
    (gauge, counter) = text_string_to_metric_families(text)
    assert [s.value for family in (gauge, counter) for s in family.samples] == [2.0, 3.0]
    target = tmp_path / "metrics.txt"
    assert cli.main(["export", "openmetrics", "--result", str(result), "--output", str(target)]) == 0
    assert target.read_text() == text
    assert list(tmp_path.glob("*.partial")) == []


def test_a_result_that_is_none_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "metrics.txt"
    target.write_text("old")
    command = ["export", "openmetrics", "--result", str(tmp_path), "--output", str(target)]
    assert cli.main(command) == 1
    check_one_line(capsys, str(tmp_path), "no result", "--output named")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_file_that_cannot_be_written_is_named(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = result / "nosuch" / "metrics.txt"
    assert cli.main(["export", "openmetrics", "--result", str(result), "--output", str(target)]) == 1
    check_one_line(capsys, str(target), "No such file or directory")


def test_the_server_ends_with_ctrl_c_and_no_traceback(result: Path) -> None:
    command = [sys.executable, "-m", "pipelines", "export", "openmetrics", "--listen", "0", "--result"]
    server = subprocess.Popen(
        [*command, str(result)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        told = server.stdout.readline()
        assert told.startswith(f"serving {result} on http://127.0.0.1:")
        port = int(told.partition("127.0.0.1:")[2].partition("/")[0])
        assert get(port)[0] == 200
        server.send_signal(signal.SIGINT)
        shown, problems = server.communicate(timeout=60)
        assert (server.returncode, shown, problems) == (0, "ended\n", "")
    finally:
        server.kill()
        server.communicate()


def get(port: int, path: str = "/metrics") -> tuple[int, str, str]:
    """Status, content type and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read().decode()
    finally:
        connection.close()


@pytest.fixture
def port(result: Path) -> Iterator[int]:
    """Of a server of ``result``."""
    server = openmetrics_server(result, "0")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_result_is_served_as_openmetrics_and_nothing_else_is(port: int) -> None:
    status, kind, text = get(port)
    assert (status, text.endswith("# EOF\n")) == (200, True)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert get(port, "/metrics?x=1") == (status, kind, text)
    for path in ("/", "/metrics/x", "/../summary.json"):
        assert get(port, path)[0] == 404


def test_a_scrape_while_the_result_is_replaced_fails_and_the_next_is_fine(port: int, result: Path) -> None:
    text = get(port)[2]
    summary = result / "summary.json"
    summary.rename(result / "aside")
    status, _, problem = get(port)
    assert (status, "no result" in problem) == (503, True)
    (result / "aside").rename(summary)
    assert get(port)[2] == text


@pytest.mark.parametrize("listen", ["x", "localhost:", "127.0.0.1:65536", "-1", "²", ":"])
def test_what_names_no_port_is_refused(result: Path, listen: str) -> None:
    with pytest.raises(SettingError, match="--listen: .* names no port; write PORT or HOST:PORT"):
        openmetrics_server(result, listen)


def test_a_port_that_is_taken_is_named(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert cli.main(["export", "openmetrics", "--result", str(result), "--listen", listen]) == 1
    check_one_line(capsys, f"--listen: {listen}: Address already in use")


def test_a_server_of_no_result_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "openmetrics", "--result", str(tmp_path), "--listen", "0"]) == 1
    check_one_line(capsys, "no result")


def test_a_series_is_scored_by_a_detector_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "owndetector.py").write_text(OWN_DETECTOR)
    (tmp_path / "a.csv").write_text("timestamp,value\n1,5\n2,50\n3,\n")
    command = ("score", "a.csv", "--detector", "owndetector:Above")
    done = traceo(*command, cwd=tmp_path, path=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "timestamp,value,score,label\n1,5,5,normal\n2,50,50,anomaly\n3,,,missing\n"
    done = traceo(*command, "--output", "scored.csv", cwd=tmp_path, path=str(tmp_path))
    assert done.stdout == "wrote scored.csv: anomaly 1, missing 1, normal 1\n"
    assert len((tmp_path / "scored.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize("detector", ["robust", "beam:RobustZScore", "sklearn:LocalOutlierFactor"])
def test_known_detectors_work_by_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], detector: str
) -> None:
    values = [50 + i % 7 for i in range(60)] + [900, 900, 900]
    lines = "".join(f"{60 * i},{value}\n" for i, value in enumerate(values))
    (tmp_path / "a.csv").write_text("timestamp,value\n" + lines)
    assert cli.main(["score", str(tmp_path / "a.csv"), "--detector", detector]) == 0
    shown = capsys.readouterr()
    rows = list(csv.DictReader(shown.out.splitlines()))
    assert shown.err == ""
    assert [row["label"] for row in rows[:30]] == ["warm_up"] * 30
    assert "anomaly" in [row["label"] for row in rows[60:]]
    assert [row["value"] for row in rows] == list(map(str, values))


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (
            ["a.csv", "--detector", "nosuch"],
            ["detector 'nosuch'", "no such detector", "known: robust, beam:"],
        ),
        (["a.csv", "--detector", "beam:Nosuch"], ["'beam:Nosuch'", "known:"]),
        (["a.csv"], ["a.csv:3: 'x' is no value"]),
        (["nosuch.csv"], ["nosuch.csv: No such file or directory"]),
    ],
)
def test_what_cannot_be_scored_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], parts: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("timestamp,value\n1,2\n2,x\n")
    assert cli.main(["score", *arguments]) == 1
    check_one_line(capsys, *parts)
    assert cli.main(["score", *arguments, "--output", "scored.csv"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("semantics", ["jaeger", "crisp"])
def test_the_critical_path_of_one_trace_is_json(capsys: pytest.CaptureFixture[str], semantics: str) -> None:
    command = ["trace", "critical-path", str(SPANS), "--semantics", semantics, "--json"]
    assert cli.main(command) == 0
    traces = json.loads(capsys.readouterr().out)
    assert len(traces) == 444
    one = traces[0]
    assert (one["semantics"], one["unit"]) == (semantics, "ns")
    assert all(later["start"] == earlier["end"] for later, earlier in pairwise(one["sections"]))
    assert cli.main([*command, "--trace-id", one["trace_id"]]) == 0
    assert json.loads(capsys.readouterr().out) == one


def test_the_ids_of_a_path_are_those_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = {"refType": "CHILD_OF", "traceID": "T1", "spanID": "root"}
    root = jaeger_span(traceID="T1", spanID="root", references=[], duration=100)
    called = jaeger_span(traceID="T1", spanID="called", references=[child], duration=40)
    file = tmp_path / "trace.json"
    file.write_bytes(jaeger(root, called))
    assert cli.main(["trace", "critical-path", str(file), "--json"]) == 0
    begin = BEGIN_NS
    assert json.loads(capsys.readouterr().out) == {
        "trace_id": "T1",
        "semantics": "jaeger",
        "unit": "ns",
        "sections": [
            {"span_id": "root", "start": begin + 40_000, "end": begin + 100_000},
            {"span_id": "called", "start": begin, "end": begin + 40_000},
        ],
    }
    assert cli.main(["trace", "critical-path", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "trace T1: 0.100 ms" in shown
    assert "40.0%" in shown
    assert shown.index("called") < shown.index("root")


@pytest.mark.parametrize(
    ("content", "options", "parts"),
    [
        (b"{}", [], ["no spans that can be read"]),
        (b'{"resourceLogs": []}', [], ["no spans that can be read"]),
        (otlp(otlp_span()), ["--trace-id", "ab"], ["no trace ab in this file"]),
        (b"\0\0\0\x09abc", [], ["damaged or cut off", "message 1 ends 6 bytes after the file"]),
    ],
)
def test_what_has_no_critical_path_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, options: list[str], parts: list[str]
) -> None:
    file = tmp_path / "spans.json"
    file.write_bytes(content)
    assert cli.main(["trace", "critical-path", str(file), *options]) == 1
    check_one_line(capsys, str(file), *parts)


def test_a_file_of_spans_that_is_not_there_or_a_folder_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, problem in ((tmp_path / "nosuch.json", "No such file"), (tmp_path, "Is a directory")):
        assert cli.main(["trace", "critical-path", str(path)]) == 1
        check_one_line(capsys, str(path), problem)


def test_the_job_of_traces_says_what_became_of_the_spans(tmp_path: Path) -> None:
    spans = [
        otlp_span(spanId=PARENT, parentSpanId="", endTimeUnixNano=str(BEGIN_NS + 9_000_000)),
        otlp_span(),
        otlp_span(spanId="0" * 16),
    ]
    file = write_lines(tmp_path / "spans.jsonl", [otlp(*spans)])
    done = traceo("run", "traces", "--input", file, "--output", tmp_path / "out", "--sample-rate", 1)
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    assert "3 spans: what became of them" in shown
    assert "every span is accounted for" in shown
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["spans"], summary["in_traces"], summary["dead"], summary["traces"]) == (3, 2, 1, 1)
    (line,) = next((tmp_path / "out" / "traces").iterdir()).read_text().splitlines()
    assert json.loads(line)["trace_id"] == TRACE
    assert CHILD in line
    exported = traceo("export", "openmetrics", "--result", tmp_path / "out")
    assert (exported.returncode, "no result with clean events" in exported.stderr) == (1, True)


@pytest.mark.parametrize(
    "command",
    [
        ["export", "openmetrics"],
        ["trace", "critical-path", "x"],
        ["score", "x"],
    ],
)
def test_an_unknown_option_is_a_wrong_command(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert cli.main([*command, "--nosuch"]) == 2
    check_one_line(capsys, "unknown option '--nosuch'", "--help")


@pytest.mark.parametrize("command", [["export"], ["trace"]])
def test_half_a_command_shows_its_help(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert cli.main(command) == 2
    assert "usage: traceo " + command[0] in capsys.readouterr().out
