"""Levels of loggers while a process runs: by a function, or by a file that is looked at now and then.

The file has a line a logger, ``connectors.kafka = DEBUG``; ``root = INFO`` is for all others, ``#`` begins a
comment. A line that is taken away, or the whole file, gives a logger the level back that it had.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LARGEST_FILE: Final = 65_536  # bytes
_ROOT: Final = "root"
_TRACE: Final = 5
_LOWEST, _HIGHEST = 0, 1000

Notice = tuple[int, str]


class LevelError(ValueError):
    """No level has this name; the message says which there are."""


def level_number(level: str | int) -> int:
    """The number of a level: ``"debug"``, ``"WARN"``, ``"TRACE"`` (5), or any of 0 to 1000.

    Raises :class:`LevelError`.
    """
    if isinstance(level, int):
        if _LOWEST <= level <= _HIGHEST:
            return level
        raise LevelError(f"{level} is no level: a number from {_LOWEST} to {_HIGHEST}")
    known = {"TRACE": _TRACE, **logging.getLevelNamesMapping()}
    name = level.strip().upper()
    if name.isdecimal() and name.isascii():
        return level_number(int(name[:5]))
    if name not in known:
        raise LevelError(f"{level.strip()[:40]!r} is no level; there are {', '.join(sorted(known))}")
    return known[name]


def set_level(logger: str | logging.Logger, level: str | int) -> int:
    """Give ``logger`` (``"root"`` or ``""``: the root) this level from now on; the number it had itself.

    0 is none of its own: that of its parent holds. Raises :class:`LevelError`.
    """
    number = level_number(level)
    found = _named(logger) if isinstance(logger, str) else logger
    before = found.level
    found.setLevel(number)
    return before


class LevelFile:
    """The levels of a file, brought into force whenever it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._before: dict[str, int] = {}  # levels that loggers had before the file named them

    def look(self) -> Iterator[Notice]:
        """Read the file if it is another than at the last look; what there is to say of it.

        A file that cannot be read or understood changes nothing.
        """
        try:
            seen = self._version()
            if seen == self._seen:
                return
            self._seen = seen
            levels = {} if seen is None else self._read()
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            yield logging.WARNING, f"{self._path}: {said}; levels stay as they are"
            return
        self._apply(levels)
        shown = ", ".join(f"{name} {logging.getLevelName(level)}" for name, level in levels.items())
        yield logging.INFO, f"{self._path}: levels are now {shown or 'as they were without it'}"

    def restore(self) -> None:
        """Give all loggers the levels back that they had."""
        self._apply({})

    def _version(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def _read(self) -> dict[str, int]:
        with self._path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        if len(data) > _LARGEST_FILE:
            raise LevelError(f"it has more than {_LARGEST_FILE:,} bytes")
        levels = {}
        for number, line in enumerate(data.decode("utf-8").splitlines(), start=1):
            text = line.partition("#")[0].strip()
            if not text:
                continue
            name, equals, level = text.partition("=")
            try:
                if not equals:
                    raise LevelError("write LOGGER = LEVEL")
                levels[name.strip() or _ROOT] = level_number(level)
            except LevelError as error:
                raise LevelError(f"line {number}: {error}") from error
        return levels

    def _apply(self, levels: dict[str, int]) -> None:
        for name in [name for name in self._before if name not in levels]:
            _named(name).setLevel(self._before.pop(name))
        for name, level in levels.items():
            self._before.setdefault(name, _named(name).level)
            _named(name).setLevel(level)


def _named(name: str) -> logging.Logger:
    return logging.getLogger(None if name in ("", _ROOT) else name)
