"""The record batches that flow between the steps, and the facts that hold for a whole batch.

A batch holds rows of one partition of one topic, written by one connector. These three facts are kept
once, in the schema's metadata (:class:`Origin`), and not in each row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())

#: Tells apart series whose ids are the same once they are masked: a hash of the id before, 0 where nothing
#: was masked. It could give the masked part away to who guesses, so it is never written.
_RAW_ID: Final = pa.field("raw_id", pa.int64())

_POSITION: Final = [
    pa.field("offset", pa.int64()),  # place in the partition
    pa.field("op", pa.uint8()),  # ord() of Debezium's op
    pa.field("commit_lsn", pa.int64()),  # log position of the last commit before this change, -1: unknown
    pa.field("lsn", pa.int64()),  # log position of the change, -1: unknown
    pa.field("order", pa.int64()),  # ordinal in its transaction, 0: unknown
    pa.field("tx", pa.int64()),  # id of its transaction, 0: unknown, or of none (rows of a snapshot)
    pa.field("committed_us", pa.int64()),  # commit time, epoch microseconds
    pa.field("appended_ms", pa.int64()),  # time of the append to the topic, epoch milliseconds
    pa.field("key", pa.binary()),  # the record's key as it came
]

#: Changes of the table of events, decoded into columns.
#: ``odd`` holds the JSON text of a row that does not fit the columns; they are null there.
#: ``before`` holds the JSON text of the old row of an update.
EVENT_CHANGES: Final = pa.schema(
    [
        *_POSITION,
        pa.field("seq", pa.int64()),
        pa.field("metric_id", _TEXT),
        pa.field("timestamp", _TEXT),
        pa.field("value", pa.float64()),
        pa.field("tags", _TEXT),
        pa.field("odd", pa.string()),
        pa.field("before", pa.string()),
        _RAW_ID,
    ]
)

#: Changes of any other table; the rows stay JSON text.
TABLE_CHANGES: Final = pa.schema([*_POSITION, pa.field("row", pa.string()), pa.field("before", pa.string())])

#: Ends of transactions: what the connector says of how many changes it sent of which table.
TRANSACTION_ENDS: Final = pa.schema(
    [
        *_POSITION,
        pa.field("tables", pa.list_(pa.string())),  # as schema.table
        pa.field("counts", pa.list_(pa.int64())),  # changes of each of these
    ]
)

#: Events that keep the contract.
EVENTS: Final = pa.schema(
    [
        pa.field("metric_id", _TEXT),
        pa.field("timestamp", pa.timestamp("us", tz="UTC")),
        pa.field("value", pa.float64()),
        pa.field("tags", _TEXT),
        pa.field("seq", pa.int64()),
        pa.field("offset", pa.int64()),
        pa.field("commit_lsn", pa.int64()),
        pa.field("lsn", pa.int64()),
        pa.field("order", pa.int64()),
        pa.field("committed_us", pa.int64()),
        pa.field("appended_ms", pa.int64()),
        _RAW_ID,
    ]
)


#: The topic of events that were clean in an earlier result.
HISTORY: Final = "(earlier result)"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where all rows of a batch come from."""

    topic: str
    partition: int
    source: str

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "Origin":
        """The origin that :meth:`stamp` wrote."""
        metadata = batch.schema.metadata
        return cls(metadata[b"topic"].decode(), int(metadata[b"partition"]), metadata[b"source"].decode())

    def stamp(self, schema: pa.Schema) -> pa.Schema:
        """``schema`` with this origin in its metadata."""
        return schema.with_metadata(
            {"topic": self.topic, "partition": str(self.partition), "source": self.source}
        )

    @property
    def partition_key(self) -> str:
        """Identity of the stream of positions that these rows belong to."""
        return f"{self.source}|{self.topic}|{self.partition}"


def numbers(batch: pa.RecordBatch, name: str) -> np.ndarray:
    """A column without nulls as a numpy array, without a copy where Arrow allows it."""
    values: np.ndarray = batch.column(name).to_numpy(zero_copy_only=False)
    return values


def pick(batch: pa.RecordBatch, rows: np.ndarray) -> pa.RecordBatch:
    """The few ``rows`` (a mask) that leave the path; they do not keep the rest of the batch in memory."""
    return compact(batch.filter(pa.array(rows)))


def compact(batch: pa.RecordBatch) -> pa.RecordBatch:
    """``batch`` with dictionaries of its own, which hold only the texts that occur in it."""
    arrays = [
        _compacted(column) if pa.types.is_dictionary(column.type) else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)


def _compacted(column: pa.DictionaryArray) -> pa.DictionaryArray:
    if column.null_count == len(column):
        return pa.nulls(len(column), column.type)
    if len(column) < len(column.dictionary):  # then what is done for each of its texts costs more
        return column.dictionary_decode().dictionary_encode()
    used = np.bincount(column.indices.drop_null().to_numpy(), minlength=len(column.dictionary)) > 0
    renumbered = (np.cumsum(used) - 1).astype(np.int32)
    nulls = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    codes = pa.array(renumbered[column.indices.fill_null(0).to_numpy()], mask=nulls)
    return pa.DictionaryArray.from_arrays(codes, column.dictionary.filter(pa.array(used)))


def join_by_origin(batches: Iterable[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """The same rows in one batch for each origin, and for each set of columns."""
    groups: dict[tuple[Origin, tuple[str, ...]], list[pa.RecordBatch]] = {}
    for batch in batches:
        groups.setdefault((Origin.of(batch), tuple(batch.schema.names)), []).append(batch)
    return [group[0] if len(group) == 1 else concatenated(group) for group in groups.values()]


def split_by_append(
    batches: Iterable[pa.RecordBatch], until_ms: int | None
) -> tuple[list[pa.RecordBatch], list[pa.RecordBatch]]:
    """The rows that were appended to their topic up to ``until_ms`` (``None``: all), and the others."""
    ready, still = [], []
    for batch in batches:
        due = np.ones(len(batch), bool) if until_ms is None else numbers(batch, "appended_ms") <= until_ms
        if due.all():
            ready.append(batch)
        elif not due.any():
            still.append(batch)
        else:
            ready.append(batch.filter(pa.array(due)))
            still.append(batch.filter(pa.array(~due)))
    return ready, still


def concatenated(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """All rows in one batch; it has the metadata of the first."""
    table = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return table.to_batches()[0]


def encode(batch: pa.RecordBatch) -> pa.Buffer:
    """``batch`` as an Arrow IPC stream of one batch."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def decode(data: bytes | pa.Buffer) -> pa.RecordBatch:
    """The batch that :func:`encode` wrote; its columns share memory with ``data``."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()
