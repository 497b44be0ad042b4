"""A finding as it opens or closes → OCSF's event; and the verdict that an incident can be made of."""

import hashlib
from typing import Final

from logs.securityevents.judge import BROKEN_IN, Told
from schemas.ocsf import (
    Analytic,
    Attack,
    DetectionFinding,
    EvidenceData,
    FindingActivity,
    FindingInfo,
    FindingSeverity,
    Metadata,
    Named,
    Observable,
    ObservableType,
    OcsfEvidence,
)
from schemas.times import iso
from schemas.verdicts import Exemplar, Reason, Verdict

_MS: Final = 10**6
_RULE, _STATISTICS = (1, "Rule"), (3, "Statistical")
_MODEL: Final = "security"
#: Whose failures came before a login: of the rule that may say so twice of one login.
_WHOSE: Final = {"actor": ", of one actor", "source": ", from one source"}


def finding_of(told: Told) -> DetectionFinding:
    """The event. The uid follows from rule, subject and first event: telling it twice changes nothing."""
    rule, case = told.rule, told.case
    title = rule.title + (_WHOSE[told.subject.partition(":")[0]] if rule == BROKEN_IN else "")
    uid = _hash(f"finding|{rule.uid}|{told.subject}|{case.first_ns}")
    activity = FindingActivity.CLOSE if told.closed else FindingActivity.CREATE
    last_ns = case.last_ns if told.closed else case.opened_ns
    type_id, kind = _STATISTICS if rule.statistics else _RULE
    severity = FindingSeverity(rule.severity)
    return DetectionFinding(
        activity_id=int(activity),
        activity_name=activity.name.title(),
        type_uid=2004 * 100 + int(activity),
        severity_id=int(severity),
        severity=severity.name.title(),
        status_id=4 if told.closed else 1,
        status="Resolved" if told.closed else "New",
        time=last_ns // _MS,
        start_time=case.first_ns // _MS,
        end_time=last_ns // _MS,
        count=case.count,
        message=f"{title}: {case.count} at {case.service or 'an unnamed service'}",
        metadata=Metadata(uid=f"{uid}-{int(activity)}"),
        finding_info=FindingInfo(
            uid=uid,
            title=title,
            desc=f"{title}; {case.count} events of rule {rule.uid}",
            types=(rule.uid,),
            analytic=Analytic(uid=rule.uid, name=rule.title, type_id=type_id, type=kind),
            attacks=_attacks(told),
            created_time=case.opened_ns // _MS,
            first_seen_time=case.first_ns // _MS,
            last_seen_time=last_ns // _MS,
        ),
        observables=_observables(told),
        evidences=tuple(
            OcsfEvidence(data=EvidenceData(record=record, trace_uid=trace_id))
            for record, trace_id in case.records
        ),
        resources=(Named(name=case.service or "unknown_service", uid=case.service or "unknown_service"),),
        is_alert=not told.closed,
    )


def verdict_of(finding: DetectionFinding) -> Verdict:
    """What ToIncidents takes: an anomaly of the service, of a series a rule.

    ``score`` is OCSF's severity_id, with a threshold of 1. The series' name says that it is no signal of the
    golden four, whatever the rule is called: nothing is restarted or scaled because somebody attacks.
    """
    info = finding.finding_info
    service, at = finding.resources[0].name, iso(finding.time * 1000)
    trace_id = next((e.data.trace_uid for e in finding.evidences if e.data.trace_uid), None)
    metric = f"security:{_hash(info.analytic.uid)[:8]}"
    return Verdict(
        id=finding.metadata.uid,
        metric_id=f"{service}:{metric}",
        service=service,
        pod="",
        metric=metric,
        timestamp=at,
        value=float(finding.count),
        expected=0.0,
        score=float(finding.severity_id),
        threshold=1.0,
        model=f"{_MODEL}:{info.analytic.uid}",
        reason=Reason.ABOVE,
        exemplar=None if trace_id is None else Exemplar(trace_id, "", at, float(finding.count)),
    )


def _attacks(told: Told) -> tuple[Attack, ...]:
    technique = told.rule.technique
    if technique is None:
        return ()
    tactic = Named(name=technique.tactic, uid=technique.tactic_uid)
    return (Attack(tactic=tactic, technique=Named(name=technique.name, uid=technique.uid)),)


def _observables(told: Told) -> tuple[Observable, ...]:
    case = told.case
    found = (
        ("actor.user.uid", ObservableType.USER_NAME, "User Name", case.actor),
        ("src_endpoint.uid", ObservableType.IP_ADDRESS, "IP Address", case.source),
        ("resources[0].uid", ObservableType.RESOURCE_UID, "Resource UID", case.service),
    )
    return tuple(
        Observable(name=name, type_id=int(kind), type=caption, value=value)
        for name, kind, caption, value in found
        if value
    )


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
