"""What is told of the change stream itself: changes that were lost, and what no row says of a table."""

from enum import StrEnum
from typing import TypeAlias

import msgspec


class LossStatus(StrEnum):
    """How the changes that came differ from those that the connector says it sent."""

    #: Fewer came than it sent, within the wait.
    MISSING = "missing"
    #: The rest came afterwards: it takes back the loss of the same id.
    LATE = "late"
    #: More came than it sent.
    SURPLUS = "surplus"


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of one table in one transaction: how many were sent, and how many came.

    ``id`` is that of the transaction and the table, so that what is late has the id of what was missing.
    Times are ISO 8601, in UTC: the commit, and the append of the transaction's end to its topic.
    """

    id: str
    status: LossStatus
    connector: str
    table: str
    tx: int
    expected: int
    seen: int
    committed_at: str
    ended_at: str


class Shape(msgspec.Struct, frozen=True):
    """The columns that the rows of a table have from a record on, in the order of their names."""

    topic: str
    partition: int
    source: str
    columns: tuple[str, ...]
    offset: int
    committed_us: int


class Truncated(msgspec.Struct, frozen=True, kw_only=True, tag="truncate", tag_field="kind"):
    """All rows of a table were taken away at once."""

    topic: str
    partition: int
    offset: int
    table: str
    tx: int
    committed_at: str


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True, tag="schema_change", tag_field="kind"):
    """From a record on the rows of a table have other columns than before."""

    topic: str
    partition: int
    offset: int
    table: str
    added: list[str]
    removed: list[str]
    committed_at: str


Notice: TypeAlias = Truncated | SchemaChange
