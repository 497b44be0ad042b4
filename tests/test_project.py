"""The house: who may import whom, and that the documents say what the code does."""

import argparse
import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from connectors.logstores.fates import Refusal
from pipelines.ownlogs import LEVELS, add_flags
from pipelines.settings import Settings
from schemas.findings import FINDINGS
from schemas.logs import CONTINUATION, LogForm, LogRefusal, LogsOutput
from schemas.names import (
    ACTIONS_FOLDER,
    UNKNOWN_SERIES,
    Output,
    Result,
    SpanRefusal,
    Undecodable,
)
from schemas.topics import LOGS_TOPICS, RECONCILIATION, TOPICS
from schemas.traces import TracesOutput
from telemetry.logs.counts import FAILURES, RECORDS, WAITING
from tests.conftest import ROOT

ALLOWED = {
    "schemas": set(),
    "telemetry": set(),
    "security": {"schemas"},
    "columns": {"schemas", "security"},
    "anomaly": {"columns", "schemas"},
    "traces": {"columns", "schemas"},
    "logs": {"columns", "schemas", "security", "traces"},
    "actions": {"schemas"},
    "transforms": {"actions", "anomaly", "columns", "logs", "schemas", "security", "telemetry", "traces"},
    "connectors": {"columns", "schemas", "security", "telemetry", "transforms"},
    "runners": {"telemetry", "transforms"},
    "report": {"actions", "anomaly", "columns", "connectors", "logs", "schemas", "security", "traces"},
    "pipelines": {
        "actions",
        "anomaly",
        "columns",
        "connectors",
        "logs",
        "report",
        "runners",
        "schemas",
        "security",
        "telemetry",
        "traces",
        "transforms",
    },
}
WITHOUT_BEAM = {"schemas", "security", "columns", "telemetry", "anomaly", "traces", "logs", "actions"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_every_package_is_shipped() -> None:
    shipped = re.search(r"PACKAGES = \((.*?)\)", (ROOT / "setup.py").read_text(), re.DOTALL)
    assert shipped is not None
    assert set(re.findall(r'"(\w+)"', shipped[1])) == set(ALLOWED)
    assert all((ROOT / name / "__init__.py").is_file() for name in ALLOWED)


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports_stay_within_their_bounds(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        found = imports(path)
        assert found & set(ALLOWED) <= ALLOWED[package] | {package}, path
        assert not (package in WITHOUT_BEAM and "apache_beam" in found), path


def test_connectors_know_of_the_transforms_only_how_batches_travel() -> None:
    for path in (ROOT / "connectors").glob("*.py"):
        modules = set(re.findall(r"from (transforms\.\w+)", path.read_text()))
        assert modules <= {"transforms.coders", "transforms.ending"}, path


def test_the_readme_has_the_two_commands_and_the_makefile_knows_them() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for command in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
    assert {"run", "test"} <= set(re.findall(r"^make (\w+)", readme, re.MULTILINE))
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_the_documents_name_every_setting_output_and_kind() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text()
    assert f"`{ACTIONS_FOLDER}/" in reference
    outputs = (*Output, *TracesOutput, *LogsOutput, *FINDINGS.names)
    refusals = (*Undecodable, *SpanRefusal, *LogRefusal, *Refusal, UNKNOWN_SERIES)
    for name in (*outputs, *refusals, *Result, *LogForm, CONTINUATION):
        assert f"`{name}`" in reference, name
    for setting in dataclasses.fields(Settings):
        default = setting.default
        shown = str(default).lower() if isinstance(default, bool) else default
        shown = "" if default in ((), None) else f"`{shown}`"
        assert f"| `{setting.name}` | {shown} | {setting.metadata['help']} |" in reference, setting.name


def test_the_guide_to_kafka_names_every_topic_and_no_other() -> None:
    guide = (ROOT / "docs" / "kafka.md").read_text()
    rows = set()
    for output, topic in (*TOPICS.items(), *LOGS_TOPICS.items()):
        key = f"`{topic.key}`" if topic.key else ""
        identity = ", ".join(f"`{name}`" for name in topic.identity)
        rows.add(f"| `{output}` | `{topic.name}` | {key} | {identity} |")
    assert set(re.findall(r"^\| `\w+` \| `(?:metrics|logs)\..*", guide, re.MULTILINE)) == rows
    assert f"`{RECONCILIATION.name}`" in guide


def test_the_reference_names_flags_and_metrics_of_logs() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text()
    flags = argparse.ArgumentParser(add_help=False)
    add_flags(flags)
    for flag in flags._actions:
        assert f"| `{flag.option_strings[0]}` |" in reference, flag
    for level in LEVELS:
        assert f"`{level}`" in reference, level
    for metric in (RECORDS.name + "_total", FAILURES.name + "_total", WAITING.name):
        assert f"`{metric}`" in reference, metric


def test_every_link_in_the_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(documents) > 5
    for document in documents:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), (document, link)


def test_the_lock_holds_what_setup_asks_for() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    asked = re.findall(r'^\s+"([a-z0-9-]+)(?:\[\w+\])?[<>=]', (ROOT / "setup.py").read_text(), re.MULTILINE)
    assert len(asked) > 10
    assert set(asked) <= locked
    assert (
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["report"]["fail_under"] >= 90
    )


def test_no_two_timers_have_one_name() -> None:
    """The FnApiRunner mixes up timers of the same name whose steps it has fused into one stage."""
    names = []
    for path in (ROOT / "transforms").glob("*.py"):
        names += re.findall(r"TimerSpec\(\s*\"(\w+)\"", path.read_text())
    assert len(names) > 5
    assert sorted(names) == sorted(set(names))
