"""Change batches → the same without personal data and secrets | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa

from columns.redact import redact_batch
from schemas.batches import Origin
from schemas.names import Result, Step
from transforms.outcome import TALLY, Count, Counted, count


@dataclass(kw_only=True)
class Redact(beam.PTransform):
    """Mask personal data and secrets in names, tags and free text: eight kinds, see security.detectors.

    It stands before the first step that can refuse a row, so that dead letters are redacted too. Redacting
    twice gives what redacting once gave.
    """

    def expand(self, batches: beam.PCollection) -> Counted:
        out = batches | "Mask" >> beam.ParDo(_mask).with_output_types(
            pa.RecordBatch, tally=Count
        ).with_outputs(TALLY, main="ok")
        return Counted(out["ok"], out[TALLY])


def _mask(batch: pa.RecordBatch) -> Iterable[Any]:
    origin = Origin.of(batch)
    clean, found = redact_batch(batch)
    for kind, values in found.items():
        yield count(Step.REDACT, origin, Result.MASKED, values, kind)
    yield count(Step.REDACT, origin, Result.PASSED, len(batch))
    yield clean
