"""The whole graph of the logs job on lines of which each is there for one output."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from connectors.logstores.client import Client
from pipelines import cli, ingest, logs
from pipelines.console import show_summary
from pipelines.setting import SettingError
from pipelines.settings import Settings
from report.compliance import compliance_of
from report.logspage import write_logs_report
from runners.direct import JobError
from schemas.logs import LogsOutput
from schemas.names import COMPLIANCE_FILE, COMPLIANCE_PAGE, REPORT_FILE, SUMMARY_FILE, Output
from schemas.traces import TracesOutput
from tests.captures import event, series, write_lines
from tests.connectors.logserver import log_server
from tests.integration.servers import free_address
from tests.logs.logdocuments import SPAN, TRACE

BEGIN = datetime(2023, 11, 14, 20, tzinfo=UTC)
NOON = BEGIN + timedelta(hours=2)  # of the shop: its service is no longer being learned
PERSON = "jane.doe@example.com"


def line(at: datetime, level: str, message: str, service: str = "shop", **fields: Any) -> bytes:
    named = {"time": at.isoformat(), "level": level, "message": message, "service": service}
    return json.dumps(named | fields).encode()


def second(of: int) -> datetime:
    return NOON + timedelta(seconds=of)


LINES = [
    line(BEGIN, "info", "shop opened"),
    *(line(second(n), "info", f"order {n} took {10 * n} ms") for n in (1, 2, 3)),
    line(second(4), "info", f"order confirmed to {PERSON}"),
    line(
        second(5),
        "error",
        "no stock left",
        trace_id=TRACE,
        span_id=SPAN,
        kubernetes={"pod_name": "pod-1", "namespace_name": "eu"},
    ),
    *(
        line(second(10 + n), "info", f"Failed password for mallory from 192.0.2.4 port {n} ssh2", "gate")
        for n in range(5)
    ),
    b'{"broken": "' + PERSON.encode(),
]


def run(tmp_path: Path, *lines: bytes, **settings: Any) -> dict[str, Any]:
    file = write_lines(tmp_path / "app.log", lines or LINES)
    summary = logs.run(Settings(input=(str(file),), output=str(tmp_path / "out"), **settings))
    assert summary["reconciliation"]["balanced"]
    return summary


def told(tmp_path: Path, output: LogsOutput) -> list[dict[str, Any]]:
    """The lines of an output, in the order of their files."""
    files = sorted((tmp_path / "out" / output).glob("*.jsonl"))
    return [json.loads(text) for file in files for text in file.read_bytes().splitlines()]


def table(tmp_path: Path, output: LogsOutput) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(tmp_path / "out" / output).to_pylist()
    return sorted(rows, key=lambda row: row["offset"])


def span_file(path: Path) -> Path:
    found = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "POST /orders",
        "kind": 2,
        "startTimeUnixNano": str(int(second(4).timestamp()) * 10**9),
        "endTimeUnixNano": str(int(second(6).timestamp()) * 10**9),
        "status": {"code": 2},
        "attributes": [{"key": "user", "value": {"stringValue": PERSON}}],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    spans = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [found]}]}]}
    return write_lines(path, [json.dumps(spans).encode()])


@pytest.fixture
def beside(tmp_path: Path) -> dict[str, Any]:
    """Spans, and a result of the ingest job: the sample of the minute in which the stock was empty."""
    capture = write_lines(
        tmp_path / "cdc.jsonl",
        [series(0, "pod-1:cpu"), event(0, minute=0, value=0.1), event(1, minute=1, value=0.9)],
    )
    result = tmp_path / "ingested"
    ingest.run(Settings(input=(str(capture),), output=str(result)))
    return {"spans": (str(span_file(tmp_path / "spans.jsonl")),), "samples": str(result)}


def test_each_output_has_what_is_known_of_its_lines(tmp_path: Path, beside: dict[str, Any]) -> None:
    summary = run(tmp_path, **beside)
    assert {name: of["rows"] for name, of in summary["outputs"].items()} == {
        "logs": 11,
        "templates": 5,
        "novelties": 1,
        "red": 5,
        "findings": 6,
        "security": 2,
        "incidents": 2,
        "contexts": 1,
        "dead": 1,
    }
    texts = {row["id"]: row["text"] for row in told(tmp_path, LogsOutput.TEMPLATES)}
    assert sorted(texts.values()) == [
        "Failed password for mallory from [IP_ADDRESS] port <*> ssh<*>",
        "no stock left",
        "order <*> took <*>",
        "order confirmed to <*>",
        "shop opened",
    ]
    assert {texts[row["template"]] for row in table(tmp_path, LogsOutput.LOGS)} == set(texts.values())
    (novelty,) = told(tmp_path, LogsOutput.NOVELTIES)
    assert (novelty["kind"], texts[novelty["template"]]) == ("new", "no stock left")
    assert (novelty["example"], novelty["trace_id"]) == ("logs/-1/6/0", TRACE)
    (timed,) = [row for row in told(tmp_path, LogsOutput.RED) if row["timed"]]
    assert (timed["records"], timed["duration_ns"], timed["errors"]) == (3, 60_000_000, 0)
    (found,) = (row for row in table(tmp_path, LogsOutput.FINDINGS) if row["kind"] == "email")
    assert (found["offset"], found["source"], found["field"], found["kind"], found["action"]) == (
        (5, "shop", "body", "email", "mask")
    )


def test_an_attack_is_a_finding_and_an_incident(tmp_path: Path) -> None:
    run(tmp_path)
    opened, closed = sorted(told(tmp_path, LogsOutput.SECURITY), key=lambda one: one["activity_id"])
    assert opened["finding_info"]["types"] == ["failed_logins_actor"]
    assert [(one["activity_id"], one["count"]) for one in (opened, closed)] == [(1, 5), (3, 5)]
    assert opened["finding_info"]["uid"] == closed["finding_info"]["uid"]
    incidents = told(tmp_path, LogsOutput.INCIDENTS)
    assert {(one["state"], one["service"]) for one in incidents} == {("open", "gate"), ("closed", "gate")}
    assert {one["plan"]["playbook"] for one in incidents} == {"observe_only"}


def test_an_error_is_tied_to_its_span_and_to_the_samples_of_its_pod(
    tmp_path: Path, beside: dict[str, Any]
) -> None:
    run(tmp_path, **beside)
    (context,) = told(tmp_path, LogsOutput.CONTEXTS)
    assert (context["record"], context["pod"], context["span_found"]) == ("logs/-1/6/0", "pod-1", True)
    assert (context["operation"], context["span_error"], context["span_ns"]) == (
        ("POST /orders", True, 2 * 10**9)
    )
    assert (context["minute"], context["samples"]) == ("2023-11-14T22:00:00.000000Z", {"cpu": 0.9})


def test_without_spans_there_are_no_contexts(tmp_path: Path) -> None:
    assert run(tmp_path)["outputs"]["contexts"]["rows"] == 0


def test_no_output_names_anybody(tmp_path: Path, beside: dict[str, Any]) -> None:
    """Addresses are masked everywhere; of findings and incidents actors and sources leave as hashes alone."""
    run(tmp_path, **beside)
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix == ".parquet":
            text = json.dumps(pq.read_table(file).to_pylist(), default=str)
        else:
            text = file.read_text() if file.is_file() else ""
        assert "jane.doe" not in text, file
        if file.parent.name in ("security", "incidents"):
            assert "mallory" not in text, file
            assert "192.0.2.4" not in text, file


def policy(tmp_path: Path, text: str) -> str:
    (tmp_path / "policy.toml").write_text(text)
    return str(tmp_path / "policy.toml")


def test_a_policy_drops_records_and_they_are_counted(tmp_path: Path) -> None:
    rules = policy(tmp_path, '[[rule]]\nkind = ["email"]\naction = "drop_line"\n')
    summary = run(tmp_path, redact_policy=rules)
    assert (summary["records"], summary["dropped"], summary["logs"], summary["dead"]) == (12, 1, 10, 1)
    assert "order confirmed" not in json.dumps(table(tmp_path, LogsOutput.LOGS), default=str)
    actions = [row["action"] for row in table(tmp_path, LogsOutput.FINDINGS)]
    assert sorted(actions) == ["drop_line", *["mask"] * 5]  # the five are of where the intruder is
    assert summary["redaction"]["policy"] == rules


def test_parameters_of_templates_are_kept_on_demand(tmp_path: Path) -> None:
    run(tmp_path, log_parameters=True)
    rows = {row["offset"]: row["parameters"] for row in table(tmp_path, LogsOutput.LOGS)}
    assert rows[1] in ([], None)
    assert rows[3] == ["2", "20 ms"]
    assert rows[5] == ["j***@example.com"]


@pytest.mark.parametrize("kind", ["victorialogs+", "loki+"])
def test_records_go_into_a_store_as_well_and_what_it_refuses_is_dead(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with log_server() as server:
        server.refuses = lambda text: 400 if "no stock left" in text else 0
        summary = run(tmp_path, log_store=kind + server.url)
        assert len(server.stored) == 10
        sent = json.dumps(list(server.stored.values()))
    assert (summary["logs"], summary["stored"]) == (11, 10)
    assert summary["store"].startswith(server.url)
    assert summary["dead"] == 2
    assert summary["dead_by_reason"] == {"no_log_document": 1, "store_refused": 1}
    show_summary(summary, str(tmp_path / "out"))
    assert "refused: store_refused" in capsys.readouterr().out
    page = write_logs_report(tmp_path / "out")[0].read_text()
    assert "<b>2</b> refused" in page
    assert "store_refused" in page
    assert compliance_of(tmp_path / "out").unread_by_reason == {"no_log_document": 1}
    assert sorted((row["reason"], row.get("row")) for row in told(tmp_path, LogsOutput.DEAD)) == [
        ("no_log_document", None),
        ("store_refused", None),
    ]
    assert "j***@example.com" in sent
    assert "jane.doe" not in sent


def test_a_second_run_stores_nothing_twice(tmp_path: Path) -> None:
    with log_server() as server:
        stored = [run(tmp_path, log_store="victorialogs+" + server.url)["stored"] for _ in range(2)]
        assert (stored, len(server.stored)) == ([11, 11], 11)


@pytest.mark.parametrize("kind", ["loki+", "victorialogs+"])
def test_a_store_that_does_not_answer_is_one_line_with_the_fix(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Client, "wait", lambda *told: None)
    file = write_lines(tmp_path / "app.log", LINES)
    address = f"{kind}http://{free_address()}"
    assert cli.main(["run", "logs", "--input", str(file), "--log-store", address]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("traceo: http://127.0.0.1:")
    assert "does not answer (Connection refused), 3 times; see that it runs, and its address" in said


@pytest.mark.parametrize("kind", ["loki+", "victorialogs+"])
def test_a_store_that_stops_while_it_is_written_into_is_one_line(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "wait", lambda *told: None)
    with log_server() as server, pytest.raises(JobError) as error:
        server.refuses = lambda text: 503
        run(tmp_path, log_store=kind + server.url)
    (said,) = str(error.value).splitlines()
    assert said.startswith(server.url)
    assert "8 times" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"samples": "ingested"}, "name both or none"),
        ({"spans": ("spans.jsonl",)}, "name both or none"),
        (
            {"spans": ("spans.jsonl",), "samples": "nowhere"},
            "no result of a job; name the folder that",
        ),
        ({"log_store": "carrier+http://h:1"}, "carrier"),
    ],
)
def test_the_preflight_names_what_cannot_be_tied_or_stored(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises((SettingError, InputError), match=said):
        run(tmp_path, **settings)


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ('{"job": "logs"}', "a result of the logs job, which holds no samples; name the folder that"),
        ('{"job": "traces"}', "a result of the traces job"),
        ('{"job": ["ingest"]}', "no result of a job"),
        ("[]", "no result of a job"),
        ("{", "no result of a job"),
    ],
)
def test_samples_are_of_a_job_that_has_some(tmp_path: Path, summary: str, said: str) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "summary.json").write_text(summary)
    with pytest.raises(SettingError, match=f"--samples: {folder}: {said}"):
        run(tmp_path, spans=("spans.jsonl",), samples=str(folder))


JOBS = {"logs": set(LogsOutput), "ingest": {*Output, "actions"}}


def run_job(name: str, tmp_path: Path) -> None:
    if name == "logs":
        run(tmp_path)
        return
    capture = write_lines(tmp_path / "in.jsonl", [series(0, "pod-1:cpu"), event(0)])
    ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out")))


@pytest.mark.parametrize(("before", "after"), [("logs", "ingest"), ("ingest", "logs")])
def test_nothing_of_another_jobs_result_outlives_it(tmp_path: Path, before: str, after: str) -> None:
    run_job(before, tmp_path)
    out = tmp_path / "out"
    for name in (REPORT_FILE, COMPLIANCE_PAGE, COMPLIANCE_FILE, f"{TracesOutput.GRAPH}/part-00000.jsonl"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("of the job before")
    run_job(after, tmp_path)
    kept = {path.name for path in out.iterdir() if not path.name.startswith(".")}
    assert kept - {"actions"} == JOBS[after] - {"actions"} | {SUMMARY_FILE}
