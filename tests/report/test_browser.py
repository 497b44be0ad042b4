"""The report in a browser, clicked through: on a desktop, on a phone, by keyboard, in dark."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from report.data_traces import read_traces
from tests.conftest import ROOT
from tests.report.chromium import CHROMIUM, Page, browser
from tests.report.results import EVIL
from traces.criticalpath import critical_path

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium")

SERIES = "ts-route-service-b6c59fb57-zv8dt:pod_client_latency_p99_seconds"
DIALOG = "document.querySelector('dialog[open]')"
FOCUS = "document.activeElement"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests, which has nothing to complain of and asks nobody for anything."""
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page
        assert page.problems == []
        assert all(url.startswith(("file:", "about:")) for url in page.requests)


@pytest.fixture
def page(tab: Page, sample_result: Path) -> Page:
    """The report of the sample, just opened on a desktop."""
    tab.open(sample_result / "report.html")
    tab.wait("document.querySelector('#chart .points')")
    return tab


def find(page: Page, words: str) -> int:
    """How many series there are for these words, typed into the search."""
    page.run("document.querySelector('#search').focus()")
    page.write(words)
    page.wait(f"document.querySelector('#search').value === {json.dumps(words)}")
    found: str = page.run("document.querySelector('#matches').textContent")
    return int(found.partition(" of ")[0].replace(",", ""))


def test_something_worth_seeing_is_shown_at_once(page: Page) -> None:
    for kind in ("anomaly", "exemplar"):
        assert page.run(f"document.querySelectorAll('#chart g.{kind}').length") > 0
    assert page.run("document.querySelectorAll('#chart line.fault').length") > 0
    assert page.run("document.querySelectorAll('#chart line.elsewhere').length") > 0
    assert page.run("document.querySelectorAll('#list [role=option]').length") < 40  # of 874


def test_a_series_is_found_and_its_anomalies_are_marked(page: Page, sample_result: Path) -> None:
    verdicts = [
        verdict
        for text in (sample_result / "verdicts" / "part-00000.jsonl").read_text().splitlines()
        if (verdict := json.loads(text))["metric_id"] == SERIES
    ]
    assert find(page, SERIES) == 1
    assert page.run("document.querySelector('#shown-facts').textContent").startswith("ts-route-service-b6")
    labels = page.run("[...document.querySelectorAll('#chart g.anomaly')].map(e => e.ariaLabel)")
    assert len(labels) == len(verdicts) > 0
    assert all("expected" in label and "score" in label for label in labels)
    page.click("#chart g.anomaly .hit")
    words = page.run("document.querySelector('#point').textContent")
    for name in ("value", "expected", "score", "threshold", "model", "reason", "robust", "above expected"):
        assert name in words


def test_the_list_is_walked_and_filtered_by_keyboard(page: Page) -> None:
    assert find(page, "ts-route-service") == 19
    page.key("ArrowDown")
    assert page.run(f"{FOCUS}.id") == "list"
    first = page.run("document.querySelector('#shown-name').textContent")
    page.key("ArrowDown")
    assert page.run("document.querySelector('#shown-name').textContent") != first
    page.key("End")
    assert page.run("document.querySelector('[aria-selected=true]').ariaPosInSet") == "19"
    page.click("[data-filter=anomalies]")
    assert 0 < int(page.run("document.querySelector('#matches').textContent").split()[0]) < 19


