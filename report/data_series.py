"""The clean events → the course of each series, in bounded space.

Time is cut into slots of one interval, or of several if there are too many for a picture; of each slot the
lowest and the highest value are kept, so that no spike is lost.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.senders import metric_name, sender_of
from schemas.batches import numbers

MOST_SERIES: Final = 3_000
_MOST_SLOTS: Final = 240
_MOST_EXEMPLARS: Final = 8_000
_COUNTED: Final = 200_000  # series that are counted, though not shown
_ANY: Final = np.inf


class Axis(NamedTuple):
    """The slots of time; epoch microseconds."""

    start_us: int
    width_us: int
    slots: int


class Explained(msgspec.Struct, frozen=True, gc=False):
    """A sample with an exemplar; epoch microseconds."""

    at_us: int
    value: float
    trace_id: str
    span_id: str
    exemplar_value: float


class Series(msgspec.Struct):
    """The course of one series; ``low`` and ``high`` by slot, infinite where there is no sample."""

    metric_id: str
    pod: str
    service: str
    metric: str
    low: np.ndarray
    high: np.ndarray
    phase_us: int
    exemplars: list[Explained]


class Courses(NamedTuple):
    """All series that are kept, and how many there are beyond them."""

    axis: Axis
    series: dict[str, Series]
    left_out: int
    explained: int


def axis_of(timeline: dict[str, Any], interval_seconds: float) -> Axis:
    """The slots that hold the events of a summary's ``timeline``."""
    points = timeline.get("events", [])
    width_us = max(1, int(interval_seconds * 1e6))
    if not points:
        return Axis(0, width_us, 1)
    start = int(points[0]["at"] * 1e6)
    end = int((points[-1]["at"] + points[-1]["seconds"]) * 1e6)
    intervals = max(1, -(-(end - start) // width_us))
    width_us *= -(-intervals // _MOST_SLOTS)
    return Axis(start, width_us, max(1, -(-(end - start) // width_us)))


def read_courses(batches: Iterable[pa.RecordBatch], axis: Axis, wanted: Collection[str]) -> Courses:
    """The courses of the series in ``batches`` of clean events; ``wanted`` are kept before all others."""
    collector = _Collector(axis, wanted)
    for batch in batches:
        collector.add(batch)
    return collector.courses()


class _Collector:
    def __init__(self, axis: Axis, wanted: Collection[str]) -> None:
        self._axis = axis
        self._wanted = frozenset(list(wanted)[:MOST_SERIES])
        self._room = MOST_SERIES - len(self._wanted)
        self._slots: dict[str, int] = {}  # row in the arrays below
        self._tags: list[str] = []
        self._others: set[str] = set()
        self._low = np.full((16, axis.slots), _ANY)
        self._high = np.full((16, axis.slots), -_ANY)
        self._phase = np.zeros((16, 2))  # sum, count
        self._exemplars: dict[tuple[int, int], Explained] = {}
        self._explained = 0

    def add(self, batch: pa.RecordBatch) -> None:
        ids = _encoded(batch.column("metric_id"))
        codes = ids.indices.to_numpy(zero_copy_only=False)
        if not len(codes):
            return
        distinct, first = np.unique(codes, return_index=True)
        texts, tags = ids.dictionary.to_pylist(), batch.column("tags")
        places = np.full(len(texts), -1)
        for code, row in zip(distinct.tolist(), first.tolist(), strict=True):
            places[code] = self._place(texts[code], tags[row])
        place = places[codes]
        times = batch.column("timestamp").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
        values = numbers(batch, "value")
        kept = (place >= 0) & np.isfinite(values)
        since = times - self._axis.start_us
        slot = np.clip(since // self._axis.width_us, 0, self._axis.slots - 1)
        where = (place[kept], slot[kept])
        np.minimum.at(self._low, where, values[kept])
        np.maximum.at(self._high, where, values[kept])
        np.add.at(self._phase[:, 0], place[kept], since[kept] % self._axis.width_us)
        np.add.at(self._phase[:, 1], place[kept], 1)
        self._explain(batch, kept, place, slot, times)

    def _place(self, metric_id: str, tags: pa.Scalar) -> int:
        place = self._slots.get(metric_id)
        if place is not None:
            return place
        if metric_id not in self._wanted:
            if self._room <= 0:
                if len(self._others) < _COUNTED:
                    self._others.add(metric_id)
                return -1
            self._room -= 1
        place = self._slots[metric_id] = len(self._tags)
        self._tags.append(tags.as_py() or "")
        if place == len(self._low):  # twice the room
            self._low = np.concatenate((self._low, np.full_like(self._low, _ANY)))
            self._high = np.concatenate((self._high, np.full_like(self._high, -_ANY)))
            self._phase = np.concatenate((self._phase, np.zeros_like(self._phase)))
        return place

    def _explain(
        self, batch: pa.RecordBatch, kept: np.ndarray, place: np.ndarray, slot: np.ndarray, times: np.ndarray
    ) -> None:
        """Of each slot of a series the first exemplar, as long as there is room."""
        if "exemplar_trace_id" not in batch.schema.names:
            return
        found = pc.is_valid(batch.column("exemplar_trace_id")).to_numpy(zero_copy_only=False)
        self._explained += int(found.sum())
        rows = np.flatnonzero(found & kept)
        columns = [
            batch.column(name).take(pa.array(rows)).to_pylist()
            for name in ("value", "exemplar_trace_id", "exemplar_span_id", "exemplar_value")
        ]
        keys = zip(place[rows].tolist(), slot[rows].tolist(), strict=True)
        for key, at, *cells in zip(keys, times[rows].tolist(), *columns, strict=True):
            if key not in self._exemplars and len(self._exemplars) < _MOST_EXEMPLARS:
                self._exemplars[key] = Explained(at, *cells)

    def courses(self) -> Courses:
        exemplars: dict[int, list[Explained]] = {}
        for (place, _), explained in self._exemplars.items():
            exemplars.setdefault(place, []).append(explained)
        series = {}
        for metric_id, place in self._slots.items():
            total, count = self._phase[place].tolist()
            sender = sender_of(self._tags[place])
            series[metric_id] = Series(
                metric_id,
                sender.pod or "",
                sender.service or "",
                metric_name(metric_id, sender),
                self._low[place],
                self._high[place],
                int(total / count) if count else 0,
                sorted(exemplars.get(place, []), key=lambda e: e.at_us),
            )
        return Courses(self._axis, series, len(self._others), self._explained)


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
