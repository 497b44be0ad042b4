"""Batches → the columns that are written: facts of the whole batch become columns again."""

from typing import Final

import pyarrow as pa

from columns.exemplars import EXEMPLAR
from schemas.batches import HISTORY, Origin, numbers

_CLEAN: Final = ("metric_id", "timestamp", "value", "tags", "seq", "offset", "commit_lsn", "lsn")


def clean_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    """An event batch as it is written: commit time as a timestamp, the partition beside the offset.

    The columns of the exemplar are always there, so that all results have the same.
    """
    origin = Origin.of(batch)
    names = [name for name in batch.schema.names if name in _CLEAN or name == "kept_value"]
    columns = {name: batch.column(name) for name in names}
    committed = numbers(batch, "committed_us").view("datetime64[us]")
    columns["committed_at"] = pa.array(committed, pa.timestamp("us", tz="UTC"))
    for field in EXEMPLAR:
        known = field.name in batch.schema.names
        columns[field.name] = batch.column(field.name) if known else pa.nulls(len(batch), field.type)
    return _with_origin(pa.RecordBatch.from_pydict(columns), origin)


def with_partition(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A change batch as it is written: the operation as its letter."""
    ops = pa.array([chr(op) for op in numbers(batch, "op").tolist()], pa.string())
    index = batch.schema.get_field_index("op")
    origin = Origin.of(batch)
    written = [name for name in batch.schema.names if name != "raw_id"]
    return _with_origin(batch.set_column(index, "op", ops).select(written), origin)


def with_place(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of logs as it is written: with topic and partition, beside the offset."""
    return _with_origin(batch, Origin.of(batch))


def only_table(batch: pa.RecordBatch, table: str) -> bool:
    """Whether ``batch`` holds changes of ``table`` (schema.table)."""
    topic = Origin.of(batch).topic
    return topic == table or topic.endswith("." + table)


def is_new(batch: pa.RecordBatch) -> bool:
    """Whether ``batch`` came from the input and not from an earlier result."""
    return Origin.of(batch).topic != HISTORY


def _with_origin(batch: pa.RecordBatch, origin: Origin) -> pa.RecordBatch:
    zeros = pa.repeat(pa.scalar(0, pa.int32()), len(batch))
    topic = pa.DictionaryArray.from_arrays(zeros, pa.array([origin.topic]))
    partition = pa.repeat(pa.scalar(origin.partition, pa.int32()), len(batch))
    batch = batch.append_column("topic", topic).append_column("partition", partition)
    return batch.replace_schema_metadata(origin.stamp(pa.schema([])).metadata)
