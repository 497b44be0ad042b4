"""Samples and spans → the shards and periods of time in which they can meet.

A sample's home is the shard of its service, or of its pod where it names no service. A span goes to the
shards of its service and of its pod, and to each period in which a sample can be that it explains.
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
from schemas.spans import SPANS

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
    shard = np.array(homes, np.int64)[tags.indices.to_numpy()]
    times = numbers(batch, "timestamp").view(np.int64)
    period = np.zeros_like(shard) if timeless else times // PERIOD_US
    yield from _split(batch, shard, period)


def split_spans(
    batch: pa.RecordBatch, shards: int, interval_seconds: float, *, timeless: bool
) -> Iterator[Keyed]:
    """((shard, period), rows): each span once as itself, and in further shards and periods as a copy."""
    home = _shards(batch.column("service"), shards)
    other = np.where(batch.column("pod").is_null(), home, _shards(batch.column("pod"), shards))
    end = numbers(batch, "end_ns") // 1000
    first = np.maximum(numbers(batch, "start_ns") // 1000, end - LONGEST_US) // PERIOD_US
    last = (end + int(interval_seconds * 1e6)) // PERIOD_US
    if timeless:
        first = last = np.zeros_like(home)
    yield from _split(batch, home, first)
    copies = batch.replace_schema_metadata(batch.schema.metadata | {COPY: b"1"})
    away = np.flatnonzero(other != home)
    yield from _split(copies.take(pa.array(away)), other[away], first[away])
    while (last > first).any():
        first = first + 1
        on = np.flatnonzero(last >= first)
        yield from _split(copies.take(pa.array(on)), home[on], first[on])
        on = np.flatnonzero((last >= first) & (other != home))
        yield from _split(copies.take(pa.array(on)), other[on], first[on])


def is_spans(batch: pa.RecordBatch) -> bool:
    """Whether ``batch`` holds spans, and not samples."""
    return bool(batch.schema.names == SPANS.names)


def _shards(column: pa.DictionaryArray, shards: int) -> np.ndarray:
    known = np.array([_shard_of(text, shards) for text in column.dictionary.to_pylist()] or [0], np.int64)
    of_row: np.ndarray = known[column.indices.fill_null(0).to_numpy()]
    return of_row


def _split(batch: pa.RecordBatch, shard: np.ndarray, period: np.ndarray) -> Iterator[Keyed]:
    if not len(batch):
        return
    low = int(period.min())
    width = int(period.max()) - low + 1
    code = shard * width + (period - low)
    found = np.unique(code)
    for key in found.tolist():
        rows = batch if len(found) == 1 else compact(batch.take(pa.array(np.flatnonzero(code == key))))
        yield (key // width, key % width + low), rows
