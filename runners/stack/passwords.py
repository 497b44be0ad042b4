"""Passwords of the stack: made once, in files for their owner alone, never in a command line."""

import secrets
from pathlib import Path

from runners.stack.component import write
from runners.stack.settings import HOST, StackSettings

#: Roles of the database that log in over TCP.
ROLES = ("traceo", "debezium")
DATABASE = "traceo"


def passfile(settings: StackSettings) -> Path:
    """Passwords as clients of PostgreSQL read them (``passfile=`` of a connection, PGPASSFILE)."""
    return settings.secrets / "pgpass"


def connect_file(settings: StackSettings) -> Path:
    """Passwords as Kafka Connect reads them, so that its REST shows a reference alone."""
    return settings.secrets / "connect.properties"


def password(settings: StackSettings, role: str) -> str:
    """The password of a role."""
    return (settings.secrets / f"postgres-{role}").read_text(encoding="utf-8").strip()


def make(settings: StackSettings) -> None:
    """Whatever is missing of them; the port may have moved, so the rest is written anew."""
    settings.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for role in ROLES:
        if not (path := settings.secrets / f"postgres-{role}").exists():
            write(path, secrets.token_urlsafe(24) + "\n", 0o600)
    lines = [
        f"{HOST}:{settings.ports['postgres']}:{DATABASE}:{role}:{password(settings, role)}\n"
        for role in ROLES
    ]
    write(passfile(settings), "".join(lines), 0o600)
    write(connect_file(settings), f"debezium={password(settings, 'debezium')}\n", 0o600)
