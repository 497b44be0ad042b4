"""Where logs come from, by what the settings name: files, or topics."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apache_beam as beam
import pyarrow as pa

from connectors.files import ReadSpans
from connectors.kafka.cluster import is_kafka, parse_address
from connectors.kafka.kafkaio import check as check_kafkaio
from connectors.kafka.preflight import check_inputs, check_outputs
from connectors.logfiles import Bounds, FileReader, find_log_files
from connectors.logstores.write import sink_of
from connectors.results import events_again, job_of
from connectors.spanfiles import find_span_files
from logs.multiline import Joiner
from pipelines.logpath import Beside
from pipelines.setting import SettingError
from pipelines.settings import ON_FLINK, Settings
from pipelines.sources import from_kafka, topic_source
from schemas.batches import Origin
from schemas.logs import LOGS_TOPIC, LogForm, LogsStep
from schemas.names import Result
from schemas.records import RawRecords
from schemas.topics import LOGS_TOPICS
from telemetry.progress import advance
from transforms import DecodeSpans
from transforms.loglines import JoinLines, given, is_counted
from transforms.outcome import TALLY, Count, Counted, count

#: Jobs whose results hold samples: clean events.
_WITH_SAMPLES: Final = frozenset({"ingest", "replay", "backfill"})
#: Of a store before anything is read: who waits for an answer is a person.
_TRIES: Final = 3


def files_of(settings: Settings) -> list[str]:
    """The files that are read, in their order: the first is partition -1. Raises InputError."""
    return [] if from_kafka(settings.input) else [str(file) for file in find_log_files(settings.input)]


def read(pipeline: beam.Pipeline, settings: Settings, files: Sequence[str] = ()) -> Counted:
    """Documents of logs, and the count of the lines and messages of which they are made."""
    if from_kafka(settings.input):
        source = topic_source(settings, settings.input[0], settings.job_name)
        joined: Counted = (
            pipeline
            | "ReadLogs" >> source
            | "JoinLines"
            >> JoinLines(
                max_line_bytes=settings.max_line_bytes,
                wait_seconds=settings.line_wait_seconds,
                streaming=settings.endless,
            )
        )
        return joined
    found: Counted = pipeline | "ReadLogs" >> ReadLogFiles(
        files=list(files or files_of(settings)),
        bounds=Bounds(LogForm(settings.log_form), settings.max_line_bytes, settings.max_document_bytes),
    )
    return found


def beside(pipeline: beam.Pipeline, settings: Settings) -> Beside | None:
    """Spans and samples that explain what went wrong, if the settings name both."""
    if settings.samples is None:
        return None
    files = [str(file) for file in find_span_files(settings.spans)]
    decoded = pipeline | "ReadSpans" >> ReadSpans(files=files) | "DecodeSpans" >> DecodeSpans()
    samples = (
        pipeline
        | "Samples" >> beam.Create([settings.samples])
        | "ReadSamples" >> beam.FlatMap(_samples).with_output_types(pa.RecordBatch)
    )
    masked = decoded.ok | "RedactSpans" >> settings.redact()
    return Beside(masked.ok, samples)


def _samples(folder: str) -> Iterator[pa.RecordBatch]:
    return events_again(Path(folder))


def preflight(settings: Settings) -> None:
    """Prove that what the settings name is there. Raises SettingError, InputError, OutputError."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders of logs, or kafka://…")
    settings.check_redaction("all")
    _check_beside(settings)
    if (store := settings.store()) is not None:
        sink_of(dataclasses.replace(store, tries=_TRIES)).check()
    try:
        ZoneInfo(settings.log_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError(f"--log-zone: {settings.log_zone!r} is no zone that this machine knows") from None
    if settings.streaming and not settings.endless:
        raise SettingError("--streaming: the logs job rehearses no stream; name --runner flink")
    if not from_kafka(settings.input):
        if settings.endless:
            raise SettingError(
                f"--input: files end; runner {settings.runner} reads kafka://host:port/topic,…"
            )
        find_log_files(settings.input)
        return
    _check_topics(settings)


def _check_beside(settings: Settings) -> None:
    if bool(settings.spans) != (settings.samples is not None):
        raise SettingError("--spans, --samples: errors are tied to both together; name both or none")
    if settings.samples is None:
        return
    if settings.endless:
        raise SettingError("--samples: a result is no stream; it is for runs on the local runner")
    job = job_of(Path(settings.samples))
    if job not in _WITH_SAMPLES:
        of = f"a result of the {job} job, which holds no samples" if job else "no result of a job"
        raise SettingError(
            f"--samples: {settings.samples}: {of}; name the folder that traceo run ingest --output named"
        )
    find_span_files(settings.spans)


def _check_topics(settings: Settings) -> None:
    brokers, topics = parse_address(settings.input[0])
    if not topics:
        raise SettingError(f"{settings.input[0]}: no topic named; write kafka://host:port/topic,topic")
    if "avro" in (settings.kafka_input_format, settings.kafka_output_format):
        raise SettingError("--kafka-input-format, --kafka-output-format: the logs job knows json alone")
    if is_kafka(settings.output) != settings.endless:
        if settings.endless:
            raise SettingError("--output: an endless job writes to kafka://host:port")
        raise SettingError("--output: the local runner writes a folder; name one, or --runner flink")
    if settings.kafka_source == "kafkaio" and settings.runner not in ON_FLINK:
        raise SettingError(f"--kafka-source: runner {settings.runner} has no KafkaIO; name own")
    check_inputs(settings.cluster(brokers), topics, group=settings.job_name)
    if settings.kafka_source == "kafkaio":
        check_kafkaio(settings.cluster(brokers), settings.expansion_endpoint)
    if settings.endless:
        check_outputs(
            settings.cluster(parse_address(settings.output)[0]),
            [topic.name for topic in LOGS_TOPICS.values()],
            create=settings.create_topics,
            writer=settings.job_name,
        )


@dataclass(kw_only=True)
class ReadLogFiles(beam.PTransform):
    """All documents of logs in ``files``, file by file; lines of text that belong together are joined.

    A negative partition numbers the file. Counts are of lines and messages, blank lines left out.
    """

    files: list[str]
    bounds: Bounds

    def expand(self, begin: beam.pvalue.PBegin) -> Counted:
        """Read in one place, since lines of a file must stay in their order."""
        out = (
            begin
            | "Files" >> beam.Create([self.files])
            | "Read"
            >> beam.FlatMap(self._read)
            .with_output_types(RawRecords, tally=Count)
            .with_outputs(TALLY, main="ok")
        )
        return Counted(out["ok"], out[TALLY])

    def _read(self, files: Iterable[str]) -> Iterator[Any]:
        for number, file in enumerate(files, start=1):
            origin = Origin(LOGS_TOPIC, -number, "")
            joiner = Joiner(self.bounds.max_line_bytes)
            for lines in FileReader(Path(file), self.bounds).batches():
                read = sum(map(is_counted, lines))
                advance("read", read)
                yield count(LogsStep.JOIN, origin, Result.READ, read)
                yield from given(origin, list(joiner.feed(lines)))
            yield from given(origin, list(joiner.flush()))
