"""Security findings and incidents of a result of the logs job → how many, of what, and the gravest."""

import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from connectors.errors import InputError
from report.cleantext import clean
from schemas.actions import Incident, IncidentState
from schemas.logs import LogsOutput
from schemas.ocsf import DetectionFinding, FindingActivity

_REMEMBERED: Final = 100_000  # findings that are told apart
_SHOWN: Final = 50
_RECORDS: Final = 3

T = TypeVar("T")


class SecurityFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as it stands at the end. ``count``: events; ``records``: some that speak for it."""

    title: str
    rule: str
    severity: str
    severity_id: int
    status: str
    resources: list[str]
    count: int
    first_seen_ms: int
    last_seen_ms: int
    techniques: list[str]
    records: list[str]
    traces: list[str]


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """All findings by rule and severity, the ``gravest`` of them, and incidents by severity."""

    findings: int
    by_rule: dict[str, int]
    by_severity: dict[str, int]
    gravest: list[SecurityFinding]
    incidents: int
    incidents_open: int
    incidents_by_severity: dict[str, int]


def read_security(folder: Path) -> Security:
    """What the result in ``folder`` says of security. Raises InputError."""
    last: dict[str, DetectionFinding] = {}
    for one in structs(folder / LogsOutput.SECURITY, DetectionFinding):
        known = last.get(one.finding_info.uid)
        if known is None and len(last) >= _REMEMBERED:
            continue
        if known is None or one.activity_id == FindingActivity.CLOSE:
            last[one.finding_info.uid] = one
    severities: dict[str, tuple[str, bool]] = {}
    for incident in structs(folder / LogsOutput.INCIDENTS, Incident):
        is_open = incident.state is not IncidentState.CLOSED
        was_open = severities.get(incident.id, ("", True))[1]
        severities[incident.id] = (str(incident.severity), is_open and was_open)
    return Security(
        findings=len(last),
        by_rule=dict(Counter(clean(one.finding_info.analytic.uid) for one in last.values()).most_common(100)),
        by_severity=dict(Counter(one.severity for one in sorted(last.values(), key=_order))),
        gravest=[_shown(one) for one in heapq.nsmallest(_SHOWN, last.values(), key=_order)],
        incidents=len(severities),
        incidents_open=sum(is_open for _, is_open in severities.values()),
        incidents_by_severity=dict(Counter(name for name, _ in severities.values()).most_common()),
    )


def structs(folder: Path, kind: type[T]) -> Iterator[T]:
    """The lines of an output. Raises InputError."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as stream:
            try:
                yield from map(decoder.decode, stream)
            except msgspec.DecodeError as error:
                raise InputError(f"{file}: of another version ({error}); run the job again") from error


def _order(one: DetectionFinding) -> tuple[int, int, int, str]:
    return -one.severity_id, -one.count, one.start_time, one.finding_info.uid


def _shown(one: DetectionFinding) -> SecurityFinding:
    evidences = [evidence.data for evidence in one.evidences]
    return SecurityFinding(
        title=clean(one.finding_info.title),
        rule=clean(one.finding_info.analytic.uid),
        severity=one.severity,
        severity_id=one.severity_id,
        status=one.status,
        resources=[clean(resource.name) for resource in one.resources[:5]],
        count=one.count,
        first_seen_ms=one.finding_info.first_seen_time,
        last_seen_ms=one.finding_info.last_seen_time,
        techniques=[f"{a.technique.uid} {a.technique.name}" for a in one.finding_info.attacks],
        records=[clean(evidence.record) for evidence in evidences[:_RECORDS]],
        traces=list(dict.fromkeys(e.trace_uid for e in evidences if e.trace_uid))[:_RECORDS],
    )
