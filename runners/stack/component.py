"""One server of the stack: what it needs, how it is started, and when it serves."""

import os
import shutil
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from runners.stack.process import Launch
from runners.stack.settings import StackSettings


class Tell(Protocol):
    """Who is told what is being done."""

    def __call__(self, name: str, text: str, done: bool = False) -> None:
        """``name`` is a component or a tool; ``done`` says that this was the end of it."""


class Component(ABC):
    """A server. Names of ``needs`` are components, of ``ports`` those of settings.PORTS.

    Starting: :meth:`prepare`, :meth:`launch`, then :meth:`serving`, :meth:`settle` and :meth:`healthy`, each
    again and again until it returns.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    ports: ClassVar[tuple[str, ...]]
    packages: ClassVar[tuple[str, ...]]  # of Debian
    bundles: ClassVar[tuple[str, ...]] = ()  # of jars, its class path first
    programs: ClassVar[tuple[str, ...]] = ()  # built from Go
    default: ClassVar[bool] = True  # whether it is started where nobody names components
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 60.0
    stop_seconds: ClassVar[float] = 20.0

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self.folder = settings.folder(self.name)
        self.log = settings.log(self.name)
        self.record = settings.state / "run" / f"{self.name}.pid"

    def prepare(self) -> None:
        """Write the configuration, and make the data where there is none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)  # of one that was killed

    @abstractmethod
    def launch(self) -> Launch:
        """How it is started."""

    @abstractmethod
    def serving(self) -> None:
        """Return if it answers. Raises :class:`NotReady`."""

    def settle(self) -> None:  # noqa: B027 - most have nothing to do
        """Do what can only be done while it runs; at each start, so idempotent. Raises :class:`NotReady`."""

    def healthy(self) -> None:
        """Return if it does its work. Raises :class:`NotReady`."""
        self.serving()

    @property
    def where(self) -> str:
        """What a person reaches it by."""
        return self.settings.address(self.ports[0])

    def data(self) -> Sequence[Path]:
        """What ``down --purge`` removes."""
        return (self.folder,)


def environment(**more: str) -> Mapping[str, str]:
    """What a server needs to know of ours, and no more: nothing of our environment leaks into it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", **more}


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """A file with ``mode`` from its first byte on, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as stream:
        stream.write(text)
    partial.replace(path)


def properties(values: Mapping[str, object]) -> str:
    """A file of Java properties, or of ``key: value`` lines where a colon is as good."""
    return "".join(f"{key}={value}\n" for key, value in values.items())
