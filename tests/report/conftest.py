"""Results that several tests of the report look at."""

import os
from pathlib import Path

import pytest

from pipelines import ingest
from pipelines.settings import Settings
from report.page import write_report
from tests.conftest import ROOT
from tests.report.results import evil_result


@pytest.fixture(scope="session")
def sample_result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of the sample with its spans and its faults, and the report of it."""
    output = tmp_path_factory.mktemp("sample") / "out"
    sample = os.path.relpath(ROOT / "samples" / "trainticket")
    ingest.run(
        Settings(
            input=(sample,),
            spans=(f"{sample}/spans.otlp.jsonl.zst",),
            marks_file=f"{sample}/faults.json",
            output=str(output),
        )
    )
    write_report(output)
    return output


@pytest.fixture(scope="session")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result full of markup, and the report of it."""
    output = evil_result(tmp_path_factory.mktemp("evil"))
    write_report(output)
    return output
