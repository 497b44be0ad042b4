"""A PostgreSQL of a test's own: on a socket in a folder of its own, so that no port is needed."""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

BIN = Path("/usr/lib/postgresql/15/bin")
_OWNER = "postgres"  # who may not be root


class Database:
    """``dsn``: without a password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dsn = f"host={folder} dbname=postgres user={_OWNER}"
        self._password = secrets.token_hex(8)

    def execute(self, *statements: str) -> list[Any]:
        """Run statements as the owner; the rows of the last."""
        with psycopg.connect(self.dsn, password=self._password, autocommit=True) as connection:
            for statement in statements[:-1]:
                connection.execute(statement)
            found = connection.execute(statements[-1])
            return found.fetchall() if found.description else []

    @contextlib.contextmanager
    def reader(self, slot: str) -> Iterator[None]:
        """Somebody who reads ``slot`` and confirms what was read."""
        command = [BIN / "pg_recvlogical", "-d", self.dsn, "--slot", slot, "--start", "-f", "/dev/null"]
        command += ["--status-interval=1", "--fsync-interval=1"]
        environment = {**os.environ, "PGPASSWORD": self._password}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)

    def as_owner(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the data folder. Raises CalledProcessError."""
        before = ["runuser", "-u", _OWNER, "--"] if os.getuid() == 0 else []
        command = [*before, str(BIN / name), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, timeout=60)

    def start(self, **settings: str) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self._password)
        if os.getuid() == 0:
            shutil.chown(password_file, _OWNER)
        # segments of 1 MB: the least that a slot can lose
        self.as_owner(
            "initdb", "-U", _OWNER, "-A", "scram-sha-256", f"--pwfile={password_file}", "--wal-segsize=1"
        )
        chosen = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off"}
        options = " ".join(f"-c {name}='{value}'" for name, value in (chosen | settings).items())
        self.as_owner("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", options)


@contextlib.contextmanager
def database(**settings: str) -> Iterator[Database]:
    """It, running. Its folder is not pytest's, which its owner could not enter."""
    folder = Path(tempfile.mkdtemp(prefix="traceo-pg-"))
    made = Database(folder)
    try:
        if os.getuid() == 0:
            owner = pwd.getpwnam(_OWNER)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        made.start(**settings)
        try:
            yield made
        finally:
            made.as_owner("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
