"""An archive of records, Avro or Parquet → records; bytes are bytes there."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import InputError
from connectors.wanted import EVERYTHING, Wanted, only
from schemas.archive import ARCHIVE
from schemas.records import RawRecords, Record


def read_avro(file: Path) -> Iterator[Record]:
    """The rows of an Avro file."""
    with file.open("rb") as stream:
        for place, row in enumerate(fastavro.reader(stream), start=1):
            try:
                yield msgspec.convert(row, Record)
            except msgspec.ValidationError as error:
                raise InputError(f"{file}:{place}: no record: {error}") from error


def read_parquet(
    file: Path, batch_rows: int, span_ms: float, wanted: Wanted = EVERYTHING
) -> Iterator[RawRecords]:
    """The wanted rows of a Parquet file, at most ``batch_rows`` and ``span_ms`` of a partition at a time."""
    with pq.ParquetFile(file, pre_buffer=False) as archive:  # the buffer would hold the whole file
        missing = set(ARCHIVE.names) - set(archive.schema_arrow.names)
        if missing:
            raise InputError(f"{file}: no archive of records: column {min(missing)!r} is missing")
        spans = spans_of(archive)
        for group in range(
            archive.num_row_groups
        ):  # one by one: groups are runs of one partition, if written well
            if (span := spans[group]) and not wanted.span(span.first_ms, span.last_ms):
                continue
            for batch in archive.iter_batches(batch_rows, row_groups=[group], columns=ARCHIVE.names):
                yield from _split_archive(only(_archived(file, batch), wanted), span_ms)


class Span(NamedTuple):
    """Rows of a group, and when the first and the last of them were appended."""

    rows: int
    first_ms: int
    last_ms: int


def spans_of(archive: pq.ParquetFile) -> list[Span | None]:
    """Of each row group; ``None`` where the file does not say."""
    place = archive.schema_arrow.get_field_index("timestamp_ms")
    spans: list[Span | None] = []
    for number in range(archive.num_row_groups):
        group = archive.metadata.row_group(number)
        known = group.column(place).statistics
        whole = known is not None and known.has_min_max and known.null_count == 0
        spans.append(Span(group.num_rows, int(known.min), int(known.max)) if whole else None)
    return spans


def _archived(file: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
    """``batch`` with the columns of an archive; a time that is absent is -1."""
    arrays = []
    for field in ARCHIVE:
        column = batch.column(field.name)
        try:
            column = column.cast(field.type)
        except pa.ArrowException as error:
            raise InputError(f"{file}: no archive of records: column {field.name!r}: {error}") from error
        if field.name == "timestamp_ms":
            column = column.fill_null(-1)
        if column.null_count and not field.nullable:
            raise InputError(f"{file}: no archive of records: column {field.name!r} has no value in some row")
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, schema=ARCHIVE)


def _split_archive(batch: pa.RecordBatch, span_ms: float) -> Iterator[RawRecords]:
    """Runs of one partition; archives are written so that these are long."""
    if len(batch) == 0:
        return
    topics = batch.column("topic").dictionary_encode()
    partitions, times = batch.column("partition").to_numpy(), batch.column("timestamp_ms").to_numpy()
    changes = (np.diff(topics.indices.to_numpy()) != 0) | (np.diff(partitions) != 0)
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(batch)]
    for first, last in itertools.pairwise(bounds):
        for start, end in _spans(times, first, last, span_ms):
            rows = batch.slice(start, end - start)
            offsets, appends, keys, values = (_listed(rows.column(name)) for name in ARCHIVE.names[2:])
            yield RawRecords(topics[start].as_py(), int(partitions[start]), offsets, appends, keys, values)


def _spans(times: np.ndarray, first: int, last: int, span_ms: float) -> Iterator[tuple[int, int]]:
    """The rows from ``first`` to ``last``, cut where they span more than ``span_ms``."""
    while first < last:
        beyond = times[first:last] > times[first] + span_ms
        end = first + int(np.argmax(beyond)) if beyond.any() else last
        yield first, end
        first = end


def _listed(column: pa.Array) -> list[Any]:
    """``to_pylist``, several times as fast, for columns whose numbers are never null."""
    listed: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
    return listed
