"""Tables of PostgreSQL → records, as a connector's snapshot would write them: op ``r``, rows as JSON.

The rows are made JSON by the database, in as many of its processes as there are connections; all of these see
one snapshot. A chunk is a range of primary keys.
"""

import contextlib
import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from psycopg import IsolationLevel, conninfo, sql

from connectors.errors import InputError
from connectors.textfiles import read_text_file
from schemas.records import RawRecords

#: The connector that rows of tables come from, and what their topics begin with.
SOURCE: Final = "postgresql"
_SCHEME: Final = "postgresql://"
_CONNECT_SECONDS: Final = 8
_RENDERED: Final = {  # as Debezium writes them; what is not here is a text
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "bool"), "{}"),
    "timestamptz": "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
_WHOLE: Final = frozenset({"int2", "int4", "int8"})

#: From a key until before another one, as texts; ``None``: from the beginning, to the end.
Chunk = tuple[str | None, str | None]


def is_database(address: str) -> bool:
    """Whether an input names a database."""
    return address.startswith(_SCHEME)


@dataclass(frozen=True)
class Database:
    """A database at ``address`` (``postgresql://user@host:port/name``); the password is alone in a file."""

    address: str
    password_file: str | None = None

    @property
    def shown(self) -> str:
        """The address without what may be a secret."""
        return self.address.rsplit("@", maxsplit=1)[-1].removeprefix(_SCHEME).partition("?")[0]

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection that only reads, and sees one state of the database. Raises InputError."""
        try:
            known = conninfo.conninfo_to_dict(self.address)
            if known.get("password"):
                raise InputError("postgresql://…: a password in an address; name --postgres-password-file")
            password = None
            if self.password_file is not None:
                password = read_text_file(self.password_file, "--postgres-password-file")
            connection = psycopg.connect(
                self.address,
                password=password,
                connect_timeout=_CONNECT_SECONDS,
                application_name="traceo-backfill",
            )
        except psycopg.Error as error:
            raise InputError(f"{self.shown}: {_one_line(error)}") from error
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection


class Snapshot(NamedTuple):
    """One state of a database, while the connection lives that made it: its name, its place and its time."""

    name: str
    lsn: int
    at_us: int


class Table(NamedTuple):
    """A table, its primary key with its type, and its columns with their types."""

    schema: str
    name: str
    key: str
    key_type: str
    columns: tuple[tuple[str, str], ...]

    @property
    def topic(self) -> str:
        """The topic of its records."""
        return f"{SOURCE}.{self.schema}.{self.name}"


@contextlib.contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """The state of now, for as long as the body runs. Raises InputError."""
    with database.connect() as connection:
        try:
            row = connection.execute(
                "select pg_export_snapshot(), "
                "(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end"
                " - '0/0')::bigint, (extract(epoch from now()) * 1000000)::bigint"
            ).fetchone()
        except psycopg.Error as error:
            raise InputError(f"{database.shown}: {_one_line(error)}") from error
        assert row is not None  # noqa: S101  for the type checker
        yield Snapshot(*row)


def table_named(database: Database, name: str) -> Table:
    """The table ``schema.table``, as far as its rows are read. Raises InputError."""
    schema, _, table = name.rpartition(".")
    with database.connect() as connection:
        try:
            columns = connection.execute(_COLUMNS, [schema, table]).fetchall()
            keys = [column for column, _, is_key, _ in columns if is_key]
            if not columns:
                raise InputError(f"{database.shown}: no table {name}, or no right to see it")
            if len(keys) != 1:
                raise InputError(f"{database.shown}: table {name} has no primary key of one column")
            if not all(may_read for *_, may_read in columns):
                raise InputError(f"{database.shown}: no right to read table {name}: grant select on it")
        except psycopg.Error as error:
            raise InputError(f"{database.shown}: {_one_line(error)}") from error
    types = tuple((column, kind) for column, kind, *_ in columns)
    return Table(schema, table, keys[0], dict(types)[keys[0]], types)


def chunks_of(database: Database, table: Table, rows: int) -> tuple[list[Chunk], int]:
    """Ranges of keys with ``rows`` rows each, and how many rows there are. Raises InputError."""
    key = sql.Identifier(table.key)
    query = sql.SQL(
        "select k::text, total from (select {key} as k, row_number() over (order by {key}) as n, "
        "count(*) over () as total from {table}) as numbered where (n - 1) % {rows} = 0 order by n"
    ).format(key=key, table=sql.Identifier(table.schema, table.name), rows=sql.Literal(rows))
    with database.connect() as connection:
        try:
            found = connection.execute(query).fetchall()
        except psycopg.Error as error:
            raise InputError(f"{database.shown}: {_one_line(error)}") from error
    bounds: list[str | None] = [None, *(bound for bound, _ in found[1:])]
    return list(zip(bounds, [*bounds[1:], None], strict=True)), found[0][1] if found else 0


def read_chunks(
    database: Database, table: Table, chunks: Sequence[Chunk], at: Snapshot, connections: int
) -> Iterator[RawRecords]:
    """The rows of ``chunks``, in the order of their keys; up to ``connections`` chunks are read ahead."""
    mine = local()
    opened: list[psycopg.Connection[Any]] = []

    def read(chunk: Chunk) -> list[tuple[Any, str]]:
        if not hasattr(mine, "connection"):
            mine.connection = database.connect()
            opened.append(mine.connection)
            mine.connection.execute(sql.SQL("set transaction snapshot {}").format(at.name))
        rows: list[tuple[Any, str]] = mine.connection.execute(
            _rows_query(table, chunk), binary=True
        ).fetchall()
        return rows

    waiting: deque[Future[list[tuple[Any, str]]]] = deque()
    left = iter(chunks)
    with ThreadPoolExecutor(connections) as pool:
        try:
            for chunk in left:
                waiting.append(pool.submit(read, chunk))
                if len(waiting) > connections:
                    yield from _records(table, waiting.popleft().result(), at)
            while waiting:
                yield from _records(table, waiting.popleft().result(), at)
        except psycopg.Error as error:
            raise InputError(f"{database.shown}: table {table.name}: {_one_line(error)}") from error
        finally:
            for future in waiting:
                future.cancel()
            pool.shutdown(cancel_futures=True)
            for connection in opened:
                connection.close()


def _rows_query(table: Table, chunk: Chunk) -> sql.Composed:
    columns = [
        sql.SQL(_RENDERED.get(kind, "{}::text") + " as {}").format(sql.Identifier(name), sql.Identifier(name))
        for name, kind in table.columns
    ]
    key = sql.Identifier(table.key)
    bounds = [
        sql.SQL(f"{{}} {sign} {{}}::{{}}").format(key, sql.Literal(bound), sql.Identifier(table.key_type))
        for sign, bound in zip((">=", "<"), chunk, strict=True)
        if bound is not None
    ]
    return sql.SQL(
        "select k, row_to_json(r)::text from (select {key} as k, {columns} from {table} {where}) as named, "
        "lateral (select {names}) as r order by k"
    ).format(
        key=key,
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier(table.schema, table.name),
        where=sql.SQL("where ") + sql.SQL(" and ").join(bounds) if bounds else sql.SQL(""),
        names=sql.SQL(", ").join(sql.Identifier("named", name) for name, _ in table.columns),
    )


def _records(table: Table, rows: list[tuple[Any, str]], at: Snapshot) -> Iterator[RawRecords]:
    if not rows:
        return
    source = msgspec.json.encode(
        {
            "name": SOURCE,
            "ts_us": at.at_us,
            "lsn": at.lsn,
            "sequence": msgspec.json.encode([None, str(at.lsn)]).decode(),
            "snapshot": "true",
        }
    )
    tail = b',"source":' + source + b"}"
    is_whole = table.key_type in _WHOLE
    yield RawRecords(
        topic=table.topic,
        partition=0,
        offsets=[key if is_whole else _number(key) for key, _ in rows],
        timestamps=[at.at_us // 1000] * len(rows),
        keys=[msgspec.json.encode({table.key: key if is_whole else str(key)}) for key, _ in rows],
        values=[b'{"op":"r","before":null,"after":' + row.encode() + tail for _, row in rows],
    )


def _number(key: Any) -> int:
    """The place of a row whose key is no number: the same whenever it is read."""
    return int.from_bytes(hashlib.blake2b(str(key).encode(), digest_size=8).digest()) >> 1


def _one_line(error: psycopg.Error) -> str:
    return " ".join(str(error).split())


_COLUMNS: Final = """
select a.attname, t.typname, coalesce(a.attnum = any(i.indkey), false),
       has_column_privilege(c.oid, a.attnum, 'select')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where n.nspname = %s and c.relname = %s order by a.attnum
"""
