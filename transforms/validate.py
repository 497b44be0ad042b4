"""Inserted rows, catalogue changes → valid events | dead letters | audit records | tally."""

from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam

from schemas.contract import Contract
from schemas.letters import AuditRecord, DeadLetter
from transforms.contract import CheckContract
from transforms.references import CheckReferences


class Validated(NamedTuple):
    """Valid events, and what is known of the others."""

    ok: beam.PCollection
    dead: beam.PCollection
    audit: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class Validate(beam.PTransform):
    """Schema and referential integrity: :class:`CheckContract`, then :class:`CheckReferences`.

    Takes a pair (inserted rows, catalogue changes). Each refused row has one reason code, one dead letter and
    one audit record. Completeness is found from what is clean in the end: see :class:`FindGaps`.
    """

    contract_file: str | None = None
    shards: int = 4
    wait_seconds: float = 600.0
    streaming: bool = False

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> Validated:
        rows, catalogue = inputs
        kept = rows | "Contract" >> CheckContract(contract_file=self.contract_file)
        known = (kept.ok, catalogue) | "References" >> CheckReferences(
            shards=self.shards, wait_seconds=self.wait_seconds, streaming=self.streaming
        )
        dead = (kept.dead, known.dead) | "Dead" >> beam.Flatten()
        contract = Contract.load(self.contract_file).name
        audit = dead | "Audit" >> beam.Map(_audit, contract).with_output_types(AuditRecord)
        tally = (kept.tally, known.tally) | "Tally" >> beam.Flatten()
        return Validated(known.ok, dead, audit, tally)


def _audit(letter: DeadLetter, contract: str) -> AuditRecord:
    return letter.audit(contract)
