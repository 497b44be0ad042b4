"""Warnings and errors by template and window → which are new, and which burst.

A template is new to a service when it was not seen there within the horizon, and the service has been known
for the time of learning. It bursts when its count in a window is one that chance alone would hardly give.

The chance is that of a Poisson process whose rate is not known but was watched: with Jeffreys' prior and
``records`` seen in ``windows`` windows, the next count has a negative binomial distribution with
``records + 1/2`` and ``windows / (windows + 1)`` (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6). A
short history so makes large counts less surprising by itself. Both sums are halved every ``half_life``, so
that the rate is an exponentially weighted mean and follows what becomes usual. Of a window that bursts only
``_MOST_LEARNED`` times what was expected is learned (as Farrington et al., A statistical algorithm for the
early detection of outbreaks, 1996, weigh past outbreaks down), so that a burst does not hide the next.

A template that takes the place of others has their history, and is not new.
"""

import hashlib
from math import exp, lgamma, log, log1p
from typing import Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from logs.columns import NO_TIME, identities, texts_of, times_of
from schemas.batches import numbers
from schemas.logs import Severity
from schemas.templates import TEMPLATE, Novelty, TemplateEvent
from schemas.times import iso

_MOST_TEMPLATES: Final = 2000  # of a service; those that were not seen for longest go first
_MOST_SERVICES: Final = 2000  # of a shard
_MOST_REPLACED: Final = 20_000
_MOST_LEARNED: Final = 3.0
_TINY: Final = 1e-12
_TERMS: Final = 10_000


class Rules(NamedTuple):
    """When a template is new and when it bursts; times in nanoseconds of event time."""

    window_ns: int = 60 * 10**9
    horizon_ns: int = 7 * 24 * 3600 * 10**9
    learning_ns: int = 3600 * 10**9
    half_life_ns: int = 3600 * 10**9
    probability: float = 1e-6
    min_records: int = 10


class Seen(msgspec.Struct, array_like=True):
    """Records of one template of a service in a window. ``example`` and ``trace_id`` are of the first."""

    records: int
    severity: int
    first_ns: int
    last_ns: int
    example: str
    trace_id: str | None

    def merge(self, other: "Seen") -> None:
        """Add what ``other`` saw."""
        if (other.first_ns, other.example) < (self.first_ns, self.example):
            self.first_ns, self.example = other.first_ns, other.example
            self.trace_id = other.trace_id or self.trace_id
        self.trace_id = self.trace_id or other.trace_id
        self.records += other.records
        self.severity = max(self.severity, other.severity)
        self.last_ns = max(self.last_ns, other.last_ns)


class Sightings(msgspec.Struct, frozen=True):
    """What was seen in one window, by service and template; a service without warnings is here all the same.

    ``replaces``: templates of any window, by the ones that they are replaced by.
    """

    window_ns: int
    services: dict[str, dict[str, Seen]] = {}
    replaces: dict[str, tuple[str, ...]] = {}


class Past(msgspec.Struct, array_like=True):
    """What is known of a template: sums of records and windows, weighted, as of the window ``at_ns``."""

    records: float
    windows: float
    at_ns: int
    last_ns: int
    bursting: bool = False


class ServicePast(msgspec.Struct, array_like=True):
    """What is known of a service."""

    since_ns: int
    last_ns: int
    templates: dict[str, Past] = {}


class History(msgspec.Struct, array_like=True):
    """What is known of the services of a shard; bounded. ``into``: what a template was replaced by."""

    version: int = 1
    judged_ns: int = -1
    services: dict[str, ServicePast] = {}
    into: dict[str, str] = {}

    def last(self, template: str) -> str:
        """The template that stands for ``template``."""
        passed = set()
        while template in self.into and template not in passed:
            passed.add(template)
            template = self.into[template]
        return template


