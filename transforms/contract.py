"""Inserted rows → EVENTS batches that keep the contract | dead letters | tally."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa

from columns.contract import ContractCheck
from schemas.batches import Origin
from schemas.contract import Contract
from schemas.letters import DeadLetter
from schemas.names import Result, Step
from transforms.letters import change_letters
from transforms.outcome import DEAD, TALLY, Count, Outcome, count


@dataclass(kw_only=True)
class CheckContract(beam.PTransform):
    """Refuse rows that break the JSON Schema in ``contract_file`` (``None``: the project's own).

    Each refused row has one reason.
    """

    contract_file: str | None = None

    def expand(self, batches: beam.PCollection) -> Outcome:
        out = batches | "Check" >> beam.ParDo(_Check(self.contract_file)).with_output_types(
            pa.RecordBatch, dead=DeadLetter, tally=Count
        ).with_outputs(DEAD, TALLY, main="ok")
        return Outcome(out["ok"], out[DEAD], out[TALLY])


class _Check(beam.DoFn):
    def __init__(self, contract_file: str | None) -> None:
        self._contract_file = contract_file

    def setup(self) -> None:
        self._check = ContractCheck(Contract.load(self._contract_file))

    def process(self, batch: pa.RecordBatch) -> Iterable[Any]:
        origin = Origin.of(batch)
        events, refused, reasons = self._check.split(batch)
        for reason, rows in Counter(reasons).items():
            yield count(Step.CONTRACT, origin, Result.DEAD, rows, reason)
        for letter in change_letters(refused, Step.CONTRACT, reasons):
            yield beam.pvalue.TaggedOutput(DEAD, letter)
        if len(events):
            yield count(Step.CONTRACT, origin, Result.PASSED, len(events))
            yield events
