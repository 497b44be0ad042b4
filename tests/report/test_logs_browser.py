"""The report of logs in a browser: on a desktop, on a phone, on paper, in dark, with hostile texts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.chromium import CHROMIUM, Page, browser
from tests.report.logresults import TRACE, hostile, night

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium")

PAGES = ("report.html", "compliance.html")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests, which has nothing to complain of and asks nobody for anything."""
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page
        assert page.problems == []
        assert all(url.startswith(("file:", "about:")) for url in page.requests)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return night(tmp_path_factory.mktemp("night"))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(tab: Page, result: Path, evil: Path, name: str, width: int) -> None:
    for folder in (result, evil):
        tab.open(folder / name, width, 844)
        assert tab.run("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", PAGES)
def test_light_and_dark(tab: Page, result: Path, name: str) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    tab.open(result / name, dark=True)
    dark = tab.run(paper)
    tab.open(result / name)
    light = tab.run(paper)
    assert dark != light
    for expected in (light, dark, light):
        tab.click("#theme")
        assert tab.run(paper) == expected


def test_a_trace_opens_where_it_is_led_to(tab: Page, result: Path) -> None:
    tab.open(result / "report.html")
    place = f"document.getElementById('trace-{TRACE}')"
    assert not tab.run(f"{place}.closest('details').open")
    tab.click(f'#new a[href="#trace-{TRACE}"]')
    tab.wait(f"{place}.closest('details').open")
    assert tab.run(f"{place}.textContent.includes('order 3 was lost')")


def test_charts_tell_what_they_show(tab: Page, result: Path) -> None:
    tab.open(result / "report.html")
    tab.run("document.querySelectorAll('figure .plot')[1].focus()")
    tab.key("Home")
    assert "errors" in tab.run("document.querySelectorAll('figure output')[1].textContent")


def test_intervals_are_drawn_within_their_axis(tab: Page, result: Path) -> None:
    tab.open(result / "compliance.html")
    outside = (
        "[...document.querySelectorAll('.interval')].filter(svg => { const a = svg.getBoundingClientRect();"
        " const b = svg.querySelector('.span-of').getBoundingClientRect();"
        " return b.width <= 0 || b.left < a.left - 1 || b.right > a.right + 3; }).length"
    )
    assert tab.run("document.querySelectorAll('.interval').length") > 10
    assert tab.run(outside) == 0


def test_on_paper_nothing_is_folded(tab: Page, result: Path) -> None:
    tab.open(result / "report.html", 1000, 900)
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert tab.run("getComputedStyle(document.querySelector('nav')).display") == "none"
        names = "document.querySelector('#unmeasured details ul').getBoundingClientRect().height"
        assert tab.run(names) > 0
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("name", PAGES)
def test_no_text_becomes_markup(tab: Page, evil: Path, name: str) -> None:
    tab.open(evil / name)
    assert tab.run("document.title").startswith("Traceo Dataflow: ")
    assert tab.run("document.querySelectorAll('img, script[src], [style]').length") == 0


def test_without_a_script_the_numbers_are_there(tab: Page, result: Path) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(result / "report.html")
        assert tab.run("getComputedStyle(document.querySelector('#theme')).display") == "none"
        assert tab.run("document.querySelector('#errors').textContent.includes('280')")
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
