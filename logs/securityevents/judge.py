"""Security events in the order of their time → findings that open and close.

A finding is a rule and a subject (an actor, a source, or a service), from the event that makes it to the
last one before a time of quiet. Rules by count open when so many events lie within the window: failed logins
of an actor, from a source, of many actors from one source (password spraying), of a service whose lines say
neither. A login that passes after several that failed opens one at once, and so do changes of privilege,
injections and secrets. Unusual volume: the records of an actor in a window are far above those of the
service's other actors, by the modified z-score of Iglewicz and Hoaglin (How to detect and handle outliers,
1993), of logarithms, since counts of users spread over magnitudes.
"""

from math import log1p
from statistics import median
from typing import Final, NamedTuple

import msgspec

from logs.securityevents.detection import (
    BRUTE_FORCE,
    CREDENTIALS,
    SPRAYING,
    VALID_ACCOUNTS,
    Sort,
    Technique,
)
from logs.securityevents.events import VOLUME, SecurityEvent
from logs.securityevents.scan import DETECTIONS
from schemas.ocsf import FindingSeverity

_BY_UID: Final = {detection.uid: detection for detection in DETECTIONS}
SECRET: Final = "secret:"  # noqa: S105  the prefix of a detection
_MOST_CASES: Final = 20_000  # of a shard; those without events for longest go first
_MOST_RECORDS: Final = 5  # kept of a case
_MOST_ACTORS: Final = 10_000  # of a service in a window
_SWEEPS: Final = 10  # for quiet cases, in the time of quiet
_SCALE: Final = 0.6745  # of the median absolute deviation
_LEAST_SPREAD: Final = 0.1


class Rules(NamedTuple):
    """When a finding opens and closes; times in nanoseconds of event time."""

    failures: int = 5
    source_failures: int = 10
    service_failures: int = 50
    sprayed_actors: int = 5
    failures_before_success: int = 3
    window_ns: int = 300 * 10**9
    quiet_ns: int = 600 * 10**9
    volume_score: float = 6.0
    volume_records: int = 100
    volume_actors: int = 8


class Rule(NamedTuple):
    """What a finding says; ``statistics``: it is no plain rule."""

    uid: str
    title: str
    severity: int
    technique: Technique | None
    statistics: bool = False


FAILED_ACTOR: Final = Rule(
    "failed_logins_actor", "Failed logins of one actor", FindingSeverity.MEDIUM, BRUTE_FORCE
)
FAILED_SOURCE: Final = Rule(
    "failed_logins_source", "Failed logins from one source", FindingSeverity.MEDIUM, BRUTE_FORCE
)
FAILED_SERVICE: Final = Rule(
    "failed_logins_service", "Failed logins at one service", FindingSeverity.MEDIUM, BRUTE_FORCE
)
SPRAYED: Final = Rule(
    "password_spraying", "Failed logins of many actors from one source", FindingSeverity.HIGH, SPRAYING
)
BROKEN_IN: Final = Rule(
    "success_after_failures", "Login after many that failed", FindingSeverity.HIGH, VALID_ACCOUNTS
)
UNUSUAL: Final = Rule(
    "unusual_volume", "Far more records of one actor than of others", FindingSeverity.LOW, None, True
)


_RULES: Final[dict[str, Rule]] = {
    rule.uid: rule for rule in (FAILED_ACTOR, FAILED_SOURCE, FAILED_SERVICE, SPRAYED, BROKEN_IN, UNUSUAL)
}


class Case(msgspec.Struct, array_like=True):
    """A finding, or what may become one. ``times``, ``actors``: in the window, while it is not open."""

    first_ns: int
    last_ns: int
    count: int = 0
    opened_ns: int = -1
    service: str = ""
    actor: str = ""
    source: str = ""
    times: list[int] = []
    actors: dict[str, int] = {}
    records: list[tuple[str, str | None]] = []


class Told(NamedTuple):
    """A finding as it opens or closes."""

    rule: Rule
    subject: str
    case: Case
    closed: bool


