"""Values → the columns that their rows have, and decoders that let through rows of exactly these.

A decoder that knows the columns finds a row with other ones for nothing: it fails there. So the columns need
not be looked at row by row, as long as they stay.
"""

from functools import lru_cache
from typing import Any, Final, TypeAlias, get_type_hints

import msgspec

from schemas.envelope import NO_JSON, EventEnvelope, EventRow

#: Columns of a table, in the order of their names; ``()``: no row said yet.
Names: TypeAlias = tuple[str, ...]
Decoder: TypeAlias = msgspec.json.Decoder[Any]

_MOST: Final = 1600  # columns of a table of PostgreSQL
_LONGEST: Final = 63  # bytes of a name there
_TYPES: Final = get_type_hints(EventRow, include_extras=True)
#: Those of the contract: nearly always the right ones.
EVENT_COLUMNS: Final[Names] = tuple(sorted(_TYPES))


class _After(msgspec.Struct, gc=False):
    after: msgspec.Raw = NO_JSON
    payload: msgspec.Raw = NO_JSON


_AFTER: Final = msgspec.json.Decoder(_After)
_ROW: Final = msgspec.json.Decoder(dict[str, msgspec.Raw] | None)


@lru_cache(64)
def exact_decoders(columns: Names) -> tuple[Decoder, Decoder] | None:
    """Decoders of envelopes of events whose rows have exactly ``columns``; the second with their schema part.

    They raise ``msgspec.ValidationError`` on rows that have others. The rows are ``EventRow`` as ever.
    ``None``: no column can be named like that.
    """
    fields: list[Any] = [(name, _TYPES[name]) for name in columns if name in _TYPES]
    rename = {}
    for number, name in enumerate(name for name in columns if name not in _TYPES):
        fields.append((f"other_{number}", msgspec.Raw))
        rename[f"other_{number}"] = name
    for name in _TYPES.keys() - set(columns):
        fields.append((name, None, None))
        rename[name] = name.ljust(_LONGEST + 1)
    options: Any = {"rename": rename, "forbid_unknown_fields": True, "kw_only": True, "gc": False}
    try:
        row = msgspec.defstruct("Row", fields, bases=(EventRow,), **options)
    except ValueError:
        return None
    after: Any = row | None
    envelope = msgspec.defstruct("Envelope", [("after", after, None)], bases=(EventEnvelope,), gc=False)
    message = msgspec.defstruct("Message", [("payload", envelope)], gc=False)
    return msgspec.json.Decoder(envelope), msgspec.json.Decoder(message)


def columns_of_value(value: bytes) -> Names:
    """The columns of the row after the change of an envelope; ``()`` where there is none to be read."""
    try:
        found = _AFTER.decode(value)
        if bytes(found.payload):
            found = _AFTER.decode(found.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    return columns_of_row(found.after)


def columns_of_row(row: msgspec.Raw) -> Names:
    """The columns of a row of JSON; ``()`` where there is none."""
    if not bytes(row):
        return ()
    try:
        found = _ROW.decode(row)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    return tuple(sorted(found)[:_MOST]) if found else ()
