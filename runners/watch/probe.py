"""What a probe is, and what it sees: facts for Prometheus, states for people.

look at a server → Reading(facts, states) | ProbeError
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from telemetry.changestream import Declared

MISSING: Final = "MISSING"  # state of what was named and is not there


class ProbeError(Exception):
    """A look that was not whole. The message says in one line why, and holds no secret."""


class Fact(NamedTuple):
    """The value of a metric; ``labels`` in the order of its declaration."""

    metric: Declared
    labels: tuple[str, ...]
    value: float


class State(NamedTuple):
    """How something is, in words. ``good``: nobody has to look after it."""

    text: str
    good: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look saw. States have what they are of as key, as ``connector db-metrics``."""

    facts: list[Fact] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)

    def add(self, metric: Declared, value: float, *labels: str) -> None:
        """``metric`` is ``value``."""
        self.facts.append(Fact(metric, labels, float(value)))

    def add_state(self, metric: Declared, known: Iterable[str], state: str, *labels: str) -> None:
        """A series for each ``known`` state, and for ``state`` if it is none of them."""
        for name in dict.fromkeys((*known, state)):
            self.add(metric, name == state, *labels, name)

    def note(self, thing: str, text: str, *, good: bool = True) -> None:
        """``thing`` is as ``text`` says."""
        self.states[thing] = State(text, good)


class Probe(Protocol):
    """Looks at one server. Only its own watcher calls it, never twice at a time."""

    @property
    def name(self) -> str:
        """What it looks at; value of a label."""

    def look(self) -> Reading:
        """Look once, in bounded time. Raises :class:`ProbeError`."""


def get_json(url: str, timeout: float) -> Any:
    """The JSON that a server of ours answers with. ``timeout``: seconds. Raises :class:`ProbeError`."""
    if not url.startswith(("http://", "https://")):
        raise ProbeError(f"{url}: no URL of http or https")
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310  of http, see above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
        raise AnswerError(f"{url}: HTTP status {error.code}", error.code) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise ProbeError(f"{url}: {getattr(reason, 'strerror', None) or reason}") from error
    except ValueError as error:
        raise ProbeError(f"{url}: the answer is no JSON") from error


class AnswerError(ProbeError):
    """A server answered, and not with what was asked for."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def first_line(text: str, most: int = 200) -> str:
    """The first line of an error's text, and no more of it than a person reads."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= most else line[: most - 1] + "…"
