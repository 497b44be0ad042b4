"""Event batch → which entities sent samples, when, and of which series."""

from functools import lru_cache

import msgspec
import numpy as np
import pyarrow as pa

from schemas.batches import numbers

_TAGS = msgspec.json.Decoder(dict[str, object])


class Sightings(msgspec.Struct, frozen=True):
    """By entity: the series declared for it, its sample times (epoch microseconds), the series seen.

    ``appended_ms``: the latest append of the batch, epoch milliseconds.
    """

    appended_ms: int = 0
    declared: dict[str, set[str]] = {}
    times: dict[str, set[int]] = {}
    ids: dict[str, set[str]] = {}


def sightings(batch: pa.RecordBatch, entity_tag: str) -> Sightings:
    """The sightings of ``batch``; rows whose tags do not name an entity tell nothing."""
    tags, ids = batch.column("tags"), batch.column("metric_id")
    entities = [_entity(text, entity_tag) for text in tags.dictionary.to_pylist()]
    tag_codes, id_codes = tags.indices.to_numpy(), ids.indices.to_numpy()
    times = batch.column("timestamp").to_numpy(zero_copy_only=False).view(np.int64)
    seen_times: dict[str, set[int]] = {}
    for code, time in _distinct(tag_codes, times):
        entity = entities[code]
        if entity is not None:
            seen_times.setdefault(entity, set()).add(time)
    seen_ids: dict[str, set[str]] = {entity: set() for entity in seen_times}
    names = ids.dictionary.to_pylist()
    for code, id_code in _distinct(tag_codes, id_codes):
        entity = entities[code]
        if entity is not None:
            seen_ids[entity].add(names[id_code])
    return Sightings(int(numbers(batch, "appended_ms").max()), times=seen_times, ids=seen_ids)


@lru_cache(65_536)
def _entity(tags: str, tag: str) -> str | None:
    try:
        value = _TAGS.decode(tags).get(tag)
    except msgspec.DecodeError:  # a dictionary may still hold the tags of rows that were refused
        return None
    return value if isinstance(value, str) else None


def _distinct(codes: np.ndarray, values: np.ndarray) -> list[tuple[int, int]]:
    """Distinct pairs; sorting is by the combined rank, so that one pass finds them all."""
    order = np.lexsort((values, codes))
    codes, values = codes[order], values[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = (np.diff(codes) != 0) | (np.diff(values) != 0)
    return list(zip(codes[first].tolist(), values[first].tolist(), strict=True))
