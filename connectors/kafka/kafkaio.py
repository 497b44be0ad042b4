"""ReadKafkaIO: topics → RawRecords by Beam's own KafkaIO, which is Java and expanded by a service.

Flink runs it natively (``use_deprecated_read`` on the service), so that positions are in its checkpoints. It
gives one row a record; these are put together to batches here, so that the same path follows.
"""

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Optional
from uuid import uuid4

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability import common_urns
from apache_beam.transforms.external import ExternalTransform, NamedTupleBasedPayloadBuilder
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster
from schemas.records import RawRecords

_URN: Final = "beam:transform:org.apache.beam:kafka_read_with_metadata:v1"
_SOURCE: Final = common_urns.deprecated_primitives.READ.urn
_DOCKER: Final = common_urns.environments.DOCKER.urn
_CONNECT_SECONDS: Final = 3.0
_BYTES: Final = "org.apache.kafka.common.serialization.ByteArrayDeserializer"


def check(cluster: Cluster, expansion: str) -> None:
    """Prove that KafkaIO can be expanded, and needs no secret for ``cluster``. Raises InputError."""
    if cluster.protocol != "plaintext":
        raise InputError(
            f"{cluster.brokers}: kafkaio would carry secrets in the job's graph, so it is for plaintext "
            "alone; name --kafka-source own"
        )
    host, _, port = expansion.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except OSError as error:
        raise InputError(
            f"{expansion}: the service that expands KafkaIO does not answer: {error.strerror or error}; "
            "traceo stack up --only jobserver starts one, --expansion-endpoint names another"
        ) from error
    read = ReadKafkaIO(cluster=cluster, topics=("none",), group="none", expansion=expansion)
    try:
        runs_in_flink = _runs_in_flink(read)
    except (grpc.RpcError, RuntimeError) as error:
        raise InputError(
            f"{expansion}: what answers there does not expand KafkaIO; "
            "name the service that does in --expansion-endpoint"
        ) from error
    if not runs_in_flink:
        raise InputError(
            f"{expansion}: the service does not make of KafkaIO a source of Flink's own; start it as "
            "docs/kafka.md says, or name --kafka-source own"
        )


def _runs_in_flink(read: "ReadKafkaIO") -> bool:
    """Whether the service makes a source of Flink's own of it, with nothing that Docker would have to run."""
    pipeline = beam.Pipeline(options=PipelineOptions(["--environment_type=LOOPBACK"]))  # Python's own steps
    pipeline | read  # asks the service
    components = pipeline.to_runner_api().components
    is_source = any(one.spec.urn == _SOURCE for one in components.transforms.values())
    return is_source and all(one.urn != _DOCKER for one in components.environments.values())


class _Payload(NamedTuple):
    """As the service of Beam 2.59 and later knows it; ``ReadFromKafka`` of the Python SDK names more."""

    consumer_config: Mapping[str, str]
    topics: list[str]
    key_deserializer: str
    value_deserializer: str
    start_read_time: Optional[int]  # noqa: UP045  Beam's schemas know no other form
    commit_offset_in_finalize: bool
    timestamp_policy: str


@dataclass(kw_only=True)
class ReadKafkaIO(beam.PTransform):
    """Records of ``topics``, in batches of one partition, of up to ``batch_rows`` and of one bundle.

    ``expansion``: ``host:port`` of the service. Settings as of :class:`connectors.kafka.source.ReadKafka`;
    positions are not shown to Kafka's tools.
    """

    cluster: Cluster
    topics: tuple[str, ...]
    group: str
    expansion: str
    begin: str = "earliest"
    batch_rows: int = 5000

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        payload = _Payload(
            consumer_config=self._consumer(),
            topics=list(self.topics),
            key_deserializer=_BYTES,
            value_deserializer=_BYTES,
            start_read_time=None,
            commit_offset_in_finalize=False,  # it would begin there, and not where ``begin`` says
            timestamp_policy="CreateTime",
        )
        rows = begin | "KafkaIO" >> ExternalTransform(
            _URN, NamedTupleBasedPayloadBuilder(payload), self.expansion
        )
        return rows | "Batch" >> beam.ParDo(_Batch(self.batch_rows)).with_output_types(RawRecords)

    def _consumer(self) -> dict[str, str]:
        return {
            "bootstrap.servers": self.cluster.brokers,
            "group.id": f"{self.group}-{uuid4().hex}",  # of which nothing can have been committed
            "auto.offset.reset": self.begin,
            "enable.auto.commit": "false",
            "isolation.level": "read_committed",
            "fetch.max.wait.ms": "20",
        }


class _Batch(beam.DoFn):
    def __init__(self, rows: int) -> None:
        self._rows = rows

    def start_bundle(self) -> None:
        self._open: dict[tuple[str, int], list[Any]] = {}

    def process(self, row: Any) -> Iterable[Any]:
        key = row.topic, row.partition
        rows = self._open.setdefault(key, [])
        rows.append(row)
        if len(rows) >= self._rows:
            yield beam.window.TimestampedValue(*_batch(self._open.pop(key)))

    def finish_bundle(self) -> Iterable[Any]:
        for rows in self._open.values():
            records, at = _batch(rows)
            yield WindowedValue(records, at, [GlobalWindow()])


def _batch(rows: list[Any]) -> tuple[RawRecords, Timestamp]:
    records = RawRecords(
        topic=rows[0].topic,
        partition=rows[0].partition,
        offsets=[row.offset for row in rows],
        timestamps=[row.timestamp for row in rows],
        keys=[row.key for row in rows],
        values=[row.value for row in rows],
    )
    return records, Timestamp(micros=max(0, min(records.timestamps)) * 1000)
