"""The local stack of real servers: started side by side as far as they do not need each other, stopped in
the opposite order.
"""

import contextlib
import shutil
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runners.stack import logs, preflight, process, training
from runners.stack.addresses import Addresses
from runners.stack.component import Component, Tell
from runners.stack.components import COMPONENTS
from runners.stack.errors import NotReady, StackError
from runners.stack.install import install, locked
from runners.stack.order import in_order
from runners.stack.settings import StackSettings, load, save

_POLL_SECONDS: Final = 0.1
_LAST_LINES: Final = 12
_TRAINING_PATIENCE: Final = 4.0


@dataclass(frozen=True, kw_only=True)
class Status:
    """One component: ``state`` is up, unhealthy, failed (it was started and is gone) or down."""

    component: str
    state: str
    where: str
    pid: int | None = None
    memory_bytes: int = 0
    uptime_seconds: float = 0.0
    detail: str = ""


class Stack:
    """A stack in a state folder: ``Stack(Path(".traceo/stack")).up(only=("postgres", "kafka"))``.

    Settings that are not given are those that the folder remembers, else the defaults. All errors are
    :class:`StackError`.
    """

    def __init__(
        self, state: Path | None = None, *, settings: StackSettings | None = None, tell: Tell | None = None
    ) -> None:
        self.settings = settings or load({"state": state})
        self._tell: Tell = tell or _silent
        self._cancelled = threading.Event()
        self.components: Mapping[str, Component] = {kind.name: kind(self.settings) for kind in COMPONENTS}

    @property
    def _patience(self) -> float:
        return _TRAINING_PATIENCE if self.settings.training else 1.0  # archives are written at the end

    @property
    def addresses(self) -> Addresses:
        """Where everything is to be found."""
        return Addresses(self.settings)

    def up(self, only: Collection[str] = ()) -> Mapping[str, float]:
        """Start what does not run of ``only`` and what it needs; seconds by component.

        Default: all but those that have to be named, :attr:`Component.default` says which.

        Installs what is missing first. Nothing is started if a port is taken. Empty if all was up.
        """
        wanted = self._with_needs(only)
        self.settings.state.mkdir(parents=True, exist_ok=True, mode=0o711)
        with self._alone():
            kinds = [self.components[name] for name in wanted]
            waiting = [one for one in kinds if not self._works(one)]
            if not waiting:
                return {}
            preflight.settings_are_kept(self.settings, list(self.components.values()))
            preflight.ports_are_free(self.settings, waiting)
            packages = {package for one in waiting for package in one.packages}
            bundles = {bundle for one in waiting for bundle in one.bundles}
            programs = {program for one in waiting for program in one.programs}
            install(self.settings, packages, bundles, programs, self._tell)
            save(self.settings)
            self._train(waiting)
            return self._start_all(waiting)

    def down(self, *, purge: bool = False) -> Sequence[str]:
        """Stop all, those first that need others; who did not end by itself. ``purge``: data goes too."""
        if not self.settings.state.is_dir():
            return []
        with self._alone():
            forced: list[str] = []
            needed_by = {
                name: tuple(one.name for one in self.components.values() if name in one.needs)
                for name in self.components
            }

            def stop(one: Component) -> None:
                if not (one.record.exists() or process.leftovers(one.record)):
                    return
                self._tell(one.name, "stopping")
                if not process.stop(one.record, one.stop_signal, one.stop_seconds * self._patience):
                    forced.append(one.name)
                self._tell(one.name, "down", True)

            in_order(list(self.components.values()), needed_by, stop, threading.Event())
            if purge:
                self._purge()
            return forced

    def status(self) -> Sequence[Status]:
        """Each component, asked now."""
        with ThreadPoolExecutor(len(self.components)) as pool:
            return list(pool.map(self._status, self.components.values()))

    def start(self, component: str) -> float:
        """Start one that was killed, wait until it does its work; seconds. What it needs has to run."""
        one = self._named(component)
        with self._alone():
            if self._works(one):
                return 0.0
            preflight.ports_are_free(self.settings, [one])
            return self._start(one)

    def kill(self, component: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal a component; with SIGKILL or SIGTERM, return when its process is gone."""
        one = self._named(component)
        found = process.recorded(one.record)
        if found is None or not process.alive(found):
            raise StackError(f"{component} does not run")
        process.send(found, number)
        if number in (signal.SIGKILL, signal.SIGTERM) and not process.gone([found], one.stop_seconds):
            raise StackError(f"{component}: process {found.pid} still runs after signal {number.name}")

    def chosen(self, names: Collection[str]) -> Sequence[Component]:
        """These components; all if none is named."""
        return [self._named(name) for name in names or self.components]

    def _named(self, name: str) -> Component:
        if name not in self.components:
            raise StackError(f"unknown component {name!r}; known: {', '.join(self.components)}")
        return self.components[name]

    def _with_needs(self, only: Collection[str]) -> list[str]:
        wanted: set[str] = set()
        pending = list(only) or [one.name for one in self.components.values() if one.default]
        while pending:
            name = pending.pop()
            if name not in wanted:
                wanted.add(name)
                pending += self._named(name).needs
        return [name for name in self.components if name in wanted]

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with locked(self.settings.state / "lock", "another command is at work on the stack"):
            yield

    def _train(self, waiting: Sequence[Component]) -> None:
        """Archives of classes for those that have none; whatever goes wrong here costs time alone."""
        if self.settings.training or not (names := training.untrained(waiting)):
            return
        self._tell("java", f"writing archives of classes, for quick starts: {', '.join(names)}")
        rehearsal = Stack(settings=training.rehearsal(self.settings))
        try:
            rehearsal.up(names)
        except StackError as error:
            self._tell("java", f"no archives of classes: {error}")
        finally:
            rehearsal.down()
            shutil.rmtree(rehearsal.settings.state, ignore_errors=True)
        if vain := training.note(waiting):
            self._tell("java", f"no archive of classes for {', '.join(vain)}: slower to start, else as good")
        self._tell("java", "archives of classes are written", True)

    def _works(self, one: Component) -> bool:
        if not process.alive(process.recorded(one.record)):
            return False
        try:
            one.healthy()
        except NotReady:
            return False
        return True

    def _start_all(self, waiting: Sequence[Component]) -> Mapping[str, float]:
        seconds: dict[str, float] = {}

        def start(one: Component) -> None:
            seconds[one.name] = self._start(one)

        in_order(waiting, {one.name: one.needs for one in waiting}, start, self._cancelled)
        return seconds

    def _start(self, one: Component) -> float:
        begun = time.monotonic()
        if not process.alive(process.recorded(one.record)):
            orphans = process.leftovers(one.record)  # workers of one that was killed
            for orphan in orphans:
                process.send(orphan, signal.SIGKILL)
            process.gone(orphans, one.stop_seconds)
            self._tell(one.name, "starting")
            one.prepare()
            process.spawn(one.launch(), one.log, one.record)
        self._await(one, one.serving)
        self._await(one, one.settle)
        self._await(one, one.healthy)
        seconds = time.monotonic() - begun
        self._tell(one.name, f"up in {seconds:.1f} s, {one.where}", True)
        return seconds

    def _await(self, one: Component, probe: Callable[[], None]) -> None:
        deadline = time.monotonic() + one.start_seconds
        while True:
            try:
                return probe()
            except NotReady as error:
                if not process.alive(process.recorded(one.record)):
                    raise StackError(f"{one.name} has ended while starting{self._said(one)}") from None
                if self._cancelled.is_set():
                    raise StackError(f"{one.name}: no longer waited for") from None
                if time.monotonic() > deadline:
                    text = (
                        f"{one.name} is not ready after {one.start_seconds:.0f} s: {error}{self._said(one)}"
                    )
                    raise StackError(text) from None
            time.sleep(_POLL_SECONDS)

    @staticmethod
    def _said(one: Component) -> str:
        lines = logs.gist(one.log, _LAST_LINES)
        return f"; the end of {one.log}:\n  " + "\n  ".join(lines) if lines else f"; {one.log} is empty"

    def _status(self, one: Component) -> Status:
        found = process.recorded(one.record)
        if found is None or not process.alive(found):
            return Status(component=one.name, state="failed" if found else "down", where=one.where)
        state, detail = "up", ""
        try:
            one.healthy()
        except NotReady as error:
            state, detail = "unhealthy", str(error)
        return Status(
            component=one.name,
            state=state,
            where=one.where,
            pid=found.pid,
            memory_bytes=process.memory_bytes(one.record),
            uptime_seconds=round(process.uptime_seconds(found), 1),
            detail=detail,
        )

    def _purge(self) -> None:
        for one in self.components.values():
            for path in one.data():
                shutil.rmtree(path, ignore_errors=True)
        for name in ("logs", "run", "secrets"):
            shutil.rmtree(self.settings.state / name, ignore_errors=True)


def _silent(name: str, text: str, done: bool = False) -> None:
    """For who does not want to be told."""
