"""A bounded job: its graph runs to the end, every record is accounted for, the results are taken over."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from connectors.sinks import FileWritten
from connectors.staging import staged, take_over
from pipelines.actions import act
from pipelines.outputs import FILES_FILE, TALLY_FILE, TIMELINE_FILE
from pipelines.reconcile import Tally
from pipelines.settings import Settings
from pipelines.summary import RunResult, check_balance, summarise
from runners import direct
from telemetry.selftrace import part


def run_graph(
    make: Callable[[beam.Pipeline, Path], None],
    settings: Settings,
    beam_options: Sequence[str],
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Run the graph that ``make`` builds, check that every record is accounted for, take over the results.

    ``facts``: what else the summary says of the run, first of all which ``job`` it is.
    """
    output = Path(settings.output)
    with staged(output) as staging:
        began = time.monotonic()
        direct.run(
            lambda pipeline: make(pipeline, staging),
            streaming=settings.streaming,
            spill_folder=staging / "spill",
            beam_options=beam_options,
        )
        seconds = time.monotonic() - began
        with part("summarise"):
            summary = facts | summarise(_results(staging, seconds), settings)
            check_balance(summary)
            files = _load(staging / FILES_FILE, list[FileWritten])
        with part("act"):
            summary["actions"] = act(files, staging, output)
        with part("take over"):
            take_over(output, staging, files, msgspec.json.format(msgspec.json.encode(summary)))
    return summary


def _results(staging: Path, seconds: float) -> RunResult:
    return RunResult(
        tally=_load(staging / TALLY_FILE, Tally),
        files=_load(staging / FILES_FILE, list[FileWritten]),
        timeline=_load(staging / TIMELINE_FILE, list[dict[str, Any]]),
        seconds=seconds,
    )


def _load(path: Path, kind: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=kind)
