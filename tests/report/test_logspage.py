"""The report of the logs job: what matters first, with the lines that say so, bounded."""

import base64
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from pipelines import cli
from report.loglines import LINES, read_lines
from report.logsdata import _Sums, glance, read_logs
from report.logspage import is_of_logs, write_logs_report
from report.securityfindings import read_security
from schemas.logs import LogsOutput
from schemas.ocsf import DetectionFinding
from schemas.templates import LogRed
from tests.report.logresults import TRACE, line, night, run


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return night(tmp_path_factory.mktemp("night"))


@pytest.fixture(scope="module")
def page(result: Path) -> str:
    return (result / "report.html").read_text()


def part(page: str, name: str) -> str:
    """A section of the page."""
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found
    return found[0]


def rows(result: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(result / LogsOutput.LOGS).to_pylist()
    return found


def red(at: str, **given: Any) -> LogRed:
    told: dict[str, Any] = {
        "window_start": at, "window_seconds": 60.0, "service": "a", "template": "t", "severity": "error",
        "records": 2, "rate": 0.1, "errors": 2, "timed": 0, "duration_ns": 0, "p50_ns": 0, "p95_ns": 0,
        "p99_ns": 0, "buckets": {},
    }  # fmt: skip
    return LogRed(**told | given)


def test_errors_are_those_of_the_records(result: Path, page: str) -> None:
    errors = Counter(row["service"] for row in rows(result) if row["severity"] >= 17)
    assert errors == {"search": 280, "cart": 9}
    assert "<h1>289 errors in" in page
    shown = part(page, "errors")
    for service, count in errors.items():
        assert f'<td>{service}</td><td class="number">{count}</td>' in shown
    assert "<b>280</b> errors" in part(page, "failing")


def test_what_is_new_and_what_bursts_comes_first_with_a_line_of_it(page: str) -> None:
    shown = part(page, "new")
    assert page.index('id="new"') < page.index('id="errors"') < page.index('id="compliance"')
    assert re.search(r'grade new">new<.*?service">cart<.*?order &lt;\*&gt; was lost', shown)
    assert re.search(r'grade burst">burst<.*?service">search<.*?shard &lt;\*&gt; did not answer', shown)
    assert "<pre>order 0 was lost</pre>" in shown
    assert f'<a class="id" href="#trace-{TRACE}">' in shown


def test_lines_of_a_trace_are_on_the_page(page: str) -> None:
    shown = part(page, "traces")
    assert f'id="trace-{TRACE}"' in shown
    assert [f"order {n} was lost" in shown for n in range(9)] == [True] * 9
    assert shown.index("order 0 was") < shown.index("order 8 was")


def test_slow_templates_and_security_are_told(result: Path, page: str) -> None:
    assert re.search(r"GET .*?</code>.*?99|GET .*?</code>.*? ms", part(page, "slowest"))
    security = part(page, "security")
    assert "Failed logins" in security
    assert "203.0.113.7" not in page
    assert page.count('<article class="card') == read_security(result).incidents > 0


def test_every_place_that_is_led_to_is_there(page: str) -> None:
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert {place for place in re.findall(r'href="#([^"]+)"', page)} <= ids
    assert len(ids) == len(re.findall(r' id="([^"]+)"', page))


@pytest.mark.parametrize("name", ["report.html", "compliance.html"])
def test_nothing_runs_but_what_is_in_the_page(result: Path, name: str) -> None:
    page = (result / name).read_text()
    policy = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)[0]
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        body = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.search(r'(src|href)="(?!#)', page)


def test_lines_are_read_by_place_and_by_trace(result: Path) -> None:
    lost = [row for row in rows(result) if "was lost" in row["body"]]
    places = [f"{row['topic']}/{row['partition']}/{row['offset']}/{row['place']}" for row in lost]
    lines = read_lines(result, records=places[3:5], traces=["0" * 32])
    assert [lines.examples[place].body for place in places[3:5]] == ["order 3 was lost", "order 4 was lost"]
    assert {key[0] for key in lines.errors} == {"cart", "search"}
    assert list(lines.traces) == [TRACE]  # of the first errors; there is none of the other


