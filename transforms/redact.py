"""Batches of changes, spans or logs → the same without personal data and secrets | findings | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa

from columns.redact import findings_of, redact_batch
from schemas.batches import Origin
from schemas.names import Result, Step
from security.loaded import load_redactor
from transforms.outcome import TALLY, Count, count

FINDINGS = "findings"


class Redacted(NamedTuple):
    """The outputs of the step. ``findings``: batches of what was found, and nothing of the values."""

    ok: beam.PCollection
    findings: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class Redact(beam.PTransform):
    """Do with personal data and secrets, in names, tags, documents and free text, what a policy says.

    It stands before the first step that can refuse a row, so that dead letters are redacted too. Redacting
    twice gives what redacting once gave. ``kinds``: ``basic`` (eight, see security.detectors.basic) or
    ``all``. ``policy_file``: TOML, see security.policy; none: mask everything. ``key_file``: the secret of
    hashes and tokens. ``model``: when the model is asked, ``off``, ``on`` or ``unsure``; empty: as the
    policy says. Names of kinds and fields are all that findings tell.
    """

    kinds: str = "basic"
    policy_file: str | None = None
    key_file: str | None = None
    model: str = "off"

    def expand(self, batches: beam.PCollection) -> Redacted:
        out = batches | "Mask" >> beam.ParDo(_Mask(self)).with_output_types(
            pa.RecordBatch, findings=pa.RecordBatch, tally=Count
        ).with_outputs(FINDINGS, TALLY, main="ok")
        return Redacted(out["ok"], out[FINDINGS], out[TALLY])


class _Mask(beam.DoFn):
    def __init__(self, step: Redact) -> None:
        self._chosen = (step.kinds, step.policy_file, step.key_file, step.model)

    def setup(self) -> None:
        self._redactor = load_redactor(*self._chosen)

    def process(self, batch: pa.RecordBatch) -> Iterable[Any]:
        origin = Origin.of(batch)
        clean = redact_batch(batch, self._redactor)
        for kind, values in clean.found.items():
            yield count(Step.REDACT, origin, Result.MASKED, values, kind)
        if clean.seen:
            yield beam.pvalue.TaggedOutput(FINDINGS, findings_of(batch, clean))
        if clean.dropped:
            yield count(Step.REDACT, origin, Result.DROPPED, clean.dropped)
        yield count(Step.REDACT, origin, Result.PASSED, len(clean.batch))
        if len(clean.batch):
            yield clean.batch
