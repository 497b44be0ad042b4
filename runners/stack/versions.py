"""versions.toml, read."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("versions.toml")


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def java() -> Mapping[str, str]:
    """Versions of jars, by the property that the pom files name."""
    return dict(_table()["java"])


def plugin() -> str:
    """Version of Maven's plugin that copies jars."""
    return str(_table()["maven"]["dependency-plugin"])


def debian() -> Mapping[str, str]:
    """Debian packages, each with a pattern of a file that it brings."""
    return dict(_table()["debian"])


def least_go() -> str:
    """The oldest Go that builds the programs."""
    return str(_table()["go"]["least"])


def programs() -> Mapping[str, str]:
    """Programs that are built from Go, each with the SHA-256 of what is known to be built."""
    return dict(_table()["programs"])
