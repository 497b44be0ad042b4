"""A stack of real servers of their own for these tests."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.stack import Stack
from runners.stack.components import COMPONENTS
from runners.stack.install import missing
from runners.stack.settings import DEFAULT_STATE, load
from tests.conftest import ROOT
from tests.integration.chaos.smalldisk import SmallDisk, small_disk

OFFSET = 2000
SERVERS = ("connect", "taskmanager", "jobserver", "workers")


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """The folder of the stack; pytest's own are closed to the user postgres."""
    folder = Path(tempfile.mkdtemp(prefix="traceo-chaos-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def disk(state: Path) -> Iterator[SmallDisk | None]:
    """Where Kafka keeps its data."""
    with small_disk(state / "kafka" / "data") as one:
        yield one


@pytest.fixture(scope="session")
def stack(state: Path, disk: SmallDisk | None) -> Iterator[Stack]:
    """The servers that a change stream goes through, empty at first."""
    packages = {package for kind in COMPONENTS if kind.name in SERVERS for package in kind.packages}
    if missing(packages) and os.geteuid() != 0:
        pytest.skip("needs Debian packages: traceo stack up says which")
    lib = ROOT / DEFAULT_STATE / "lib"
    one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(one.down)
        one.up(SERVERS)
        yield one
