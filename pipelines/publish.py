"""The outputs of the ingest job → topics of Kafka."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.window import GlobalWindows

from connectors.kafka.avrorows import AvroForm
from connectors.kafka.cluster import parse_address
from connectors.kafka.messages import Messages
from connectors.kafka.registry import check_topics, register_topics
from connectors.kafka.sink import WriteKafka
from pipelines.outputs import Ingested, keep_archive, outputs_of
from pipelines.settings import Settings
from pipelines.topicschemas import topic_schemas
from schemas.batches import concatenated, encode, numbers
from schemas.names import Output
from schemas.topics import RECONCILIATION, TOPICS, OutputTopic
from transforms.rows import clean_rows, with_partition
from transforms.runningtally import RunningTally

#: How messages are written as Avro, by their topics.
Forms: TypeAlias = Mapping[str, AvroForm]

_MOST_BYTES: Final = 2_000_000
_MANY_ROWS: Final = 2_000


def publish(out: Ingested, settings: Settings) -> beam.PCollection:
    """Write every output to its topic, all through one sink, so that a bundle's messages appear together."""
    keep_archive(out, settings)
    sums = out.counts | "RunningTally" >> RunningTally(
        events_table=settings.events_table,
        wait_seconds=settings.wait_seconds,
        hold_seconds=settings.hold_seconds,
        with_spans=out.late_spans is not None,
        address=settings.metrics_address,
        targets=settings.metrics_targets,
        calm_seconds=settings.calm_seconds_here,
    )
    forms = avro_forms(settings)
    messages = [sums | "SumsMessages" >> to_messages(RECONCILIATION, forms)]
    for output, items in outputs_of(out).items():
        if items is not None:
            label = "".join(part.capitalize() for part in output.split("_"))
            messages.append(items | f"{label}Messages" >> to_messages(TOPICS[output], forms, output))
    return send(messages, (*TOPICS.values(), RECONCILIATION), settings, forms)


def send(
    messages: Iterable[beam.PCollection], topics: Iterable[OutputTopic], settings: Settings, forms: Forms
) -> beam.PCollection:
    """Write ``messages`` to ``topics`` through one sink."""
    brokers, _ = parse_address(settings.output)
    sink = WriteKafka(
        cluster=settings.cluster(brokers),
        name=settings.job_name,
        identities={topic.name: topic.identity for topic in topics},
        shards=settings.kafka_writers,
        forms=dict(forms),
        registry=settings.schema_registry() if forms else None,
        traces=settings.otlp_endpoint,
    )
    return messages | "Messages" >> beam.Flatten() | "WriteKafka" >> sink


def output_topics() -> list[str]:
    """The names of all topics that are written."""
    return [topic.name for topic in (*TOPICS.values(), RECONCILIATION)]


def avro_forms(settings: Settings) -> dict[str, AvroForm]:
    """How messages are written as Avro, by their topics; their schemas are registered. Empty: as JSON.

    Raises SettingError, InputError, OutputError.
    """
    if settings.kafka_output_format != "avro":
        return {}
    schemas = topic_schemas()
    ids = register_topics(settings.schema_registry(), schemas)
    return {topic: AvroForm(ids[topic], schema) for topic, schema in schemas.items()}


def check_schemas(settings: Settings) -> None:
    """Prove that the schemas of what is written may be registered. Raises as :func:`avro_forms` does."""
    if settings.kafka_output_format == "avro":
        check_topics(settings.schema_registry(), topic_schemas())


def to_messages(topic: OutputTopic, forms: Forms, output: Output | None = None) -> beam.PTransform:
    """The messages of what is written to ``topic``; ``output``: whose rows they are, if they are of one."""
    step = _ToMessages(topic, output, forms.get(topic.name))
    return beam.ParDo(step).with_output_types(Messages)


class _ToMessages(beam.DoFn):
    """What comes in small gathers in its bundle: each element costs the runner, each batch the sink."""

    def __init__(self, topic: OutputTopic, output: Output | None, form: AvroForm | None) -> None:
        self._topic, self._output, self._form = topic, output, form

    def start_bundle(self) -> None:
        self._keys: list[bytes | None] = []
        self._values: list[bytes] = []
        self._bytes = 0
        self._batches: dict[tuple[str, ...], list[pa.RecordBatch]] = {}
        self._rows = 0

    def process(self, item: Any) -> Iterable[Messages]:
        if isinstance(item, pa.RecordBatch):
            self._batches.setdefault(tuple(item.schema.names), []).append(item)
            self._rows += len(item)
            if self._rows >= _MANY_ROWS:
                yield from self._gathered_rows()
            return
        key, value = message_of(item, self._topic, self._form)
        self._keys.append(key)
        self._values.append(value)
        self._bytes += len(value)
        if self._bytes > _MOST_BYTES:
            yield self._gathered()

    def finish_bundle(self) -> Iterable[Any]:
        if self._values:
            yield GlobalWindows.windowed_value(self._gathered())
        yield from map(GlobalWindows.windowed_value, self._gathered_rows())

    def _gathered_rows(self) -> list[Messages]:
        found = [rows_of(alike, self._topic, self._output) for alike in self._batches.values()]
        self._batches, self._rows = {}, 0
        return found

    def _gathered(self) -> Messages:
        messages = Messages(self._topic.name, self._keys, self._values)
        self._keys, self._values, self._bytes = [], [], 0
        return messages


def message_of(item: Any, topic: OutputTopic, form: AvroForm | None = None) -> tuple[bytes | None, bytes]:
    """Key and value of one item that is written to ``topic``."""
    key = None if topic.key is None else str(getattr(item, topic.key)).encode()
    return key, form.struct(item) if form else msgspec.json.encode(item)


def rows_of(batches: Sequence[pa.RecordBatch], topic: OutputTopic, output: Output | None) -> Messages:
    """The rows of ``batches``, which have the same columns, as they are written to ``topic``."""
    written = [_written(batch, output) for batch in batches]
    rows = written[0] if len(written) == 1 else concatenated(written)
    messages = Messages(topic.name, rows=encode(rows).to_pybytes(), key=topic.key)
    if output is not Output.CLEAN:
        return messages
    times = {
        name: b"".join(numbers(batch, name).tobytes() for batch in batches)
        for name in ("committed_us", "appended_ms")
    }
    return msgspec.structs.replace(messages, **times)


def _written(batch: pa.RecordBatch, output: Output | None) -> pa.RecordBatch:
    if output in {Output.CLEAN, Output.DUPLICATES, Output.CONFLICTS}:
        return clean_rows(batch)
    return with_partition(batch) if output in {Output.CHANGES, Output.TABLES} else batch