def sightings(batch: pa.RecordBatch, window_ns: int) -> list[Sightings]:
    """What ``batch``, which has the column TEMPLATE, says of its windows."""
    times = times_of(batch)
    services, service = texts_of(batch.column("service"))
    templates, template = texts_of(batch.column(TEMPLATE.name))
    windows = times - times % window_ns
    found: dict[int, dict[str, dict[str, Seen]]] = {}
    known = times != NO_TIME
    every, window = np.unique(windows[known], return_inverse=True)
    for cell in np.unique(window * len(services) + service[known]).tolist():
        found.setdefault(int(every[cell // len(services)]), {})[services[cell % len(services)]] = {}
    severity = numbers(batch, "severity")
    rows = np.flatnonzero(known & (severity >= Severity.WARN))
    traces = batch.column("trace_id").take(pa.array(rows)).to_pylist()
    numbered = (column[rows].tolist() for column in (windows, service, template, severity, times))
    for begin, of, which, level, at, example, trace_id in zip(
        *numbered, identities(batch, rows), traces, strict=True
    ):
        of_service, name = found[begin][services[of]], templates[which]
        seen = Seen(1, level, at, at, example, trace_id)
        if name in of_service:
            of_service[name].merge(seen)
        else:
            of_service[name] = seen
    return [Sightings(window, of_window) for window, of_window in sorted(found.items())]


def judge(history: History, seen: Sightings, rules: Rules) -> list[TemplateEvent]:
    """What is unusual of a window; ``history`` learns it. Windows come in their order.

    A window that comes again, or late, is learned and not judged.
    """
    late = seen.window_ns <= history.judged_ns
    history.judged_ns = max(history.judged_ns, seen.window_ns)
    events: list[TemplateEvent] = []
    for service, templates in sorted(seen.services.items()):
        known = history.services.setdefault(service, ServicePast(seen.window_ns, seen.window_ns))
        known.last_ns = max(known.last_ns, seen.window_ns)
        known.since_ns = min(known.since_ns, seen.window_ns)
        for template, of in sorted(_by_last(history, templates).items()):
            event = _judge(known, service, template, of, seen.window_ns, rules)
            if event is not None and not late:
                events.append(event)
        _bound(known.templates, _MOST_TEMPLATES, seen.window_ns - rules.horizon_ns)
    _bound(history.services, _MOST_SERVICES, seen.window_ns - rules.horizon_ns)
    return events


def replace(history: History, replaces: dict[str, tuple[str, ...]]) -> None:
    """Let templates have the history of those that they replace."""
    history.into |= {old: new for new, olds in replaces.items() for old in olds if old != new}
    for name in list(history.into)[: max(len(history.into) - _MOST_REPLACED, 0)]:
        del history.into[name]
    for known in history.services.values():
        for old in [name for name in known.templates if name in history.into]:
            past, last = known.templates.pop(old), history.last(old)
            other = known.templates.get(last)
            known.templates[last] = past if other is None else _both(past, other)


def _both(one: Past, other: Past) -> Past:
    """Sums as of the later of two times, without weighing what is a few windows older down."""
    return Past(
        one.records + other.records,
        max(one.windows, other.windows),
        max(one.at_ns, other.at_ns),
        max(one.last_ns, other.last_ns),
        one.bursting or other.bursting,
    )


def _by_last(history: History, templates: dict[str, Seen]) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for template, seen in templates.items():
        last = history.last(template)
        if last in found:
            found[last].merge(seen)
        else:
            found[last] = seen
    return found


def _judge(
    known: ServicePast, service: str, template: str, seen: Seen, window_ns: int, rules: Rules
) -> TemplateEvent | None:
    past = known.templates.get(template)
    if past is None or window_ns - past.last_ns > rules.horizon_ns:
        known.templates[template] = Past(seen.records, 1.0, window_ns, window_ns)
        learned = window_ns - known.since_ns >= rules.learning_ns
        return _event(Novelty.NEW, service, template, seen, window_ns, rules, 0.0, 0.0) if learned else None
    _age(past, window_ns, rules)
    expected = (past.records + 0.5) / max(past.windows, 1.0)
    chance = tail(seen.records, past.records + 0.5, past.windows)
    bursts = seen.records >= rules.min_records and chance < rules.probability
    begins = bursts and not past.bursting and window_ns - known.since_ns >= rules.learning_ns
    past.bursting = bursts
    past.records += min(seen.records, _MOST_LEARNED * max(expected, 1.0)) if bursts else seen.records
    past.windows += 1
    past.last_ns = max(past.last_ns, window_ns)
    if not begins:
        return None
    return _event(Novelty.BURST, service, template, seen, window_ns, rules, expected, chance)


def _age(past: Past, window_ns: int, rules: Rules) -> None:
    """Weigh down what was, and count the windows in which nothing came."""
    windows = max((window_ns - past.at_ns) // rules.window_ns, 0)
    if windows == 0:
        return
    decay = 0.5 ** (rules.window_ns / rules.half_life_ns)
    whole = decay**windows
    past.records *= whole
    empty = (decay - whole) / (1 - decay)  # weights of the windows between the last one and this one
    past.windows = past.windows * whole + empty
    past.bursting = past.bursting and windows == 1
    past.at_ns = window_ns


def tail(count: int, shape: float, windows: float) -> float:
    """The probability of ``count`` or more in a window, where ``shape - 1/2`` came in ``windows``."""
    if windows <= 0 or count <= shape / windows:
        return 1.0
    ratio = 1 / (windows + 1)
    begin = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    term = exp(begin + shape * -log1p(1 / windows) + count * log(ratio))
    total = 0.0
    for k in range(count, count + _TERMS):
        total += term
        term *= (k + shape) / (k + 1) * ratio
        if term < total * _TINY:
            break
    return min(total, 1.0)


def _event(
    kind: Novelty,
    service: str,
    template: str,
    seen: Seen,
    window_ns: int,
    rules: Rules,
    expected: float,
    chance: float,
) -> TemplateEvent:
    text = f"template|{kind}|{service}|{template}|{window_ns}"
    return TemplateEvent(
        id=hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
        kind=kind,
        service=service,
        template=template,
        severity=seen.severity,
        window_start=iso(window_ns // 1000),
        window_seconds=rules.window_ns / 1e9,
        records=seen.records,
        expected=round(expected, 3),
        probability=chance,
        first_ns=seen.first_ns,
        last_ns=seen.last_ns,
        example=seen.example,
        trace_id=seen.trace_id,
    )


def _bound(known: dict[str, ServicePast] | dict[str, Past], most: int, since_ns: int) -> None:
    """Forget what was not seen within the horizon; and, of too many, what was not seen for longest."""
    for name in [name for name, past in known.items() if past.last_ns < since_ns]:
        del known[name]
    excess = len(known) - most
    if excess > 0:
        for name in sorted(known, key=lambda name: (known[name].last_ns, name))[:excess]:
            del known[name]