def test_no_more_lines_of_a_trace_are_shown_than_anybody_reads(tmp_path: Path) -> None:
    out = run(tmp_path, [line(n, "a", "ERROR", f"step {n} failed", trace_id=TRACE) for n in range(99)])
    shown = part((out / "report.html").read_text(), "traces")
    assert f"the first {LINES} lines" in shown
    assert "step 39 failed" in shown
    assert "step 40 failed" not in shown


def test_slots_of_time_become_wider_rather_than_many() -> None:
    sums = _Sums({})
    for n in range(5_000):
        at = f"20{n // 1440 + 10:02d}-03-02T{n % 1440 // 60:02d}:{n % 60:02d}:00Z"
        sums.add(red(at, errors=1))
    timeline = sums.timeline()
    assert len(timeline.slots) <= 480
    assert sum(records for _, records, _ in timeline.slots) == 10_000
    assert sum(errors for _, _, errors in timeline.slots) == 5_000


def test_templates_that_were_replaced_count_for_what_stands_for_them() -> None:
    sums = _Sums({"old": "mid", "mid": "new", "x": "y", "y": "x"})
    for template in ("old", "mid", "new", "x"):
        sums.add(red("2026-03-02T02:00:00Z", template=template, timed=1, buckets={320: 1}))
    assert sums.pairs["a", "new"].records == 6
    assert sums.pairs["a", "new"].p(0.95) > 2**20
    assert len(sums.pairs) == 2


def test_a_finding_is_shown_as_it_ended(result: Path) -> None:
    told = [
        msgspec.json.decode(line, type=DetectionFinding)
        for line in (result / "security" / "part-00000.jsonl").read_bytes().splitlines()
    ]
    ended = {one.finding_info.uid: one.count for one in told if one.activity_id == 3}
    security = read_security(result)
    assert security.findings == len({one.finding_info.uid for one in told})
    assert sorted(one.count for one in security.gravest) == sorted(ended.values())
    assert [one.severity_id for one in security.gravest] == sorted(
        (one.severity_id for one in security.gravest), reverse=True
    )


def test_a_glance_is_what_the_report_says(result: Path) -> None:
    seen = glance(result)
    logs = read_logs(result, {})
    assert seen.novelties == logs.novelties
    assert seen.novelties_by_kind["new"] >= 1


def test_a_result_without_anything_has_a_report(tmp_path: Path) -> None:
    page = (run(tmp_path, ["{"] * 2) / "report.html").read_text()
    assert "<h1>0 errors in" in page
    assert "Nothing was judged: a service is learned for 1 h" in page


def test_a_result_in_avro_has_a_report(tmp_path: Path) -> None:
    out = run(tmp_path, [line(n, "a", "ERROR", f"step {n} failed") for n in range(9)], format="avro")
    assert "<b>9</b> errors" in (out / "report.html").read_text()


def test_the_command_writes_it_again(result: Path, page: str, capsys: pytest.CaptureFixture[str]) -> None:
    (result / "report.html").unlink()
    assert cli.main(["report", "--output", str(result)]) == 0
    assert (result / "report.html").read_text() == page
    assert cli.main(["compliance", "--output", str(result)]) == 0
    said = capsys.readouterr().out
    for name in ("report.html", "compliance.json", "compliance.html"):
        assert f"wrote {result}/{name}" in said


def test_results_of_other_jobs_are_told_apart(result: Path, tmp_path: Path) -> None:
    assert is_of_logs(result)
    assert not is_of_logs(tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps({"job": "logs"}))
    with pytest.raises(InputError, match="another version"):
        write_logs_report(tmp_path)
