"""A result of the logs job → what its report shows: sums by service and template, what is new, lines.

Whatever the size of the result, what is kept is bounded.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from logs.bursts import Rules
from report.data import moment
from report.loglines import Lines, read_lines
from report.securityfindings import Security, read_security, structs
from schemas.logs import LogsOutput
from schemas.templates import LogRed, Novelty, Template, TemplateEvent
from traces.histogram import Buckets, add, quantile

NOVELTIES: Final = 40
FAILING: Final = 25
SLOWEST: Final = 15
SERVICES: Final = 60
_REMEMBERED: Final = 50_000  # pairs of service and template
_TEXTS: Final = 200_000  # templates
_SLOTS: Final = 240  # of time
_OTHERS: Final = "(others)"
_LEARNING_SECONDS: Final = Rules().learning_ns / 1e9
_LEAST_TIMED: Final = 5  # records that make a duration worth showing


class Sums(msgspec.Struct, kw_only=True):
    """Records of a service, or of a service and a template. Durations are nanoseconds."""

    service: str
    template: str = ""
    records: int = 0
    warnings: int = 0
    errors: int = 0
    timed: int = 0
    buckets: Buckets = {}

    def p(self, q: float) -> int:
        """A quantile of the durations, in nanoseconds."""
        return quantile(self.buckets, q)


class Timeline(msgspec.Struct, kw_only=True):
    """Records and errors by event time, in slots of ``seconds``: (epoch seconds, records, errors)."""

    seconds: float
    slots: list[tuple[float, int, int]]


class Judged(NamedTuple):
    """Services of which something could be called new: those read for longer than they are learned."""

    services: int
    of: int

    def none_is_new(self) -> str:
        """What it means that nothing is new and nothing bursts, in words."""
        if not self.services:
            hours = _LEARNING_SECONDS / 3600
            return (
                f"nothing was judged: a service is learned for {hours:g} h of its logs before an error or a"
                f" warning of it is called new or more frequent, and none was read for longer"
            )
        some = f" ({self.services:,} of {self.of:,} services were read for long enough to be judged)"
        said = "no error or warning is new, and none comes more often than before"
        return said + (some if self.services < self.of else "")


class LogsFound(msgspec.Struct, kw_only=True):
    """What a result holds. ``texts``: of templates by their ids."""

    summary: dict[str, Any]
    services: list[Sums]
    failing: list[Sums]
    slowest: list[Sums]
    novelties: list[TemplateEvent]
    novelties_by_kind: dict[str, int]
    judged: Judged
    texts: dict[str, str]
    timeline: Timeline
    lines: Lines


def read_logs(folder: Path, summary: dict[str, Any], also: Sequence[str] = ()) -> LogsFound:
    """The result in ``folder``. ``also``: ids of more traces whose lines are wanted. Raises InputError."""
    texts, became = _templates(folder)
    sums = _Sums(became)
    for red in structs(folder / LogsOutput.RED, LogRed):
        sums.add(red)
    novelties, by_kind = _novelties(folder, became)
    pairs = sums.pairs.values()
    failing = heapq.nlargest(FAILING, (s for s in pairs if s.errors), key=lambda s: (s.errors, s.template))
    slowest = heapq.nlargest(
        SLOWEST, (s for s in pairs if s.timed >= _LEAST_TIMED), key=lambda s: (s.p(0.95), s.template)
    )
    return LogsFound(
        summary=summary,
        services=heapq.nlargest(SERVICES, sums.services.values(), key=lambda s: (s.errors, s.records)),
        failing=failing,
        slowest=slowest,
        novelties=novelties,
        novelties_by_kind=by_kind,
        judged=sums.judged(),
        texts=texts,
        timeline=sums.timeline(),
        lines=read_lines(
            folder,
            records=[one.example for one in novelties],
            traces=[*(one.trace_id for one in novelties if one.trace_id), *also],
        ),
    )


class Glance(NamedTuple):
    """What is seen first: what is new or bursts, with the texts of templates by id, and security."""

    novelties: list[TemplateEvent]
    novelties_by_kind: dict[str, int]
    judged: Judged
    texts: dict[str, str]
    security: Security


def glance(folder: Path) -> Glance:
    """The result in ``folder`` at a glance. Raises InputError."""
    texts, became = _templates(folder)
    sums = _Sums(became)
    for red in structs(folder / LogsOutput.RED, LogRed):
        sums.add(red)
    return Glance(*_novelties(folder, became), sums.judged(), texts, read_security(folder))


def _templates(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Texts by id; and of an id that was replaced, which stands for it at the end."""
    texts: dict[str, str] = {}
    became: dict[str, str] = {}
    for template in structs(folder / LogsOutput.TEMPLATES, Template):
        if len(texts) < _TEXTS:
            texts[template.id] = template.text
            became.update(dict.fromkeys(template.replaces, template.id))
    return texts, became


