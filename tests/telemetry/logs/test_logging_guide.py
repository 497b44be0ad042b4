"""docs/logging.md says what the library does."""

import dataclasses
import json
import re
import subprocess
import sys

from telemetry.logs import CUT, FAILED, HIDDEN, Limits
from telemetry.logs.counts import FAILURES, RECORDS, WAITING
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "logging.md").read_text()


def test_its_first_example_writes_what_it_shows() -> None:
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    shown = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert code is not None
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "-c", code[1]], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    written, expected = json.loads(done.stderr), json.loads(shown[1])
    for line in (written, expected):
        del line["timestamp"], line["observed_timestamp"]
        del line["attributes"]["code.file.path"]
    assert written == expected


def test_it_names_every_bound_mark_and_metric() -> None:
    for field in dataclasses.fields(Limits):
        assert f"| `{field.name}` | {int(field.default):,} |" in GUIDE, field.name
    for mark in (CUT, FAILED, HIDDEN):
        assert f"`{mark}`" in GUIDE
    for metric in (RECORDS, FAILURES, WAITING):
        labels = "{" + ",".join(metric.labels) + "}" if metric.labels else ""
        assert f"`{metric.series[0]}{labels}`" in GUIDE
