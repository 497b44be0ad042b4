"""Counts and files of a run of the logs job → summary.json: what became of every record."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.sinks import FileWritten
from pipelines.reconcile import Line, Tally
from pipelines.settings import Settings
from schemas.logs import CONTINUATION, LogsOutput, LogsStep
from schemas.names import Result, Step
from schemas.templates import MINE

TALLY_FILE: Final = "tally.json"
FILES_FILE: Final = "files.json"
INPUTS_FILE: Final = "inputs.json"


def summarise(staging: Path, settings: Settings, seconds: float) -> dict[str, Any]:
    """What became of every record that was read, and what was written, by the files in ``staging``."""
    tally = load(staging / TALLY_FILE, Tally)
    files = load(staging / FILES_FILE, list[FileWritten])
    lines = reconcile(tally, files)
    totals = _totals(tally)
    outputs: dict[str, dict[str, Any]] = {
        str(name): {"folder": str(name), "files": 0, "rows": 0, "bytes": 0} for name in LogsOutput
    }
    for file in files:
        of = outputs[file.output]
        of["files"] += 1
        of["rows"] += file.rows
        of["bytes"] += file.size
    decoded = totals[Step.DECODE]
    records = decoded[Result.READ, ""]
    dead = _by_reason(decoded, Result.DEAD) | _by_reason(totals[Step.STORE], Result.DEAD)
    return {
        "job": "logs",
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "records_per_second": round(records / seconds) if seconds else None,
        "input": list(settings.input),
        "input_files": _input_files(load(staging / INPUTS_FILE, list[str]), tally),
        "lines": totals[LogsStep.JOIN][Result.READ, ""],
        "joined_lines": totals[LogsStep.JOIN][Result.PASSED, CONTINUATION],
        "documents": totals[LogsStep.JOIN][Result.PASSED, ""],
        "records": records,
        "dead": sum(dead.values()),
        "dead_by_reason": dead,
        "dropped": totals[Step.REDACT][Result.DROPPED, ""],
        "redaction": settings.redaction_said("all"),
        "masked_values_by_kind": _by_reason(totals[Step.REDACT], Result.MASKED),
        "logs": outputs[LogsOutput.LOGS]["rows"],
        "store": store_name(settings),
        "stored": _sum(totals[Step.STORE], Result.PASSED) + _sum(totals[Step.STORE], Result.DUPLICATE),
        "outputs": outputs,
        "reconciliation": {
            "balanced": all(line.difference == 0 for line in lines),
            "differences": [line.problem() for line in lines if line.difference],
            "lines": msgspec.to_builtins(lines),
        },
    }


Totals = Counter[tuple[str, str]]


def reconcile(tally: Tally, files: Iterable[FileWritten]) -> list[Line]:
    """A line for each step over all sources, and for what was written of records and dead letters."""
    totals = _totals(tally)
    joined, documents = totals[LogsStep.JOIN], totals[LogsStep.DOCUMENTS]
    decoded, masked = totals[Step.DECODE], totals[Step.REDACT]
    rows: Counter[str] = Counter()
    for file in files:
        rows[file.output] += file.rows

    def line(step: str, records: int, **out: int) -> Line:
        return Line(step, "(all)", 0, records, {name: n for name, n in out.items() if n})

    dead, passed = _sum(decoded, Result.DEAD), decoded[Result.PASSED, ""]
    mined = totals[MINE]
    stored = {
        name: count
        for name, result in (("stored", Result.PASSED), ("already", Result.DUPLICATE), ("dead", Result.DEAD))
        if (count := _sum(totals[Step.STORE], result))
    }
    return [
        line(
            LogsStep.JOIN,
            joined[Result.READ, ""],
            passed=joined[Result.PASSED, ""],
            continuation=joined[Result.PASSED, CONTINUATION],
        ),
        line(
            LogsStep.DOCUMENTS,
            joined[Result.PASSED, ""],
            passed=documents[Result.PASSED, ""],
            dead=documents[Result.DEAD, ""],
        ),
        line(Step.DECODE, decoded[Result.READ, ""], passed=passed, dead=dead),
        line(Step.REDACT, passed, passed=masked[Result.PASSED, ""], dropped=masked[Result.DROPPED, ""]),
        line(MINE, masked[Result.PASSED, ""], passed=mined[Result.PASSED, ""]),
        line(Step.WRITE, mined[Result.PASSED, ""], logs=rows[LogsOutput.LOGS]),
        *([line(Step.STORE, mined[Result.PASSED, ""], **stored)] if stored else []),
        line(Step.WRITE, _sum(masked, Result.MASKED), findings=rows[LogsOutput.FINDINGS]),
        line(Step.WRITE, dead + stored.get("dead", 0), dead=rows[LogsOutput.DEAD]),
    ]


def _input_files(files: list[str], tally: Tally) -> list[dict[str, Any]]:
    """Which partition stands for which file, and its lines; an empty file has none."""
    lines: Counter[int] = Counter()
    for (step, _, partition, result, _), records in tally:
        if (step, result) == (LogsStep.JOIN, Result.READ):
            lines[partition] += records
    return [
        {"partition": -number, "file": file, "lines": lines[-number]}
        for number, file in enumerate(files, start=1)
    ]


def _totals(tally: Tally) -> dict[str, Totals]:
    """By step: records by result and reason."""
    steps = (*LogsStep, Step.DECODE, Step.REDACT, MINE, Step.STORE)
    totals: dict[str, Totals] = {step: Counter() for step in steps}
    for (step, _, _, result, reason), records in tally:
        totals.setdefault(step, Counter())[result, reason] += records
    return totals


def _sum(totals: Totals, result: Result) -> int:
    return sum(_by_reason(totals, result).values())


def _by_reason(totals: Totals, result: Result) -> dict[str, int]:
    return dict(sorted((reason, n) for (found, reason), n in totals.items() if found == result))


def load(path: Path, kind: Any) -> Any:
    """What a step left in a file of JSON."""
    return msgspec.json.decode(path.read_bytes(), type=kind)


def store_name(settings: Settings) -> str | None:
    """Where logs were stored as well, without what proves who we are."""
    store = settings.store()
    return None if store is None else store.url
