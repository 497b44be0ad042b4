"""The pieces of a backfill, in the order in which they are done, and which of them are done.

A folder holds the plan and a folder a piece: it gets its name when all in it is whole. So whoever goes on
after a crash does what has no folder, from the plan that was made at the beginning.
"""

import contextlib
import dataclasses
import fcntl
import shutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from connectors.errors import OutputError
from pipelines.setting import SettingError
from pipelines.settings import Settings

_PLAN: Final = "plan.json"
_LOCK: Final = "lock"
_PUBLISHED: Final = "published.json"
#: Settings that change how the work is done, and not what it gives.
_FREE: Final = frozenset(
    {
        *("work", "restart", "create_topics", "postgres_password_file", "postgres_connections"),
        *("runner", "streaming", "batch_rows", "shards", "otlp_endpoint", "metrics_file"),
    }
)


class What(StrEnum):
    """What a piece is made of. ``CATALOGUE`` comes before the ``EVENTS`` that are held against it."""

    EVERYTHING = "everything"
    CATALOGUE = "catalogue"
    EVENTS = "events"
    #: What is found beside the path, over the clean events of all pieces.
    BESIDE = "beside"


class Piece(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Records that go through the path together; ``rows``: about how many.

    Of files, those appended from ``since_ms`` until before ``until_ms`` (epoch milliseconds). Of topics,
    ``ranges``: (topic, partition, first offset, offset after the last). Of a table, ``chunks``: from a key
    until before another one, as texts; ``None``: from the beginning, to the end.
    """

    what: What
    rows: int
    since_ms: int | None = None
    until_ms: int | None = None
    ranges: tuple[tuple[str, int, int, int], ...] = ()
    chunks: tuple[tuple[str | None, str | None], ...] = ()


class Stamp(msgspec.Struct, frozen=True):
    """The place in the log and the time (epoch microseconds) that all rows of tables are given."""

    lsn: int
    at_us: int


class Cut(msgspec.Struct, kw_only=True, frozen=True):
    """A source in pieces, in the order in which they are to be done, and what must stay as it was then.

    ``first_ms``: the first append, or -1. ``files``: bytes of each file. ``stamp``: of rows of tables.
    """

    pieces: tuple[Piece, ...]
    first_ms: int = -1
    files: dict[str, int] = {}
    stamp: Stamp | None = None


class Plan(Cut, kw_only=True, frozen=True):
    """``made_of``: the settings that the pieces follow from."""

    made_of: dict[str, Any]

    @property
    def rows(self) -> int:
        """About how many records there are."""
        return sum(piece.rows for piece in self.pieces)


def made_of(settings: Settings) -> dict[str, Any]:
    """The settings that the pieces follow from, as they come back from JSON."""
    names = [
        declared.name
        for declared in dataclasses.fields(settings)
        if "backfill" in declared.metadata["jobs"]
        and declared.name not in _FREE
        and not declared.name.startswith("kafka_")
    ]
    found: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode({name: getattr(settings, name) for name in names})
    )
    return found


class Work:
    """The folder of a backfill's pieces."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others out. Raises OutputError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / _LOCK).open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise OutputError(f"{self.folder}: another backfill works there; wait for it") from None
                yield
        except OSError as error:
            raise OutputError(f"{error.filename or self.folder}: {error.strerror or error}") from error

    def plan(self, settings: Settings) -> Plan | None:
        """The plan to go on with; ``None``: there is none. Raises SettingError if it is of other settings."""
        if settings.restart:
            self.clear()
            return None
        try:
            found = msgspec.json.decode((self.folder / _PLAN).read_bytes(), type=Plan)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise SettingError(f"{self.folder / _PLAN}: {error}; name --restart to begin anew") from error
        now = made_of(settings)
        for name, then in found.made_of.items():
            if now.get(name) != then:
                flag = "--" + name.replace("_", "-")
                raise SettingError(
                    f"{flag}: {now.get(name)!r}, but {self.folder} holds an unfinished backfill with "
                    f"{then!r}; go on with that, or name --restart to begin anew"
                )
        return found

    def save(self, plan: Plan) -> None:
        """Remember ``plan``."""
        self.clear()
        _write(self.folder / _PLAN, plan)

    def clear(self) -> None:
        """Forget plan and pieces; other files stay."""
        (self.folder / _PLAN).unlink(missing_ok=True)
        for folder in self.folder.glob("piece-*"):
            shutil.rmtree(folder)

    def piece(self, number: int) -> Path:
        """The folder of a piece, which is there when the piece is done."""
        return self.folder / f"piece-{number:05d}"

    @contextlib.contextmanager
    def doing(self, number: int) -> Iterator[Path]:
        """An empty folder, which becomes that of the piece when the body has ended well."""
        partial = self.folder / f"piece-{number:05d}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        partial.rename(self.piece(number))

    def published(self, number: int) -> dict[str, tuple[int, int]] | None:
        """By topic, how many messages of a piece were new, and how many there already; ``None``: not yet."""
        try:
            data = (self.piece(number) / _PUBLISHED).read_bytes()
        except FileNotFoundError:
            return None
        return msgspec.json.decode(data, type=dict[str, tuple[int, int]])

    def set_published(self, number: int, counts: dict[str, tuple[int, int]]) -> None:
        """All messages of a piece are in their topics."""
        _write(self.piece(number) / _PUBLISHED, counts)


def _write(path: Path, value: Any) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(value)))
    partial.replace(path)
