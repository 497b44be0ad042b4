"""SPANS batch → requests, errors and durations by operation and window of event time, before any sampling.

A request is a SERVER or CONSUMER span, or the root of a trace whatever its kind. It counts in the window in
which it ended. All is column work: the cost of a row does not depend on what is in it.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from schemas.batches import numbers
from schemas.spans import Kind
from schemas.traces import Red
from traces.calls import Calls, columns_of
from traces.histogram import buckets_of

#: (begin of the window in epoch nanoseconds, service, operation)
RedKey = tuple[int, str, str]

_SECOND_NS: Final = 10**9


def red_of(batch: pa.RecordBatch, window_ns: int) -> dict[RedKey, Calls]:
    """The requests in ``batch``."""
    kinds = numbers(batch, "kind")
    is_root = batch.column("parent_id").is_null().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero((kinds == Kind.SERVER) | (kinds == Kind.CONSUMER) | is_root)
    if len(rows) == 0:
        return {}
    ends = numbers(batch, "end_ns")[rows]
    durations = np.maximum(ends - numbers(batch, "start_ns")[rows], 0)
    errors = numbers(batch, "error")[rows]
    windows, window = np.unique(ends - ends % window_ns, return_inverse=True)
    services, service = _texts(batch.column("service"), rows)
    names, name = _texts(batch.column("name"), rows)

    groups, group = np.unique((window * len(services) + service) * len(names) + name, return_inverse=True)
    counts = np.bincount(group)
    failed = np.bincount(group, errors).astype(np.int64)
    total = np.zeros(len(groups), np.int64)
    np.add.at(total, group, durations)
    found = [Calls(*sums) for sums in zip(counts.tolist(), failed.tolist(), total.tolist(), strict=True)]
    _fill(found, group, buckets_of(durations))

    keys = zip(
        windows[groups // (len(services) * len(names))].tolist(),
        [services[code] for code in (groups // len(names) % len(services)).tolist()],
        [names[code] for code in (groups % len(names)).tolist()],
        strict=True,
    )
    merged: dict[RedKey, Calls] = {}
    for key, calls in zip(keys, found, strict=True):
        if key in merged:  # once they are masked, two texts can be the same
            merged[key].merge(calls)
        else:
            merged[key] = calls
    return merged


def _texts(column: pa.DictionaryArray, rows: np.ndarray) -> tuple[list[str], np.ndarray]:
    return column.dictionary.to_pylist(), column.indices.to_numpy()[rows].astype(np.int64)


def _fill(found: list[Calls], group: np.ndarray, buckets: np.ndarray) -> None:
    """Write the counts by bucket into the groups."""
    most = int(buckets.max()) + 1
    cells, counts = np.unique(group * most + buckets, return_counts=True)
    for cell, count in zip(cells.tolist(), counts.tolist(), strict=True):
        found[cell // most].buckets[cell % most] = count


def red(key: RedKey, calls: Calls, window_ns: int) -> Red:
    """The row of one operation and window."""
    window, service, operation = key
    return Red(
        service=service,
        operation=operation,
        requests=calls.calls,
        rate=calls.calls / (window_ns / _SECOND_NS),
        **columns_of(calls, window, window_ns),
    )
