"""A capture → the rows and transactions of the database that it was captured from.

What the connector wrote is turned back into what had been done: the rows of the snapshot first, in one
commit, then the transactions in the order of their commits, the changes of each in their order. Left out is
what is not the database's: what a restarted connector sent again, and records that are no changes. Rows keep
their numbers and their values, with one exception: a timestamp that was ahead of its commit by more than a
day is ahead of the clock of the load by as much.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

import msgspec
import psycopg

from columns.decode import MAX_VALUE_BYTES
from connectors.errors import InputError, OutputError
from connectors.recordfiles import find_files, read_files

_BATCH_ROWS: Final = 32_768  # that are read at once
_INSERTED_ROWS: Final = 5_000  # of one statement
_AHEAD: Final = timedelta(days=1)
_TELL_SECONDS: Final = 0.5
_INSERT, _UPDATE, _DELETE, _SNAPSHOT = "c", "u", "d", "r"


class _Table(NamedTuple):
    """The key of a table that is loaded, and its columns' types; as runners/stack/schema.sql has them."""

    key: str
    columns: Mapping[str, str]


_EVENTS: Final = "metrics.events"
_TABLES: Final = {  # the catalogue first, as it comes first in a snapshot
    "metrics.series": _Table(
        "metric_id", dict.fromkeys(("metric_id", "service", "pod", "name", "unit"), "text")
    ),
    _EVENTS: _Table(
        "seq",
        {
            "seq": "bigint",
            "metric_id": "text",
            "timestamp": "timestamptz",
            "value": "float8",
            "tags": "jsonb",
        },
    ),
}


class _Source(msgspec.Struct, frozen=True):
    schema: str
    table: str
    lsn: int
    ts_ms: int
    tx: int = msgspec.field(name="txId")
    sequence: str = "[null, null]"


class _Place(msgspec.Struct, frozen=True):
    total_order: int = 0


class _Envelope(msgspec.Struct, frozen=True):
    op: Literal["c", "r", "u", "d"]
    source: _Source
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    transaction: _Place | None = None


class Change(NamedTuple):
    """A row that was inserted (``c``), updated (``u``) or deleted (``d``); ``commit`` tells commits apart.

    ``order``: changes in this order are in the order of their commits.
    """

    order: tuple[Any, ...]
    commit: tuple[bool, int]
    table: str
    op: str
    row: Mapping[str, Any]


@dataclass(kw_only=True)
class Capture:
    """The changes of a capture in the order of their commits; ``left_out``: records that are none."""

    changes: Sequence[Change]
    left_out: int

    @classmethod
    def read(cls, inputs: Sequence[str]) -> "Capture":
        """The capture in files or folders. Raises InputError."""
        decode = msgspec.json.Decoder(_Envelope).decode
        found: dict[tuple[Any, ...], Change] = {}
        records = 0
        for batch in read_files(find_files(inputs), _BATCH_ROWS):
            records += len(batch)
            for value in batch.values:
                if value is None or len(value) > MAX_VALUE_BYTES:
                    continue
                try:
                    change = _change(decode(value))
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
                if change is not None:
                    key = change.row[_TABLES[change.table].key]
                    found.setdefault((change.table, change.order, key, change.op), change)
        if not found:
            raise InputError(f"{', '.join(inputs)}: no change of {' or '.join(_TABLES)}: nothing to load")
        return cls(
            changes=sorted(found.values(), key=lambda change: change.order), left_out=records - len(found)
        )

    def transactions(self) -> Iterator[list[Change]]:
        """The changes of one commit each."""
        for _, changes in groupby(self.changes, key=lambda change: change.commit):
            yield list(changes)

    def inserted(self, table: str) -> list[Any]:
        """The keys of the rows of ``table`` that are inserted."""
        key = _TABLES[table].key
        return [one.row[key] for one in self.changes if one.table == table and one.op == _INSERT]


