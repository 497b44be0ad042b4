"""The documents of streams say what the code does: options, topics, errors, versions, ports."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.version import __version__ as sdk

from connectors.kafka.cluster import MECHANISMS, PROTOCOLS
from connectors.kafka.writer import MOST_BYTES
from pipelines.settings import Settings
from runners.flink import preflight
from runners.flink.profile import ENVIRONMENTS, Profile, options
from runners.stack import versions
from runners.stack.postgres import PACKAGE
from runners.stack.settings import PORTS
from schemas.topics import LOGS_TOPICS, TOPICS
from tests.conftest import ROOT

FLINK, KAFKA, QUICKSTART = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("flink", "kafka", "quickstart")
)
STREAMING = [ROOT / "docs" / f"{name}.md" for name in ("quickstart", "flink", "kafka", "sizing", "upgrade")]


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found is not None, heading
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Cells of the lines of tables, but for headings and rules."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in lines if not set("".join(cells)) <= set("- ")]


def test_every_option_of_the_profile_stands_there_with_its_reason_and_no_other() -> None:
    settings = Settings()
    profile = Profile(
        job_name=settings.job_name,
        job_endpoint=settings.job_endpoint,
        artifact_endpoint="host:1",
        parallelism=settings.parallelism,
        checkpoint_seconds=settings.checkpoint_seconds,
        bundle_ms=settings.bundle_ms,
        savepoint="path",
        allow_lost_state=True,
    )
    each = [options(dataclasses.replace(profile, environment=kind, workers="w")) for kind in ENVIRONMENTS]
    wanted = {(f"`{option.name}`", option.why) for found in each for option in found}
    table = rows(section(FLINK, "What Beam is told, and why"))[1:]
    assert {(name, why) for name, _, why in table} == wanted
    shown = {name.strip("`"): value.strip("`") for name, value, _ in table}
    for option in options(profile):
        if option.value and option.name not in {"files_to_stage", "artifact_endpoint", "savepoint_path"}:
            assert option.value in shown[option.name], option.name


def test_every_environment_and_runner_is_explained() -> None:
    assert {row[0] for row in rows(section(FLINK, "Where Python runs"))[1:]} == {
        f"`{e}`" for e in ENVIRONMENTS
    }
    named = {row[0] for row in rows(section(FLINK, "What a runner cannot do"))[1:]}
    assert named == {"`direct`", "`prism`", "`flink`"}


def texts(folder: str) -> set[str]:
    """Every text that the code of a folder says, with … for what it fills in."""
    found = set()
    for path in (ROOT / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(p.value if isinstance(p, ast.Constant) else "…" for p in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def told(document: str) -> Iterator[str]:
    for row in rows(section(document, "What the preflight says"))[1:]:
        yield from re.findall(r"`([^`]+)`", row[0])


@pytest.mark.parametrize(
    ("folder", "text"),
    [("runners/flink", text) for text in told(FLINK)] + [("connectors/kafka", text) for text in told(KAFKA)],
)
def test_an_error_of_the_preflight_is_one_that_it_gives(folder: str, text: str) -> None:
    said = texts(folder)
    for filled in (name for name in said if name and text.startswith(f"{name} does not answer")):
        text = text.replace(filled, "…", 1)
    for part in text.replace("within 8 s", "within … s").split("…"):
        assert any(part.strip(" ,;") in whole for whole in said), part


def test_the_preflight_can_say_no_more_than_that() -> None:
    raised = re.findall(r"raise FlinkError", Path(preflight.__file__).read_text())
    reached = {"Beam's job server", "the Python worker pool"}
    assert len(list(told(FLINK))) == len(raised) - 1 + len(reached) + 1  # one raises for both; one is of REST


def test_the_table_of_topics_is_that_of_the_code() -> None:
    ingest, logs = section(KAFKA, "Output topics").split("### Topics of the logs job")
    for text, topics in ((ingest, TOPICS), (logs, LOGS_TOPICS)):
        assert {row[0]: row[1:] for row in rows(text)[1:]} == {
            f"`{output}`": [
                f"`{topic.name}`",
                "" if topic.key is None else f"`{topic.key}`",
                ", ".join(f"`{name}`" for name in topic.identity),
            ]
            for output, topic in topics.items()
        }
    assert f"`max.message.bytes` of {MOST_BYTES:,}" in KAFKA


def test_every_way_to_prove_who_we_are_is_named() -> None:
    text = section(KAFKA, "Security")
    declared = {field.name: field for field in dataclasses.fields(Settings)}
    for name in (*PROTOCOLS, *MECHANISMS):
        assert f"`{name}`" in text
    for name in re.findall(r"`(kafka_\w+)`", text):
        assert name in declared


def test_the_versions_are_those_that_the_tests_prove() -> None:
    java = versions.java()
    table = dict(row[:2] for row in rows(QUICKSTART)[1:])
    assert table == {
        "PostgreSQL": PACKAGE.partition("-")[2],
        "Kafka, Kafka Connect": java["kafka.version"],
        "Debezium": java["debezium.version"],
        "Flink": java["flink.version"],
        "Beam's Flink runner, on Java 17": java["beam.version"],
        "Beam's Python SDK": sdk,
    }
    assert f"Flink {java['flink.version']} with Beam's\nrunner {java['beam.version']}" in FLINK.replace(
        "Beam's runner", "Beam's\nrunner"
    )


@pytest.mark.parametrize("document", [*STREAMING, ROOT / "README.md"], ids=lambda path: path.stem)
def test_a_port_is_one_that_the_stack_has(document: Path) -> None:
    for port in re.findall(r"127\.0\.0\.1(?::| -p )(\d+)", document.read_text()):
        assert int(port) in PORTS.values(), port


def test_every_link_of_deploying_leads_somewhere() -> None:
    document = ROOT / "deploy" / "README.md"
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / link).exists(), link
