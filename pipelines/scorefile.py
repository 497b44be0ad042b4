"""``traceo score``: a series in a CSV file → the same with score and label, to try a detector on anything."""

import csv
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from anomaly.detector import Detector
from anomaly.series import ANOMALY, NORMAL, WARM_UP, SeriesStates
from connectors.errors import InputError
from schemas.verdicts import Label

COLUMNS: Final = ("timestamp", "value", "score", "label")
_LABELS: Final = {NORMAL: Label.NORMAL, ANOMALY: Label.ANOMALY, WARM_UP: Label.WARM_UP}
_EPOCH_LIMITS: Final = ((1e17, 1e-3), (1e14, 1.0), (1e11, 1e3), (0.0, 1e6))  # ns, µs, ms, s → µs
_LARGEST: Final = 2.0**63


def score_file(path: Path, detector: Detector, out: TextIO) -> dict[str, int]:
    """Write a line with score and label for each line of ``path``, in its order; how many have which label.

    Columns ``timestamp`` (ISO 8601, or a number since the epoch) and ``value``; others are left out. A line
    without a value is not scored: its label is ``missing``. Raises :class:`InputError`.
    """
    rows = list(_rows(path))
    if not rows:
        raise InputError(f"{path}: no line with a value")
    times = np.array([at for _, at, _, _ in rows], np.int64)
    values = np.array([value for _, _, _, value in rows])
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(times[known], kind="stable")]
    states = SeriesStates(detector, interval_us=1, lateness_us=0)
    slot = np.repeat(states.slots_of([path.name]), len(order))
    judged, _ = states.judge(slot, np.arange(len(order)), values[order], ended=True)
    labels = np.full(len(rows), "missing", object)
    labels[order] = [_LABELS[label] for label in judged.label.tolist()]
    scores = np.full(len(rows), np.nan)
    scores[order] = judged.score
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (stamp, _, value, _), score, label in zip(rows, scores.tolist(), labels.tolist(), strict=True):
        writer.writerow((stamp, value, "" if math.isnan(score) else f"{score:.6g}", str(label)))
    names, counts = np.unique(labels.astype(str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def _rows(path: Path) -> Iterable[tuple[str, int, str, float]]:
    """Time as it is written, in microseconds; value as it is written, as a number (NaN: none)."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            missing = {"timestamp", "value"} - set(reader.fieldnames or ())
            if missing:
                raise InputError(f"{path}: column {min(missing)!r} is missing; wanted: timestamp,value")
            for row in reader:
                stamp, value = row["timestamp"] or "", row["value"] or ""
                yield (
                    stamp,
                    _micros(path, reader.line_num, stamp),
                    value,
                    _number(path, reader.line_num, value),
                )
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: no CSV in UTF-8: {error}") from error


def _number(path: Path, line: int, text: str) -> float:
    if not text.strip():
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{path}:{line}: {text!r} is no value") from None


def _micros(path: Path, line: int, text: str) -> int:
    parsed: Any
    try:
        parsed = float(text)
        unit = next(factor for limit, factor in _EPOCH_LIMITS if abs(parsed) >= limit)
        if abs(parsed * unit) < _LARGEST:
            return int(parsed * unit)
    except (ValueError, StopIteration):
        pass
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{path}:{line}: {text!r} is no timestamp (ISO 8601, or a number)") from None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1e6)
