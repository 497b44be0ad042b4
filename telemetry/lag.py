"""How long after its commit a change was processed: times of a batch → histograms with exemplars.

prometheus-client observes one value at a time, which costs more a row than the steps do. Here a batch's lags
are sorted once and the bounds are looked up in them: what comes out is cumulative, as Prometheus wants it.
"""

import functools
import time
from collections.abc import Iterator
from threading import Lock
from typing import Any, Final

import numpy as np
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.samples import Exemplar

from telemetry.changestream import (
    BACKWARD,
    COMMIT_TO_PROCESSED,
    COMMIT_TO_TOPIC,
    LAG_BUCKETS,
    TOPIC_TO_PROCESSED,
    Declared,
)

_MICROS: Final = 1_000_000
_BOUNDS_US: Final = np.array([round(bound * _MICROS) for bound in LAG_BUCKETS], np.int64)
_BOUND_TEXTS: Final = [*map(str, LAG_BUCKETS), "+Inf"]
#: Kafka's times are whole milliseconds: an append may look so much earlier than a commit without being so.
_GRAIN_US: Final = 1000


class LagHistograms:
    """Histograms of the lags from commit to topic, from topic to processed and from commit to processed.

    ``registry``: of these alone, so that a worker can add its counters to it. Safe in any thread. Not to be
    pickled: a DoFn asks for :func:`process_lags` in its setup.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        self._backward: Counter = BACKWARD.counter(self.registry)
        self._lock = Lock()
        self._to_topic = _Histogram(COMMIT_TO_TOPIC)
        self._from_topic = _Histogram(TOPIC_TO_PROCESSED)
        self._whole = _Histogram(COMMIT_TO_PROCESSED)

    def observe(
        self,
        commit_us: np.ndarray,
        appended_ms: np.ndarray,
        processed_ns: np.ndarray | int,
        trace_id: str | None = None,
        span_id: str | None = None,
    ) -> None:
        """Add a batch: when each row was committed (epoch µs), appended (epoch ms), processed (epoch ns).

        One ``processed_ns`` may stand for all rows. Leave out rows of a snapshot: their commit is unknown.
        ``trace_id`` and ``span_id`` (hexadecimal) become the exemplar of the slowest row's bucket.
        """
        if not len(commit_us):
            return
        appended_us = appended_ms * 1000
        processed_us = processed_ns // 1000
        to_topic = np.sort(appended_us - commit_us)
        from_topic = np.sort(processed_us - appended_us)
        whole = np.sort(processed_us - commit_us)
        ids = {"trace_id": trace_id, "span_id": span_id or ""} if trace_id else None
        backward = 0
        if to_topic[0] < -_GRAIN_US or whole[0] < 0:
            backward = int(max(to_topic.searchsorted(-_GRAIN_US), whole.searchsorted(0)))
        with self._lock:
            self._to_topic.add(to_topic, ids)
            self._from_topic.add(from_topic, ids)
            self._whole.add(whole, ids)
        if backward:
            self._backward.inc(backward)

    def collect(self) -> Iterator[Metric]:
        """What the registry asks for."""
        with self._lock:
            families = [each.family() for each in (self._to_topic, self._from_topic, self._whole)]
        yield from families


class _Histogram:
    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._within = np.zeros(len(_BOUND_TEXTS), np.int64)  # rows up to each bound
        self._sum_us = 0
        self._exemplars: list[Exemplar | None] = [None] * len(_BOUND_TEXTS)

    def add(self, lags_us: np.ndarray, ids: dict[str, str] | None) -> None:
        """Add sorted lags; negative ones, of clocks that disagree, count as none."""
        if lags_us[0] < 0:
            lags_us = np.maximum(lags_us, 0)
        self._within[:-1] += lags_us.searchsorted(_BOUNDS_US, "right")
        self._within[-1] += len(lags_us)
        self._sum_us += int(lags_us.sum())
        if ids is not None:
            slowest = lags_us[-1]
            bucket = int(_BOUNDS_US.searchsorted(slowest))
            self._exemplars[bucket] = Exemplar(ids, float(slowest) / _MICROS, time.time())

    def family(self) -> HistogramMetricFamily:
        """As Prometheus scrapes it."""
        declared = self._declared
        family = HistogramMetricFamily(declared.name, declared.help, unit=declared.unit)
        buckets: list[Any] = list(zip(_BOUND_TEXTS, self._within.tolist(), self._exemplars, strict=True))
        family.add_metric((), buckets, self._sum_us / _MICROS)
        return family


@functools.cache
def process_lags() -> LagHistograms:
    """The one of this process."""
    return LagHistograms()
