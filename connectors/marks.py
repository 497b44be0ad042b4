"""A file of known faults or other events → marks: what the report shows and detectors are measured by."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import structs

from connectors.errors import InputError


class Mark(msgspec.Struct, frozen=True):
    """Something that is known to have happened at ``start`` (ISO 8601), to a ``pod`` or a ``service``."""

    start: str
    pod: str = ""
    service: str = ""
    type: str = ""


_MARKS = msgspec.json.Decoder(list[Mark])


def read_marks(path: str | None) -> list[Mark]:
    """The marks in the file ``path``, none if there is none. Raises :class:`InputError`."""
    if path is None:
        return []
    try:
        marks = _MARKS.decode(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: no list of marks: {error}") from error
    return [_timed(path, mark) for mark in marks]


def _timed(path: str, mark: Mark) -> Mark:
    """``mark``, its start with a zone: one that names none is UTC."""
    try:
        at = datetime.fromisoformat(mark.start)
    except ValueError:
        raise InputError(f"{path}: start {mark.start!r} is no time in ISO 8601") from None
    if not (mark.pod or mark.service):
        raise InputError(f"{path}: the mark of {mark.start} names neither a 'pod' nor a 'service'")
    return mark if at.tzinfo else structs.replace(mark, start=at.replace(tzinfo=UTC).isoformat())
