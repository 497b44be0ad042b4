"""Replication slots of a real PostgreSQL, seen by a role that can log in and nothing else."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runners.watch.postgres import PostgresProbe
from runners.watch.probe import ProbeError, Reading
from telemetry.changestream import (
    CLOCK_SKEW,
    SLOT_ACTIVE,
    SLOT_PRESENT,
    SLOT_RETAINED,
    SLOT_SAFE,
    SLOT_UNCONFIRMED,
    SLOT_WAL,
)
from tests.runners.watch.answers import the_state, values
from tests.runners.watch.database import BIN, Database, database

PASSWORD = "watch-me"  # noqa: S105  of a role of this test alone
PATIENCE_SECONDS = 30
#: About a kilobyte of log for each row; the slot may keep four megabytes.
ROWS = "INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, {})"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BIN.is_dir(), reason="needs the package postgresql-15"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with database(wal_level="logical", max_slot_wal_keep_size="4MB", max_wal_size="64MB") as made:
        made.execute("CREATE TABLE noise(text text)", f"CREATE ROLE watcher LOGIN PASSWORD '{PASSWORD}'")
        yield made


@pytest.fixture
def probe(server: Database, tmp_path: Path) -> Iterator[PostgresProbe]:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    server.execute("SELECT pg_create_logical_replication_slot('db', 'test_decoding')")
    dsn = server.dsn.replace("user=postgres", "user=watcher")
    yield PostgresProbe(dsn, ["db"], tmp_path / "password")
    server.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")


def look_until(probe: PostgresProbe, condition: Callable[[Reading], bool]) -> Reading:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition(reading := probe.look()):
        assert time.monotonic() < give_up, reading
    return reading


def test_a_slot_that_nobody_reads(probe: PostgresProbe) -> None:
    reading = probe.look()
    assert values(reading, SLOT_PRESENT) == {("db",): 1}
    assert values(reading, SLOT_ACTIVE) == {("db",): 0}
    assert the_state(reading, SLOT_WAL, "db") == "reserved"
    assert reading.states["slot db"] == ("inactive, log reserved", False)


def test_a_slot_that_is_read_is_active_and_confirms(probe: PostgresProbe, server: Database) -> None:
    server.execute(ROWS.format(1500))
    assert values(probe.look(), SLOT_UNCONFIRMED)["db",] > 1_000_000
    with server.reader("db"):
        reading = look_until(probe, lambda r: values(r, SLOT_ACTIVE)["db",] == 1)
        assert reading.states["slot db"].good
        look_until(probe, lambda r: values(r, SLOT_UNCONFIRMED)["db",] < 500_000)


def test_log_is_retained_and_lost_in_the_end(probe: PostgresProbe, server: Database) -> None:
    before = probe.look()
    server.execute(ROWS.format(6000))
    after = probe.look()
    grown = values(after, SLOT_RETAINED)["db",] - values(before, SLOT_RETAINED)["db",]
    assert grown > 5_000_000
    assert values(after, SLOT_SAFE)["db",] < values(before, SLOT_SAFE)["db",]
    assert the_state(after, SLOT_WAL, "db") == "unreserved"
    assert not after.states["slot db"].good
    server.execute("CHECKPOINT")
    lost = look_until(probe, lambda r: the_state(r, SLOT_WAL, "db") == "lost")
    assert not lost.states["slot db"].good
    assert values(lost, SLOT_SAFE) == {}


def test_a_slot_that_was_dropped_is_said_to_be_missing(probe: PostgresProbe, server: Database) -> None:
    server.execute("SELECT pg_drop_replication_slot('db')")
    reading = probe.look()
    assert values(reading, SLOT_PRESENT) == {("db",): 0}
    assert reading.states["slot db"] == ("missing", False)


def test_the_clock_of_a_server_on_this_machine_is_ours(probe: PostgresProbe) -> None:
    assert values(probe.look(), CLOCK_SKEW)[()] == pytest.approx(0, abs=0.5)


def test_a_wrong_password_is_a_failed_look_that_does_not_tell_it(server: Database, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("not-this-one")
    dsn = server.dsn.replace("user=postgres", "user=watcher")
    with pytest.raises(ProbeError, match="password authentication failed") as caught:
        PostgresProbe(dsn, password_file=tmp_path / "password").look()
    assert "not-this-one" not in str(caught.value)


def test_a_password_file_that_is_not_there_is_named(server: Database, tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="nowhere: No such file"):
        PostgresProbe(server.dsn, password_file=tmp_path / "nowhere").look()


def test_nobody_there_is_a_failed_look(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="No such file"):
        PostgresProbe(f"host={tmp_path} user=watcher").look()
