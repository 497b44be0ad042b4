"""PostgreSQL with logical decoding: the database whose changes the stack captures.

Over TCP each role needs its password; over the socket in the state folder the user who started the stack may
be any role.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from typing import Final

from runners.stack import passwords, process
from runners.stack.component import Component, environment, write
from runners.stack.errors import NotReady, StackError
from runners.stack.process import Launch
from runners.stack.settings import HOST

PACKAGE: Final = "postgresql-15"
_PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
_ANSWER_SECONDS: Final = 10.0
_SCHEMA: Final = Path(__file__).with_name("schema.sql")
_SOCKET_PATH_MOST: Final = 107 - len("/.s.PGSQL.65535")  # of a Unix socket's address


class Postgres(Component):
    """One cluster; as user postgres where root started it, for it refuses to run as root."""

    name = "postgres"
    ports = ("postgres",)
    packages = (PACKAGE,)
    stop_signal = signal.SIGINT  # "fast": it ends sessions instead of waiting for them

    @property
    def socket(self) -> Path:
        """The folder of the Unix socket, which clients take as a host."""
        return self.folder / "socket"

    @property
    def _user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None

    def prepare(self) -> None:
        super().prepare()
        if len(str(self.socket)) > _SOCKET_PATH_MOST:
            raise StackError(f"{self.socket}: too long for a Unix socket; name a shorter --state")
        passwords.make(self.settings)
        data = self.folder / "data"
        self._own(self.socket)
        if not (data / "PG_VERSION").exists():
            shutil.rmtree(data, ignore_errors=True)  # what an interrupted initdb left
            self._own(data)
            self._initialise(data)
        self._configure(data)
        # an old server's children have its memory until they have ended
        process.gone(process.members(self.record), self.stop_seconds)
        self._forget_the_dead(data / "postmaster.pid")
        self._forget_the_dead(self.socket / f".s.PGSQL.{self.settings.ports['postgres']}.lock")

    def _forget_the_dead(self, lock: Path) -> None:
        """A server that was killed leaves its id, which may be somebody else's by now, or not yet reaped."""
        dead = process.recorded(self.record)
        if dead is not None and not process.alive(dead) and lock.exists():
            if lock.read_text(encoding="utf-8").split("\n", 1)[0] == str(dead.pid):
                lock.unlink()

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._user is None:
            return
        user = pwd.getpwnam(self._user)
        os.chown(folder, user.pw_uid, user.pw_gid)
        for parent in folder.parents:
            if not parent.stat().st_mode & stat.S_IXOTH and parent.stat().st_uid != user.pw_uid:
                raise StackError(
                    f"{parent}: user {self._user} cannot enter it; chmod o+x it, or name another --state"
                )

    def _initialise(self, data: Path) -> None:
        done = subprocess.run(  # noqa: S603
            [
                *(str(_PROGRAMS / "initdb"), "-D", str(data), "-U", "postgres", "-E", "UTF8"),
                *("--locale=C.UTF-8", "--auth=peer", "--no-sync", "--no-instructions"),
            ],
            user=self._user,
            extra_groups=[] if self._user else None,
            env=dict(environment()),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"initdb in {data}: {done.stderr.strip().splitlines()[-1]}")

    def _configure(self, data: Path) -> None:
        me = pwd.getpwuid(os.geteuid()).pw_name
        accounts = dict.fromkeys((me, self._user or me))
        mapping = [
            f"stack {account} {role}" for account in accounts for role in ("postgres", *passwords.ROLES)
        ]
        roles = ",".join(passwords.ROLES)
        files = {
            "postgresql.conf": _CONFIGURATION.format(
                host=HOST, port=self.settings.ports["postgres"], socket=self.socket
            ),
            "pg_hba.conf": "local all all peer map=stack\n"
            f"host {passwords.DATABASE} {roles} {HOST}/32 scram-sha-256\n",
            "pg_ident.conf": "\n".join(mapping) + "\n",
        }
        for name, text in files.items():
            write(data / name, text, 0o600)
            if self._user is not None:
                shutil.chown(data / name, self._user, self._user)

    def launch(self) -> Launch:
        argv = [str(_PROGRAMS / "postgres"), "-D", str(self.folder / "data")]
        return Launch(argv=argv, environment=environment(), folder=Path("/"), user=self._user)

    def serving(self) -> None:
        self._sql("postgres", "select 1")

    def settle(self) -> None:
        """The roles with their passwords, the database and its tables; what is there stays."""
        if passwords.DATABASE not in self._sql("postgres", "select datname from pg_database").split():
            self._sql("postgres", f"create database {passwords.DATABASE}")
        secret = {f"{role}_password": passwords.password(self.settings, role) for role in passwords.ROLES}
        settings = "".join(f"\\set {name} '{value}'\n" for name, value in secret.items())
        self._sql(passwords.DATABASE, settings + _SCHEMA.read_text(encoding="utf-8"))

    def healthy(self) -> None:
        self._sql(passwords.DATABASE, "select count(*) from metrics.series")

    def _sql(self, database: str, statements: str) -> str:
        """What SQL gives, unaligned. It goes by standard input, where no list of processes shows it."""
        command = [
            str(_PROGRAMS / "psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(self.socket),
        ]
        command += ["-p", str(self.settings.ports["postgres"]), "-U", "postgres", "-d", database]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                input=statements,
                env={**environment(), "PGCONNECT_TIMEOUT": "3"},
                capture_output=True,
                text=True,
                check=False,
                timeout=_ANSWER_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise NotReady(f"PostgreSQL has not answered in {_ANSWER_SECONDS:.0f} s") from None
        if done.returncode != 0:
            raise NotReady(f"PostgreSQL: {(done.stderr.strip().splitlines() or ['no answer'])[0]}")
        return done.stdout


_CONFIGURATION: Final = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{socket}'
password_encryption = scram-sha-256
wal_level = logical
max_wal_senders = 8
max_replication_slots = 8
# a connector that is away keeps the log; beyond this its slot is lost, which it says at its next start
max_slot_wal_keep_size = 4GB
wal_sender_timeout = 20s
max_connections = 50
shared_buffers = 128MB
timezone = UTC
log_timezone = UTC
log_line_prefix = '%m [%p] %q%u@%d '
"""
