"""Probes, each in a thread of its own → what all of them saw last, and a line where a state has changed.

A probe that fails, or that does not come back, is down: ``traceo_watch_up`` is 0, what it last saw is no
longer told, and the others go on. Old values that look like new ones would hide just what they are for.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import Metric

from runners.watch.probe import Probe, ProbeError, Reading, State
from telemetry.changestream import LOOK_SECONDS, UP, Declared

_NOT_YET: Final = "no answer yet"
_UP: Final = State("up", good=True)


@dataclass(frozen=True, slots=True)
class Sight:
    """The last look of a probe. ``reading``: if it was whole, else ``problem`` says what was wrong."""

    probe: str
    seconds: float
    reading: Reading | None = None
    problem: str = ""


class Watcher:
    """Lets ``probes`` look every ``interval`` seconds; one that takes longer than ``patience`` is down."""

    def __init__(self, probes: Sequence[Probe], interval: float = 5.0, patience: float = 15.0) -> None:
        self._watches = [_Watch(probe, patience) for probe in probes]
        self._interval = interval
        self._patience = patience
        self._said: dict[str, dict[str, State]] = {}  # by probe and thing

    def sights(self) -> list[Sight]:
        """What each probe saw last."""
        return [watch.sight() for watch in self._watches]

    def look_once(self) -> list[Sight]:
        """Let each probe look once, side by side; what they saw, after no more than the patience."""
        threads = [threading.Thread(target=watch.look, daemon=True) for watch in self._watches]
        give_up = time.monotonic() + self._patience
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(give_up - time.monotonic(), 0))
        return self.sights()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Let the probes look again and again while the body runs. One that hangs is left behind."""
        done = threading.Event()
        for watch in self._watches:
            threading.Thread(target=watch.run, args=(done, self._interval), daemon=True).start()
        try:
            yield
        finally:
            done.set()

    def changes(self) -> list[str]:
        """A line for each state that is not as it was at the last call."""
        lines = []
        for sight in self.sights():
            if sight.problem == _NOT_YET:
                continue
            said, now = self._said.setdefault(sight.probe, {}), states(sight)
            for thing, state in now.items():
                before = said.get(thing)
                if before != state:
                    said[thing] = state
                    was = "" if before is None else f" (was: {before.text.partition(':')[0]})"
                    lines.append(f"{thing}: {state.text}{was}")
            if sight.reading is not None:
                lines += [f"{thing}: gone" for thing in set(said) - set(now)]
                self._said[sight.probe] = now
        return lines

    def collect(self) -> Iterator[Metric]:
        """Everything as metrics: what a registry of prometheus-client asks for."""
        yield from families(self.sights())


class _Watch:
    """One probe, and what it saw last."""

    def __init__(self, probe: Probe, patience: float) -> None:
        self._probe = probe
        self._patience = patience
        self._lock = threading.Lock()
        self._began: float | None = None  # of a look that goes on
        self._last = Sight(probe.name, 0.0, problem=_NOT_YET)

    def run(self, done: threading.Event, interval: float) -> None:
        while True:
            began = time.monotonic()
            self.look()
            if done.wait(max(interval - (time.monotonic() - began), 0.0)):
                return

    def look(self) -> None:
        began = time.monotonic()
        with self._lock:
            self._began = began
        name = self._probe.name
        reading, problem = None, ""
        try:
            reading = self._probe.look()
        except ProbeError as error:
            problem = str(error)
        except Exception as error:  # a bug in one probe must not end the watch of the others
            problem = f"{type(error).__name__} in the probe: {error}"
        with self._lock:
            self._began = None
            self._last = Sight(name, time.monotonic() - began, reading, problem)

    def sight(self) -> Sight:
        with self._lock:
            waited = 0.0 if self._began is None else time.monotonic() - self._began
            if waited > self._patience:
                return Sight(self._probe.name, waited, problem=f"no answer within {self._patience:g} s")
            return self._last


def states(sight: Sight) -> dict[str, State]:
    """The state of a probe and of what it saw: of nothing if it is down."""
    if sight.reading is None:
        return {f"probe {sight.probe}": State(f"down: {sight.problem}", good=False)}
    return {f"probe {sight.probe}": _UP, **sight.reading.states}


def families(sights: Sequence[Sight]) -> Iterator[Metric]:
    """The facts of all readings, by metric, and what is known of the probes themselves."""
    yield UP.family(((sight.probe,), sight.reading is not None) for sight in sights)
    yield LOOK_SECONDS.family(((sight.probe,), sight.seconds) for sight in sights)
    rows: dict[Declared, list[tuple[tuple[str, ...], float]]] = {}
    for sight in sights:
        for fact in () if sight.reading is None else sight.reading.facts:
            rows.setdefault(fact.metric, []).append((fact.labels, fact.value))
    for metric, found in rows.items():
        yield metric.family(found)
