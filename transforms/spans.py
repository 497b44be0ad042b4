"""RawRecords of span documents → SPANS batches | dead letters | tally."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa

from schemas.batches import Origin
from schemas.letters import DeadLetter, letter_id
from schemas.names import Result, Step
from schemas.records import RawRecords
from schemas.spans import SPANS
from security.redaction import redact_json
from telemetry.progress import advance
from traces.decode import Refused, decode_documents
from transforms.outcome import DEAD, TALLY, Count, Outcome, count


@dataclass(kw_only=True)
class DecodeSpans(beam.PTransform):
    """Documents of spans (OTLP in JSON or Protocol Buffers, Jaeger's JSON) into batches of spans.

    A value that is no such document, and a span without valid ids or times, becomes a dead letter: the span
    redacted, the document by its size and SHA-256 alone. Counts are of spans, and of refused documents.
    """

    def expand(self, records: beam.PCollection) -> Outcome:
        out = records | "Decode" >> beam.FlatMap(_decode).with_output_types(
            pa.RecordBatch, dead=DeadLetter, tally=Count
        ).with_outputs(DEAD, TALLY, main="ok")
        return Outcome(out["ok"], out[DEAD], out[TALLY])


def _decode(records: RawRecords) -> Iterable[Any]:
    decoded = decode_documents(records.values)
    origin = Origin(records.topic, records.partition, "")
    spans = len(decoded.batch)
    yield count(Step.DECODE, origin, Result.READ, spans + len(decoded.refused))
    for refused in decoded.refused:
        yield beam.pvalue.TaggedOutput(DEAD, _letter(records, refused))
        yield count(Step.DECODE, origin, Result.DEAD, 1, refused.kind)
    if spans:
        yield count(Step.DECODE, origin, Result.PASSED, spans)
        yield decoded.batch.replace_schema_metadata(origin.stamp(SPANS).metadata)
    advance(Step.DECODE, spans)


def _letter(records: RawRecords, refused: Refused) -> DeadLetter:
    value = records.values[refused.document] or b""
    offset = records.offsets[refused.document]
    identity = letter_id(records.topic, records.partition, offset)
    row = None
    if refused.row is not None:
        identity += f"/{refused.place}"
        text = msgspec.json.encode(refused.row._asdict()).decode()
        row = msgspec.json.decode(redact_json(text, Counter()), type=dict[str, Any])
    return DeadLetter(
        id=identity,
        step=Step.DECODE,
        reason=refused.kind,
        topic=records.topic,
        partition=records.partition,
        offset=offset,
        appended_ms=records.timestamps[refused.document],
        row=row,
        size=len(value),
        sha256=hashlib.sha256(value).hexdigest(),
    )
