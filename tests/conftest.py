"""Shared by all tests: quiet logs, the sample with its truth, runs of the ingest job."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

logging.basicConfig(level=logging.ERROR)
settings.register_profile(
    "traceo",
    deadline=None,
    derandomize=True,
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("traceo")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "trainticket"
SPANS = SAMPLE / "spans.otlp.jsonl.zst"

Ingest = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    """What a perfect pipeline gives on the sample."""
    document: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text())
    return document


@pytest.fixture(scope="session", autouse=True)
def _steps_inspected_once() -> Iterator[None]:
    """As in a run of a job: Beam would inspect each step in each bundle, a third of the time of a test."""
    from runners.inspection import inspected_once

    with inspected_once():
        yield


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests leaks in."""
    for name in list(os.environ):
        if name.startswith("TRACEO_"):
            monkeypatch.delenv(name)


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    """Run the ingest job in this process; the summary. Settings as keywords, the output is tmp_path/out."""
    from pipelines import ingest as job
    from pipelines.settings import Settings

    def run(*inputs: Path, beam_options: tuple[str, ...] = (), **settings: Any) -> dict[str, Any]:
        chosen = {"output": str(tmp_path / "out"), "input": tuple(map(str, inputs))} | settings
        return job.run(Settings(**chosen), beam_options)

    return run
