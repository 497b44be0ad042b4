"""The outputs of the ingest job → topics of Kafka."""

from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa

from connectors.kafka.cluster import Cluster
from connectors.kafka.jsonrows import json_rows, text_column
from connectors.kafka.sink import WriteKafka
from connectors.kafka.writer import Messages
from schemas.names import Output
from schemas.topics import TOPICS, OutputTopic
from transforms.rows import clean_rows, with_partition


def publish(
    outputs: dict[Output, beam.PCollection | None], cluster: Cluster, *, name: str, shards: int
) -> beam.PCollection:
    """Write every output to its topic, all through one sink, so that a bundle's messages appear together.

    ``name`` tells the writers of this job from those of others (:class:`connectors.kafka.sink.WriteKafka`).
    """
    messages = []
    for output, items in outputs.items():
        if items is not None:
            label = "".join(part.capitalize() for part in output.split("_"))
            messages.append(items | f"{label}Messages" >> beam.Map(_messages, output, TOPICS[output]).with_output_types(Messages))
    sink = WriteKafka(
        cluster=cluster,
        name=name,
        identities={topic.name: topic.identity for topic in TOPICS.values()},
        shards=shards,
    )
    return messages | "Messages" >> beam.Flatten() | "WriteKafka" >> sink


def _messages(item: Any, output: Output, topic: OutputTopic) -> Messages:
    if not isinstance(item, pa.RecordBatch):
        key = None if topic.key is None else str(getattr(item, topic.key)).encode()
        return Messages(topic.name, [key], [msgspec.json.encode(item)])
    rows = with_partition(item) if output in {Output.CHANGES, Output.TABLES} else item
    if output in {Output.CLEAN, Output.DUPLICATES, Output.CONFLICTS}:
        rows = clean_rows(item)
    keys = [None] * len(rows) if topic.key is None else text_column(rows, topic.key)
    return Messages(topic.name, keys, json_rows(rows))