def _last(template: str, became: dict[str, str]) -> str:
    seen = {template}
    while (then := became.get(template)) and then not in seen:
        seen.add(then)
        template = then
    return template


class _Sums:
    """Sums over the windows of RED."""

    def __init__(self, became: dict[str, str]) -> None:
        self.services: dict[str, Sums] = {}
        self.pairs: dict[tuple[str, str], Sums] = {}
        self._became = became
        self._read: dict[str, tuple[float, float]] = {}  # by service its first and its last window
        self._slots: dict[float, list[int]] = {}
        self._width = 1.0

    def add(self, red: LogRed) -> None:
        template = _last(red.template, self._became)
        service = red.service if red.service in self.services or len(self.services) < _REMEMBERED else _OTHERS
        key = (service, template)
        if key not in self.pairs and len(self.pairs) >= _REMEMBERED:
            key = (_OTHERS, "")
        of_service = self.services.setdefault(service, Sums(service=service))
        of_pair = self.pairs.setdefault(key, Sums(service=key[0], template=key[1]))
        if (when := moment(red.window_start)) is not None:
            first, last = self._read.get(service, (when, when))
            self._read[service] = min(first, when), max(last, when)
            self._at(red, when)
        for sums in (of_service, of_pair):
            sums.records += red.records
            sums.errors += red.errors
            sums.warnings += red.records if red.severity == "warn" else 0
            sums.timed += red.timed
            add(sums.buckets, red.buckets)

    def judged(self) -> Judged:
        """How many services were read for long enough, and how many there are."""
        enough = [last - first >= _LEARNING_SECONDS for first, last in self._read.values()]
        return Judged(sum(enough), len(self.services))

    def _at(self, red: LogRed, when: float) -> None:
        self._width = max(self._width, red.window_seconds)
        self._into(self._slots, when, red.records, red.errors)
        while len(self._slots) > 2 * _SLOTS:
            self._width *= 2
            wider: dict[float, list[int]] = {}
            for at, (records, errors) in self._slots.items():
                self._into(wider, at, records, errors)
            self._slots = wider

    def _into(self, slots: dict[float, list[int]], at: float, records: int, errors: int) -> None:
        slot = slots.setdefault(at // self._width * self._width, [0, 0])
        slot[0] += records
        slot[1] += errors

    def timeline(self) -> Timeline:
        slots = [(at, records, errors) for at, (records, errors) in sorted(self._slots.items())]
        return Timeline(seconds=self._width, slots=slots)


def _novelties(folder: Path, became: dict[str, str]) -> tuple[list[TemplateEvent], dict[str, int]]:
    """The gravest, one of each kind, service and template; and how many there are of each kind."""
    counts: Counter[str] = Counter()
    kept: dict[tuple[Novelty, str, str], TemplateEvent] = {}
    for one in structs(folder / LogsOutput.NOVELTIES, TemplateEvent):
        counts[one.kind] += 1
        key = (one.kind, one.service, _last(one.template, became))
        known = kept.get(key)
        if known is None and len(kept) >= _REMEMBERED:
            continue
        if known is None or one.records > known.records:
            kept[key] = one
    return heapq.nsmallest(NOVELTIES, kept.values(), key=_grave), dict(counts)


def _grave(one: TemplateEvent) -> tuple[int, int, int, str]:
    return -one.severity, -one.records, one.first_ns, one.id