def test_an_exemplar_opens_its_trace_by_click_and_by_keyboard(page: Page) -> None:
    find(page, SERIES)
    page.click("#chart g.exemplar .hit")
    page.wait(f"{DIALOG} && {DIALOG}.contains({FOCUS})")
    page.key("Escape")
    page.wait(f"!{DIALOG} && {FOCUS}.getAttribute('class') === 'exemplar'")

    page.run("document.querySelector('#chart .points [tabindex=\"0\"]').focus()")
    page.key("Home")
    assert page.run(f"{FOCUS}.getAttribute('class')") == "exemplar"
    page.key("ArrowRight")
    opener = page.run(f"{FOCUS}.ariaLabel")
    page.key("Enter")
    page.wait(f"{DIALOG} && {FOCUS}.role === 'tree'")
    selected = page.run("document.querySelector('#trace [aria-selected=true]').id")
    page.key("ArrowUp")
    assert page.run("document.querySelector('#trace [aria-selected=true]').id") != selected
    rows = page.run("document.querySelectorAll('#trace .span').length")
    page.key("Home")
    page.key("ArrowLeft")
    assert page.run("document.querySelectorAll('#trace .span').length") == 1
    page.key("ArrowRight")
    assert page.run("document.querySelectorAll('#trace .span').length") == rows
    for _ in range(12):  # the focus stays within
        page.key("Tab")
        assert page.run(f"{DIALOG}.contains({FOCUS}) || {FOCUS} === document.body")
    page.key("Escape")
    page.wait(f"!{DIALOG}")
    assert page.run(f"{FOCUS}.ariaLabel") == opener


def test_the_critical_path_is_drawn_as_it_is_computed(page: Page) -> None:
    find(page, SERIES)
    page.click("#chart g.exemplar .hit")
    page.wait(DIALOG)
    trace_id = page.run("document.querySelector('#trace .id').textContent").removeprefix("trace ")
    spans = str(ROOT / "samples" / "trainticket" / "spans.otlp.jsonl.zst")
    view = read_traces([spans], [trace_id]).views[trace_id]
    begin, end = min(view.tree.starts), max(view.tree.ends)
    sections = sorted(critical_path(view.spans), key=lambda s: s.start_ns)
    assert len(sections) > 20
    drawn: list[tuple[float, float, float, str]] = page.run(
        "[...document.querySelectorAll('#trace .span .critical')].map(e => {"
        " const share = e.getBoundingClientRect().width / e.parentElement.clientWidth;"
        " return [parseFloat(e.style.left), parseFloat(e.style.width), share,"
        " e.closest('.span').querySelector('.name').textContent]; })"
    )
    names = {span.span_id: span.name for span in view.spans}
    assert len(drawn) == len(sections)
    for (left, width, seen, name), section in zip(sorted(drawn), sections, strict=True):
        share = (section.end_ns - section.start_ns) / (end - begin)
        assert left == pytest.approx(100 * (section.start_ns - begin) / (end - begin), abs=1e-3)
        assert width == pytest.approx(100 * share, abs=1e-3)
        assert seen == pytest.approx(share, abs=2e-3)  # a pixel
        assert name == names[section.span_id]
    assert page.run("document.querySelectorAll('#trace .sections li').length") == len(sections)
    page.click("#only-path")
    assert (
        page.run("document.querySelectorAll('#trace .span').length") <= len({s.span_id for s in sections}) + 1
    )
    page.key("Escape")
    page.wait(f"!{DIALOG}")


def test_the_charts_over_time_say_their_values(page: Page, sample_result: Path) -> None:
    timeline = json.loads((sample_result / "summary.json").read_text())["timeline"]["events"]
    page.run("document.querySelector('#time .plot').focus()")
    page.key("Home")
    words = "document.querySelector('#time output').textContent"
    assert page.run(words) == f"08:41:00  events {timeline[0]['records']}"
    page.key("ArrowRight")
    assert page.run(words) == f"08:42:00  events {timeline[1]['records']}"


def test_incidents_lead_to_their_series(page: Page) -> None:
    page.click("#incidents [data-series]")
    assert page.run("document.querySelector('#matches').textContent").startswith("1 of")
    assert page.run(f"{FOCUS}.id") == "list"


