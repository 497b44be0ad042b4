"""What the stack is made of, fetched once: Debian packages by apt-get, jars by Maven, programs by
Go, one shim by gcc.

What is there is never changed, for servers may run from it: another version lies in another folder.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from runners.stack import bundles, gobuild, shim, versions
from runners.stack.component import Tell
from runners.stack.errors import StackError
from runners.stack.settings import StackSettings

_POLICY: Final = Path("/usr/sbin/policy-rc.d")
_SECONDS: Final = 1800.0


def install(
    settings: StackSettings,
    packages: Collection[str],
    wanted: Collection[str],
    programs: Collection[str],
    tell: Tell,
) -> None:
    """What is missing of these Debian packages, bundles of jars and programs. Raises :class:`StackError`."""
    if not (
        missing(packages)
        or any(not bundles.folder(settings, bundle).is_dir() for bundle in wanted)
        or any(not gobuild.program(settings, name).exists() for name in programs)
        or (set(shim.PACKAGES) <= set(packages) and shim.outdated(settings))
    ):
        return  # a shared folder need not be ours to write
    with locked(settings.lib / "lock", "an installation is under way"):
        _debian(packages, tell)
        for bundle in sorted(wanted):  # "compiler" before "flink", which it compiles a class for
            _jars(settings, bundle, tell)
        for name in sorted(programs):
            gobuild.provide(settings, name, tell)
        if set(shim.PACKAGES) <= set(packages):
            shim.build_loopback(settings)


@contextlib.contextmanager
def locked(path: Path, otherwise: str) -> Iterator[None]:
    """Alone with this file, or :class:`StackError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise StackError(f"{path.parent}: {otherwise} there; try again when it has ended") from None
    except PermissionError as error:
        raise StackError(f"{error.filename}: {error.strerror}; name another --state or --lib") from error


def missing(packages: Collection[str]) -> list[str]:
    """Those of these Debian packages that are not there."""
    known = versions.debian()
    return [name for name in known if name in packages and not glob.glob(known[name])]


def _debian(packages: Collection[str], tell: Tell) -> None:
    wanted = missing(packages)
    if not wanted:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise StackError(f"the stack needs Debian packages; install them: sudo {' '.join(command)}")
    tell("apt-get", f"installing {' '.join(wanted)}")
    with _without_services():
        _run(["apt-get", "update", "-q"])
        _run(command)
    tell("apt-get", "done", True)
    if still := missing(packages):
        raise StackError(
            f"apt-get has installed {' '.join(still)}, but {versions.debian()[still[0]]} is not there"
        )


@contextlib.contextmanager
def _without_services() -> Iterator[None]:
    """Debian starts what it installs, unless a policy forbids it: the stack starts servers of its own."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink(missing_ok=True)


def _jars(settings: StackSettings, bundle: str, tell: Tell) -> None:
    folder = bundles.folder(settings, bundle)
    if folder.is_dir():
        return
    tell("maven", f"fetching the jars of {bundle}")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    _run(
        [
            *("mvn", "-B", "-q", "-f", str(bundles.pom(bundle))),
            f"org.apache.maven.plugins:maven-dependency-plugin:{versions.plugin()}:copy-dependencies",
            *("-DincludeScope=runtime", f"-DoutputDirectory={partial}"),
            *(f"-D{name}={version}" for name, version in versions.java().items()),
        ]
    )
    if bundle == shim.JOB_SERVER_BUNDLE:
        shim.build_job_server(partial, bundles.jars(settings, "compiler"))
    partial.rename(folder)
    tell("maven", f"has the jars of {bundle}", True)


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - programs and arguments are this module's own
            command, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError:
        raise StackError(
            f"{command[0]} is not there; install it: sudo apt-get install {command[0]}"
        ) from None
    except subprocess.TimeoutExpired:
        raise StackError(f"{command[0]} has not ended in {_SECONDS:.0f} s: {' '.join(command)}") from None
    if done.returncode != 0:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        first = next(
            (line for line in said if "ERROR" in line or line.startswith("E:")), said[-1] if said else ""
        )
        raise StackError(f"{command[0]} failed: {first.strip()}; to see all: {' '.join(command)}")
