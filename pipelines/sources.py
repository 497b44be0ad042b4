"""Where records and spans come from, by what the settings name: files or topics."""

from typing import NamedTuple

import apache_beam as beam

from connectors.errors import InputError
from connectors.files import ReadFiles, ReadSpans
from connectors.kafka.cluster import is_kafka, parse_address
from connectors.kafka.kafkaio import ReadKafkaIO
from connectors.kafka.kafkaio import check as check_kafkaio
from connectors.kafka.preflight import check_inputs, check_outputs, create_missing, current_ranges
from connectors.kafka.registry import RegistryError
from connectors.kafka.source import ReadKafka
from connectors.recordfiles import find_files
from connectors.spanfiles import find_span_files
from pipelines.publish import check_schemas, output_topics
from pipelines.setting import SettingError
from pipelines.settings import Settings
from schemas.names import SPANS_TOPIC


class Sources(NamedTuple):
    """Records of changes, and documents of spans if there are any."""

    records: beam.PCollection
    spans: beam.PCollection | None


def read(pipeline: beam.Pipeline, settings: Settings, *, quiet_seconds: tuple[float, ...] = ()) -> Sources:
    """The sources of the ingest job. ``quiet_seconds``: see :class:`connectors.files.ReadFiles`."""
    if from_kafka(settings.input):
        spans = _topics(settings, settings.spans, "Spans") if settings.spans else None
        return Sources(
            pipeline | "ReadRecords" >> _topics(settings, settings.input, "records"),
            None if spans is None else pipeline | "ReadSpans" >> spans,
        )
    return _files(pipeline, settings, quiet_seconds)


def from_kafka(inputs: tuple[str, ...], flag: str = "--input") -> bool:
    """Whether ``inputs`` are topics; files beside topics are refused. Raises SettingError."""
    found = [is_kafka(name) for name in inputs]
    if any(found) and (not all(found) or len(found) > 1):
        raise SettingError(f"{flag}: name one kafka://… address with all its topics, and nothing else")
    return any(found)


def refuse_topics(settings: Settings, job: str) -> None:
    """Of a job that reads files alone: say so of whatever names a topic. Raises SettingError."""
    if settings.endless:
        raise SettingError(f"--runner {settings.runner}: the {job} job runs on the local runner; name direct")
    if any(map(is_kafka, settings.input)):
        raise SettingError(f"--input: the {job} job reads files and folders, and no topics")