def test_a_service_shows_its_calls(page: Page) -> None:
    assert page.run("document.querySelectorAll('#map .node').length") == 28
    assert page.run("document.querySelectorAll('#map .node[tabindex=\"0\"]').length") == 1
    page.run("document.querySelector('#map .node[tabindex=\"0\"]').focus()")
    before = page.run(f"{FOCUS}.ariaLabel")
    words = page.run("document.querySelector('#map-details').textContent")
    assert "p95" in words
    page.key("ArrowLeft")
    assert page.run(f"{FOCUS}.ariaLabel") != before
    page.key("Enter")
    assert page.run("document.querySelectorAll('#map .node[aria-pressed=true]').length") == 1
    overlaps = page.run(
        "(() => { const boxes = [...document.querySelectorAll('#map .plate')]"
        ".map(e => e.getBoundingClientRect());"
        " return boxes.filter((p, i) => boxes.some((q, j) => i < j && p.x < q.right && q.x < p.right"
        " && p.y < q.bottom && q.y < p.bottom)).length; })()"
    )
    assert overlaps == 0


def test_light_and_dark(tab: Page, sample_result: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    tab.open(sample_result / "report.html", dark=True)
    dark = tab.run(paper)
    tab.open(sample_result / "report.html")
    light = tab.run(paper)
    assert dark != light
    assert tab.run("document.querySelector('#theme').textContent") == "Theme: system"
    shown = []
    for _ in range(3):
        tab.click("#theme")
        shown.append((tab.run("document.querySelector('#theme').textContent"), tab.run(paper)))
    assert shown == [("Theme: light", light), ("Theme: dark", dark), ("Theme: system", light)]


def test_the_first_key_leads_to_the_content(page: Page) -> None:
    page.key("Tab")
    assert page.run(f"{FOCUS}.className") == "skip"
    page.key("Enter")
    page.wait("location.hash === '#main'")
    assert page.run("getComputedStyle(document.querySelector('.skip')).outlineStyle") is not None


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_wider_than_the_window(tab: Page, sample_result: Path, width: int) -> None:
    tab.open(sample_result / "report.html", width, 844)
    tab.wait("document.querySelector('#chart .points')")
    assert tab.run("document.scrollingElement.scrollWidth <= innerWidth")
    assert tab.run("document.querySelector('.flow.tall').getBoundingClientRect().width > 0") == (width < 960)
    tab.click("#chart g.exemplar .hit")
    tab.wait(DIALOG)
    assert tab.run(f"{DIALOG}.getBoundingClientRect().right <= innerWidth")
    assert tab.run(f"{DIALOG}.scrollWidth <= {DIALOG}.clientWidth")
    tab.key("Escape")
    tab.wait(f"!{DIALOG}")


def test_without_a_script_the_numbers_are_there(tab: Page, sample_result: Path) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(sample_result / "report.html")
        shown = "getComputedStyle(document.querySelector('{}')).display"
        assert tab.run(shown.format("#explorer")) == "none"
        assert tab.run(shown.format("#theme")) == "none"
        assert tab.run("document.querySelector('.flow.wide').textContent.includes('63,866')")
        assert tab.run("document.querySelectorAll('#series table tbody tr').length") == 50
        assert tab.run("document.querySelectorAll('#map .edge').length") == 55
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


def test_no_text_becomes_markup(tab: Page, evil: Path) -> None:
    tab.open(evil / "report.html")
    tab.wait("document.querySelector('#chart .points')")
    assert tab.run("document.title").startswith("Traceo Dataflow: ingest")
    images: Any = tab.run("document.querySelectorAll('img, script[src]').length")
    assert images == 0
    assert EVIL in tab.run("document.querySelector('#shown-facts').textContent")
    tab.click("#chart g.exemplar .hit")
    tab.wait(DIALOG)
    assert EVIL in tab.run("document.querySelector('#trace-title').textContent")
    tab.key("Escape")
    tab.wait(f"!{DIALOG}")
    assert tab.run("document.scrollingElement.scrollWidth <= innerWidth")
    assert tab.run("document.title").startswith("Traceo Dataflow: ingest")
