"""Counts and files of a run → summary.json: what became of every record."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connectors.digest import keys_sha256
from connectors.sinks import FileWritten
from pipelines.reconcile import Tally, reconcile
from pipelines.settings import Settings
from schemas.names import SPANS_TOPIC, UNKNOWN_SERIES, Op, Output, Result, Step
from schemas.steps import is_events_topic


class RunResult(msgspec.Struct, frozen=True):
    """What a run left in its staging folder."""

    tally: Tally
    files: list[FileWritten]
    timeline: list[dict[str, Any]]
    seconds: float


class Unbalanced(Exception):
    """Records are unaccounted for; the message says where."""


def summarise(run: RunResult, settings: Settings) -> dict[str, Any]:
    """The summary: classes under the names of the samples' truth files, rates, outputs, reconciliation."""
    events: Counter[tuple[str, str, str]] = Counter()
    topics: Counter[str] = Counter()
    read: Counter[tuple[str, int]] = Counter()
    masked: Counter[str] = Counter()
    refused_spans: Counter[str] = Counter()
    control = 0
    for (step, topic, partition, result, reason), records in run.tally:
        if result == Result.READ:
            read[topic, partition] += records
            topics[topic] += records
        elif topic == SPANS_TOPIC and result == Result.DEAD:
            refused_spans[reason] += records
        elif result == Result.MASKED:
            masked[reason] += records
        elif result == Result.CONTROL:
            control += records
        if is_events_topic(topic, settings.events_table):
            events[step, result, reason] += records
    lines = reconcile(run.tally, run.files, read, settings.events_table, with_spans=bool(settings.spans))
    clean = [Path(f.path) for f in run.files if f.output == Output.CLEAN]
    total = topics.total()
    return {
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "records_per_second": round(total / run.seconds) if run.seconds else None,
        "input": list(settings.input),
        "spans": list(settings.spans),
        "marks_file": settings.marks_file,
        "interval_seconds": settings.interval_seconds,
        "invalidations_per_window": settings.invalidations_per_window,
        **_classes(events),
        **_stream(run.tally),
        "keys_sha256": keys_sha256(clean),
        "spans_read": topics[SPANS_TOPIC],
        "refused_spans_by_reason": dict(sorted(refused_spans.items())),
        "masked_values_by_kind": dict(sorted(masked.items())),
        "gaps": sum(f.rows for f in run.files if f.output == Output.GAPS),
        "records_by_topic": dict(sorted(topics.items())),
        "all_records": total,
        "control_records": control,
        "outputs": _outputs(run.files),
        "timeline": _timeline(run.timeline),
        "reconciliation": {
            "balanced": all(line.difference == 0 for line in lines),
            "differences": [line.problem() for line in lines if line.difference],
            "lines": msgspec.to_builtins(lines),
        },
    }


def check_balance(summary: dict[str, Any]) -> None:
    """Raise :class:`Unbalanced` when a record is unaccounted for."""
    differences = summary["reconciliation"]["differences"]
    if differences:
        raise Unbalanced("records are unaccounted for: " + "; ".join(differences))


def _classes(events: Counter[tuple[str, str, str]]) -> dict[str, Any]:
    def total(step: Step, result: Result) -> int:
        return sum(n for (s, r, _), n in events.items() if (s, r) == (step, result))

    def reasons(step: Step, result: Result = Result.DEAD) -> dict[str, int]:
        found = {reason: n for (s, r, reason), n in events.items() if (s, r) == (step, result)}
        return dict(sorted(found.items()))

    return {
        "records": total(Step.DECODE, Result.READ),
        "tombstones": total(Step.DECODE, Result.TOMBSTONE),
        "undecodable": total(Step.DECODE, Result.DEAD),
        "undecodable_by_kind": reasons(Step.DECODE),
        "envelopes_by_op": reasons(Step.DECODE, Result.PASSED),
        "replays": total(Step.REPLAYS, Result.REPLAY),
        "replays_by_op": reasons(Step.REPLAYS, Result.REPLAY),
        "inserted_rows": total(Step.CHANGES, Result.PASSED),
        "updates": events[Step.CHANGES, Result.CHANGE, Op.UPDATE],
        "deletes": events[Step.CHANGES, Result.CHANGE, Op.DELETE],
        "truncates": events[Step.CHANGES, Result.CHANGE, Op.TRUNCATE],
        "invalid": total(Step.CONTRACT, Result.DEAD),
        "invalid_by_reason": reasons(Step.CONTRACT),
        "unknown_series": events[Step.REFERENCES, Result.DEAD, UNKNOWN_SERIES],
        "application_duplicates": total(Step.DUPLICATES, Result.DUPLICATE),
        "conflicts": total(Step.DUPLICATES, Result.CONFLICT),
        "valid_events": total(Step.DUPLICATES, Result.PASSED),
        "late_events": total(Step.DUPLICATES, Result.LATE),
        "explained_events": total(Step.JOIN, Result.EXPLAINED),
        "anomalies": total(Step.SCORE, Result.ANOMALY),
        "normal_samples": total(Step.SCORE, Result.NORMAL),
        "warm_up_samples": total(Step.SCORE, Result.WARM_UP),
        "late_samples": total(Step.SCORE, Result.LATE_SAMPLE),
    }


def _stream(tally: Tally) -> dict[str, Any]:
    """What is told of the stream itself: losses by status, notices by kind, transactions by what is known."""
    told: dict[Result, Counter[str]] = {result: Counter() for result in Result}
    transactions: Counter[str] = Counter()
    for (step, _, _, result, reason), records in tally:
        told[Result(result)][reason] += records
        if step == Step.TRANSACTIONS and result != Result.LOSS:
            transactions[result] += records
    return {
        "losses_by_status": dict(sorted(told[Result.LOSS].items())),
        "notices_by_kind": dict(sorted(told[Result.NOTICE].items())),
        "transactions": dict(sorted(transactions.items())),
    }


def _timeline(points: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    lines: dict[str, list[dict[str, Any]]] = {}
    for point in points:
        lines.setdefault(point["line"], []).append({k: v for k, v in point.items() if k != "line"})
    return lines


def _outputs(files: Iterable[FileWritten]) -> dict[str, dict[str, Any]]:
    outputs = {str(name): {"folder": str(name), "files": 0, "rows": 0, "bytes": 0} for name in Output}
    for file in files:
        output: dict[str, Any] = outputs[file.output]
        output["files"] += 1
        output["rows"] += file.rows
        output["bytes"] += file.size
    return outputs
