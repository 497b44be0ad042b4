"""The alerts: complete, about metrics that exist, shown to fire and to stay silent, each in the runbook."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from runners.watch import connect, flink, postgres
from schemas.losses import LossStatus
from schemas.names import Result, Step
from telemetry.changestream import DECLARED, WATCH_JOB, WORKERS_JOB, Kind
from tests.conftest import ROOT
from tests.deploy.expressions import labels_of, matchers_of, metrics_of

ALERTS = ROOT / "deploy" / "alerts"
RULES = sorted(ALERTS.glob("*.yaml"))
CASES = sorted((ALERTS / "tests").glob("*.yaml"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
#: Of Prometheus itself: whether a target answers.
OF_PROMETHEUS = {"up": ("job", "instance")}
#: What a matcher may ask for, by label.
VALUES: dict[str, set[str]] = {
    "job": {WATCH_JOB, WORKERS_JOB},
    "state": {*connect.STATES, *connect.SNAPSHOT_STATES, *flink.STATES},
    "status": {*postgres.WAL_STATUSES},
    "step": {*Step},
    "result": {*Result, *LossStatus, "committed", "aborted", "fenced"},
}
LABELS = {series: metric.labels for metric in DECLARED for series in metric.series} | OF_PROMETHEUS
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs the package prometheus: scripts/prometheus"
)


def rules() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def cases() -> dict[str, list[bool]]:
    """By alert: for each case whether it is to fire."""
    found: dict[str, list[bool]] = {}
    for path in CASES:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                found.setdefault(case["alertname"], []).append(bool(case["exp_alerts"]))
    return found


by_alert = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])


def test_there_are_alerts_and_none_twice() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) > 25
    assert len(names) == len(set(names))


@by_alert
def test_an_alert_says_what_it_saw_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["for"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    told = rule["annotations"]
    assert set(told) == {"summary", "description", "runbook_url"}
    assert "$value" in told["description"]
    document, _, anchor = told["runbook_url"].partition("#")
    assert (ROOT / document).is_file()
    assert anchor == rule["alert"].lower()


@by_alert
def test_an_alert_asks_for_metrics_and_labels_that_somebody_gives(rule: dict[str, Any]) -> None:
    metrics = metrics_of(rule["expr"])
    assert metrics and metrics <= set(LABELS), rule["expr"]
    known = {label for metric in metrics for label in LABELS[metric]}
    for label, values in matchers_of(rule["expr"]):
        assert label in known, (rule["expr"], label)
        assert values <= VALUES[label], (rule["expr"], label)
    texts = f"{rule['annotations']['summary']} {rule['annotations']['description']}"
    assert set(re.findall(r"\$labels\.(\w+)", texts)) <= known | {"job", "instance"}
    assert labels_of(rule["expr"]) <= known


@by_alert
def test_an_alert_is_shown_to_fire_and_to_stay_silent(rule: dict[str, Any]) -> None:
    assert set(cases()[rule["alert"]]) == {True, False}


def test_every_histogram_of_the_whole_way_and_of_the_source_has_an_alert() -> None:
    """A metric that nobody is told of is only found by who looks for it."""
    asked = set().union(*(metrics_of(rule["expr"]) for rule in rules()))
    lags = {metric.name for metric in DECLARED if metric.kind is Kind.HISTOGRAM}
    assert {name.removesuffix("_bucket") for name in asked} & lags == {
        "traceo_cdc_commit_to_topic_seconds",
        "traceo_cdc_commit_to_processed_seconds",
    }


@needs_promtool
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_promtool_agrees(path: Path) -> None:
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_has_its_section_in_the_runbook_and_no_section_is_left_over() -> None:
    assert re.findall(r"^### (\w+)$", RUNBOOK, re.M) == [rule["alert"] for rule in in_order()]


@by_alert
def test_a_section_says_what_it_means_what_to_look_at_and_what_to_do(rule: dict[str, Any]) -> None:
    section = re.search(rf"^### {rule['alert']}\n(.*?)(?=^##|\Z)", RUNBOOK, re.M | re.S)
    assert section is not None
    assert re.findall(r"^\*\*(\w+)\*\* ", section[1], re.M) == ["Means", "Look", "Do"]
    for other in re.findall(r"\(#(\w+)\)", section[1]):
        assert other in {each["alert"].lower() for each in rules()}, other


def in_order() -> list[dict[str, Any]]:
    """As the way of a change goes: source, job, data, and who watches."""
    order = ("source", "job", "data", "watch")
    assert {path.stem for path in RULES} == set(order)
    paths = [ALERTS / f"{name}.yaml" for name in order]
    return [rule for path in paths for rule in yaml.safe_load(path.read_text())["groups"][0]["rules"]]
