"""The report: the numbers of the summary, escaped, offline, and what a browser makes of it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import InputError
from pipelines.report import CLASSES, render, write_report
from pipelines.settings import Settings
from tests.captures import event, line, series, write_lines

EVIL = "<script>document.title='evil'</script>:cpu"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pipelines import ingest

    folder = tmp_path_factory.mktemp("report")
    lines = [series(0, "pod-1:cpu"), series(1, "pod-1:silent")]
    lines += [event(i, minute=m, at=i) for i, m in enumerate((0, 1, 2, 9, 10))]
    lines += [event(10 + i, EVIL, minute=i) for i in range(5)]
    lines += [line("db.metrics.events", 30, b"{"), event(31, "jane@example.com", value=None)]
    ingest.run(Settings(input=(str(write_lines(folder / "in.jsonl", lines)),), output=str(folder / "out")))
    write_report(folder / "out")
    return folder / "out"


@pytest.fixture
def page(result: Path) -> str:
    return (result / "report.html").read_text()


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


def test_examples_are_few_masked_and_escaped(page: str) -> None:
    assert "<script" not in page
    assert page.count("&quot;metric_id&quot;: &quot;&lt;script&gt;") == 3  # of five letters
    assert "jane@" not in page
    assert "j***@example.com" in page
    assert "sha256" in page


def test_nothing_is_fetched(page: str) -> None:
    assert not re.findall(r"(?:src|href|@import|url\()", page)
    assert len(page) < 1_000_000


def test_a_difference_is_the_first_thing_to_see(result: Path) -> None:
    summary = json.loads((result / "summary.json").read_text())
    summary["reconciliation"] |= {"balanced": False, "differences": ["write: <1> lost"]}
    page = render(summary, [], {})
    assert "records are unaccounted for" in page
    assert "write: &lt;1&gt; lost" in page


def test_an_empty_result_has_a_page(result: Path) -> None:
    summary = json.loads((result / "summary.json").read_text())
    for _, key, _ in CLASSES:
        summary[key] = 0
    summary |= {"records": 0, "timeline": {}, "invalid_by_reason": {}, "undecodable_by_kind": {}, "gaps": 0}
    page = render(summary, [], {})
    assert "Nothing was refused." in page
    assert "No interval is missing." in page


def test_a_folder_without_a_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no result; run: traceo run ingest"):
        write_report(tmp_path)


CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium")
def test_a_browser_shows_it_without_an_error(result: Path, tmp_path: Path) -> None:
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    )
    flags += f" --disable-component-update --disable-sync --user-data-dir={tmp_path} --enable-logging=stderr"
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *flags.split(), "--dump-dom", (result / "report.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert re.findall("<h2>(.*?)</h2>", done.stdout) == [
        "What became of every record",
        "Refused, by reason",
        "Over time",
        "Gaps",
        "Where the results are",
        "Reconciliation",
    ]
    assert "<title>Traceo Dataflow: ingest</title>" in done.stdout
    assert ":CONSOLE" not in done.stderr
