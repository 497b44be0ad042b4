"""RawRecords of logs → LOGS batches | dead letters | tally."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import apache_beam as beam
import pyarrow as pa

from logs.decode import Reading, decode_documents
from logs.records import Refused
from schemas.batches import Origin
from schemas.letters import DeadLetter, letter_id
from schemas.logs import (
    LOGS,
    MAX_DOCUMENT_BYTES,
    MAX_LINE_BYTES,
    TRUNCATED_BYTES,
    WHOLE_SHA256,
    LogForm,
    LogsStep,
)
from schemas.names import Result, Step
from schemas.records import RawRecords
from telemetry.progress import advance
from transforms.outcome import DEAD, TALLY, Count, Outcome, count


@dataclass(kw_only=True)
class DecodeLogs(beam.PTransform):
    """Documents of logs into batches of log records (:data:`schemas.logs.LOGS`).

    ``form``: what documents are, or ``auto``. ``zone``: of times in texts that name none. A value that is no
    such document, or cannot be taken, becomes a dead letter with its size and SHA-256 alone. Counts are of
    documents (step ``documents``) and of records (step ``decode``).
    """

    form: str = LogForm.AUTO
    zone: str = "UTC"
    max_line_bytes: int = MAX_LINE_BYTES
    max_document_bytes: int = MAX_DOCUMENT_BYTES

    def expand(self, records: beam.PCollection) -> Outcome:
        step = _Decode(LogForm(self.form), self.zone, self.max_line_bytes, self.max_document_bytes)
        out = records | "Decode" >> beam.ParDo(step).with_output_types(
            pa.RecordBatch, dead=DeadLetter, tally=Count
        ).with_outputs(DEAD, TALLY, main="ok")
        return Outcome(out["ok"], out[DEAD], out[TALLY])


class _Decode(beam.DoFn):
    def __init__(self, form: LogForm, zone: str, max_line_bytes: int, max_document_bytes: int) -> None:
        self._reading = Reading(form, ZoneInfo(zone), max_line_bytes, max_document_bytes)

    def process(self, records: RawRecords) -> Iterable[Any]:
        origin = Origin(records.topic, records.partition, "")
        cut = [int(_header(headers, TRUNCATED_BYTES) or 0) for headers in records.headers]
        decoded = decode_documents(
            records.values, records.offsets, self._reading, appended_ms=records.timestamps, truncated=cut
        )
        rows, refused = len(decoded.batch), decoded.refused
        dead_documents = sum(one.place is None for one in refused)
        yield count(LogsStep.DOCUMENTS, origin, Result.PASSED, len(records) - dead_documents)
        if dead_documents:
            yield count(LogsStep.DOCUMENTS, origin, Result.DEAD, dead_documents)
        yield count(Step.DECODE, origin, Result.READ, rows + len(refused))
        for one in refused:
            yield beam.pvalue.TaggedOutput(DEAD, _letter(records, one))
            yield count(Step.DECODE, origin, Result.DEAD, 1, one.kind)
        if rows:
            yield count(Step.DECODE, origin, Result.PASSED, rows)
            yield decoded.batch.replace_schema_metadata(origin.stamp(LOGS).metadata)
        advance(Step.DECODE, rows)


def _letter(records: RawRecords, refused: Refused) -> DeadLetter:
    value = records.values[refused.document] or b""
    headers = records.headers[refused.document] if records.headers else []
    offset = records.offsets[refused.document]
    identity = letter_id(records.topic, records.partition, offset)
    whole = _header(headers, WHOLE_SHA256)
    return DeadLetter(
        id=identity if refused.place is None else f"{identity}/{refused.place}",
        step=Step.DECODE,
        reason=refused.kind,
        topic=records.topic,
        partition=records.partition,
        offset=offset,
        appended_ms=records.timestamps[refused.document],
        size=len(value) + int(_header(headers, TRUNCATED_BYTES) or 0),
        sha256=whole.decode() if whole else hashlib.sha256(value).hexdigest(),
    )


def _header(headers: Iterable[tuple[str, bytes | None]], name: str) -> bytes | None:
    return next((value for key, value in headers if key == name), None)
