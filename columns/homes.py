"""Samples and spans → the shards and periods of time in which they can meet.

A sample's home is the shard of its pod, or of its service where it names no pod. A span goes to the shards
of its pod and of its service, or to all if its pod is not known, and to each period in which a sample can be
that it explains.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa

from columns.exemplars import LONGEST_US
from columns.hashing import text_hashes
from columns.senders import sender_of
from schemas.batches import compact, numbers

#: Hours of a shard are joined one by one in batch, so that memory does not grow with the input.
PERIOD_US: Final = 3600 * 1_000_000
#: Marks, in a batch's metadata, spans that are also counted elsewhere.
COPY: Final = b"copy"

Keyed = tuple[tuple[int, int], pa.RecordBatch]


@lru_cache(65_536)
def _shard_of(text: str, shards: int) -> int:
    return int(text_hashes(pa.array([text]).dictionary_encode())[0, 1] % np.uint64(shards))


def split_samples(batch: pa.RecordBatch, shards: int, entity_tag: str, *, timeless: bool) -> Iterator[Keyed]:
    """((shard, period), rows); ``timeless``: all in period 0, for a stream, in which time passes anyhow."""
    tags = batch.column("tags")
    homes = [_shard_of(sender_of(text, entity_tag).home, shards) for text in tags.dictionary.to_pylist()]
    shard = np.array(homes, np.int64)[tags.indices.to_numpy()] if len(batch) else np.zeros(0, np.int64)
    times = numbers(batch, "timestamp").view(np.int64)
    period = np.zeros_like(shard) if timeless else times // PERIOD_US
    for number in np.unique(shard).tolist():
        rows = np.flatnonzero(shard == number)
        yield from _split(batch, rows, number, period[rows])


def split_spans(
    batch: pa.RecordBatch, shards: int, interval_seconds: float, *, timeless: bool
) -> Iterator[Keyed]:
    """((shard, period), rows): each span once as itself, and in further shards and periods as a copy."""
    end = numbers(batch, "end_ns") // 1000
    first = np.maximum(numbers(batch, "start_ns") // 1000, end - LONGEST_US) // PERIOD_US
    last = (end + int(interval_seconds * 1e6)) // PERIOD_US
    if timeless:
        first = last = np.zeros_like(end)
    service = _shards(batch.column("service"), shards)
    podless = batch.column("pod").is_null().to_numpy(zero_copy_only=False)
    home = np.where(podless, service, _shards(batch.column("pod"), shards))
    copies = batch.replace_schema_metadata(batch.schema.metadata | {COPY: b"1"})
    periods = last - first + 1
    row = np.repeat(np.arange(len(batch)), periods)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(periods) - periods, periods)
    period = first[row] + nth
    for shard in range(shards):
        # Samples of any pod may ask for a podless span of their service, those without a pod for any of it.
        asked = ((home == shard) | podless | (service == shard))[row]
        own = asked & (nth == 0) & (home == shard)[row]
        yield from _split(batch, row[own], shard, period[own])
        yield from _split(copies, row[asked & ~own], shard, period[asked & ~own])


def is_spans(batch: pa.RecordBatch) -> bool:
    """Whether ``batch`` holds spans, and not samples."""
    return "span_id" in batch.schema.names


def _shards(column: pa.DictionaryArray, shards: int) -> np.ndarray:
    known = np.array([_shard_of(text, shards) for text in column.dictionary.to_pylist()] or [0], np.int64)
    of_row: np.ndarray = known[column.indices.fill_null(0).to_numpy()]
    return of_row


def _split(batch: pa.RecordBatch, rows: np.ndarray, shard: int, period: np.ndarray) -> Iterator[Keyed]:
    """``rows`` of ``batch``, each of its ``period``."""
    found = np.unique(period)
    for number in found.tolist():
        chosen = rows[period == number]
        whole = len(chosen) == len(batch)
        yield (shard, number), batch if whole else compact(batch.take(pa.array(chosen)))
