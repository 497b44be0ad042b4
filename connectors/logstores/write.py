"""WriteStore: LOGS batches → a store of logs | dead letters | tally."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from connectors.logstores.elasticsearch import ElasticsearchSink
from connectors.logstores.fates import Pushed, Refused
from connectors.logstores.loki import LokiSink
from connectors.logstores.sinks import Sink
from connectors.logstores.store import Store, StoreKind
from schemas.batches import Origin
from schemas.letters import DeadLetter
from schemas.names import Result, Step
from transforms.outcome import DEAD, TALLY, Count, count

SINKS: Final[Mapping[StoreKind, type[Sink]]] = {
    StoreKind.LOKI: LokiSink,
    StoreKind.ELASTICSEARCH: ElasticsearchSink,
}


def sink_of(store: Store) -> Sink:
    """The sink of a store. Raises InputError for a file of secrets."""
    return SINKS[store.kind](store)


class Stored(NamedTuple):
    """What a sink of logs gives: letters of records that the store refused, and counts."""

    dead: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class WriteStore(beam.PTransform):
    """Write logs, the batches of a bundle joined into requests of a few megabytes.

    A record that is there already counts as a duplicate; one that the store refuses becomes a dead letter
    without its content; a store that does not answer fails the bundle, which the runner repeats.
    """

    store: Store

    def expand(self, batches: beam.PCollection) -> Stored:
        out = batches | "Push" >> beam.ParDo(_Push(self.store)).with_output_types(
            DeadLetter, tally=Count
        ).with_outputs(TALLY, main=DEAD)
        return Stored(out[DEAD], out[TALLY])


class _Push(beam.DoFn):
    def __init__(self, store: Store) -> None:
        self._store = store

    def setup(self) -> None:
        self._sink: Sink = sink_of(self._store)

    def start_bundle(self) -> None:
        self._sink.forget()

    def process(self, batch: pa.RecordBatch) -> Iterable[Any]:
        for pushed in self._sink.add(batch):
            yield from _told(pushed)

    def finish_bundle(self) -> Iterable[Any]:
        for pushed in self._sink.flush():
            for told in _told(pushed):
                yield _windowed(told)

    def teardown(self) -> None:
        self._sink.close()


def _told(pushed: Pushed) -> Iterator[Any]:
    origin = Origin.of(pushed.batch)
    if pushed.stored:
        yield count(Step.STORE, origin, Result.PASSED, pushed.stored)
    if pushed.already:
        yield count(Step.STORE, origin, Result.DUPLICATE, pushed.already)
    for refused in pushed.refused:
        yield _letter(refused, origin)
        yield count(Step.STORE, origin, Result.DEAD, 1, refused.reason)


def _letter(refused: Refused, origin: Origin) -> DeadLetter:
    return DeadLetter(
        id=refused.id,
        step=Step.STORE,
        reason=refused.reason,
        topic=origin.topic,
        partition=origin.partition,
        offset=refused.batch.column("offset")[refused.row].as_py(),
        appended_ms=-1,
        size=refused.size,
    )


def _windowed(value: Any) -> Any:
    """What leaves at the end of a bundle has to name its window."""
    if isinstance(value, beam.pvalue.TaggedOutput):
        return beam.pvalue.TaggedOutput(value.tag, _windowed(value.value))
    return WindowedValue(value, MIN_TIMESTAMP, (GlobalWindow(),))
