"""Replication slots, and the server's clock. A role that can log in suffices; it needs no other right.

A slot keeps the log that its reader has not confirmed. Where nobody reads, the disk fills, or the server
gives the slot up (``max_slot_wal_keep_size``), and with it changes that nobody has seen.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from runners.watch.probe import ProbeError, Reading, first_line
from telemetry.changestream import (
    CLOCK_SKEW,
    SLOT_ACTIVE,
    SLOT_PRESENT,
    SLOT_RETAINED,
    SLOT_SAFE,
    SLOT_UNCONFIRMED,
    SLOT_WAL,
)

#: What PostgreSQL says of a slot's log, from all well to all lost.
WAL_STATUSES: Final = ("reserved", "extended", "unreserved", "lost")
_IN_DANGER: Final = ("unreserved", "lost")
_MICROS: Final = 1_000_000

_SLOTS: Final = """
    SELECT slot_name, active, wal_status, safe_wal_size,
           pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint,
           pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint
    FROM pg_replication_slots WHERE slot_type = 'logical' ORDER BY slot_name
"""
_CLOCK: Final = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


def has_password(dsn: str) -> bool:
    """Whether a connection string of libpq, of either form, holds one; what cannot be read counts as if."""
    try:
        return "password" in conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return "password" in dsn or "@" in dsn


class PostgresProbe:
    """Looks at logical slots through a connection of its own each time.

    ``dsn``: of libpq, without a password. ``slots``: those that must be there; all that are there are told.
    ``timeout``: seconds, for the connection and for each statement.
    """

    name = "postgres"

    def __init__(
        self, dsn: str, slots: Sequence[str] = (), password_file: Path | None = None, timeout: float = 3.0
    ) -> None:
        self._dsn = dsn
        self._slots = tuple(slots)
        self._password_file = password_file
        self._timeout = timeout

    def look(self) -> Reading:
        """Raises :class:`ProbeError`."""
        reading = Reading()
        try:
            with self._connect() as connection:
                rows = connection.execute(_SLOTS).fetchall()
                skew = _skew(connection)
        except psycopg.Error as error:
            raise ProbeError(first_line(str(error)) or type(error).__name__) from error
        except OSError as error:
            raise ProbeError(f"{self._password_file}: {error.strerror}") from error
        for row in rows:
            _tell_slot(reading, *row)
        for slot in sorted(set(self._slots) - {row[0] for row in rows}):
            reading.add(SLOT_PRESENT, 0, slot)
            reading.note(f"slot {slot}", "missing", good=False)
        reading.add(CLOCK_SKEW, skew)
        return reading

    def _connect(self) -> "psycopg.Connection[Any]":
        more: dict[str, Any] = {}
        if self._password_file is not None:  # read each time: it may be a new one
            more["password"] = self._password_file.read_text(encoding="utf-8").strip()
        return psycopg.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=max(round(self._timeout), 1),
            application_name="traceo watch",
            options=f"-c statement_timeout={round(self._timeout * 1000)}",
            **more,
        )


def _skew(connection: "psycopg.Connection[Any]") -> float:
    """Seconds by which the server's clock is ahead; the question is taken to be answered half way."""
    asked = time.time()
    row = connection.execute(_CLOCK).fetchone()
    told = time.time()
    if row is None:
        raise ProbeError("the server does not tell its clock")
    return float(row[0] / _MICROS - (asked + told) / 2)


def _tell_slot(  # noqa: PLR0917  a row as the statement gives it
    reading: Reading,
    slot: str,
    active: bool,
    status: str | None,
    safe: int | None,
    retained: int | None,
    unconfirmed: int | None,
) -> None:
    reading.add(SLOT_PRESENT, 1, slot)
    reading.add(SLOT_ACTIVE, active, slot)
    reading.add_state(SLOT_WAL, WAL_STATUSES, status or "none", slot)
    for metric, value in ((SLOT_RETAINED, retained), (SLOT_UNCONFIRMED, unconfirmed), (SLOT_SAFE, safe)):
        if value is not None:
            reading.add(metric, value, slot)
    text = f"{'active' if active else 'inactive'}, log {status or 'none'}"
    reading.note(f"slot {slot}", text, good=active and status is not None and status not in _IN_DANGER)
