"""Runs of archived records → files, each whole or not there; and what their names say.

``<folder>/<topic>/<partition>/<first offset>-<last offset>.parquet``: a run that is written again has the
name that it had, or one whose offsets overlap; who reads leaves out offsets that it has seen.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import OutputError
from schemas.batches import numbers

_ROW_GROUP: Final = 16 * 1024
_DIGITS: Final = 20
_NAME: Final = re.compile(r"(?P<first>\d{20})-(?P<last>\d{20})(?:-[0-9a-f]{16})?\.parquet")


class Run(NamedTuple):
    """What the name of a file says: rows of one partition, and their first and last offset."""

    topic: str
    partition: int
    first: int
    last: int


def run_of(file: Path) -> Run | None:
    """What the name of ``file`` says; ``None``: a job did not write it."""
    found = _NAME.fullmatch(file.name)
    if found is None or not re.fullmatch(r"-?\d+", file.parent.name):
        return None
    return Run(file.parents[1].name, int(file.parent.name), int(found["first"]), int(found["last"]))


@dataclass(kw_only=True)
class WriteArchive(beam.PTransform):
    """Write batches of ``schemas.archive.ARCHIVE`` below ``folder``, each as one file; gives the files.

    A batch is rows of one partition, in the order of their offsets. Raises OutputError.
    """

    folder: str

    def expand(self, runs: beam.PCollection) -> beam.PCollection:
        return runs | "WriteFile" >> beam.Map(write_run, self.folder).with_output_types(str)


def write_run(run: pa.RecordBatch, folder: str) -> str:
    """Write the rows of one partition; the file's path. Raises OutputError."""
    place = Path(folder) / run.column("topic")[0].as_py() / str(run.column("partition")[0].as_py())
    path = place / _name(run)
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _whole(path) as partial:
            pq.write_table(
                pa.Table.from_batches([run]),
                partial,
                row_group_size=_ROW_GROUP,
                compression="zstd",
                compression_level=1,
                use_dictionary=["topic", "partition"],
                column_encoding={"offset": "DELTA_BINARY_PACKED", "timestamp_ms": "DELTA_BINARY_PACKED"},
                write_statistics=["partition", "offset", "timestamp_ms"],
            )
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error
    return str(path)


def _name(run: pa.RecordBatch) -> str:
    offsets = numbers(run, "offset")
    first, last = max(0, int(offsets[0])), max(0, int(offsets[-1]))
    name = f"{first:0{_DIGITS}}-{last:0{_DIGITS}}"
    if run.column("partition")[0].as_py() < 0:  # lines of a file: another file has the same numbers
        digest = hashlib.blake2b(digest_size=8)
        for value in run.column("value"):
            digest.update(value.as_py() or b"")
        name += f"-{digest.hexdigest()}"
    return name + ".parquet"


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its name, and is on the disk, when the body has ended well."""
    partial = path.with_name(f".{uuid4().hex}.partial")
    try:
        yield partial
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