class Watch(msgspec.Struct, array_like=True):
    """What is kept of a shard: cases by rule and subject; counts of the current volume window by service."""

    version: int = 1
    cases: dict[str, Case] = {}
    volume_ns: int = -1
    swept_ns: int = 0
    volumes: dict[str, dict[str, tuple[int, str]]] = {}


def subjects_of(event: SecurityEvent) -> list[str]:
    """The subjects whose shard needs an event."""
    detection = _BY_UID.get(event.detection)
    if detection is not None and detection.sort in (Sort.LOGIN_FAILED, Sort.LOGIN_PASSED):
        known = [
            subject for subject in (f"actor:{event.actor}", f"source:{event.source}") if subject[-1] != ":"
        ]
        return known or [f"service:{event.service}"]
    return [f"service:{event.service}"]


def take(watch: Watch, subject: str, event: SecurityEvent, rules: Rules) -> list[Told]:
    """Take in the next event of ``subject``; events come in the order of their time."""
    told = _close_volumes(watch, event.time_ns, rules)
    if event.time_ns >= watch.swept_ns + rules.quiet_ns // _SWEEPS:
        watch.swept_ns = event.time_ns
        told += close(watch, event.time_ns - rules.quiet_ns)
    detection = _BY_UID.get(event.detection)
    if event.detection == VOLUME:
        _note_volume(watch, event, rules)
    elif event.detection.startswith(SECRET):
        told += _count(watch, _rule(event.detection), subject, event, 1, rules)
    elif detection is None:
        return told
    elif detection.sort is Sort.LOGIN_FAILED:
        told += _failed(watch, subject, event, rules)
    elif detection.sort is Sort.LOGIN_PASSED:
        told += _passed(watch, subject, event, rules)
    else:
        who = event.actor or event.source
        told += _count(watch, _rule(detection.uid), f"{subject}/{who}" if who else subject, event, 1, rules)
    _bound(watch)
    return told


def close(watch: Watch, until_ns: int) -> list[Told]:
    """Close the findings, and forget the cases, that had no event since then."""
    quiet = sorted(key for key, case in watch.cases.items() if case.last_ns < until_ns)
    return [turn for key in quiet for turn in _close(watch, key)]


def _close(watch: Watch, key: str) -> list[Told]:
    case = watch.cases.pop(key)
    return [_told(key, case, closed=True)] if case.opened_ns >= 0 else []


def finish(watch: Watch, rules: Rules) -> list[Told]:
    """Close everything."""
    last = max([watch.volume_ns, *(case.last_ns for case in watch.cases.values())])
    told = _close_volumes(watch, last + 2 * rules.window_ns, rules)
    return told + close(watch, 2**62)


def _failed(watch: Watch, subject: str, event: SecurityEvent, rules: Rules) -> list[Told]:
    if subject.startswith("actor:"):
        return _count(watch, FAILED_ACTOR, subject, event, rules.failures, rules)
    if subject.startswith("service:"):
        return _count(watch, FAILED_SERVICE, subject, event, rules.service_failures, rules)
    told = _count(watch, FAILED_SOURCE, subject, event, rules.source_failures, rules)
    return told + _count(watch, SPRAYED, subject, event, rules.sprayed_actors, rules, by_actor=True)


def _passed(watch: Watch, subject: str, event: SecurityEvent, rules: Rules) -> list[Told]:
    rule = FAILED_ACTOR if subject.startswith("actor:") else FAILED_SOURCE
    failed = watch.cases.get(f"{rule.uid}|{subject}")
    if failed is None or event.time_ns - failed.last_ns > rules.window_ns:
        return []
    if failed.opened_ns < 0 and len(failed.times) < rules.failures_before_success:
        return []
    return _count(watch, BROKEN_IN, subject, event, 1, rules)


