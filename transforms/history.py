"""Clean events of an earlier result, valid events → the events, and what was clean of their keys before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa

from columns.hashing import key_hashes
from schemas.batches import pick


@dataclass(kw_only=True)
class WithHistory(beam.PTransform):
    """Takes a pair (earlier clean events, valid events) in batch; of the earlier only those can matter whose
    key is among the valid ones. Kept in memory are 8 bytes a valid event, and the earlier ones that matter.
    """

    def expand(self, inputs: tuple[beam.PCollection, beam.PCollection]) -> beam.PCollection:
        history, events = inputs
        hashes = events | "Hashes" >> beam.Map(_hashes).with_output_types(bytes)
        keys = hashes | "Keys" >> beam.CombineGlobally(_Union()).with_output_types(bytes)
        known = history | "Known" >> beam.FlatMap(_of_keys, beam.pvalue.AsSingleton(keys)).with_output_types(
            pa.RecordBatch
        )
        return (known, events) | "Both" >> beam.Flatten()


def _hashes(batch: pa.RecordBatch) -> bytes:
    """Half of the key's hash: what another key shares it with is held for nothing."""
    low, _ = key_hashes(batch)
    return low.tobytes()


class _Union(beam.CombineFn):
    def create_accumulator(self) -> list[bytes]:
        return []

    def add_input(self, parts: list[bytes], part: bytes) -> list[bytes]:
        return [*parts, part] if len(parts) < _MOST_PARTS else [b"".join([*parts, part])]

    def merge_accumulators(self, accumulators: Iterable[list[bytes]]) -> list[bytes]:
        return [b"".join(part for parts in accumulators for part in parts)]

    def extract_output(self, parts: list[bytes]) -> Any:
        return np.unique(np.frombuffer(b"".join(parts), np.uint64)).tobytes()


_MOST_PARTS = 64


def _of_keys(batch: pa.RecordBatch, keys: bytes) -> Iterable[pa.RecordBatch]:
    low, _ = key_hashes(batch)
    known = np.frombuffer(keys, np.uint64)
    places = np.searchsorted(known, low)
    rows = known[np.minimum(places, len(known) - 1)] == low if len(known) else np.zeros(len(low), bool)
    if rows.any():
        yield pick(batch, rows)
