"""The report: the numbers of the summary, escaped, masked, offline, bounded."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import InputError
from pipelines.settings import Settings
from report.data import read_result
from report.data_series import axis_of, read_courses
from report.data_traces import Traces
from report.page import MOST_BYTES, render, write_report
from report.sections import CLASSES
from tests.captures import event, line, series, write_lines
from tests.report.results import EVIL

NO_TRACES = Traces({}, {}, 0, 0, [])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pipelines import ingest

    folder = tmp_path_factory.mktemp("report")
    lines = [series(0, "pod-1:cpu"), series(1, "pod-1:silent")]
    lines += [event(i, minute=m, at=i) for i, m in enumerate((0, 1, 2, 9, 10))]
    lines += [event(10 + i, f"unknown-{i}", minute=i) for i in range(5)]
    lines += [line("db.metrics.events", 30, b"{"), event(31, "jane@example.com", value=None)]
    ingest.run(Settings(input=(str(write_lines(folder / "in.jsonl", lines)),), output=str(folder / "out")))
    write_report(folder / "out")
    return folder / "out"


@pytest.fixture
def page(result: Path) -> str:
    return (result / "report.html").read_text()


def rendered(result: Path, **summary: Any) -> str:
    """The page of the result with another summary, without its series."""
    found = read_result(result)
    found.summary |= summary
    return render(found, read_courses([], axis_of({}, 60.0), []), NO_TRACES)


def test_the_numbers_of_the_summary_are_on_the_page(result: Path, page: str) -> None:
    summary: dict[str, Any] = json.loads((result / "summary.json").read_text())
    assert "12 records in, 5 clean events out" in page
    assert "every record is accounted for" in page
    for name, key, _ in CLASSES:
        if summary[key]:
            assert re.search(rf"<td>{name}</td><td class=\"number\">{summary[key]:,}</td>", page), name
    for reason in ("unknown_series", "truncated_json", "value_null"):
        assert f'<span class="name">{reason}</span>' in page
    assert "2023-11-14T22:16:00Z" in page or "2023-11-14T22:03:00Z" in page
    assert "pod-1:silent" in page


def test_the_picture_has_the_numbers_of_the_path(sample_result: Path) -> None:
    summary: dict[str, Any] = json.loads((sample_result / "summary.json").read_text())
    page = (sample_result / "report.html").read_text()
    for picture in re.findall(r'<svg class="flow.*?</svg>', page, re.DOTALL):
        for key in (
            "records",
            "tombstones",
            "undecodable",
            "replays",
            "updates",
            "deletes",
            "inserted_rows",
            "invalid",
            "unknown_series",
            "application_duplicates",
            "conflicts",
            "valid_events",
            "explained_events",
            "anomalies",
        ):
            assert f">{summary[key]:,}<" in picture, key
        for name in ("incidents", "invalidations"):
            assert f">{summary['actions'][name]:,}<" in picture
    assert summary["anomalies"] > 100
    assert page.count('<article class="card') == summary["actions"]["incidents"]
    assert page.count('<span class="state">closed</span>') == summary["actions"]["incidents"]


def test_the_data_holds_every_series_anomaly_and_exemplar(sample_result: Path) -> None:
    summary: dict[str, Any] = json.loads((sample_result / "summary.json").read_text())
    page = (sample_result / "report.html").read_text()
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)[0])
    assert len(data["series"]) == 874
    assert sum(map(len, data["anomalies"].values())) == summary["anomalies"]
    assert sum(map(len, data["exemplars"].values())) == summary["explained_events"]
    assert len(data["marks"]) == 11
    opened = [exemplar for found in data["exemplars"].values() for exemplar in found if exemplar[3] >= 0]
    assert len(opened) == summary["explained_events"]
    assert all(exemplar[4] >= 0 for exemplar in opened)  # the span is a row of its trace
    assert "left out" not in page
    assert len(page.encode()) < MOST_BYTES


def test_examples_are_few_masked_and_escaped(page: str) -> None:
    assert page.count("&quot;metric_id&quot;: &quot;unknown-") == 3  # of five letters
    assert "jane@" not in page
    assert "j***@example.com" in page
    assert "sha256" in page


def test_no_text_can_be_markup(evil: Path) -> None:
    page = (evil / "report.html").read_text()
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="data">', "<script>"]
    assert page.count("</script") == 2
    assert "<img" not in page
    assert EVIL not in page
    text = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for part in ("refused", "series", "services", "incidents", "invalidations", "gaps", "files"):
        shown = re.findall(rf'<section id="{part}".*?</section>', text, re.DOTALL)[0]
        assert "&lt;/script&gt;" in shown, part  # so it has come that far
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page)[0])
    for end in ("service", "pod", "cpu", "call", "called", "fault", ""):
        assert f"{EVIL}{end}" in data["texts"], end


def test_nothing_is_fetched_and_nothing_else_may_run(page: str) -> None:
    assert not re.findall(r"(?:src=|@import|url\(|https?:(?!//www\.w3\.org/2000/svg))", page)
    assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)', page))
    assert not re.findall(r"<[^>]* (?:style|on\w+)=", page.split("<script", 1)[0])
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0]
    for kind, source in (
        ("style", re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0]),
        ("script", re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]),
    ):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_a_difference_is_among_the_first_things_to_see(result: Path) -> None:
    summary = json.loads((result / "summary.json").read_text())["reconciliation"]
    page = rendered(result, reconciliation=summary | {"balanced": False, "differences": ["write: <1> lost"]})
    assert "records are unaccounted for" in page
    assert "write: &lt;1&gt; lost" in page


def test_losses_and_notices_are_said_where_there_are_some(result: Path) -> None:
    assert "Changes lost" not in rendered(result)
    page = rendered(result, losses_by_status={"missing": 1234, "late": 2}, notices_by_kind={"truncate": 1})
    assert "Changes lost on the way, by table and transaction: missing 1,234, late 2" in page
    assert "other columns: truncate 1" in page


def test_an_empty_result_has_a_page(result: Path) -> None:
    nothing: dict[str, Any] = dict.fromkeys((key for _, key, _ in CLASSES), 0)
    nothing |= {"records": 0, "timeline": {}, "invalid_by_reason": {}, "undecodable_by_kind": {}}
    page = rendered(result, **nothing)
    assert "Nothing was refused." in page
    assert "nothing over time" in page
    assert "No series." in page
    assert "The job was given no spans." in page


def test_what_is_missing_is_said(evil: Path, tmp_path: Path) -> None:
    found = read_result(evil)
    found.summary["spans"] = [str(tmp_path / "gone.jsonl")]
    found.summary["marks_file"] = str(tmp_path / "gone.json")
    (tmp_path / "summary.json").write_text(json.dumps(found.summary))
    page = write_report(tmp_path).read_text()
    assert re.search(r'<p class="note">The spans could not be read: .*gone.jsonl', page)
    assert re.search(r'<p class="note">The known faults are not marked: .*gone.json', page)
    assert "another format" in page  # there are clean events, and no file of them


def test_a_folder_without_a_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no result; run: traceo run ingest \(or run logs\)"):
        write_report(tmp_path)


def test_a_result_of_another_version_is_named(evil: Path, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_bytes((evil / "summary.json").read_bytes())
    (tmp_path / "verdicts").mkdir()
    (tmp_path / "verdicts" / "part-00000.jsonl").write_text('{"sample": 1}\n')
    with pytest.raises(InputError, match="another version"):
        write_report(tmp_path)
