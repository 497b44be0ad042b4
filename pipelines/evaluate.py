"""``traceo evaluate``: how good the anomalies of a result are, held against faults that are known.

An anomaly is true if it is of a fault's pod (or service, where the fault names no pod) and lies within
``within_seconds`` after its start; a fault is found if one is. All else counts as a false alarm: also what a
fault did to other services, and what was wrong and nobody wrote down.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import InputError
from connectors.marks import Mark, read_marks
from connectors.results import parquet_batches
from schemas.names import SUMMARY_FILE, Output
from schemas.verdicts import Verdict

WITHIN_SECONDS: Final = 300.0
_DAY_SECONDS: Final = 86_400
_VERDICT: Final = msgspec.json.Decoder(Verdict)


def evaluate(result: Path, marks_file: str, within_seconds: float = WITHIN_SECONDS) -> dict[str, Any]:
    """Precision, recall, false alarms for each series and day (of scored samples), and who ever alarmed."""
    if not (result / SUMMARY_FILE).is_file():
        raise InputError(f"{result}: no result of a job; name the folder that --output named")
    summary = msgspec.json.decode((result / SUMMARY_FILE).read_bytes())
    if "normal_samples" not in summary:
        raise InputError(f"{result}: no result of the ingest job, which scores samples")
    marks = read_marks(marks_file)
    if not marks:
        raise InputError(f"{marks_file}: no fault in it to measure by")
    verdicts = [
        _VERDICT.decode(line)
        for file in sorted((result / Output.VERDICTS).glob("*.jsonl"))
        for line in file.open("rb")
    ]
    hits = [[_explains(mark, verdict, within_seconds) for mark in marks] for verdict in verdicts]
    true = sum(map(any, hits))
    found = sum(map(any, zip(*hits, strict=True)))
    series = _series(result)
    scored = summary["normal_samples"] + summary["anomalies"]
    days = scored * summary["interval_seconds"] / _DAY_SECONDS
    return {
        "detector": sorted({verdict.model for verdict in verdicts}),
        "within_seconds": within_seconds,
        "faults": len(marks),
        "faults_found": found,
        "recall": found / len(marks),
        "anomalies": len(verdicts),
        "true_anomalies": true,
        "precision": true / len(verdicts) if verdicts else None,
        "scored_samples": scored,
        "warm_up_samples": summary["warm_up_samples"],
        "false_alarms_per_series_and_day": (len(verdicts) - true) / days if days else None,
        "series": series,
        "series_ever_alarmed": len({verdict.metric_id for verdict in verdicts}),
        "share_of_series_ever_alarmed": len({v.metric_id for v in verdicts}) / series if series else None,
    }


def _explains(mark: Mark, verdict: Verdict, within_seconds: float) -> bool:
    same = verdict.pod == mark.pod if mark.pod else verdict.service == mark.service
    after = (_time(verdict.timestamp) - _time(mark.start)).total_seconds()
    return same and 0 <= after < within_seconds


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _series(result: Path) -> int:
    ids: set[str] = set()
    for batch in parquet_batches(result, Output.CLEAN):
        ids.update(pc.unique(batch.column("metric_id").cast(pa.string())).to_pylist())
    return len(ids)
