"""What the servers say: the end of a log, and what comes after it."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_WIDTH: Final = 400  # of a line; a class path is one
_POLL_SECONDS: Final = 0.2


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a file; none of one that is not there."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _WIDTH * lines))
            said = stream.read().decode(errors="replace").splitlines()[-lines:] if lines else []
    except OSError:
        return []
    return [line[:_WIDTH] for line in said]


def gist(log: Path, lines: int) -> list[str]:
    """The last lines that say what went wrong: of a stack of calls the causes, not the places."""
    said = [line for line in tail(log, 20 * lines) if not line.lstrip().startswith("at ")]
    return said[-lines:]


def follow(logs: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Names and lines as they are written from now on, for ever."""
    places = {name: log.stat().st_size if log.exists() else 0 for name, log in logs.items()}
    rests = dict.fromkeys(logs, "")
    while True:
        for name, log in logs.items():
            size = log.stat().st_size if log.exists() else 0
            if size < places[name]:  # begun anew
                places[name], rests[name] = 0, ""
            if size > places[name]:
                with log.open("rb") as stream:
                    stream.seek(places[name])
                    said = stream.read(size - places[name]).decode(errors="replace")
                places[name] = size
                *whole, rests[name] = (rests[name] + said).split("\n")
                yield from ((name, line) for line in whole)
        time.sleep(_POLL_SECONDS)