@dataclass(kw_only=True)
class Loaded:
    """What was written: rows by operation and table, and commits."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    transactions: int = 0


def load_capture(
    capture: Capture, dsn: str, *, again: bool = False, tell: Callable[[str], None] = lambda _text: None
) -> Loaded:
    """Write the capture into the database at ``dsn``. Raises OutputError.

    ``again``: rows of it that are there are deleted before; else they are an error.
    """
    loaded, due = Loaded(), 0.0
    with _connected(dsn) as connection:
        for table in reversed(_TABLES):
            _make_room(connection, table, capture.inserted(table), again)
        connection.commit()
        for changes in capture.transactions():
            for (table, op), run in groupby(changes, key=lambda change: (change.table, change.op)):
                loaded.rows[op, table] += _apply(connection, table, op, [change.row for change in run])
            connection.commit()
            loaded.transactions += 1
            if time.monotonic() >= due:
                due = time.monotonic() + _TELL_SECONDS
                tell(f"{loaded.rows.total():,} of {len(capture.changes):,} changes")
        _move_numbers_on(connection)
    return loaded


def _change(envelope: _Envelope) -> Change | None:
    """The change that an envelope tells of, if it is one of a table that is loaded."""
    source = envelope.source
    name = f"{source.schema}.{source.table}"
    if name not in _TABLES:
        return None
    row = envelope.before if envelope.op == _DELETE else envelope.after
    columns = _TABLES[name].columns
    if row is None or set(row) != set(columns):
        raise InputError(
            f"a change of {name} at LSN {source.lsn} has the columns {', '.join(row or ()) or '(none)'}; "
            f"the table of the stack has {', '.join(columns)}"
        )
    snapshot = envelope.op == _SNAPSHOT
    # as Debezium sends changes: by the last commit before them, by position, by place in the transaction
    last = int(json.loads(source.sequence)[0] or 0)
    order = (last, source.lsn, envelope.transaction.total_order if envelope.transaction else 0)
    return Change(
        # a snapshot's rows share one position, and come from partitions side by side
        order=(0, list(_TABLES).index(name), row[_TABLES[name].key]) if snapshot else (1, *order),
        commit=(snapshot, source.tx),
        table=name,
        op=_INSERT if snapshot else envelope.op,
        row=_with_clock(row, source.ts_ms) if name == _EVENTS else row,
    )


def _with_clock(row: Mapping[str, Any], committed_ms: int) -> Mapping[str, Any]:
    """A timestamp that was ahead of the clock is ahead of ours by as much."""
    if not row["timestamp"]:
        return row
    committed = datetime.fromtimestamp(committed_ms / 1000, UTC)
    at = datetime.fromisoformat(row["timestamp"])
    if at - committed <= _AHEAD:
        return row
    return {**row, "timestamp": (at + (datetime.now(UTC) - committed)).isoformat()}


def _connected(dsn: str) -> "psycopg.Connection[Any]":
    try:
        return psycopg.connect(dsn, connect_timeout=5)
    except psycopg.OperationalError as error:
        said = str(error).split("failed: ")[-1].split("\n")[0]
        known = dict(part.split("=", 1) for part in dsn.split())
        raise OutputError(
            f"PostgreSQL at {known['host']}:{known['port']}: {said}; is the stack up? traceo stack up"
        ) from error


def _make_room(connection: "psycopg.Connection[Any]", table: str, keys: list[Any], again: bool) -> None:
    key, columns = _TABLES[table]
    these = f"from {table} where {key} = any(%s::{columns[key]}[])"
    if again:
        connection.execute(f"delete {these}", [keys])
        return
    there = connection.execute(f"select count(*) {these}", [keys]).fetchone()
    if there is not None and there[0]:
        raise OutputError(
            f"{there[0]:,} rows of {table} have keys of the capture; to delete them first: --again"
        )


def _apply(
    connection: "psycopg.Connection[Any]", table: str, op: str, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Changes of one kind, in their order; how many."""
    key, columns = _TABLES[table]
    with connection.cursor() as cursor:
        if op == _INSERT:
            names = ", ".join(f'"{name}"' for name in columns)
            overriding = "overriding system value" if table == _EVENTS else ""
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            for begin in range(0, len(rows), _INSERTED_ROWS):
                part = rows[begin : begin + _INSERTED_ROWS]
                cursor.execute(
                    f"insert into {table}({names}) {overriding} select * from unnest({arrays})",  # noqa: S608
                    [[_value(row[name], kind) for row in part] for name, kind in columns.items()],
                )
        elif op == _UPDATE:
            others = {name: kind for name, kind in columns.items() if name != key}
            changed = ", ".join(f'"{name}" = %s::{kind}' for name, kind in others.items())
            values = [[*(_value(row[name], kind) for name, kind in others.items()), row[key]] for row in rows]
            cursor.executemany(f"update {table} set {changed} where {key} = %s", values)  # noqa: S608
        else:
            cursor.execute(
                f"delete from {table} where {key} = any(%s::{columns[key]}[])",  # noqa: S608
                [[row[key] for row in rows]],
            )
    return len(rows)


def _value(value: Any, kind: str) -> Any:
    """Debezium writes numbers that JSON has no form for as texts."""
    return float(value) if kind == "float8" and value is not None else value


def _move_numbers_on(connection: "psycopg.Connection[Any]") -> None:
    """The next row that somebody inserts gets a number behind those of the capture."""
    sequence = f"pg_get_serial_sequence('{_EVENTS}', 'seq')"
    newest = f"greatest((select max(seq) from {_EVENTS}), nextval({sequence}))"  # noqa: S608
    connection.execute(f"select setval({sequence}, {newest})")
