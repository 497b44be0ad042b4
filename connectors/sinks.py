"""WriteFiles: batches or structs → files in a staging folder, and one FileWritten each.

A bundle writes files of its own under random names. A bundle that is rolled back leaves files that no
FileWritten speaks of; only those that are spoken of are taken over when the job has ended well.
"""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.transforms.window import GlobalWindows

from connectors.errors import OutputError
from connectors.resultfiles import WRITERS, ResultWriter
from schemas.batches import Origin
from transforms.coders import register_struct
from transforms.ending import AtTheEnd

_ROWS_A_FILE = 8_000_000


class FileWritten(msgspec.Struct, frozen=True):
    """A whole file in the staging folder; ``partitions``: rows by ``topic/partition``."""

    output: str
    path: str
    rows: int
    size: int
    partitions: dict[str, int] = {}


register_struct(FileWritten)


@dataclass(kw_only=True)
class WriteFiles(beam.PTransform):
    """Write batches (``parquet``, ``avro``) or structs (``jsonl``) below ``folder``/``output``."""

    folder: str
    output: str
    format: str

    def expand(self, items: beam.PCollection) -> beam.PCollection:
        return items | "Write" >> beam.ParDo(_Write(self)).with_output_types(FileWritten)


class _Write(beam.DoFn):
    def __init__(self, step: WriteFiles) -> None:
        self._folder = Path(step.folder) / step.output
        self._output = step.output
        self._format = step.format

    def start_bundle(self) -> None:
        self._writer: ResultWriter | None = None
        self._rows: Counter[str] = Counter()

    def process(self, item: Any) -> Iterable[FileWritten]:
        try:
            if self._writer is None:
                self._open()
            assert self._writer is not None  # noqa: S101  for the type checker
            self._writer.write(item)
        except OSError as error:
            raise _named(error, self._folder) from error
        if isinstance(item, pa.RecordBatch):
            origin = Origin.of(item)
            self._rows[f"{origin.topic}/{origin.partition}"] += len(item)
        else:
            topic, partition = getattr(item, "topic", ""), getattr(item, "partition", "")
            self._rows[f"{topic}/{partition}"] += 1
        if self._rows.total() >= _ROWS_A_FILE:
            yield self._close()

    def finish_bundle(self) -> Iterable[Any]:
        if self._writer is not None:
            yield GlobalWindows.windowed_value(self._close())

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        kind = WRITERS[self._format]
        self._path = self._folder / (uuid4().hex + kind.suffix)
        self._writer = kind(self._path)

    def _close(self) -> FileWritten:
        try:
            if self._writer is not None:
                self._writer.close()
            size = self._path.stat().st_size
        except OSError as error:
            raise _named(error, self._folder) from error
        written = FileWritten(self._output, str(self._path), self._rows.total(), size, dict(self._rows))
        self._writer, self._rows = None, Counter()
        return written


def _named(error: OSError, folder: Path) -> OutputError:
    reason = error.strerror or os.strerror(error.errno) if error.errno else str(error)
    return OutputError(f"{folder}: {reason}")


@dataclass(kw_only=True)
class CollectJson(beam.PTransform):
    """A small PCollection → one JSON array in the file ``path``, written whole or not at all."""

    path: str

    def expand(self, items: beam.PCollection) -> beam.PCollection:
        return (
            items
            | "AtTheEnd" >> AtTheEnd()
            | "Gather" >> beam.CombineGlobally(beam.combiners.ToListCombineFn())
            | "Save" >> beam.Map(_save, self.path)
        )


def _save(items: list[Any], path: str) -> None:
    try:
        partial = Path(path + ".partial")
        partial.write_bytes(msgspec.json.encode(items))
        partial.replace(path)
    except OSError as error:
        raise _named(error, Path(path)) from error
