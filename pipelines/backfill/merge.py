"""The results of a backfill's pieces → one result."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from columns.timeline import EVENTS, LAG, Course, Line, merge_courses, points
from connectors.sinks import FileWritten
from pipelines.outputs import FILES_FILE, TALLY_FILE, TIMELINE_FILE
from pipelines.reconcile import Tally, reconcile
from pipelines.settings import Settings
from pipelines.summary import RunResult, Unbalanced
from schemas.names import Result
from schemas.steps import BESIDE

_SECOND_US: Final = 1_000_000


def files_of_piece(folder: Path) -> list[FileWritten]:
    """The files of a piece; its folder had another name when they were written."""
    files: list[FileWritten] = msgspec.json.decode((folder / FILES_FILE).read_bytes(), type=list[FileWritten])
    return [
        msgspec.structs.replace(file, path=str(folder / file.output / Path(file.path).name)) for file in files
    ]


def linked(files: Iterable[FileWritten], folder: Path) -> list[FileWritten]:
    """The same files in ``folder``, so that the pieces stay whole until the result is.

    Links, which take no room; copies where ``folder`` is of another file system.
    """
    folder.mkdir()
    found = []
    for number, file in enumerate(files):
        path = folder / f"{number:06d}{Path(file.path).suffix}"
        try:
            os.link(file.path, path)
        except OSError:
            shutil.copyfile(file.path, path)
        found.append(msgspec.structs.replace(file, path=str(path)))
    return found


def check_piece(folder: Path, settings: Settings) -> None:
    """Raise :class:`Unbalanced` if a record of the piece is unaccounted for on its path."""
    tally = _tally(folder)
    read: Counter[tuple[str, int]] = Counter()
    for (_, topic, partition, result, _), records in tally:
        if result == Result.READ:
            read[topic, partition] += records
    files: list[FileWritten] = msgspec.json.decode((folder / FILES_FILE).read_bytes(), type=list[FileWritten])
    lines = reconcile(tally, files, read, settings.events_table)
    problems = [line.problem() for line in lines if line.difference and line.step not in BESIDE]
    if problems:
        raise Unbalanced("records are unaccounted for: " + "; ".join(problems))


def merged(folders: Sequence[Path], seconds: float) -> RunResult:
    """All pieces as if they had been one run of ``seconds``."""
    sums: Counter[tuple[str, str, int, str, str]] = Counter()
    for folder in folders:
        for key, records in _tally(folder):
            sums[key] += records
    return RunResult(
        tally=list(sums.items()),
        files=[file for folder in folders for file in files_of_piece(folder)],
        timeline=list(points(merge_courses(_course(folder) for folder in folders))),
        seconds=seconds,
    )


def without_beside(summary: dict[str, Any]) -> dict[str, Any]:
    """``summary``, its reconciliation without the steps beside the path, which were not run."""
    lines = [line for line in summary["reconciliation"]["lines"] if line["step"] not in BESIDE]
    differing = [line for line in lines if line["records_in"] != sum(line["records_out"].values())]
    differences = [f"{line['step']}, {line['topic']}/{line['partition']}" for line in differing]
    return summary | {
        "reconciliation": {"balanced": not differing, "differences": differences, "lines": lines}
    }


def _tally(folder: Path) -> Tally:
    tally: Tally = msgspec.json.decode((folder / TALLY_FILE).read_bytes(), type=Tally)
    return tally


def _course(folder: Path) -> Course:
    """What the points of a piece's timeline were made of."""
    path = folder / TIMELINE_FILE
    found: list[dict[str, Any]] = msgspec.json.decode(path.read_bytes()) if path.exists() else []
    course = Course()
    return Course(_line(found, EVENTS, course.events), _line(found, LAG, course.lag))


def _line(found: Iterable[dict[str, Any]], name: str, line: Line) -> Line:
    mine = [point for point in found if point["line"] == name]
    if not mine:
        return line
    width_us = int(mine[0]["seconds"] * _SECOND_US)
    return Line(
        width_us,
        {
            int(point["at"] * _SECOND_US) // width_us: (
                point["records"],
                point.get("mean_ms", 0.0) * point["records"],
                point.get("max_ms", 0.0),
            )
            for point in mine
        },
    )
