"""Stable hashes of texts and of event keys, a column at a time.

The key of an event is (metric_id, timestamp), and what its id was before it was masked. Its 128 bits are
two independent 64-bit mixes of the id's BLAKE2b digest with the timestamp, so that among n keys two collide
with a probability of about n² / 2^129.
"""

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa

from schemas.batches import compact, numbers

_CACHED_TEXTS: Final = 65_536
# Odd multipliers of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


@lru_cache(_CACHED_TEXTS)
def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def text_hashes(column: pa.DictionaryArray) -> np.ndarray:
    """128 bits a row of a dictionary column: shape (rows, 2), uint64; anything where there is no text."""
    digests = b"".join(map(_digest, column.dictionary.to_pylist()))
    indices = column.indices.fill_null(0) if column.null_count else column.indices
    hashes: np.ndarray = np.frombuffer(digests, dtype="<u8").reshape(-1, 2)[indices.to_numpy()]
    return hashes


def key_hashes(batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
    """The 128 bits of each event's key as two uint64 columns; the first is never 0."""
    ids = text_hashes(batch.column("metric_id"))
    micros = batch.column("timestamp").to_numpy(zero_copy_only=False).view(np.uint64)
    raw_id = numbers(batch, "raw_id").view(np.uint64)
    with np.errstate(over="ignore"):
        low = mix((ids[:, 0] ^ raw_id) + micros * _GOLDEN)
        high = mix((ids[:, 1] + raw_id) ^ mix(micros))
    low[low == 0] = 1
    return low, high


def mix(x: np.ndarray) -> np.ndarray:
    """splitmix64's finaliser, of uint64 values."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    mixed: np.ndarray = x ^ (x >> np.uint64(31))
    return mixed


def shards_of(column: pa.DictionaryArray, shards: int) -> np.ndarray:
    """The shard of each row, 0 to ``shards`` - 1, by its text."""
    return (text_hashes(column)[:, 1] % np.uint64(shards)).astype(np.int64)


def split_by_shard(batch: pa.RecordBatch, column: str, shards: int) -> list[tuple[int, pa.RecordBatch]]:
    """``batch`` as (shard, rows of that shard), rows in their order, each with dictionaries of its own."""
    if len(batch) == 0:
        return []
    shard = shards_of(batch.column(column), shards)
    if shard[0] == shard[-1] and (shard == shard[0]).all():
        return [(int(shard[0]), batch)]
    return [(int(s), compact(batch.take(pa.array(np.flatnonzero(shard == s))))) for s in np.unique(shard)]
