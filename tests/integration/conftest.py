"""Real servers that the tests of Kafka and Flink share: started once, as far as a test asks for them."""

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

OFFSET = 6000
FLINK = ("jobmanager", "taskmanager", "jobserver", "workers")


@pytest.fixture(scope="session")
def kafka_stack() -> Iterator[Stack]:
    """A stack of which Kafka runs, empty at first."""
    needed = ("zookeeper", "kafka", *FLINK)
    packages = {package for kind in COMPONENTS if kind.name in needed for package in kind.packages}
    if missing(packages) and os.geteuid() != 0:
        pytest.skip("needs Debian packages: traceo stack up says which")
    state = Path(tempfile.mkdtemp(prefix="traceo-kafka-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(["kafka"])
        yield one


@pytest.fixture(scope="session")
def flink_stack(kafka_stack: Stack) -> Stack:
    """The same stack, of which Flink, Beam's job server and the pool of workers run too."""
    kafka_stack.up(["kafka", *FLINK])
    return kafka_stack
