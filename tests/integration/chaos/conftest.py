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

OFFSET = 2000
SERVERS = ("connect", "taskmanager", "jobserver", "workers")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The servers that a change stream goes through, empty at first."""
    packages = {package for kind in COMPONENTS if kind.name in SERVERS for package in kind.packages}
    if missing(packages) and os.geteuid() != 0:
        pytest.skip("needs Debian packages: traceo stack up says which")
    # pytest's own folders are closed to the user postgres
    state = Path(tempfile.mkdtemp(prefix="traceo-chaos-"))
    state.chmod(0o711)
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(SERVERS)
        yield one
