"""Samples and spans → for each sample the span that explains it: its exemplar (OpenMetrics 1.0).

A sample tells of the interval before it, (timestamp - interval, timestamp]. A span explains it if it ran in
that interval, on the same pod; on the same service where pods are not known. Of a latency series'
candidates the one whose duration is nearest to the value, among those of the series' role (server or
client) if there are any; of any other series' a failed one before one that went well, and among these the
slowest. Ties go to the earlier.

Spans are kept by entity and bucket of time, so that a sample's candidates are found in two buckets, and all
is column work: the cost a sample does not grow with the spans that are known, only with its candidates.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from columns.hashing import mix, text_hashes
from columns.senders import Sender, metric_name, sender_of
from schemas.batches import numbers
from schemas.spans import Kind

#: A span explains samples for no longer than this before its end, whatever its start says.
LONGEST_US: Final = 24 * 3600 * 1_000_000

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
#: What is added to the columns of a sample; null where no span explains it. ``exemplar_value``: the span's
#: duration, in the unit of a latency series, in seconds for any other. ``exemplar_at``: its end, or the
#: sample's time if it ran on.
EXEMPLAR: Final = (
    pa.field("exemplar_trace_id", _TEXT),
    pa.field("exemplar_span_id", _TEXT),
    pa.field("exemplar_at", pa.timestamp("us", tz="UTC")),
    pa.field("exemplar_value", pa.float64()),
)

#: What is looked at of a span.
SPAN_COLUMNS: Final = (
    "trace_id",
    "span_id",
    "kind",
    "start_ns",
    "end_ns",
    "error",
    "service",
    "pod",
)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_CACHED: Final = 65_536
_LATENCY: Final = re.compile(r"latency|duration|response_time|elapsed")
_UNITS_US: Final = (  # the first that the name ends with
    (re.compile(r"_(nanoseconds|nanos|ns)$"), 1e-3),
    (re.compile(r"_(microseconds|micros|us)$"), 1.0),
    (re.compile(r"_(milliseconds|millis|ms)$"), 1e3),
    (re.compile(r"_(minutes|min)$"), 60e6),
)
_SECOND_US: Final = 1e6
_ANY, _SERVER, _CLIENT = 0, 1, 2
_ROLE_OF_KIND: Final = np.zeros(256, np.uint8)
_ROLE_OF_KIND[[Kind.SERVER, Kind.CONSUMER]] = _SERVER
_ROLE_OF_KIND[[Kind.CLIENT, Kind.PRODUCER]] = _CLIENT

_SPAN: Final = np.dtype(
    [
        ("key", "u8"),  # entity and bucket, hashed
        ("entity", "u8"),
        ("start", "i8"),  # epoch microseconds
        ("end", "i8"),
        ("error", "?"),
        ("role", "u1"),
        ("rank", "u8"),  # hash of the span's ids: the last resort among equals
        ("place", "i8"),  # in the lists of ids
    ]
)


#: What the choice needs to know of a series. ``unit_us``: 0 if it is no latency.
_SERIES: Final = np.dtype([("first", "u8"), ("second", "u8"), ("unit_us", "f8"), ("role", "i8")])

#: Candidates are sorted in segments, one for each role of a group, by duration.
_ROLES_IN_ALL: Final = 3
_SEGMENT_US: Final = 1 << 38


class SpanIndex:
    """The spans of a shard, ready to be asked which of them explains a sample."""

    def __init__(self, interval_seconds: float, entity_tag: str = "pod") -> None:
        self._interval_us = int(interval_seconds * 1e6)
        self._entity_tag = entity_tag
        self._added: list[np.ndarray] = []
        self._spans = np.empty(0, _SPAN)
        self._trace_ids: list[pa.Array] = []
        self._span_ids: list[pa.Array] = []
        self._count = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Know the spans of a SPANS batch."""
        self._trace_ids.append(batch.column("trace_id").cast(pa.string()))
        self._span_ids.append(batch.column("span_id"))
        self._added.append(self._rows(batch, self._count))
        self._count += len(batch)

    def explain(self, samples: pa.RecordBatch) -> pa.RecordBatch:
        """``samples`` with the columns of EXEMPLAR."""
        return self.explain_all([samples])[0]

    def explain_all(self, batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        """Each of ``batches`` with the columns of EXEMPLAR; spans are gone through once for all of them."""
        if not batches:
            return []
        self._sort()
        chosen, value = self._choose(batches)
        ends = np.cumsum([len(batch) for batch in batches])[:-1]
        parts = zip(batches, np.split(chosen, ends), np.split(value, ends), strict=True)
        return [self._with_exemplars(*part) for part in parts]

    def _with_exemplars(
        self, samples: pa.RecordBatch, chosen: np.ndarray, value: np.ndarray
    ) -> pa.RecordBatch:
        found = chosen >= 0
        if not found.any():
            return _unexplained(samples)
        spans = self._spans[chosen]
        times = numbers(samples, "timestamp").view(np.int64)
        places, inverse = np.unique(spans["place"][found], return_inverse=True)
        codes = np.zeros(len(samples), np.int32)
        codes[found] = inverse
        masked = pa.array(codes, mask=~found)
        columns = [
            pa.DictionaryArray.from_arrays(
                masked, pa.chunked_array(ids).take(pa.array(places)).combine_chunks()
            )
            for ids in (self._trace_ids, self._span_ids)
        ]
        at = np.minimum(spans["end"], times)
        columns.append(pa.array(at, pa.int64(), mask=~found).cast(EXEMPLAR[2].type))
        columns.append(pa.array(value, mask=~found))
        for field, column in zip(EXEMPLAR, columns, strict=True):
            samples = samples.append_column(field, column)
        return samples

    def _rows(self, batch: pa.RecordBatch, place: int) -> np.ndarray:
        """A row a span, entity (its pod, or its service's podless ones; its service) and bucket of time."""
        end = numbers(batch, "end_ns") // 1000
        start = np.maximum(numbers(batch, "start_ns") // 1000, end - LONGEST_US)
        first = start // self._interval_us
        buckets = end // self._interval_us - first + 1
        rows = np.repeat(np.arange(len(batch)), buckets)
        one = np.empty(len(rows), _SPAN)
        one["start"], one["end"] = start[rows], end[rows]
        one["error"] = batch.column("error").to_numpy(zero_copy_only=False)[rows]
        one["role"] = _ROLE_OF_KIND[numbers(batch, "kind")][rows]
        ids = text_hashes(batch.column("span_id").dictionary_encode())
        one["rank"] = (ids[:, 0] ^ text_hashes(batch.column("trace_id"))[:, 0])[rows]
        one["place"] = place + rows
        bucket = first[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(buckets) - buckets, buckets)
        other = one.copy()
        service, pod = batch.column("service"), batch.column("pod")
        own = _hashes("pod", pod)
        if pod.null_count:
            own = np.where(pod.is_null().to_numpy(zero_copy_only=False), _hashes("podless", service), own)
        one["entity"], other["entity"] = own[rows], _hashes("service", service)[rows]
        for half in (one, other):
            half["key"] = _key(half["entity"], bucket)
        return np.concatenate((one, other))

    def _sort(self) -> None:
        if self._added:
            self._spans = np.concatenate((self._spans, *self._added))
            order = np.lexsort((self._spans["rank"], self._spans["start"], self._spans["key"]))
            self._spans = self._spans[order]
            self._added = []

    def _choose(self, batches: list[pa.RecordBatch]) -> tuple[np.ndarray, np.ndarray]:
        """The row of each sample's span, -1 if there is none, and the exemplar's value."""
        chosen = np.full(sum(map(len, batches)), -1, np.int64)
        if not len(self._spans):
            return chosen, np.zeros(len(chosen))
        series = np.concatenate([self._series_of(batch) for batch in batches])
        times = np.concatenate([numbers(batch, "timestamp").view(np.int64) for batch in batches])
        target_us = np.concatenate([numbers(batch, "value") for batch in batches]) * series["unit_us"]
        for entity in ("first", "second"):  # the spans of its pod come before podless ones of its service
            rows = np.flatnonzero((chosen < 0) & (series[entity] != 0))
            found = self._candidates(series[entity][rows], times[rows])
            latency = series["unit_us"][rows] > 0
            group = found.group_of[~latency]
            chosen[rows[~latency]] = self._worst(found)[group] if len(found.span) else -1
            chosen[rows[latency]] = self._nearest(
                found, found.group_of[latency], series["role"][rows[latency]], target_us[rows[latency]]
            )
        duration_us = self._spans["end"][chosen] - self._spans["start"][chosen]
        return chosen, duration_us / np.where(series["unit_us"] > 0, series["unit_us"], _SECOND_US)

    def _candidates(self, entity: np.ndarray, times: np.ndarray) -> "_Candidates":
        """All spans that ran in the samples' intervals. Samples of one entity and moment have the same."""
        _, first, group_of = np.unique(_key(entity, times), return_index=True, return_inverse=True)
        entity, times = entity[first], times[first]
        begins = times - self._interval_us
        last = times // self._interval_us
        keys = np.stack((_key(entity, last - 1), _key(entity, last)), axis=1).ravel()
        low = np.searchsorted(self._spans["key"], keys, "left")
        count = np.searchsorted(self._spans["key"], keys, "right") - low
        group = np.repeat(np.arange(len(keys)) // 2, count)
        span = np.arange(len(group)) + np.repeat(low - np.cumsum(count) + count, count)
        rows = self._spans[span]
        ran = (
            (rows["start"] <= times[group])
            & (rows["end"] > begins[group])
            & (rows["entity"] == entity[group])
        )
        return _Candidates(len(first), group_of, group[ran], span[ran], rows[ran])

    @staticmethod
    def _worst(found: "_Candidates") -> np.ndarray:
        """The span of each group that failed, or was slowest: -1 where there is no candidate."""
        worst = np.full(found.groups, -1, np.int64)
        rows = found.rows
        badness = rows["end"] - rows["start"] + rows["error"] * 2 * LONGEST_US
        starts = np.flatnonzero(np.diff(found.group, prepend=-1))
        highest = np.repeat(np.maximum.reduceat(badness, starts), np.diff(starts, append=len(rows)))
        tied = np.flatnonzero(badness == highest)
        tied = tied[np.lexsort((rows["rank"][tied], rows["start"][tied], found.group[tied]))]
        best = tied[np.flatnonzero(np.diff(found.group[tied], prepend=-1))]
        worst[found.group[best]] = found.span[best]
        return worst

    @staticmethod
    def _nearest(
        found: "_Candidates", group: np.ndarray, role: np.ndarray, target_us: np.ndarray
    ) -> np.ndarray:
        """The span of each sample's group, of its role if there is any, whose duration is nearest."""
        nearest = np.full(len(group), -1, np.int64)
        if not len(found.span) or not len(group):
            return nearest
        rows = found.rows
        duration = rows["end"] - rows["start"]
        segment = np.concatenate((found.group * _ROLES_IN_ALL, (found.group * _ROLES_IN_ALL + rows["role"])))
        twice = np.tile(np.arange(len(rows)), 2)
        key = segment * _SEGMENT_US + duration[twice]
        order = np.argsort(key, kind="stable")  # the spans come by bucket and start: ties stay in this order
        key, candidate = key[order], twice[order]
        target = np.clip(np.nan_to_num(target_us), 0, LONGEST_US).astype(np.int64)
        for wanted in (role, np.zeros_like(role)):
            open_ = np.flatnonzero(nearest < 0)
            begin = (group[open_] * _ROLES_IN_ALL + wanted[open_]) * _SEGMENT_US
            place = np.searchsorted(key, begin + target[open_], "left")
            after = np.minimum(place, len(key) - 1)
            before = np.searchsorted(
                key, key[np.maximum(place - 1, 0)], "left"
            )  # the earliest that is as long
            far_after = np.where(_within(key[after], begin), key[after] - begin - target[open_], _SEGMENT_US)
            far_before = np.where(
                _within(key[before], begin), target[open_] - key[before] + begin, _SEGMENT_US
            )
            far_after = np.where(far_after < 0, _SEGMENT_US, far_after)
            far_before = np.where(far_before < 0, _SEGMENT_US, far_before)
            best = candidate[np.where(far_after < far_before, after, before)]
            there = np.minimum(far_after, far_before) < _SEGMENT_US
            nearest[open_[there]] = found.span[best[there]]
        return nearest

    def _series_of(self, samples: pa.RecordBatch) -> np.ndarray:
        """What the choice needs to know of each sample's series; each distinct one is looked at once."""
        ids, tags = samples.column("metric_id"), samples.column("tags")
        pair = ids.indices.to_numpy().astype(np.int64) * len(tags.dictionary) + tags.indices.to_numpy()
        distinct, inverse = np.unique(pair, return_inverse=True)
        texts, tag_texts = ids.dictionary.to_pylist(), tags.dictionary.to_pylist()
        found = [
            _series(texts[i], tag_texts[t], self._entity_tag)
            for i, t in zip(*map(np.ndarray.tolist, np.divmod(distinct, len(tag_texts))), strict=True)
        ]
        series: np.ndarray = np.array(found, _SERIES)[inverse]
        return series


def _unexplained(samples: pa.RecordBatch) -> pa.RecordBatch:
    for field in EXEMPLAR:
        samples = samples.append_column(field, pa.nulls(len(samples), field.type))
    return samples


class _Candidates(NamedTuple):
    """Pairs of a group of samples and a span, in the order of the groups."""

    groups: int
    group_of: np.ndarray  # of each sample
    group: np.ndarray
    span: np.ndarray  # row in the index
    rows: np.ndarray


def _within(key: np.ndarray, begin: np.ndarray) -> np.ndarray:
    inside: np.ndarray = (key >= begin) & (key < begin + _SEGMENT_US)
    return inside


def _key(entity: np.ndarray, number: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return mix(entity + number.view(np.uint64) * _GOLDEN)


def _hashes(kind: str, column: pa.DictionaryArray) -> np.ndarray:
    """The hash of each row's entity; that of the first text where there is none."""
    texts = np.array([_hash(f"{kind}:{text}") for text in column.dictionary.to_pylist()] or [0], np.uint64)
    hashes: np.ndarray = texts[column.indices.fill_null(0).to_numpy()]
    return hashes


@lru_cache(_CACHED)
def _hash(text: str) -> int:
    return int(text_hashes(pa.array([text]).dictionary_encode())[0, 0]) or 1


@lru_cache(_CACHED)
def _series(metric_id: str, tags: str, entity_tag: str) -> tuple[int, int, float, int]:
    sender = sender_of(tags, entity_tag)
    name = metric_name(metric_id, sender)
    unit_us = 0.0
    if _LATENCY.search(name):
        unit_us = next((factor for end, factor in _UNITS_US if end.search(name)), _SECOND_US)
    role = _SERVER if "server" in name else _CLIENT if "client" in name else _ANY
    return (*_entities(sender), unit_us, role)


def _entities(sender: Sender) -> tuple[int, int]:
    if sender.pod is None:
        return (_hash(f"service:{sender.service}") if sender.service else 0), 0
    return _hash(f"pod:{sender.pod}"), (_hash(f"podless:{sender.service}") if sender.service else 0)
