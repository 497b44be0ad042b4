"""WriteKafka: Messages → topics, each once.

Messages of one shard go through one writer. What it needs after a restart is in state, and so in the
checkpoint, with a nonce that tells whether this writer wrote all that the state knows of (as
transforms.shardmemory has it); if it did not, a bundle was rolled back, and the writer is opened anew.
"""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

import apache_beam as beam
import msgspec
import numpy as np
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec

from connectors.kafka.avroidentity import AvroIdentity
from connectors.kafka.avrorows import AvroForm
from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages, rendered, shard_of, sharded
from connectors.kafka.readback import Identity, json_identity
from connectors.kafka.registry import Registry
from connectors.kafka.shared import SharedClients
from connectors.kafka.writer import NAME_BYTES, Kept, Writer
from telemetry.bundletrace import SpanIds, bundle_span
from telemetry.lag import process_lags

_VERSION: Final = 2


@dataclass(kw_only=True)
class WriteKafka(beam.PTransform):
    """Write messages in transactions, one for each bundle and shard.

    ``identities``: for each topic the fields by which a message is known again; they must be the same
    whenever a message is made again. Without any, a message may be there twice after a failure. ``name``:
    tells the writers of this job from those of others; it must stay the same over restarts and upgrades, as
    the number of ``shards`` must. ``forms``: of topics whose messages are Avro, by schemas in ``registry``;
    others are JSON. ``traces``: where a span for each bundle goes (URL or file), which the exemplars of its
    latency name; none: there are no exemplars.
    """

    cluster: Cluster
    name: str
    identities: dict[str, tuple[str, ...]]
    shards: int = 1
    forms: dict[str, AvroForm] = field(default_factory=dict)
    registry: Registry | None = None
    traces: str | None = None

    def expand(self, messages: beam.PCollection) -> beam.PCollection:
        return (
            messages
            | "Shards" >> beam.FlatMap(sharded, self.shards).with_output_types(tuple[int, Messages])
            | "Write" >> beam.ParDo(_Write(self)).with_output_types(int)
        )

    def writer(self, shard: int) -> Writer:
        """The writer of one shard."""
        return Writer(
            cluster=self.cluster,
            transactional_id=f"{self.name}-{shard}",
            identities={topic: self._identity(topic) for topic in self.identities},
            is_mine=lambda key: shard_of(key, self.shards) == shard,
        )

    def _identity(self, topic: str) -> Identity | None:
        fields = self.identities[topic]
        if not fields:
            return None
        if topic in self.forms and self.registry is not None:
            return AvroIdentity(fields, self.forms[topic], self.registry)
        return json_identity(fields)


class _Write(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    KEPT = ReadModifyWriteStateSpec("kept", beam.coders.BytesCoder())
    COVERED = BagStateSpec("covered", beam.coders.BytesCoder())

    def __init__(self, sink: WriteKafka) -> None:
        self._sink = sink
        self._writers: SharedClients[Writer] = SharedClients(uuid4().hex)

    def setup(self) -> None:
        self._writers.enter()

    def start_bundle(self) -> None:
        self._used: dict[int, Writer] = {}
        self._timed: list[Messages] = []

    def process(
        self,
        element: tuple[int, Messages],
        nonce: Any = beam.DoFn.StateParam(NONCE),
        kept: Any = beam.DoFn.StateParam(KEPT),
        covered: Any = beam.DoFn.StateParam(COVERED),
    ) -> Iterable[int]:
        shard, messages = element[0], rendered(element[1], self._sink.forms.get(element[1].topic))
        writer = self._writers.get(shard, nonce.read(), partial(self._opened, shard, kept, covered))
        names = writer.names(messages)
        if writer.move_on(messages, names):
            kept.write(_packed(writer.kept))
            covered.clear()
        if names:
            covered.add(b"".join(names))
        fresh = secrets.token_bytes(8)
        nonce.write(fresh)
        self._writers.put(shard, fresh, writer)
        self._used[shard] = writer
        if messages.committed_us:
            self._timed.append(messages)
        yield writer.write(messages, names)

    def finish_bundle(self) -> None:
        traces = self._sink.traces if self._timed else None
        with bundle_span(traces, "write", messages=sum(map(len, self._timed))) as ids:
            for writer in self._used.values():
                writer.commit()
        if self._timed:
            self._observe(ids)

    def teardown(self) -> None:
        self._writers.leave()

    def _observe(self, ids: SpanIds | None) -> None:
        """What was written can be read from now on: how long it took since its commit."""
        committed_us, appended_ms = (
            np.frombuffer(b"".join(times), np.int64)
            for times in (
                [messages.committed_us for messages in self._timed],
                [messages.appended_ms for messages in self._timed],
            )
        )
        process_lags().observe(committed_us, appended_ms, time.time_ns(), *(ids or ()))

    def _opened(self, shard: int, kept: Any, covered: Any) -> Writer:
        writer = self._sink.writer(shard)
        writer.open(_unpacked(kept.read()), (name for names in covered.read() for name in _cut(names)))
        return writer


def _cut(names: bytes) -> Iterable[bytes]:
    return (names[at : at + NAME_BYTES] for at in range(0, len(names), NAME_BYTES))


def _packed(kept: Kept) -> bytes:
    rows = [(topic, partition, offset) for (topic, partition), offset in sorted(kept.bound.items())]
    return msgspec.msgpack.encode((_VERSION, rows, b"".join(kept.awaited)))


def _unpacked(stored: bytes | None) -> Kept | None:
    if not stored:
        return None
    _, rows, awaited = msgspec.msgpack.decode(stored)
    return Kept({(topic, partition): offset for topic, partition, offset in rows}, tuple(_cut(awaited)))
