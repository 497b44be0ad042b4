"""One value → its envelope, or what is wrong with it; many values at once where nothing is wrong."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from columns.shapes import Names, exact_decoders
from schemas.envelope import EventEnvelope, RawMessage, Source, TableEnvelope, TableMessage
from schemas.names import Op, Undecodable

_OPS: Final = frozenset(Op)
_KIND_OF_JSON: Final[dict[type, Undecodable]] = {
    list: Undecodable.JSON_ARRAY,
    str: Undecodable.JSON_STRING,
    int: Undecodable.JSON_NUMBER,
    float: Undecodable.JSON_NUMBER,
    bool: Undecodable.JSON_BOOLEAN,
    type(None): Undecodable.JSON_NULL,
}
_EVENTS = msgspec.json.Decoder(EventEnvelope)
_TABLES = msgspec.json.Decoder(TableEnvelope)
_TABLE_MESSAGES = msgspec.json.Decoder(TableMessage)
_RAW_MESSAGES = msgspec.json.Decoder(RawMessage)
_ANY = msgspec.json.Decoder()


@dataclass(slots=True)
class OddEnvelope:
    """An envelope of an event whose row does not fit the columns: the row stays JSON text."""

    op: str | None
    after: msgspec.Raw
    before: msgspec.Raw
    source: Source | None
    transaction: Any
    ts_ms: int | None


Envelope: TypeAlias = EventEnvelope | TableEnvelope | OddEnvelope


def decode_values(values: list[bytes], columns: Names | None, limit: int) -> list[Any] | None:
    """All values at once; ``None`` when one of them needs a closer look.

    ``columns``: those that the rows of events must have; ``None``: they are changes of another table.
    """
    if max(map(len, values)) > limit:
        return None
    try:
        if not all(map(bytes.isascii, values)):
            for value in values:
                value.decode()  # msgspec does not look into strings that it skips
        decoders = (_TABLES, _TABLE_MESSAGES) if columns is None else exact_decoders(columns)
        if decoders is None:
            return None
        plain, wrapped = decoders
        if values[0].startswith(b'{"schema"'):
            decoded: list[Any] = list(map(wrapped.decode, values))
            return [message.payload for message in decoded]
        return list(map(plain.decode, values))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def decode_value(value: bytes, is_events: bool, limit: int) -> Envelope | Undecodable:
    """One envelope, or what is wrong with the value; the tests stand in the order of the contract."""
    trouble = _unread_trouble(value, limit)
    if trouble is not None:
        return trouble
    try:
        return (_EVENTS if is_events else _TABLES).decode(value)
    except msgspec.ValidationError:
        return _decode_untyped(value, is_events)
    except (msgspec.DecodeError, RecursionError) as error:
        return _syntax_error(error)


def _unread_trouble(value: bytes, limit: int) -> Undecodable | None:
    if len(value) > limit:
        return Undecodable.OVERSIZED
    try:
        value.decode()
    except UnicodeDecodeError:
        return Undecodable.INVALID_UTF8
    return None if value else Undecodable.EMPTY_BYTES


def _syntax_error(error: Exception) -> Undecodable:
    return Undecodable.TRUNCATED_JSON if "truncated" in str(error) else Undecodable.MALFORMED_JSON


def _op_trouble(op: Any) -> Undecodable | None:
    if op is None:
        return Undecodable.ENVELOPE_WITHOUT_OP
    return None if isinstance(op, str) and op in _OPS else Undecodable.UNKNOWN_OP


def _decode_untyped(value: bytes, is_events: bool) -> Envelope | Undecodable:
    """A value that is JSON but no envelope: one with its schema part, an odd row, or something else."""
    try:
        document = _ANY.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        return _syntax_error(error)
    if not isinstance(document, dict):
        return _KIND_OF_JSON[type(document)]
    payload = document.get("payload")
    if document.get("op") is None and isinstance(payload, dict) and "payload" not in payload:
        return decode_value(bytes(_RAW_MESSAGES.decode(value).payload), is_events, limit=len(value))
    trouble = _op_trouble(document.get("op"))
    if trouble is None:
        try:
            return _odd(_TABLES.decode(value))
        except msgspec.ValidationError:
            trouble = Undecodable.MALFORMED_ENVELOPE
    return trouble


def _odd(e: TableEnvelope) -> OddEnvelope:
    return OddEnvelope(e.op, e.after, e.before, e.source, e.transaction, e.ts_ms)
