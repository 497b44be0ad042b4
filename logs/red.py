"""LOGS batch with templates → records, errors and durations by service, template, severity and window.

A record counts in the window in which it happened. All is column work.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from logs.columns import NO_TIME, RANGES, ranges_of, texts_of, times_of
from logs.latency import NONE
from schemas.logs import Severity
from schemas.templates import TEMPLATE, LogRed
from traces.calls import Calls, columns_of
from traces.histogram import buckets_of

#: (begin of the window in epoch nanoseconds, service, template, range of severity)
LogRedKey = tuple[int, str, str, str]

_SECOND_NS: Final = 10**9
_FIRST_ERROR: Final = RANGES.index(Severity.ERROR.name.lower())


def log_red_of(batch: pa.RecordBatch, window_ns: int) -> dict[LogRedKey, Calls]:
    """The records in ``batch``, which has the column TEMPLATE; ``buckets`` are of the timed ones."""
    times = times_of(batch)
    rows = np.flatnonzero(times != NO_TIME)
    if len(rows) == 0:
        return {}
    windows, window = np.unique(times[rows] - times[rows] % window_ns, return_inverse=True)
    services, service = texts_of(batch.column("service"))
    templates, template = texts_of(batch.column(TEMPLATE.name))
    sizes = (len(windows), len(services), len(templates), len(RANGES))
    cells = np.ravel_multi_index((window, service[rows], template[rows], ranges_of(batch)[rows]), sizes)
    groups, group = np.unique(cells, return_inverse=True)
    found = [Calls(calls=records) for records in np.bincount(group).tolist()]
    _time(found, group, batch.column("duration_ns").fill_null(NONE).to_numpy()[rows])
    merged: dict[LogRedKey, Calls] = {}
    for places, calls in zip(np.transpose(np.unravel_index(groups, sizes)).tolist(), found, strict=True):
        of_window, of_service, of_template, of_range = places
        if of_range >= _FIRST_ERROR:
            calls.errors = calls.calls
        key = (int(windows[of_window]), services[of_service], templates[of_template], RANGES[of_range])
        if key in merged:  # once they are masked, two texts can be the same
            merged[key].merge(calls)
        else:
            merged[key] = calls
    return merged


def _time(found: list[Calls], group: np.ndarray, durations: np.ndarray) -> None:
    """Write sums and buckets of the durations into the groups."""
    timed = np.flatnonzero(durations != NONE)
    for place, duration, bucket in zip(
        group[timed].tolist(), durations[timed].tolist(), buckets_of(durations[timed]).tolist(), strict=True
    ):
        calls = found[place]
        calls.duration_ns += duration
        calls.buckets[bucket] = calls.buckets.get(bucket, 0) + 1


def log_red(key: LogRedKey, calls: Calls, window_ns: int) -> LogRed:
    """The row of one service, template, range of severity and window."""
    window, service, template, severity = key
    return LogRed(
        service=service,
        template=template,
        severity=severity,
        records=calls.calls,
        rate=calls.calls / (window_ns / _SECOND_NS),
        timed=sum(calls.buckets.values()),
        **columns_of(calls, window, window_ns),
    )
