"""An earlier result of the ingest job → records and events to go through the path again."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.errors import InputError
from schemas.batches import EVENTS, HISTORY, Origin
from schemas.letters import DeadLetter
from schemas.names import SPANS_TOPIC, SUMMARY_FILE, Op, Output
from schemas.records import RawRecords
from security.seal import Seal

_LETTER = msgspec.json.Decoder(DeadLetter)


def is_result(path: Path) -> bool:
    """Whether ``path`` is the output folder of a job that ended well."""
    return (path / SUMMARY_FILE).is_file()


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


def clean_events(result: Path) -> Iterator[pa.RecordBatch]:
    """The clean events of ``result``, placed before everything else in commit order."""
    schema = Origin(HISTORY, 0, "").stamp(EVENTS)
    for batch in parquet_batches(result, Output.CLEAN):
        rows = len(batch)
        committed = batch.column("committed_at").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
        before_all = pa.repeat(pa.scalar(-1, pa.int64()), rows)
        made = {
            "commit_lsn": before_all,
            "order": pa.repeat(pa.scalar(0, pa.int64()), rows),
            "committed_us": committed,
            "appended_ms": pc.divide(committed, 1000),
            "raw_id": pa.repeat(pa.scalar(0, pa.int64()), rows),
        }
        columns = [made[f.name] if f.name in made else _column(batch, f) for f in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
    column = batch.column(field.name)
    if not pa.types.is_dictionary(field.type):
        return column.cast(field.type)
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def parquet_batches(result: Path, output: Output) -> Iterator[pa.RecordBatch]:
    """The batches of an output of ``result``."""
    if any((result / output).glob("*.avro")):
        raise InputError(
            f"{result / output}: only results in Parquet are read back; run the job with --format parquet"
        )
    for file in sorted((result / output).glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            yield from parquet.iter_batches()
