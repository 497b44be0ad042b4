"""The logs job: logs of any form go in, records of one form come out, without personal data or secrets.

documents → DecodeLogs → Redact → log records, with the refused documents beside them.
"""

import dataclasses
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import apache_beam as beam
import msgspec
import pyarrow as pa

from connectors.kafka.cluster import parse_address
from connectors.kafka.preflight import create_missing
from connectors.sinks import CollectJson, FileWritten, WriteFiles
from connectors.staging import staged, take_over
from pipelines import logsources
from pipelines.publish import send, to_messages
from pipelines.reconcile import Line, Tally
from pipelines.settings import Settings
from pipelines.streaming import run_stream
from pipelines.summary import check_balance
from runners import direct
from schemas.logs import CONTINUATION, LogsOutput, LogsStep
from schemas.names import Result, Step
from schemas.topics import LOGS_TOPICS
from telemetry.selftrace import part, watched
from transforms.ending import AtTheEnd
from transforms.logs import DecodeLogs
from transforms.rows import with_place

#: Name of the job where it runs, if the settings name none.
JOB_NAME: Final = "traceo-logs"
TALLY_FILE: Final = "tally.json"
FILES_FILE: Final = "files.json"
#: Outputs of batches, which become files in the format of what is analysed; others are read by people.
_ANALYSED: Final = frozenset({LogsOutput.LOGS, LogsOutput.FINDINGS})


class Logged(NamedTuple):
    """The named outputs of the job; ``counts``: what became of records, step by step."""

    logs: beam.PCollection
    findings: beam.PCollection
    dead: beam.PCollection
    counts: beam.PCollection


def build(documents: beam.PCollection, settings: Settings) -> Logged:
    """The path from documents of logs to the outputs; the same graph in batch and streaming."""
    decoded = documents | "DecodeLogs" >> DecodeLogs(
        form=settings.log_form,
        zone=settings.log_zone,
        max_line_bytes=settings.max_line_bytes,
        max_document_bytes=settings.max_document_bytes,
    )
    masked = decoded.ok | "Redact" >> settings.redact("all")
    return Logged(
        logs=masked.ok,
        findings=masked.findings,
        dead=decoded.dead,
        counts=(decoded.tally, masked.tally) | "Tallies" >> beam.Flatten(),
    )


def outputs_of(out: Logged) -> dict[LogsOutput, beam.PCollection]:
    """The outputs by their names."""
    return {LogsOutput.LOGS: out.logs, LogsOutput.FINDINGS: out.findings, LogsOutput.DEAD: out.dead}


def write(
    outputs: Mapping[LogsOutput, beam.PCollection],
    counts: Sequence[beam.PCollection],
    settings: Settings,
    staging: Path,
) -> None:
    """Write every output into ``staging``; nothing there counts until the job has ended well."""
    folder, files = str(staging), []
    for output, items in outputs.items():
        kind = settings.format if output in _ANALYSED else "jsonl"
        files.append(
            _rows_of(items, output)
            | f"Write{output.capitalize()}" >> WriteFiles(folder=folder, output=output, format=kind)
        )
    files | "Files" >> beam.Flatten() | "SaveFiles" >> CollectJson(path=f"{folder}/{FILES_FILE}")
    (
        counts
        | "Counts" >> beam.Flatten()
        | "TallyAtEnd" >> AtTheEnd()
        | "SumTally" >> beam.CombinePerKey(sum)
        | "SaveTally" >> CollectJson(path=f"{folder}/{TALLY_FILE}")
    )


def _rows_of(items: beam.PCollection, output: LogsOutput) -> beam.PCollection:
    if output not in _ANALYSED:
        return items
    return items | f"{output.capitalize()}Rows" >> beam.Map(with_place).with_output_types(pa.RecordBatch)


def graph(pipeline: beam.Pipeline, settings: Settings, staging: Path) -> None:
    """The whole job, bounded: source, path and files."""
    documents = logsources.read(pipeline, settings)
    out = build(documents.ok, settings)
    write(outputs_of(out), [documents.tally, out.counts], settings, staging)


