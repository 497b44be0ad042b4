"""A small result for tests of the report: every kind of output, and texts of an attacker's choice."""

import json
from pathlib import Path
from typing import Any

import msgspec

from pipelines import ingest
from pipelines.settings import Settings
from schemas.actions import (
    ActionRecord,
    ActionResult,
    Evidence,
    Incident,
    IncidentState,
    MetricKind,
    Plan,
    RootCause,
    Severity,
)
from schemas.verdicts import Exemplar, Reason, Verdict
from tests.captures import event, line, series, write_lines
from tests.traces.spandocuments import otlp, otlp_span

EVIL = "</script><script>document.title='evil'</script><img src=x onerror=document.title='evil'>\"'&"
TRACE = "ab" * 16
SPAN = "cd" * 8
AT = "2023-11-14T22:05:00.000000Z"
_SPAN_NS = 1_699_999_490 * 10**9  # 22:04:50, in the interval before AT


def evil_result(folder: Path) -> Path:
    """A result in which every text that may be anybody's is EVIL."""
    pod = f"{EVIL}pod"
    metric = f"{pod}:cpu"
    tags = json.dumps({"pod": pod, "service": f"{EVIL}service", "metric": f"{EVIL}cpu"})
    lines = [series(0, metric, pod=pod)]
    lines += [event(i, metric, minute=m, at=i, tags=tags) for i, m in enumerate((*range(1, 10), 19))]
    lines += [event(20 + i, f"{EVIL}{i}", at=20 + i, value=None) for i in range(2)]
    lines += [line("db.metrics.events", 30, b"{"), event(31, f"{EVIL}other", at=31)]
    spans = folder / "spans.jsonl"
    documents = [
        otlp(
            otlp_span(
                traceId=TRACE,
                spanId=SPAN,
                name=f"{EVIL}call",
                kind=3,
                startTimeUnixNano=str(_SPAN_NS),
                endTimeUnixNano=str(_SPAN_NS + 9 * 10**9),
            ),
            **{"service.name": f"{EVIL}service", "k8s.pod.name": pod},
        ),
        otlp(
            otlp_span(
                traceId=TRACE,
                spanId="ef" * 8,
                parentSpanId=SPAN,
                name=f"{EVIL}called",
                kind=2,
                startTimeUnixNano=str(_SPAN_NS + 10**9),
                endTimeUnixNano=str(_SPAN_NS + 3 * 10**9),
            ),
            **{"service.name": f"{EVIL}other"},
        ),
    ]
    spans.write_bytes(b"\n".join(documents))
    marks = folder / "marks.json"
    marks.write_text(json.dumps([{"start": AT, "pod": pod, "service": EVIL, "type": f"{EVIL}fault"}]))
    output = folder / "out"
    capture = write_lines(folder / "in.jsonl", lines)
    ingest.run(
        Settings(input=(str(capture),), spans=(str(spans),), marks_file=str(marks), output=str(output))
    )
    _set_in_motion(output, metric, pod)
    summary = json.loads((output / "summary.json").read_text())
    summary |= {"anomalies": 1, "job": f"ingest{EVIL}", "input": [EVIL]}
    summary["records_by_topic"][EVIL] = 1
    summary["masked_values_by_kind"] = {EVIL: 1}
    summary["invalid_by_reason"][EVIL] = 1
    summary["reconciliation"]["differences"] = [EVIL]
    summary["reconciliation"]["lines"].append(summary["reconciliation"]["lines"][0] | {"topic": EVIL})
    (output / "summary.json").write_text(json.dumps(summary))
    return output


def _set_in_motion(output: Path, metric: str, pod: str) -> None:
    """An anomaly, an incident, its plan and what was done, an invalidation, a gap."""
    verdict = verdict_of(metric, pod=pod, exemplar=Exemplar(TRACE, SPAN, AT, 1.0))
    _write(output / "verdicts" / "part-00000.jsonl", verdict)
    incident = incident_of(metric, pod)
    closed = msgspec.structs.replace(incident, state=IncidentState.CLOSED, verdicts=7)
    _write(output / "incidents" / "part-00000.jsonl", closed, incident)
    record = ActionRecord(
        id=incident.id, action=EVIL, targets=(EVIL,), at=AT, result=ActionResult.SUPPRESSED, reason=EVIL
    )
    _write(output / "actions" / "recovery.jsonl", record)
    plan = {"incident": incident.id, "dry_run": True}
    (output / "actions" / "plans").mkdir(parents=True, exist_ok=True)
    (output / "actions" / "plans" / f"{incident.id}.json").write_text(json.dumps(plan))
    gap = {"kind": "series", "entity": EVIL, "metric_id": EVIL, "start": AT, "end": AT}
    _write(output / "gaps" / "part-00001.jsonl", gap)
    wide: dict[str, Any] = {"id": "1", "scope": EVIL, "key": EVIL, "cause": EVIL, "window_start": AT}
    wide |= {"window_seconds": 1.0, "changes": 10**6, "stands_for": 99}
    _write(output / "invalidations" / "part-00001.jsonl", wide)


def verdict_of(metric_id: str, **fields: Any) -> Verdict:
    """An anomaly of the series; what is not given is of no interest."""
    given: dict[str, Any] = {"id": metric_id, "service": f"{EVIL}service", "pod": "p", "metric": "cpu"}
    given |= {"timestamp": AT, "value": 1.0, "expected": 0.5, "score": 9.0, "threshold": 6.0}
    given |= {"model": EVIL, "reason": Reason.ABOVE}
    return Verdict(metric_id=metric_id, **(given | fields))


def incident_of(metric_id: str, pod: str, **fields: Any) -> Incident:
    """An incident with one piece of evidence."""
    given: dict[str, Any] = {
        "id": "incident-1",
        "state": IncidentState.OPEN,
        "service": f"{EVIL}service",
        "severity": Severity.CRITICAL,
        "started_at": AT,
        "opened_at": AT,
        "last_seen_at": AT,
        "verdicts": 3,
        "suppressed_verdicts": 1,
        "series": 2,
        "root_cause": RootCause(
            service=EVIL,
            pod=pod,
            metric=EVIL,
            metric_id=metric_id,
            kind=MetricKind.LATENCY,
            onset_at=AT,
            score=2.0,
            downstream=True,
            why=EVIL,
        ),
        "evidence": (
            Evidence(
                metric_id=metric_id,
                service=EVIL,
                kind=MetricKind.LATENCY,
                onset_at=AT,
                timestamp=AT,
                value=1.0,
                expected=0.5,
                score=9.0,
                anomalies=1,
                trace_id=TRACE,
            ),
        ),
        "trace_ids": (TRACE,),
        "plan": Plan(
            playbook=EVIL,
            reason=f"{EVIL}: one; {EVIL}",
            targets=(EVIL,),
            preconditions=(EVIL,),
            steps=(EVIL,),
            undo=(EVIL,),
            cooldown_seconds=60.0,
            max_concurrent=1,
            blast_radius=1,
        ),
    }
    return Incident(**(given | fields))


def _write(file: Path, *rows: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
