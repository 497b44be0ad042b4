"""``traceo measure redaction``: figures by kind, sets for other tools, and what a person can mend."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main
from security.evaluation.store import LINES, TRUTH

FEW = ["measure", "redaction", "--kinds", "email,jwt", "--cases", "20", "--negatives", "50"]


def test_it_measures_and_writes_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    assert main([*FEW, "--json", str(figures), "--misses", "3"]) == 0
    found = json.loads(figures.read_text())
    assert {kind["kind"] for kind in found["kinds"]} == {"email", "jwt"}
    assert all(kind["cases"] >= 20 and kind["found"] > 0 for kind in found["kinds"])
    assert (found["seed"], found["held_out"], found["negatives"]["lines"]) == (1, False, 50)
    shown = capsys.readouterr().out
    assert "email" in shown and "fixed: 2 kinds" in shown and "negatives: 50 lines" in shown
    assert "@" not in figures.read_text()


def test_a_set_and_a_tools_findings_are_measured_from_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    assert main([*FEW, "--write", str(folder)]) == 0
    lines = (folder / LINES).read_text().count("\n")
    assert f"{lines:,} lines" in capsys.readouterr().out
    findings = tmp_path / "findings.jsonl"
    rows = [json.loads(line) for line in (folder / TRUTH).read_text().splitlines()]
    findings.write_text("".join(json.dumps(row | {"category": "pii"}) + "\n" for row in rows))
    figures = tmp_path / "figures.json"
    command = ["measure", "redaction", "--set", str(folder), "--json", str(figures)]
    assert main([*command, "--findings", str(findings)]) == 0
    assert all(kind["recall"]["share"] == 1.0 for kind in json.loads(figures.read_text())["kinds"])
    assert main(command) == 0
    assert json.loads(figures.read_text())["negatives"]["lines"] == 50


def test_real_lines_are_measured_too(tmp_path: Path) -> None:
    real, figures = tmp_path / "app.log", tmp_path / "figures.json"
    real.write_text("started in 12 ms\nmail from jane.doe@example.org\n")
    assert main([*FEW, "--real", str(real), "--json", str(figures)]) == 0
    found = json.loads(figures.read_text())["real"]
    assert (found["file"], found["lines"], found["finds"], found["tokens"]) == ("app.log", 2, 1, 0)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--kinds", "email,shoe_size"], "shoe_size is not measured"),
        (["--cases", "0"], "the least is 1"),
        (["--findings", "f.jsonl"], "name with --set"),
        (["--set", "nowhere"], "nowhere"),
        (["--kinds", "jwt", "--real", "nowhere"], "nowhere"),
        (["--kinds", "jwt", "--cases", "1", "--negatives", "1", "--json", "no/where.json"], "no/where.json"),
    ],
)
def test_what_can_be_mended_is_one_line(
    flags: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["measure", "redaction", *flags]) != 0
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1 and said in errors[0]


def test_a_missing_package_is_named_with_the_fix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from security.evaluation import values_people

    def absent(locale: str) -> None:
        raise ModuleNotFoundError(locale, name="faker")

    monkeypatch.setattr(values_people, "_faker", absent)
    assert main(["measure", "redaction", "--kinds", "person_name", "--cases", "1"]) != 0
    assert "pip install faker" in capsys.readouterr().err
