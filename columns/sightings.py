"""Event batch → which entities sent samples, of which series, and when."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec
import numpy as np
import pyarrow as pa

from columns.gaps import Presence, Run, reach_of
from schemas.batches import numbers

_TAGS = msgspec.json.Decoder(dict[str, object])


def sightings(batch: pa.RecordBatch, *, entity_tag: str, interval_us: int) -> dict[str, Presence]:
    """What ``batch`` tells of each entity; rows whose tags do not name one tell nothing."""
    tags, ids = batch.column("tags"), batch.column("metric_id")
    of_text = [_entity(text, entity_tag) for text in tags.dictionary.to_pylist()]
    names = sorted({entity for entity in of_text if entity is not None})
    number = {entity: i for i, entity in enumerate(names)}
    entities = np.array([-1 if entity is None else number[entity] for entity in of_text])[
        tags.indices.to_numpy()
    ]
    times = batch.column("timestamp").to_numpy(zero_copy_only=False).view(np.int64)
    appended_ms = int(numbers(batch, "appended_ms").max())
    found = {entity: Presence() for entity in names}
    for entity, start, end in _runs(entities, times, reach_of(interval_us)):
        if entity >= 0:
            found[names[entity]].runs.append(Run(start, end, appended_ms))
    series = ids.dictionary.to_pylist()
    entity_of_series = np.full(len(series), -1)
    entity_of_series[ids.indices.to_numpy()] = entities  # a series belongs to one entity
    for metric_id, entity in zip(series, entity_of_series.tolist(), strict=True):
        if entity >= 0:
            found[names[entity]].seen.add(metric_id)
    return {entity: presence for entity, presence in found.items() if presence.runs}


@lru_cache(65_536)
def _entity(tags: str, tag: str) -> str | None:
    try:
        value = _TAGS.decode(tags).get(tag)
    except (
        msgspec.DecodeError,
        RecursionError,
    ):  # a dictionary may still hold the tags of rows that were refused
        return None
    return value if isinstance(value, str) else None


def _runs(entities: np.ndarray, times: np.ndarray, reach: float) -> Iterator[tuple[int, int, int]]:
    """(entity, first time, last time) of each stretch without a gap.

    An entity sends its series one after the other, so that most rows repeat the one before; the few that are
    left are sorted.
    """
    new = np.ones(len(entities), dtype=bool)
    new[1:] = (np.diff(entities) != 0) | (np.diff(times) != 0)
    entities, times = entities[new], times[new]
    order = np.lexsort((times, entities))
    entities, times = entities[order], times[order]
    starts = np.ones(len(entities), dtype=bool)
    starts[1:] = (np.diff(entities) != 0) | (np.diff(times) > reach)
    ends = np.append(starts[1:], True)
    return zip(entities[starts].tolist(), times[starts].tolist(), times[ends].tolist(), strict=True)
