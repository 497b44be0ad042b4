"""What came out of a pipeline, for tests that look at it afterwards."""

from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec


class Note(beam.PTransform):
    """Append each element as a line to the file ``path``; a retried bundle writes its lines again."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = str(path)

    def expand(self, items: beam.PCollection) -> beam.PCollection:
        return items | beam.Map(_append, self._path)


def _append(item: Any, path: str) -> None:
    with open(path, "ab") as stream:  # noqa: PTH123
        stream.write(msgspec.json.encode(item) + b"\n")


def noted(path: Path, kind: Any = Any) -> list[Any]:
    """The different elements that were noted, in order."""
    lines = sorted(set(path.read_bytes().splitlines())) if path.exists() else []
    return [msgspec.json.decode(line, type=kind) for line in lines]
