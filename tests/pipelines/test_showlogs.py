"""What a person sees in the terminal at the end of the logs job."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipelines import cli
from pipelines.showlogs import show_logs
from tests.report.logresults import BIDI, PLANTED, line, night, planted, run


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return night(tmp_path_factory.mktemp("night"))


def shown(result: Path, width: int = 100, **changed: Any) -> str:
    out = io.StringIO()
    summary = json.loads((result / "summary.json").read_text()) | changed
    show_logs(Console(file=out, width=width, highlight=False, markup=False), summary, str(result))
    return out.getvalue()


def test_what_was_found_is_seen_at_a_glance(result: Path) -> None:
    said = shown(result)
    for words in ("refused: no_log_document", "email", "errors and warnings:", "1 burst"):
        assert words in said
    assert "order <*> was lost" in said
    assert said.index("cart") < said.index("security findings:") < said.index("next: open")
    assert f"next: open {result}/report.html" in said
    assert "every record is accounted for" in said


def test_kinds_beyond_the_most_frequent_are_one_sum(result: Path) -> None:
    said = shown(result, masked_values_by_kind={f"kind_{n:02}": 100 + n for n in range(20)})
    assert [f"kind_{n:02}" in said for n in range(20)] == [False] * 12 + [True] * 8
    assert f"12 other kinds │  {sum(100 + n for n in range(12)):,}" in said
    assert f"{sum(100 + n for n in range(20)):,}" in said


def test_a_store_is_named(result: Path) -> None:
    assert "store" not in shown(result)
    assert "9 records are in the store http://127.0.0.1:9428" in shown(
        result, store="http://127.0.0.1:9428", stored=9
    )


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_template_takes_one_line(result: Path, width: int) -> None:
    lines = shown(result, width).splitlines()
    told = [one for one in lines if one.startswith(("  new", "  burst"))]
    assert told
    assert all(len(one) <= width for one in told)


def test_no_value_and_no_mark_reaches_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(planted(tmp_path), 400)
    assert not [value for value, _ in PLANTED.values() if value in said]
    file = tmp_path / "hostile.log"
    quiet = [line(n, BIDI, "INFO", "nothing") for n in range(0, 4000, 100)]
    file.write_text("\n".join([*quiet, *(line(4000, BIDI, "ERROR", f"\x1b[31m{BIDI}") for _ in range(9))]))
    assert cli.main(["run", "logs", "--input", str(file), "--output", str(tmp_path / "again")]) == 0
    printed = capsys.readouterr().out
    assert "\\u202egnp" in printed
    assert not {"\u202e", "\u2066", "\x1b"} & set(printed)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ({"cart": 59, "mail": 1}, "nothing was judged: a service is learned for 1 h of its logs before"),
        ({"cart": 61, "mail": 1}, "(1 of 2 services were read for long enough to be judged)"),
        ({"cart": 61}, "no error or warning is new, and none comes more often than before\n"),
    ],
)
def test_what_was_not_judged_is_not_called_calm(tmp_path: Path, minutes: dict[str, int], said: str) -> None:
    lines = [line(60 * at, of, "ERROR", "lost") for of, n in minutes.items() for at in range(n)]
    folder = run(tmp_path, lines)
    assert said in shown(folder, 400)
    assert said.strip()[1:] in (folder / "report.html").read_text()
    assert ("none comes more often" in shown(folder, 400)) == (max(minutes.values()) > 60)
