"""Two small mends of servers that cannot be told otherwise, compiled at installation.

``loopback.c`` keeps servers on loopback that would listen on every address; ``java/JobServer.java`` keeps
Beam's job server from sending its whole class path with each job.
"""

import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from runners.stack.errors import StackError
from runners.stack.jvm import executable
from runners.stack.settings import StackSettings

PACKAGES: Final = ("gcc", "libc6-dev")
#: The class that is compiled into the bundle of jars.
JOB_SERVER: Final = "JobServer"
JOB_SERVER_BUNDLE: Final = "flink"
_HERE: Final = Path(__file__).parent
_SOURCE: Final = _HERE / "loopback.c"


def loopback(settings: StackSettings) -> Path:
    """The library to be preloaded."""
    return settings.lib / "loopback.so"


def preloaded(settings: StackSettings, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment of a server that is to be kept on loopback."""
    return {**environment, "LD_PRELOAD": str(loopback(settings))}


def outdated(settings: StackSettings) -> bool:
    """Whether the library is not there, or older than its source."""
    made = loopback(settings)
    return not made.exists() or made.stat().st_mtime < _SOURCE.stat().st_mtime


def build_loopback(settings: StackSettings) -> None:
    """Compile it, if that is needed. Raises :class:`StackError`."""
    if not outdated(settings):
        return
    partial = loopback(settings).with_suffix(".partial")
    _compile(_SOURCE, ["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(partial), str(_SOURCE), "-ldl"])
    partial.replace(loopback(settings))


def build_job_server(folder: Path, compiler: Sequence[str]) -> None:
    """Compile the class against the jars in ``folder``, make it a jar there. Raises :class:`StackError`."""
    source = _HERE / "java" / f"{JOB_SERVER}.java"
    path = ":".join(sorted(str(jar) for jar in folder.glob("*.jar")))
    _compile(source, [executable(), "-jar", *compiler, "-17", "-cp", path, "-d", str(folder), str(source)])
    made = folder / f"{JOB_SERVER}.class"
    with zipfile.ZipFile(folder / "jobserver.jar", "w") as jar:
        jar.write(made, made.name)
    made.unlink()


def _compile(source: Path, command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip().splitlines() or ["it says nothing"]
        raise StackError(
            f"{source.name} cannot be compiled: {said[0]}; its compiler: {Path(command[0]).name}"
        )
