"""The output folder: results appear in it all at once, when the job has ended well, or not at all.

A run writes into a staging folder inside the output folder. The summary file is what says that a result is
whole: it is removed first and written last, so that a run that dies while taking over leaves none.
"""

import contextlib
import fcntl
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from connectors.errors import OutputError
from connectors.sinks import FileWritten
from schemas.logs import LogsOutput
from schemas.names import (
    ACTIONS_FOLDER,
    COMPLIANCE_FILE,
    COMPLIANCE_PAGE,
    LOCK_FILE,
    REPORT_FILE,
    SUMMARY_FILE,
    Output,
)
from schemas.traces import TracesOutput

_STAGING: Final = ".staging"

#: What any job leaves: a result is of one job, and nothing of another's outlives it.
_FOLDERS: Final = frozenset(map(str, (*Output, *TracesOutput, *LogsOutput)))
_FILES: Final = (SUMMARY_FILE, REPORT_FILE, COMPLIANCE_PAGE, COMPLIANCE_FILE)


@contextlib.contextmanager
def staged(output: Path) -> Iterator[Path]:
    """An empty staging folder in ``output``, which no other run can use meanwhile; removed at the end."""
    staging = output / _STAGING
    try:
        output.mkdir(parents=True, exist_ok=True)
        if not (output / LOCK_FILE).is_file() and any(output.iterdir()):
            raise OutputError(
                f"{output}: the folder holds other files; name an empty or a new one (--output)"
            )
        with (output / LOCK_FILE).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputError(f"{output}: another run is writing there; wait, or name another") from None
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir()
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"{error.filename or output}: {error.strerror or error}") from error


def take_over(
    output: Path,
    staging: Path,
    files: Iterable[FileWritten],
    summary: bytes,
    names: Iterable[str] = tuple(Output),
) -> None:
    """Replace the results in ``output`` by ``files``, and write the summary of them last.

    ``names``: of the outputs, a folder each. The folder of actions in ``staging``, if any, is taken over too.
    """
    fresh = staging / "taken"
    numbers: dict[str, int] = {}
    folders = [str(name) for name in names]
    for name in folders:
        (fresh / name).mkdir(parents=True)
    for file in sorted(files, key=lambda f: (f.output, sorted(f.partitions), f.rows, f.path)):
        number = numbers[file.output] = numbers.get(file.output, -1) + 1
        path = Path(file.path)
        path.rename(fresh / file.output / f"part-{number:05d}{path.suffix}")
    if (staging / ACTIONS_FOLDER).exists():
        (staging / ACTIONS_FOLDER).rename(fresh / ACTIONS_FOLDER)
        folders.append(ACTIONS_FOLDER)
    (fresh / SUMMARY_FILE).write_bytes(summary)
    for stale in _FILES:
        (output / stale).unlink(missing_ok=True)
    for name in _FOLDERS.union(folders):
        if (output / name).exists():
            (output / name).rename(staging / f"old-{name}")
    for name in folders:
        (fresh / name).rename(output / name)
    (fresh / SUMMARY_FILE).replace(output / SUMMARY_FILE)
