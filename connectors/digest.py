"""The digest of the clean events' keys: SHA-256 over the sorted lines ``metric_id TAB microseconds LF``.

In bounded memory: the sorted ids are cut into groups with few enough events each, the keys are dealt out to a
file for each group, and one group at a time is sorted and added.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_GROUP_ROWS: Final = 250_000
_AVRO_ROWS: Final = 100_000
_KEY: Final = np.dtype([("id", "<i4"), ("micros", "<i8")])


def keys_sha256(files: Sequence[Path]) -> str:
    """The digest of all events in ``files`` (Parquet or Avro); works in a folder beside the first of them."""
    digest = hashlib.sha256()
    rows: Counter[str] = Counter()
    for table in _keys(files):
        counts = pc.value_counts(table.column("metric_id"))
        rows.update(dict(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True)))
    if not rows:
        return digest.hexdigest()
    ids = sorted(rows, key=lambda metric_id: f"{metric_id}\t".encode())
    with tempfile.TemporaryDirectory(prefix="digest-", dir=files[0].parent) as folder:
        for group in _deal_out(files, ids, rows, Path(folder)):
            digest.update(_sorted_lines(np.fromfile(group, _KEY), pa.array(ids)))
    return digest.hexdigest()


def _deal_out(files: Sequence[Path], ids: list[str], rows: Counter[str], folder: Path) -> list[Path]:
    """Write each key to the file of its group; the files in the order of the groups."""
    events_before = np.cumsum([rows[metric_id] for metric_id in ids]) - [rows[i] for i in ids]
    group_of_id = events_before // _GROUP_ROWS
    value_set = pa.array(ids)
    for table in _keys(files):
        keys = np.empty(len(table), _KEY)
        keys["id"] = pc.index_in(table.column("metric_id"), value_set=value_set).to_numpy()
        keys["micros"] = table.column("timestamp").cast(pa.int64()).to_numpy()
        groups = group_of_id[keys["id"]]
        order = np.argsort(groups, kind="stable")
        numbers, starts = np.unique(groups[order], return_index=True)
        parts = np.split(keys[order], starts)[1:]  # what lies before the first start is nothing
        for number, part in zip(numbers, parts, strict=True):
            with (folder / str(number)).open("ab") as file:
                file.write(part.tobytes())
    return [folder / str(number) for number in np.unique(group_of_id)]


def _sorted_lines(keys: np.ndarray, ids: pa.Array) -> bytes:
    micros = pa.array(keys["micros"].copy()).cast(pa.string())
    lines = pc.binary_join_element_wise(ids.take(pa.array(keys["id"].copy())), micros, "\t")
    return "".join(f"{line}\n" for line in lines.take(pc.sort_indices(lines)).to_pylist()).encode()


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
