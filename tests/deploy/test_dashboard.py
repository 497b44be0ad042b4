"""The dashboard: every panel asks for metrics that are declared, in expressions that Prometheus reads."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from telemetry.changestream import DECLARED, Kind
from tests.conftest import ROOT
from tests.deploy.expressions import labels_of, metrics_of
from tests.deploy.test_alerts import LABELS, needs_promtool, rules

DASHBOARD = ROOT / "deploy" / "grafana" / "change-stream.json"
WIDTH = 24


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def targets() -> list[tuple[str, str]]:
    """Expressions and legends."""
    return [(t["expr"], t["legendFormat"]) for panel in panels() for t in panel.get("targets", ())]


@pytest.mark.parametrize(("expression", "legend"), targets())
def test_a_panel_asks_for_metrics_and_labels_that_somebody_gives(expression: str, legend: str) -> None:
    metrics = metrics_of(expression)
    assert metrics and metrics <= set(LABELS), expression
    known = {label for metric in metrics for label in LABELS[metric]}
    grouped = labels_of(expression)
    assert grouped <= known
    shown = set(re.findall(r"\{\{(\w+)\}\}", legend))
    assert shown <= (grouped or known), "a legend that stays empty"


@needs_promtool
def test_promtool_reads_every_expression(tmp_path: Path) -> None:
    """Grafana's interval is put in as Grafana would."""
    recorded = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, (expression, _) in enumerate(targets())
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    command = ["promtool", "check", "rules", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(recorded)} rules found" in done.stdout


def test_what_pages_can_be_seen() -> None:
    """Whoever is woken by a figure finds it on the dashboard; states alone are told by the alert itself."""
    seen = set().union(*(metrics_of(expression) for expression, _ in targets()))
    states = {
        series for metric in DECLARED if {"state", "status"} & set(metric.labels) for series in metric.series
    }
    asked = [metrics_of(rule["expr"]) for rule in rules() if rule["labels"]["severity"] == "page"]
    figures = {
        m for metrics in asked for m in metrics if m.endswith(("_bucket", "_seconds", "_bytes", "_offsets"))
    }
    assert figures - states <= seen


def test_every_histogram_is_shown() -> None:
    seen = set().union(*(metrics_of(expression) for expression, _ in targets()))
    assert {f"{metric.name}_bucket" for metric in DECLARED if metric.kind is Kind.HISTOGRAM} <= seen


def test_no_two_panels_lie_on_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    for panel in panels():
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= WIDTH
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
