"""RawRecords → change batches of events, of tables | dead letters | ends of transactions, shapes | tally."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa

from columns.decode import MAX_VALUE_BYTES, Refused, decode_records
from columns.transactions import tables_ended
from schemas.batches import EVENT_CHANGES, Origin
from schemas.letters import DeadLetter, letter_id
from schemas.losses import Shape
from schemas.names import Result, Step
from schemas.records import RawRecords
from security.seal import Seal
from telemetry.progress import advance
from transforms.coders import register_struct
from transforms.outcome import DEAD, TALLY, Count, count, count_by_op

TABLES = "tables"
TRANSACTIONS = "transactions"
SHAPES = "shapes"
_RUN_HEADER = "__debezium.context.runId"

register_struct(Shape)


class Changes(NamedTuple):
    """Decoded changes: those of the table of events, and those of all other tables.

    ``transactions``: batches of ``TRANSACTION_ENDS``. ``shapes``: which columns rows have, from where on.
    """

    events: beam.PCollection
    tables: beam.PCollection
    dead: beam.PCollection
    tally: beam.PCollection
    transactions: beam.PCollection
    shapes: beam.PCollection


@dataclass(kw_only=True)
class DecodeChanges(beam.PTransform):
    """Debezium envelopes, with or without their schema part, into batches of changes.

    Tombstones, heartbeats and transaction markers are counted and go no further; what the ends of
    transactions say is an output of its own, and so are the columns that rows have. A value that is no
    envelope, or over ``max_value_bytes``, becomes a dead letter: what cannot be parsed cannot be redacted,
    so its bytes are sealed under the key in ``seal_key_file``, or left out where there is no key.
    ``events_table``: ``schema.table`` of the events.
    """

    events_table: str = "metrics.events"
    max_value_bytes: int = MAX_VALUE_BYTES
    seal_key_file: str | None = None

    def expand(self, records: beam.PCollection) -> Changes:
        out = records | "Decode" >> beam.ParDo(_Decode(self)).with_output_types(
            pa.RecordBatch,
            tables=pa.RecordBatch,
            dead=DeadLetter,
            tally=Count,
            transactions=pa.RecordBatch,
            shapes=Shape,
        ).with_outputs(TABLES, DEAD, TALLY, TRANSACTIONS, SHAPES, main="events")
        return Changes(out["events"], out[TABLES], out[DEAD], out[TALLY], out[TRANSACTIONS], out[SHAPES])


class _Decode(beam.DoFn):
    def __init__(self, step: DecodeChanges) -> None:
        self._events_table = step.events_table
        self._max_value_bytes = step.max_value_bytes
        self._seal_key_file = step.seal_key_file

    def setup(self) -> None:
        self._seal = Seal.from_file(self._seal_key_file)

    def process(self, records: RawRecords) -> Iterable[Any]:
        decoded = decode_records(
            records, events_table=self._events_table, max_value_bytes=self._max_value_bytes
        )
        for batch in decoded.batches:
            yield from count_by_op(Step.DECODE, Result.PASSED, batch)
            if batch.schema.equals(EVENT_CHANGES, check_metadata=False):
                yield batch
            else:
                yield beam.pvalue.TaggedOutput(TABLES, batch)
        for shape in decoded.shapes:
            yield beam.pvalue.TaggedOutput(SHAPES, shape)
        if decoded.ends is not None:
            yield count(Step.DECODE, Origin.of(decoded.ends), Result.ENDED, tables_ended(decoded.ends))
            yield beam.pvalue.TaggedOutput(TRANSACTIONS, decoded.ends)
        origin = Origin(records.topic, records.partition, "")
        yield count(Step.DECODE, origin, Result.READ, len(records))
        for refused in decoded.refused:
            yield beam.pvalue.TaggedOutput(DEAD, self._letter(records, refused))
            yield count(Step.DECODE, origin, Result.DEAD, 1, refused.kind)
        for result in (Result.TOMBSTONE, Result.CONTROL):
            if decoded.counts[result]:
                yield count(Step.DECODE, origin, result, decoded.counts[result])
        advance(Step.DECODE, len(records))

    def _letter(self, records: RawRecords, refused: Refused) -> DeadLetter:
        i = refused.index
        value = records.values[i] or b""
        headers = dict(records.headers[i]) if records.headers else {}
        identity = letter_id(records.topic, records.partition, records.offsets[i])
        return DeadLetter(
            id=identity,
            step=Step.DECODE,
            reason=refused.kind,
            topic=records.topic,
            partition=records.partition,
            offset=records.offsets[i],
            appended_ms=records.timestamps[i],
            run=(headers.get(_RUN_HEADER) or b"").decode(errors="replace") or None,
            size=len(value),
            sha256=hashlib.sha256(value).hexdigest(),
            sealed=self._seal.close(value, identity),
        )
