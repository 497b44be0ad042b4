"""A Prometheus scrapes the exposition of a result, and gives the exemplars back: the chain end to end."""

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from pipelines import ingest
from pipelines.serve import openmetrics_server
from pipelines.settings import Settings
from tests.captures import event, series, write_lines
from tests.traces.spandocuments import otlp, otlp_span

PROMETHEUS = shutil.which("prometheus")
BEGIN = datetime(2023, 11, 14, 22, 0, tzinfo=UTC)
MINUTE_NS = 60 * 10**9
PODS, MINUTES = 3, 5
QUIET = 'pod "with" a \\ and no spans'
PATIENCE_SECONDS = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROMETHEUS is None, reason="needs the package prometheus: scripts/prometheus"),
]

Get = Callable[..., Any]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the ingest job: events of some pods, with a span in most of their minutes, and of one without."""
    folder = tmp_path_factory.mktemp("prometheus")
    lines, spans = [], []
    for pod in [f"pod-{number}" for number in range(PODS)] + [QUIET]:
        for name in ("cpu", "latency_ms"):
            lines.append(series(len(lines), f"{pod}:{name}", pod=pod))
            tags = json.dumps({"pod": pod, "service": "cart", "metric": name})
            for minute in range(1, MINUTES + 1):
                lines.append(event(len(lines), f"{pod}:{name}", minute=minute, value=minute / 7, tags=tags))
    for number in range(PODS):
        for minute in range(MINUTES - number):  # so that the newest explained sample is not always the newest
            begin = int(BEGIN.timestamp()) * 10**9 + minute * MINUTE_NS + (number + 1) * 10**9
            times = {"startTimeUnixNano": str(begin), "endTimeUnixNano": str(begin + 123_456_000 + minute)}
            span = otlp_span(traceId=f"{number + 1:032x}", spanId=f"{number:08x}{minute + 1:08x}", **times)
            spans.append(otlp(span, service_name="cart", k8s_pod_name=f"pod-{number}"))
    capture = write_lines(folder / "in.jsonl", lines)
    span_file = write_lines(folder / "spans.jsonl", spans)
    ingest.run(Settings(input=(str(capture),), spans=(str(span_file),), output=str(folder / "out")))
    return folder / "out"


@pytest.fixture(scope="module")
def target(result: Path) -> Iterator[str]:
    """The address of the exposition."""
    server = openmetrics_server(result, "127.0.0.1:0")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def prometheus(target: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """A Prometheus that has scraped the ``target``; asks its API."""
    folder = tmp_path_factory.mktemp("data")
    config = folder / "prometheus.yml"
    job = {"job_name": "traceo", "static_configs": [{"targets": [target]}]}
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={address}",
        "--enable-feature=exemplar-storage",
        "--log.level=warn",
    ]
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream)

    def get(path: str, **query: str) -> Any:
        url = f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  an address of our own
            return json.load(answer)["data"]

    def is_scraped() -> bool:
        try:
            return bool(get("query", query="up")["result"])
        except OSError:  # it does not listen yet
            return False

    try:
        _wait_until(is_scraped, process, log)
        yield get
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


def _wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, log.read_text()
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"prometheus ended: {log.read_text()}")


def newest(result: Path, *, explained: bool) -> dict[str, dict[str, Any]]:
    """The newest clean event of each series; with ``explained`` of those that have an exemplar."""
    found: dict[str, dict[str, Any]] = {}
    for row in ds.dataset(result / "clean").to_table().to_pylist():
        before = found.get(row["metric_id"])
        if explained and row["exemplar_trace_id"] is None:
            continue
        if before is None or before["timestamp"] < row["timestamp"]:
            found[row["metric_id"]] = row
    return found


def test_the_target_is_up(prometheus: Get, target: str) -> None:
    (up,) = prometheus("query", query="up")["result"]
    assert (up["metric"]["instance"], up["value"][1]) == (target, "1")


def test_the_newest_value_of_each_series_can_be_asked_for(prometheus: Get, result: Path) -> None:
    for name in ("cpu", "latency_ms"):
        found = prometheus("query", query=name)["result"]
        values = {sample["metric"]["metric_id"]: float(sample["value"][1]) for sample in found}
        expected = {i: row["value"] for i, row in newest(result, explained=False).items() if i.endswith(name)}
        assert len(expected) == PODS + 1
        assert values == expected


def test_labels_come_through_as_they_are(prometheus: Get) -> None:
    (sample,) = prometheus("query", query=f"cpu{{pod={json.dumps(QUIET)}}}")["result"]
    assert sample["metric"]["metric_id"] == f"{QUIET}:cpu"
    assert sample["metric"]["service"] == "cart"


@pytest.mark.parametrize("name", ["cpu", "latency_ms"])
def test_exemplars_are_those_of_the_clean_events(prometheus: Get, result: Path, name: str) -> None:
    """Their times are of 2023, long before the scrape: Prometheus keeps them, and is asked for that time."""
    found = prometheus(
        "query_exemplars",
        query=f"{name}_samples_total",
        start=str(BEGIN.timestamp()),
        end=str(BEGIN.timestamp() + 3600),
    )
    told = {}
    for one in found:
        (exemplar,) = one["exemplars"]
        ids = exemplar["labels"]
        told[one["seriesLabels"]["metric_id"]] = (
            ids["trace_id"],
            ids["span_id"],
            float(exemplar["value"]),
            exemplar["timestamp"],
        )
    expected = {
        i: (
            row["exemplar_trace_id"],
            row["exemplar_span_id"],
            row["exemplar_value"],
            pytest.approx(row["exemplar_at"].timestamp(), abs=0.001),  # Prometheus counts milliseconds
        )
        for i, row in newest(result, explained=True).items()
        if i.endswith(name)
    }
    assert len(expected) == PODS
    assert told == expected


def test_the_counters_say_how_many_samples_there_are(prometheus: Get) -> None:
    found = prometheus("query", query="cpu_samples_total")["result"]
    assert [sample["value"][1] for sample in found] == [str(MINUTES)] * (PODS + 1)
