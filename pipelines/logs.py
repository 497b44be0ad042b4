"""The logs job: logs of any form go in, records of one form come out, without personal data or secrets."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from connectors.kafka.cluster import parse_address
from connectors.kafka.preflight import create_missing
from connectors.sinks import CollectJson, FileWritten, WriteFiles
from connectors.staging import staged, take_over
from pipelines import logsources
from pipelines.logpath import BATCHES, build, outputs_of, rows_of
from pipelines.logsummary import FILES_FILE, INPUTS_FILE, TALLY_FILE, load, summarise
from pipelines.publish import send, to_messages
from pipelines.settings import Settings
from pipelines.settings_logs import LOGS_JOB_NAME
from pipelines.streaming import run_stream
from pipelines.summary import check_balance
from runners import direct
from schemas.logs import LogsOutput
from schemas.topics import LOGS_TOPICS
from telemetry.selftrace import part, watched
from transforms.ending import AtTheEnd


def write(
    outputs: Mapping[LogsOutput, beam.PCollection],
    counts: Sequence[beam.PCollection],
    settings: Settings,
    staging: Path,
) -> None:
    """Write every output into ``staging``; nothing there counts until the job has ended well."""
    folder, files = str(staging), []
    for output, items in outputs.items():
        kind = settings.format if output in BATCHES else "jsonl"
        files.append(
            rows_of(items, output)
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


def graph(pipeline: beam.Pipeline, settings: Settings, staging: Path) -> None:
    """The whole job, bounded: source, path and files."""
    files = logsources.files_of(settings)
    (staging / INPUTS_FILE).write_bytes(msgspec.json.encode(files))
    documents = logsources.read(pipeline, settings, files)
    out = build(documents.ok, settings, logsources.beside(pipeline, settings))
    write(outputs_of(out), [documents.tally, out.counts], settings, staging)


def stream(pipeline: beam.Pipeline, settings: Settings) -> None:
    """The whole job, endless: topics, path and topics."""
    if settings.create_topics:
        brokers, _ = parse_address(settings.output)
        create_missing(settings.cluster(brokers), [topic.name for topic in LOGS_TOPICS.values()])
    out = build(logsources.read(pipeline, settings).ok, settings)
    messages = [
        rows_of(items, output) | f"{output.capitalize()}Messages" >> to_messages(LOGS_TOPICS[output], {})
        for output, items in outputs_of(out).items()
    ]
    send(messages, LOGS_TOPICS.values(), settings, {})


@watched("logs")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job; the summary of what became of every record, or where an endless one was stopped."""
    if settings.job_name == Settings().job_name:
        settings = dataclasses.replace(settings, job_name=LOGS_JOB_NAME)
    with part("preflight"):
        logsources.preflight(settings)
    if settings.endless:
        return run_stream(lambda pipeline: stream(pipeline, settings), settings, "logs")
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
            files = load(staging / FILES_FILE, list[FileWritten])
        with part("take over"):
            take_over(output, staging, files, msgspec.json.format(msgspec.json.encode(summary)), LogsOutput)
    return summary
