"""The Debezium envelope, typed: what the decoder reads of it, and nothing else.

Field meanings: https://debezium.io/documentation/reference/stable/connectors/postgresql.html
``gc=False`` because these structs never form cycles and millions of them pass.
"""

from typing import Annotated, Literal

import msgspec

#: JSON has no bound, a column of numbers has.
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

#: Debezium's operations on rows, as ``schemas.names.Op`` has them; of anything else no text is made.
OpCode = Literal["c", "r", "u", "d", "t"]

#: Commit times between 1970 and 3000: what lies beyond is no time.
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=32_503_680_000_000)]
Microseconds = Annotated[int, msgspec.Meta(ge=0, le=32_503_680_000_000_000)]

#: A field that is absent. (A union of Raw and None takes only null: msgspec has no such union.)
NO_JSON = msgspec.Raw()


class Source(msgspec.Struct, gc=False):
    """Where the connector found the change. ``sequence`` is JSON text: [LSN of the last commit, LSN].

    ``tx`` is the number of the transaction; connectors of other databases write texts there.
    """

    name: str = ""
    ts_ms: Milliseconds | None = None
    ts_us: Microseconds | None = None
    sequence: str | None = None
    lsn: Int64 | None = None
    tx: Int64 | str | None = msgspec.field(default=None, name="txId")


class Transaction(msgspec.Struct, gc=False):
    """The change's place in its transaction (provide.transaction.metadata=true)."""

    total_order: Int64 | None = None


class EventRow(msgspec.Struct, gc=False, omit_defaults=True):
    """A row of the table of events. Debezium writes NaN and infinities as strings, jsonb as JSON text."""

    seq: Int64 | None = None
    metric_id: str | None = None
    timestamp: str | None = None
    value: float | str | None = None
    tags: str | None = None


class EventEnvelope(msgspec.Struct, gc=False):
    """A change of the table of events."""

    op: OpCode
    after: EventRow | None = None
    before: EventRow | None = None
    source: Source | None = None
    transaction: Transaction | None = None
    ts_ms: Milliseconds | None = None


class TableEnvelope(msgspec.Struct, gc=False):
    """A change of any table: the rows stay raw JSON."""

    op: OpCode
    after: msgspec.Raw = NO_JSON
    before: msgspec.Raw = NO_JSON
    source: Source | None = None
    transaction: Transaction | None = None
    ts_ms: Milliseconds | None = None


class TableMessage(msgspec.Struct, gc=False):
    """The same with its schema part beside it, which is skipped (converters with schemas.enable=true)."""

    payload: TableEnvelope


class RawMessage(msgspec.Struct, gc=False):
    """The same, whatever the payload is."""

    payload: msgspec.Raw


class DataCollection(msgspec.Struct, gc=False):
    """How many changes of a table (``schema.table``) a transaction had."""

    data_collection: str
    event_count: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Marker(msgspec.Struct, gc=False):
    """Begin or end of a transaction. ``id``: its number, a colon, and an LSN, another one in each record."""

    status: str
    id: str
    ts_ms: Milliseconds | None = None
    data_collections: list[DataCollection] | None = None
    op: msgspec.Raw = NO_JSON


def json_text(value: msgspec.Raw) -> str | None:
    """The JSON text of a raw field; ``None`` where it is absent or null."""
    data = bytes(value)
    return None if data in (b"", b"null") else data.decode()
