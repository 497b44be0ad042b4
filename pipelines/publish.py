"""The outputs of the ingest job → topics of Kafka."""

from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa

from connectors.kafka.cluster import parse_address
from connectors.kafka.jsonrows import json_rows, text_column
from connectors.kafka.sink import WriteKafka
from connectors.kafka.writer import Messages
from pipelines.outputs import Ingested, keep_archive, outputs_of
from pipelines.settings import Settings
from schemas.batches import numbers
from schemas.names import Output
from schemas.topics import RECONCILIATION, TOPICS, OutputTopic
from transforms.rows import clean_rows, with_partition
from transforms.runningtally import RunningTally


def publish(out: Ingested, settings: Settings) -> beam.PCollection:
    """Write every output to its topic, all through one sink, so that a bundle's messages appear together."""
    keep_archive(out, settings)
    brokers, _ = parse_address(settings.output)
    sums = out.counts | "RunningTally" >> RunningTally(
        events_table=settings.events_table,
        wait_seconds=settings.wait_seconds,
        hold_seconds=settings.hold_seconds,
        with_spans=out.late_spans is not None,
        targets=settings.metrics_targets,
    )
    messages = [sums | "SumsMessages" >> _to_messages(RECONCILIATION)]
    for output, items in outputs_of(out).items():
        if items is not None:
            label = "".join(part.capitalize() for part in output.split("_"))
            messages.append(items | f"{label}Messages" >> _to_messages(TOPICS[output], output))
    sink = WriteKafka(
        cluster=settings.cluster(brokers),
        name=settings.job_name,
        identities={topic.name: topic.identity for topic in (*TOPICS.values(), RECONCILIATION)},
        shards=settings.kafka_writers,
    )
    return messages | "Messages" >> beam.Flatten() | "WriteKafka" >> sink


def output_topics() -> list[str]:
    """The names of all topics that are written."""
    return [topic.name for topic in (*TOPICS.values(), RECONCILIATION)]


def _to_messages(topic: OutputTopic, output: Output | None = None) -> beam.PTransform:
    return beam.Map(_messages, topic, output).with_output_types(Messages)


def _messages(item: Any, topic: OutputTopic, output: Output | None) -> Messages:
    if not isinstance(item, pa.RecordBatch):
        key = None if topic.key is None else str(getattr(item, topic.key)).encode()
        return Messages(topic.name, [key], [msgspec.json.encode(item)])
    rows = with_partition(item) if output in {Output.CHANGES, Output.TABLES} else item
    if output in {Output.CLEAN, Output.DUPLICATES, Output.CONFLICTS}:
        rows = clean_rows(item)
    none: list[bytes | None] = [None]
    keys = none * len(rows) if topic.key is None else text_column(rows, topic.key)
    times = [b"", b""]
    if output is Output.CLEAN:
        times = [numbers(item, name).tobytes() for name in ("committed_us", "appended_ms")]
    return Messages(topic.name, keys, json_rows(rows), *times)