def _count(
    watch: Watch,
    rule: Rule,
    subject: str,
    event: SecurityEvent,
    needed: int,
    rules: Rules,
    *,
    by_actor: bool = False,
) -> list[Told]:
    """Add an event to the case of a rule and a subject; tell it if that opens it."""
    key = f"{rule.uid}|{subject}"
    case = watch.cases.get(key)
    told = []
    if case is not None and case.last_ns < event.time_ns - rules.quiet_ns:  # not swept yet
        told = _close(watch, key)
        case = None
    if case is None:
        case = watch.cases[key] = Case(event.time_ns, event.time_ns, service=event.service)
    case.last_ns = max(case.last_ns, event.time_ns)
    case.count += event.count
    case.actor, case.source = case.actor or event.actor, case.source or event.source
    if len(case.records) < _MOST_RECORDS:
        case.records.append((event.record, event.trace_id))
    if case.opened_ns >= 0:
        return told
    since = event.time_ns - rules.window_ns
    case.times = [at for at in [*case.times, event.time_ns] if at >= since][-max(needed, 1) :]
    enough = len(case.times)
    if by_actor:
        case.actors[event.actor] = event.time_ns
        case.actors = {actor: at for actor, at in case.actors.items() if at >= since}
        enough = len(case.actors)
    if enough < needed:
        return told
    case.opened_ns, case.times, case.actors = event.time_ns, [], {}
    return [*told, _told(key, case, closed=False)]


def _note_volume(watch: Watch, event: SecurityEvent, rules: Rules) -> None:
    watch.volume_ns = max(watch.volume_ns, event.time_ns - event.time_ns % rules.window_ns)
    actors = watch.volumes.setdefault(event.service, {})
    if event.actor in actors or len(actors) < _MOST_ACTORS:
        count, record = actors.get(event.actor, (0, event.record))
        actors[event.actor] = (count + event.count, record)


def _close_volumes(watch: Watch, now_ns: int, rules: Rules) -> list[Told]:
    """Judge the counts of a window that is over."""
    if watch.volume_ns < 0 or now_ns < watch.volume_ns + rules.window_ns:
        return []
    at_ns, volumes = watch.volume_ns, watch.volumes
    watch.volume_ns, watch.volumes = -1, {}
    told = []
    for service, actors in sorted(volumes.items()):
        for actor in outliers({actor: count for actor, (count, _) in actors.items()}, rules):
            count, record = actors[actor]
            event = SecurityEvent(VOLUME, at_ns, service, actor, "", record, None, count)
            told += _count(watch, UNUSUAL, f"service:{service}/{actor}", event, 1, rules)
    return told


def outliers(counts: dict[str, int], rules: Rules) -> list[str]:
    """The actors with far more records than the others have."""
    if len(counts) < rules.volume_actors:
        return []
    sizes = {actor: log1p(count) for actor, count in counts.items()}
    middle = median(sizes.values())
    spread = max(median(abs(size - middle) for size in sizes.values()), _LEAST_SPREAD)
    return sorted(
        actor
        for actor, size in sizes.items()
        if _SCALE * (size - middle) / spread > rules.volume_score and counts[actor] >= rules.volume_records
    )


def _rule(uid: str) -> Rule:
    known = _RULES.get(uid)
    if known is not None:
        return known
    if uid.startswith(SECRET):
        kind = uid.removeprefix(SECRET)
        return Rule(uid, f"Secret in a log line: {kind}", FindingSeverity.HIGH, CREDENTIALS)
    detection = _BY_UID[uid]
    return Rule(uid, detection.title, detection.severity, detection.technique)


def _told(key: str, case: Case, *, closed: bool) -> Told:
    uid, _, subject = key.partition("|")
    return Told(_rule(uid), subject, msgspec.convert(msgspec.to_builtins(case), Case), closed)


def _bound(watch: Watch) -> None:
    excess = len(watch.cases) - _MOST_CASES
    if excess > 0:
        oldest = sorted(watch.cases, key=lambda key: (watch.cases[key].last_ns, key))
        for key in oldest[: excess + _MOST_CASES // 10]:
            del watch.cases[key]
