"""Dead letters and audit records: what is written of a record that a step refused."""

from typing import Any

import msgspec


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refused record with its reason.

    ``row`` is the redacted row of a record that could be parsed; ``sealed`` is the encrypted value of one
    that could not (absent without a key), beside its ``size`` in bytes and its ``sha256``; ``run`` is the
    connector's run as the record's headers name it.
    Times are epoch microseconds (``committed_us``) and milliseconds (``appended_ms``).
    """

    id: str
    step: str
    reason: str
    topic: str
    partition: int
    offset: int
    appended_ms: int
    op: str | None = None
    source: str | None = None
    run: str | None = None
    committed_us: int | None = None
    commit_lsn: int | None = None
    lsn: int | None = None
    order: int | None = None
    row: dict[str, Any] | None = None
    size: int | None = None
    sha256: str | None = None
    sealed: str | None = None

    def audit(self, contract: str) -> "AuditRecord":
        """The audit record of this refusal; it holds no value of the record."""
        return AuditRecord(
            id=self.id,
            action="sealed" if self.row is None else "rejected",
            step=self.step,
            reason=self.reason,
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            appended_ms=self.appended_ms,
            contract=contract,
        )


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """That a record was refused, where, why and under which contract."""

    id: str
    action: str
    step: str
    reason: str
    topic: str
    partition: int
    offset: int
    appended_ms: int
    contract: str


def letter_id(topic: str, partition: int, offset: int) -> str:
    """The deterministic id of the letter of one record."""
    return f"{topic}/{partition}/{offset}"
