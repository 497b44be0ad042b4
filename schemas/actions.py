"""What side outputs set in motion: invalidations of cached answers, incidents, plans, and their records."""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

#: Stands for every name where one is unknown or all are meant.
ANY: Final = "*"


class Scope(StrEnum):
    """How the key of an invalidation names cached answers."""

    #: The answer of this key, and its variants, which have ``#`` and a question behind the key.
    EXACT = "exact"
    #: All answers whose key begins with this; it ends with a colon.
    PREFIX = "prefix"
    #: All answers that carry this tag.
    TAG = "tag"
    #: All answers whose key or one of whose tags begins with what stands before the ``*``.
    WILDCARD = "wildcard"


class Cause(StrEnum):
    """Why an invalidation was made."""

    #: What it names was changed.
    CHANGE = "change"
    #: What it names depends on something that was changed.
    CASCADE = "cascade"
    #: It stands for more invalidations than there may be in a window.
    STORM = "storm"


class Target(NamedTuple):
    """What is to be removed from a cache."""

    scope: Scope
    key: str


class Invalidation(msgspec.Struct, frozen=True, kw_only=True):
    """All changes to what ``key`` names, in one window of commit time.

    ``id`` follows from window, scope and key. ``window_start`` is ISO 8601, UTC; commit times are epoch
    microseconds. An answer that was computed as of ``last_committed_us`` or later holds the changes already.
    ``stands_for``: how many narrower invalidations it takes the place of, 1 where it was not widened; where
    too many to tell apart were changed, so many groups of them.
    """

    id: str
    scope: Scope
    key: str
    cause: Cause
    window_start: str
    window_seconds: float
    changes: int
    stands_for: int
    first_committed_us: int
    last_committed_us: int


class MetricKind(StrEnum):
    """What a metric tells of its service: the four golden signals of the SRE book, and the rest."""

    SATURATION = "saturation"
    ERRORS = "errors"
    LATENCY = "latency"
    TRAFFIC = "traffic"
    OTHER = "other"


class Severity(StrEnum):
    """How bad an incident is for those who call the service."""

    #: Calls fail, and they are slow as well or fail by far.
    CRITICAL = "critical"
    #: Calls fail or are slow.
    MAJOR = "major"
    #: Only the inside of the service is out of the ordinary.
    MINOR = "minor"


class IncidentState(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    CLOSED = "closed"


class RootCause(msgspec.Struct, frozen=True, kw_only=True):
    """The series that most likely shows what an incident comes from; ``why`` says it in words.

    ``score``: the series' highest, in absolute terms, as a multiple of its threshold. ``downstream``: the
    series is not one of the incident's service but of one that it calls.
    """

    service: str
    pod: str
    metric: str
    metric_id: str
    kind: MetricKind
    onset_at: str
    score: float
    downstream: bool
    why: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that speaks for an incident: the strongest of its series, and since when it was anomalous."""

    metric_id: str
    service: str
    kind: MetricKind
    onset_at: str
    timestamp: str
    value: float
    expected: float
    score: float
    anomalies: int
    trace_id: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a playbook would do about an incident, and the bounds within which it may."""

    playbook: str
    reason: str
    targets: tuple[str, ...]
    preconditions: tuple[str, ...]
    steps: tuple[str, ...]
    undo: tuple[str, ...]
    cooldown_seconds: float
    max_concurrent: int
    blast_radius: int


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Anomalies of one service that belong together. Times are ISO 8601, UTC, of event time.

    ``id`` follows from the service and the first anomaly. ``verdicts``: all anomalies of the service in it;
    ``suppressed_verdicts``: those of them that came after it had opened, and made no incident of their own.
    """

    id: str
    state: IncidentState
    service: str
    severity: Severity
    started_at: str
    opened_at: str
    last_seen_at: str
    verdicts: int
    suppressed_verdicts: int
    series: int
    root_cause: RootCause
    evidence: tuple[Evidence, ...]
    trace_ids: tuple[str, ...]
    plan: Plan


class ActionResult(StrEnum):
    """What became of an action."""

    APPLIED = "applied"
    #: Its id is in the ledger: it was dealt with before, and nothing was done.
    REPEATED = "repeated"
    #: A guard rail held it back.
    SUPPRESSED = "suppressed"


class ActionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a ledger: an action that was dealt with. ``at`` is ISO 8601, UTC, of the data's time."""

    id: str
    action: str
    targets: tuple[str, ...]
    at: str
    result: ActionResult
    reason: str = ""
