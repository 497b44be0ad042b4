"""What a backfill reads, cut into pieces; and files as such a source."""

import contextlib
import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import apache_beam as beam

from connectors.archivecensus import Census
from connectors.errors import InputError
from connectors.files import ReadFiles
from connectors.recordfiles import find_files
from connectors.wanted import EVERYTHING, Wanted
from pipelines.backfill.plan import Cut, Piece, What
from pipelines.setting import SettingError
from pipelines.settings import Settings

#: Times are known this exactly, and at least so many times a piece: pieces are as large as was asked for.
_STEP_ROWS: Final = 1_024
_STEPS: Final = 8


class Source(Protocol):
    """Records that can be read a piece at a time. All raise InputError, SettingError."""

    @property
    def knows_commits(self) -> bool:
        """Whether records say when they were committed."""

    def cut(self) -> Cut:
        """All that there is to do."""

    def held_to(self, cut: Cut) -> "Source":
        """The same as it was when it was cut, maybe by an earlier run."""

    def open(self) -> contextlib.AbstractContextManager[None]:
        """What must be there while pieces are read."""

    def read(self, piece: Piece) -> beam.PTransform:
        """The records of a piece, from the beginning of a pipeline."""


def time_ms(text: str | None) -> int | None:
    """A time in ISO 8601, in UTC if it names no zone, as epoch milliseconds. Raises SettingError."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingError(f"{text}: no time: {error}") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


@dataclass(frozen=True, kw_only=True)
class Files:
    """Captures and archives; the catalogue of all of them, of the rest what lies in the span of time."""

    settings: Settings
    files: tuple[str, ...]

    @property
    def knows_commits(self) -> bool:
        return True

    def cut(self) -> Cut:
        sizes = {file: Path(file).stat().st_size for file in self.files}
        step_rows = min(_STEP_ROWS, max(1, self.settings.piece_rows // _STEPS))
        census = Census.of(map(Path, self.files), self.settings.catalogue_table, step_rows)
        since_ms, until_ms = time_ms(self.settings.since), time_ms(self.settings.until)
        if since_ms is None and until_ms is None and census.rows <= self.settings.piece_rows:
            everything = Piece(what=What.EVERYTHING, rows=census.rows)
            return Cut(pieces=(everything,), first_ms=census.first_ms, files=sizes)
        bounds = [since_ms, *census.bounds(self.settings.piece_rows, since_ms, until_ms), until_ms]
        events = [
            Piece(what=What.EVENTS, rows=census.between(begin, end), since_ms=begin, until_ms=end)
            for begin, end in itertools.pairwise(bounds)
        ]
        catalogue = Piece(what=What.CATALOGUE, rows=census.catalogue_rows)
        first_ms = census.first_ms if since_ms is None else since_ms
        return Cut(pieces=(catalogue, *events), first_ms=first_ms, files=sizes)

    def held_to(self, cut: Cut) -> "Files":
        """The files of then; those that came later are for the next backfill."""
        for file, size in cut.files.items():
            if not Path(file).is_file() or Path(file).stat().st_size != size:
                raise InputError(f"{file}: gone or changed since this backfill began; name --restart")
        return replace(self, files=tuple(cut.files))

    def open(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def read(self, piece: Piece) -> beam.PTransform:
        catalogue = self.settings.catalogue_table
        wanted = {
            What.EVERYTHING: EVERYTHING,
            What.CATALOGUE: Wanted(tables=(catalogue,)),
            What.EVENTS: Wanted(since_ms=piece.since_ms, until_ms=piece.until_ms, but=(catalogue,)),
        }[piece.what]
        return ReadFiles(
            files=list(self.files),
            batch_rows=self.settings.batch_rows,
            span_seconds=self.settings.disorder_seconds / 2,
            wanted=wanted,
        )


def files_of(settings: Settings) -> Files:
    """The files that the settings name. Raises SettingError, InputError."""
    if settings.offsets:
        raise SettingError("--offsets: files are cut by time; name --since and --until")
    return Files(settings=settings, files=tuple(map(str, find_files(settings.input))))