def preflight(settings: Settings) -> None:
    """Prove that what the settings name is there. Raises SettingError, InputError, OutputError."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders of records, or kafka://…")
    if not from_kafka(settings.input):
        if settings.endless:
            raise SettingError(
                f"--input: files end; runner {settings.runner} reads kafka://host:port/topic,…"
            )
        find_files(settings.input)
        find_span_files(settings.spans)
        return
    _check_settings(settings)
    for inputs in filter(None, (settings.input, settings.spans)):
        brokers, topics = parse_address(inputs[0])
        check_inputs(settings.cluster(brokers), topics, group=settings.job_name)
        if settings.kafka_source == "kafkaio":
            check_kafkaio(settings.cluster(brokers), settings.expansion_endpoint)
    if settings.kafka_input_format == "avro":
        _check_registry(settings)
    if settings.endless:
        brokers, _ = parse_address(settings.output)
        check_outputs(
            settings.cluster(brokers),
            output_topics(),
            create=settings.create_topics,
            writer=settings.job_name,
        )
        check_schemas(settings)


def _check_settings(settings: Settings) -> None:
    """What can be told of topics without asking anybody. Raises SettingError."""
    if settings.streaming and not settings.endless:
        raise SettingError("--streaming: the local runner reads topics up to their end; name --runner flink")
    if settings.spans and not from_kafka(settings.spans, "--spans"):
        raise SettingError("--spans: files beside topics; name kafka://host:port/topic, as for --input")
    for inputs in filter(None, (settings.input, settings.spans)):
        if not parse_address(inputs[0])[1]:
            raise SettingError(f"{inputs[0]}: no topic named; write kafka://host:port/topic,topic")
    if settings.kafka_source == "kafkaio" and settings.runner not in {"flink", "FlinkRunner"}:
        raise SettingError(f"--kafka-source: runner {settings.runner} has no KafkaIO; name own")
    if settings.kafka_input_format == "avro" and settings.kafka_source == "kafkaio":
        raise SettingError("--kafka-source: kafkaio reads no Avro; name own")
    if is_kafka(settings.output) != settings.endless:
        if settings.endless:
            raise SettingError("--output: an endless job writes to kafka://host:port")
        raise SettingError("--output: the local runner writes a folder; name one, or --runner flink")
    if settings.endless:
        parse_address(settings.output)


def make_outputs(settings: Settings) -> None:
    """Make the output topics that are missing, if the settings say so: when all else is proven.

    Raises InputError, OutputError.
    """
    if settings.create_topics:
        brokers, _ = parse_address(settings.output)
        create_missing(settings.cluster(brokers), output_topics())


def _check_registry(settings: Settings) -> None:
    """Prove that schemas can be asked for."""
    try:
        settings.schema_registry().check()
    except RegistryError as error:
        raise InputError(str(error)) from error


def _topics(settings: Settings, inputs: tuple[str, ...], what: str) -> ReadKafka | ReadKafkaIO:
    group = settings.job_name if what == "records" else f"{settings.job_name}-spans"
    in_avro = what == "records" and settings.kafka_input_format == "avro"  # spans are OTLP
    return topic_source(settings, inputs[0], group, in_avro=in_avro)


def topic_source(
    settings: Settings, address: str, group: str, *, in_avro: bool = False
) -> ReadKafka | ReadKafkaIO:
    """What reads the topics of ``address`` (``kafka://…``), its positions shown under the name ``group``."""
    brokers, topics = parse_address(address)
    cluster = settings.cluster(brokers)
    batch_rows = min(settings.batch_rows, _MOST_ROWS)
    if settings.kafka_source == "kafkaio":
        return ReadKafkaIO(
            cluster=cluster,
            topics=topics,
            group=group,
            expansion=settings.expansion_endpoint,
            begin=settings.kafka_begin,
            batch_rows=batch_rows,
        )
    return ReadKafka(
        cluster=cluster,
        topics=topics,
        group=group,
        readers=settings.kafka_readers,
        begin=settings.kafka_begin,
        batch_rows=batch_rows,
        poll_seconds=settings.kafka_poll_ms / 1000,
        drift_seconds=drift_seconds(settings),
        until=None if settings.endless else current_ranges(cluster, topics),
        registry=settings.schema_registry() if in_avro else None,
    )


def drift_seconds(settings: Settings) -> float:
    """How far partitions may be apart, so that no step forgets or gives up what one behind still needs.

    DropDuplicates remembers for half a horizon longer than the horizon; ScoreAnomalies waits for what is
    missing until the newest sample is ``lateness_seconds`` later.
    """
    return max(_LEAST_DRIFT_SECONDS, min(settings.horizon_seconds / 4, settings.lateness_seconds / 2))


_LEAST_DRIFT_SECONDS = 10.0
_MOST_ROWS = 32_768  # of one read; more would wait long for the first


def _files(pipeline: beam.Pipeline, settings: Settings, quiet_seconds: tuple[float, ...]) -> Sources:
    files = [str(file) for file in find_files(settings.input)]
    span_files = [str(file) for file in find_span_files(settings.spans)]
    records = pipeline | "ReadFiles" >> ReadFiles(
        files=files,
        spans=span_files if settings.streaming else [],
        batch_rows=settings.batch_rows,
        span_seconds=settings.disorder_seconds / 2,
        streaming=settings.streaming,
        quiet_seconds=quiet_seconds,
    )
    if not span_files:
        return Sources(records, None)
    if not settings.streaming:
        return Sources(records, pipeline | "ReadSpans" >> ReadSpans(files=span_files))
    return Sources(  # one rehearsal, so that the two come in an order
        records | "Records" >> beam.Filter(lambda batch: batch.topic != SPANS_TOPIC),
        records | "Spans" >> beam.Filter(lambda batch: batch.topic == SPANS_TOPIC),
    )