def stream(pipeline: beam.Pipeline, settings: Settings) -> None:
    """The whole job, endless: topics, path and topics."""
    if settings.create_topics:
        brokers, _ = parse_address(settings.output)
        create_missing(settings.cluster(brokers), [topic.name for topic in LOGS_TOPICS.values()])
    out = build(logsources.read(pipeline, settings).ok, settings)
    rows = out.logs | "LogsRows" >> beam.Map(with_place).with_output_types(pa.RecordBatch)
    messages = [
        rows | "LogsMessages" >> to_messages(LOGS_TOPICS[LogsOutput.LOGS], {}),
        out.findings
        | "FindingsRows" >> beam.Map(with_place).with_output_types(pa.RecordBatch)
        | "FindingsMessages" >> to_messages(LOGS_TOPICS[LogsOutput.FINDINGS], {}),
        out.dead | "DeadMessages" >> to_messages(LOGS_TOPICS[LogsOutput.DEAD], {}),
    ]
    send(messages, LOGS_TOPICS.values(), settings, {})


@watched("logs")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job; the summary of what became of every record, or where an endless one was stopped."""
    if settings.job_name == Settings().job_name:  # writers of two jobs must not have one name
        settings = dataclasses.replace(settings, job_name=JOB_NAME)
    with part("preflight"):
        logsources.preflight(settings)
        settings.check_redaction()
    if settings.endless:
        return run_stream(lambda pipeline: stream(pipeline, settings), settings) | {"job": "logs"}
    output = Path(settings.output)
    with staged(output) as staging:
        began = time.monotonic()
        direct.run(
            lambda pipeline: graph(pipeline, settings, staging),
            streaming=settings.streaming,
            spill_folder=staging / "spill",
            beam_options=beam_options,
        )
        seconds = time.monotonic() - began
        with part("summarise"):
            summary = summarise(staging, settings, seconds)
            check_balance(summary)
            files = _load(staging / FILES_FILE, list[FileWritten])
        with part("take over"):
            take_over(output, staging, files, msgspec.json.format(msgspec.json.encode(summary)), LogsOutput)
    return summary


def summarise(staging: Path, settings: Settings, seconds: float) -> dict[str, Any]:
    """What became of every record that was read, and what was written, by the files in ``staging``."""
    tally = _load(staging / TALLY_FILE, Tally)
    files = _load(staging / FILES_FILE, list[FileWritten])
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
    return {
        "job": "logs",
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "records_per_second": round(records / seconds) if seconds else None,
        "input": list(settings.input),
        "lines": totals[LogsStep.JOIN][Result.READ, ""],
        "joined_lines": totals[LogsStep.JOIN][Result.PASSED, CONTINUATION],
        "documents": totals[LogsStep.JOIN][Result.PASSED, ""],
        "records": records,
        "dead": _sum(decoded, Result.DEAD),
        "dead_by_reason": _by_reason(decoded, Result.DEAD),
        "dropped": totals[Step.REDACT][Result.DROPPED, ""],
        "redaction": settings.redaction_said("all"),
        "masked_values_by_kind": _by_reason(totals[Step.REDACT], Result.MASKED),
        "logs": outputs[LogsOutput.LOGS]["rows"],
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
        line(Step.WRITE, masked[Result.PASSED, ""], logs=rows[LogsOutput.LOGS]),
        line(Step.WRITE, _sum(masked, Result.MASKED), findings=rows[LogsOutput.FINDINGS]),
        line(Step.WRITE, dead, dead=rows[LogsOutput.DEAD]),
    ]


def _totals(tally: Tally) -> dict[str, Totals]:
    """By step: records by result and reason."""
    steps = (*LogsStep, Step.DECODE, Step.REDACT)
    totals: dict[str, Totals] = {step: Counter() for step in steps}
    for (step, _, _, result, reason), records in tally:
        totals.setdefault(step, Counter())[result, reason] += records
    return totals


def _sum(totals: Totals, result: Result) -> int:
    return sum(_by_reason(totals, result).values())


def _by_reason(totals: Totals, result: Result) -> dict[str, int]:
    return dict(sorted((reason, n) for (found, reason), n in totals.items() if found == result))


def _load(path: Path, kind: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=kind)
