"""Change batch → how many changes of which transaction it holds; ends of transactions → how many there are.

Column work: the rows of a transaction stand together in a partition, so that a look at where its number
changes is enough, and what comes out has a row for each transaction and not for each change.
"""

from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.batches import Origin, numbers

#: What is known of one table in one transaction. ``key``: number of the table, then of the transaction.
#: ``expected``: changes that the transaction's end speaks of, -1: it did not come; ``ended_ms``: its append;
#: ``partition``: where it came. ``at_ms``: the last append of a change.
ENTRY: Final = np.dtype(
    [
        ("key", "<i8"),
        ("committed_ms", "<i8"),
        ("seen", "<i8"),
        ("expected", "<i8"),
        ("at_ms", "<i8"),
        ("ended_ms", "<i8"),
        ("partition", "<i4"),
        ("state", "<i4"),
    ]
)
#: Numbers of PostgreSQL's transactions are of 32 bits, and begin anew after that.
TX_BITS: Final = 32
_MOST_TX: Final = (1 << TX_BITS) - 1
_NONE: Final = -1


class Sent(msgspec.Struct, frozen=True, array_like=True):
    """What one batch tells: ``entries`` are of :data:`ENTRY`, their tables numbered as in ``tables``.

    ``begins``: table, partition, and the first commit (epoch milliseconds) that was read of it there;
    -1 if it was read from its beginning.
    """

    tables: list[str]
    entries: bytes
    begins: list[tuple[str, int, int]] = []


def table_of(origin: Origin) -> str:
    """The table (``schema.table``) of a topic, as ends of transactions name it."""
    return origin.topic.removeprefix(origin.source + ".")


def sent_rows(batch: pa.RecordBatch) -> Sent | None:
    """What changes tell (rows in the order of their offsets); ``None``: nothing.

    Of a topic without transactions nothing is kept; rows of files that name no partition may stand twice.
    """
    origin = Origin.of(batch)
    if len(batch) == 0 or origin.partition < 0:
        return None
    tx = numbers(batch, "tx")
    committed_ms = numbers(batch, "committed_us") // 1000
    starts = np.append(0, np.flatnonzero((np.diff(tx) != 0) | (np.diff(committed_ms) != 0)) + 1)
    known = (tx[starts] > 0) & (tx[starts] <= _MOST_TX)
    from_the_first = int(numbers(batch, "offset")[0]) == 0
    if not known.any() and not from_the_first:
        return None
    entries = _entries(int(np.count_nonzero(known)))
    entries["key"] = tx[starts][known]
    entries["committed_ms"] = committed_ms[starts][known]
    entries["seen"] = np.diff(np.append(starts, len(tx)))[known]
    entries["at_ms"] = np.maximum.reduceat(numbers(batch, "appended_ms"), starts)[known]
    table = table_of(origin)
    begin = _NONE if from_the_first else int(committed_ms.min())
    return Sent([table], entries.tobytes(), [(table, origin.partition, begin)])


def sent_ends(batch: pa.RecordBatch) -> Sent | None:
    """What ends of transactions tell (a batch of ``TRANSACTION_ENDS``); ``None``: of no table."""
    names = pc.list_flatten(batch.column("tables")).dictionary_encode()
    end = pc.list_parent_indices(batch.column("tables")).to_numpy()
    tx = numbers(batch, "tx")[end]
    known = (tx > 0) & (tx <= _MOST_TX)
    if not known.any():
        return None
    end = end[known]
    entries = _entries(len(end))
    entries["key"] = names.indices.to_numpy()[known].astype(np.int64) << TX_BITS | tx[known]
    entries["committed_ms"] = numbers(batch, "committed_us")[end] // 1000
    entries["expected"] = pc.list_flatten(batch.column("counts")).to_numpy()[known]
    entries["ended_ms"] = numbers(batch, "appended_ms")[end]
    entries["partition"] = Origin.of(batch).partition
    return Sent(names.dictionary.to_pylist(), entries.tobytes())


def tables_ended(batch: pa.RecordBatch) -> int:
    """Of how many tables, and transactions, the ends in ``batch`` tell."""
    tx = numbers(batch, "tx")
    tables = pc.list_value_length(batch.column("tables")).to_numpy()
    return int(tables[(tx > 0) & (tx <= _MOST_TX)].sum())


def _entries(count: int) -> np.ndarray:
    entries = np.zeros(count, dtype=ENTRY)
    for name in ("expected", "at_ms", "ended_ms", "partition"):
        entries[name] = _NONE
    return entries
