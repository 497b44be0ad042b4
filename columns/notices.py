"""Change batches, shapes of rows → what no row says of a table: truncates, and columns that come and go.

Partitions are read side by side, and a restarted connector sends again: rows with the columns of before come
after rows with the new ones. So what is kept of a table is since which commit it has had which columns.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from columns.transactions import table_of
from schemas.batches import Origin, numbers
from schemas.losses import SchemaChange, Shape, Truncated
from schemas.names import Op
from schemas.times import iso
from security.detectors import redact_name

#: Eras that are kept of a table; what is older than these tells nothing.
MOST_ERAS: Final = 16
#: Names that a notice holds, at most.
MOST_NAMES: Final = 1600
_LONGEST: Final = 63  # bytes of a name in PostgreSQL


class Era(msgspec.Struct, array_like=True):
    """From a commit on a table had ``columns``; where the first row of them was seen."""

    since_us: int
    partition: int
    offset: int
    columns: tuple[str, ...]


class Past(msgspec.Struct, array_like=True):
    """What is kept of a table: its eras, in their order."""

    version: int = 1
    eras: list[Era] = []


def truncates(batch: pa.RecordBatch) -> list[Truncated]:
    """A notice for each truncate in a change batch."""
    rows = np.flatnonzero(numbers(batch, "op") == ord(Op.TRUNCATE)).tolist()
    if not rows:
        return []
    origin = Origin.of(batch)
    offsets, commits, tx = (numbers(batch, name) for name in ("offset", "committed_us", "tx"))
    return [
        Truncated(
            topic=origin.topic,
            partition=origin.partition,
            offset=int(offsets[row]),
            table=table_of(origin),
            tx=int(tx[row]),
            committed_at=iso(int(commits[row])),
        )
        for row in rows
    ]


def schema_changes(shape: Shape, past: Past) -> list[SchemaChange]:
    """What ``shape`` shows to have changed; ``past`` learns from it.

    A change is told once, when rows of both its sides have been seen, with the first row of the later side.
    """
    eras, era = past.eras, Era(shape.committed_us, shape.partition, shape.offset, shape.columns)
    place = bisect_left(eras, era.since_us, key=_since)
    after = bisect_right(eras, era.since_us, key=_since)  # between: eras of the same commit
    if any(known.columns == era.columns for known in eras[max(0, place - 1) : after]):
        return []
    if after < len(eras) and eras[after].columns == era.columns:
        eras[after] = era
        return []
    if after == 0 and len(eras) == MOST_ERAS:
        return []
    eras.insert(after, era)
    if after:
        found = [_change(shape, eras[after - 1], era)]
    else:
        found = [_change(shape, era, eras[1])] if len(eras) > 1 else []
    del eras[:-MOST_ERAS]
    return found


def _since(era: Era) -> int:
    return era.since_us


def _change(shape: Shape, before: Era, after: Era) -> SchemaChange:
    return SchemaChange(
        topic=shape.topic,
        partition=after.partition,
        offset=after.offset,
        table=table_of(Origin(shape.topic, shape.partition, shape.source)),
        added=_names(set(after.columns) - set(before.columns)),
        removed=_names(set(before.columns) - set(after.columns)),
        committed_at=iso(after.since_us),
    )


def _names(names: set[str]) -> list[str]:
    return [redact_name(name[:_LONGEST], Counter()) for name in sorted(names)[:MOST_NAMES]]
