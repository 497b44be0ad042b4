"""What became of every record of a stream so far."""

import msgspec


class StepCount(msgspec.Struct, frozen=True):
    """So many ``records`` of a partition met ``result`` at ``step``; ``reason``: why, if it has one."""

    step: str
    topic: str
    partition: int
    result: str
    reason: str
    records: int


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of all steps at some time (RFC 3339); they only grow, the newest one counts."""

    at: str
    counts: list[StepCount]
