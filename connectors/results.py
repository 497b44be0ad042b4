"""An earlier result of the ingest job → records and events to go through the path again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.errors import InputError
from schemas.batches import EVENT_CHANGES, EVENTS, HISTORY, TABLE_CHANGES, Origin
from schemas.letters import DeadLetter
from schemas.names import SPANS_TOPIC, SUMMARY_FILE, Op, Output
from schemas.records import RawRecords
from security.seal import Seal

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LETTER = msgspec.json.Decoder(DeadLetter)


def is_result(path: Path) -> bool:
    """Whether ``path`` is the output folder of a job that ended well."""
    return (path / SUMMARY_FILE).is_file()


def job_of(path: Path) -> str | None:
    """The job whose result is in ``path``; ``None`` if there is none, or its summary names no job."""
    try:
        job = msgspec.json.decode((path / SUMMARY_FILE).read_bytes())["job"]
    except (OSError, msgspec.DecodeError, TypeError, KeyError):
        return None
    return job if isinstance(job, str) else None


def lineage(result: Path) -> list[Path]:
    """``result`` and, if it is one of a replay, the results whose letters it replayed."""
    summary = msgspec.json.decode((result / SUMMARY_FILE).read_bytes())
    if summary.get("job") != "replay":
        return [result]
    parents = [Path(path) for path in summary["input"] if is_result(Path(path))]
    if not parents:
        raise InputError(
            f"{result}: the result that it replayed is gone ({', '.join(summary['input'])}), so that what was"
            " clean there is not known; replay that one"
        )
    return [result, *(place for parent in parents for place in lineage(parent))]


def letters(result: Path) -> Iterator[DeadLetter]:
    """The dead letters of ``result``."""
    for file in sorted((result / Output.DEAD).glob("*.jsonl")):
        with file.open("rb") as stream:
            for place, line in enumerate(stream, start=1):
                try:
                    yield _LETTER.decode(line)
                except msgspec.DecodeError as error:
                    raise InputError(f"{file}:{place}: no dead letter: {error}") from error


def as_records(letter: DeadLetter, seal: Seal) -> RawRecords | None:
    """The record that ``letter`` was; ``None`` if its value was not kept, as of all letters of spans."""
    if letter.topic == SPANS_TOPIC:
        return None
    if letter.row is not None:
        value = _envelope(letter)
    elif letter.sealed is not None:
        value = seal.open(letter.sealed, letter.id)
    else:
        return None
    return RawRecords(letter.topic, letter.partition, [letter.offset], [letter.appended_ms], [None], [value])


def _envelope(letter: DeadLetter) -> bytes:
    row = letter.row or {}
    source = {
        "name": letter.source,
        "ts_us": letter.committed_us,
        "lsn": letter.lsn,
        "sequence": msgspec.json.encode([str(letter.commit_lsn), str(letter.lsn)]).decode(),
    }
    return msgspec.json.encode(
        {
            "op": letter.op,
            "before": None,
            "after": row["row"] if row.keys() == {"row"} else row,
            "source": source,
            "transaction": {"total_order": letter.order},
        }
    )


def table_changes(result: Path, table: str) -> Iterator[RawRecords]:
    """The changes of ``table`` (schema.table) in ``result``, as records."""
    for batch in parquet_batches(result, Output.TABLES):
        for row in batch.to_pylist():
            if row["topic"].endswith(table) and row["op"] != Op.DELETE and row["row"] is not None:
                value = b'{"op":"%s","after":%s}' % (row["op"].encode(), row["row"].encode())
                yield RawRecords(
                    row["topic"],
                    row["partition"],
                    [row["offset"]],
                    [row["appended_ms"]],
                    [row["key"]],
                    [value],
                )


def clean_events(result: Path, since_us: int | None = None) -> Iterator[pa.RecordBatch]:
    """The clean events of ``result``, placed before everything else in commit order.

    ``since_us``: only those that were committed from then on (epoch microseconds).
    """
    schema = Origin(HISTORY, 0, "").stamp(EVENTS)
    for batch in parquet_batches(result, Output.CLEAN, since_us):
        before_all = pa.repeat(pa.scalar(-1, pa.int64()), len(batch))
        yield _events(batch, schema, {"commit_lsn": before_all})


def events_again(result: Path) -> Iterator[pa.RecordBatch]:
    """The clean events of ``result`` as they came, but for the time of their append: it is not written."""
    for batch in parquet_batches(result, Output.CLEAN):
        for origin, rows in _by_origin(batch):
            yield _events(rows, origin.stamp(EVENTS), {})


def changes_again(result: Path, output: Output) -> Iterator[pa.RecordBatch]:
    """The changes of events (``Output.CHANGES``) or of tables (``Output.TABLES``) in ``result``."""
    schema = EVENT_CHANGES if output is Output.CHANGES else TABLE_CHANGES
    for batch in parquet_batches(result, output):
        for origin, rows in _by_origin(batch):
            ops = pa.array([ord(op) for op in rows.column("op").to_pylist()], pa.uint8())
            made = {"op": ops, "raw_id": pa.repeat(pa.scalar(0, pa.int64()), len(rows))}
            columns = [made[f.name] if f.name in made else _column(rows, f) for f in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=origin.stamp(schema))


def _by_origin(batch: pa.RecordBatch) -> Iterator[tuple[Origin, pa.RecordBatch]]:
    """The rows of each partition; of the connector nothing is written."""
    topics = batch.column("topic").cast(pa.string())
    for topic in topics.unique().to_pylist():
        of_topic = batch.filter(pc.equal(topics, topic))
        partitions = of_topic.column("partition")
        for partition in partitions.unique().to_pylist():
            yield Origin(topic, partition, ""), of_topic.filter(pc.equal(partitions, partition))


def _events(batch: pa.RecordBatch, schema: pa.Schema, made: dict[str, pa.Array]) -> pa.RecordBatch:
    committed = batch.column("committed_at").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    none = pa.repeat(pa.scalar(0, pa.int64()), len(batch))
    made = {
        "order": none,
        "committed_us": committed,
        "appended_ms": pc.divide(committed, 1000),
        "raw_id": none,
        **made,
    }
    columns = [made[f.name] if f.name in made else _column(batch, f) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
    column = batch.column(field.name)
    if not pa.types.is_dictionary(field.type):
        return column.cast(field.type)
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def parquet_batches(result: Path, output: Output, since_us: int | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of an output of ``result``; ``since_us``: of rows that were committed from then on."""
    if any((result / output).glob("*.avro")):
        raise InputError(
            f"{result / output}: only results in Parquet are read back; run the job with --format parquet"
        )
    for file in sorted((result / output).glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            if since_us is None:
                yield from parquet.iter_batches()
                continue
            since = pa.scalar(since_us, pa.timestamp("us", tz="UTC"))
            newest = newest_commits(parquet)
            groups = [number for number, newest_us in enumerate(newest) if newest_us >= since_us]
            for batch in parquet.iter_batches(row_groups=groups):
                yield batch.filter(pc.greater_equal(batch.column("committed_at"), since))


def newest_commits(parquet: pq.ParquetFile) -> list[int]:
    """The newest commit in each row group (epoch microseconds), as the file's own statistics say."""
    place = parquet.schema_arrow.get_field_index("committed_at")
    found = []
    for number in range(parquet.num_row_groups):
        newest = parquet.metadata.row_group(number).column(place).statistics.max
        found.append((newest - _EPOCH) // timedelta(microseconds=1))
    return found
