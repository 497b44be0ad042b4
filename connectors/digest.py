"""The digest of the clean events' keys: SHA-256 over the sorted lines ``metric_id TAB microseconds LF``.

In bounded memory: the ids are sorted first, and the events of a few ids at a time are read, sorted and added.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import fastavro
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_ROWS_AT_A_TIME: Final = 2_000_000
_AVRO_ROWS: Final = 100_000


def keys_sha256(files: Sequence[Path]) -> str:
    """The digest of all events in ``files`` (Parquet or Avro)."""
    rows: Counter[str] = Counter()
    for table in _keys(files):
        counts = pc.value_counts(table.column("metric_id"))
        rows.update(dict(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True)))
    digest = hashlib.sha256()
    for group in _groups(rows):
        wanted = pa.array(group, pa.string())
        found = [t.filter(pc.is_in(t.column("metric_id"), value_set=wanted)) for t in _keys(files)]
        table = pa.concat_tables(found)
        micros = table.column("timestamp").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
        lines = pc.binary_join_element_wise(table.column("metric_id"), micros.cast(pa.string()), "\t")
        ordered = lines.take(pc.sort_indices(lines))
        digest.update("".join(f"{line}\n" for line in ordered.to_pylist()).encode())
    return digest.hexdigest()


def _groups(rows: Counter[str]) -> Iterator[list[str]]:
    """Ids in order, as many at a time as have few enough rows."""
    group: list[str] = []
    total = 0
    for metric_id in sorted(rows, key=lambda m: (m + "\t").encode()):
        group.append(metric_id)
        total += rows[metric_id]
        if total >= _ROWS_AT_A_TIME:
            yield group
            group, total = [], 0
    if group:
        yield group


def _keys(files: Iterable[Path]) -> Iterator[pa.Table]:
    for file in files:
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as parquet:
                for number in range(parquet.num_row_groups):
                    table = parquet.read_row_group(number, columns=["metric_id", "timestamp"])
                    yield table.set_column(0, "metric_id", table.column("metric_id").cast(pa.string()))
        else:
            yield from _avro_keys(file)


def _avro_keys(file: Path) -> Iterator[pa.Table]:
    schema = pa.schema([("metric_id", pa.string()), ("timestamp", pa.timestamp("us", tz="UTC"))])
    with file.open("rb") as stream:
        chunk = []
        for row in fastavro.reader(stream):
            chunk.append({name: row[name] for name in schema.names})
            if len(chunk) == _AVRO_ROWS:
                yield pa.Table.from_pylist(chunk, schema)
                chunk = []
        yield pa.Table.from_pylist(chunk, schema)
