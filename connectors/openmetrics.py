"""A result → OpenMetrics: the newest value of each series, and the exemplar of its newest explained sample.

OpenMetrics 1.0 knows exemplars of counters and of buckets of histograms alone. So the values are gauges, and
beside each stands a counter of the series' samples, ``<metric>_samples_total``, which carries the exemplar.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.samples import Exemplar

from columns.senders import metric_name, sender_of
from connectors.errors import InputError
from connectors.results import parquet_batches
from schemas.names import SUMMARY_FILE, Output

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_NO_NAME: Final = re.compile(r"[^a-zA-Z0-9_]")
_TAGS: Final = msgspec.json.Decoder(dict[str, Any])
_EXEMPLAR: Final = ("exemplar_trace_id", "exemplar_span_id", "exemplar_at", "exemplar_value")


class _Series:
    """The newest sample of a series, and its newest exemplar."""

    def __init__(self, metric_id: str, tags: str) -> None:
        self.metric = _name(metric_name(metric_id, sender_of(tags)))
        labels = {_name(key): str(value) for key, value in _TAGS.decode(tags).items() if key != "metric"}
        self.labels = labels
        self.metric_id = metric_id
        self.at = -1
        self.value = 0.0
        self.samples = 0
        self.explained_at = -1
        self.exemplar: Exemplar | None = None


class _Newest(NamedTuple):
    """Of each series of a batch."""

    row: int
    at: int
    samples: int


def exposition(result: Path) -> bytes:
    """The clean events of the ``result`` in OpenMetrics' text. Raises :class:`InputError`."""
    if not (result / SUMMARY_FILE).is_file():
        raise InputError(f"{result}: no result of a job; name the folder that --output named")
    series: dict[str, _Series] = {}
    for batch in parquet_batches(result, Output.CLEAN):
        _add(series, batch)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(list(_families(series.values()))))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text


class _Collector:
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """What the registry asks for."""
        return self._families


def _add(series: dict[str, _Series], batch: pa.RecordBatch) -> None:
    times = batch.column("timestamp").cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    ids = batch.column("metric_id").cast(pa.string())
    explained = pc.is_valid(batch.column("exemplar_trace_id"))
    for mask in (None, explained):
        table = pa.table({"id": ids, "at": times, "row": pa.array(range(len(batch)))})
        newest = (
            (table if mask is None else table.filter(mask)).sort_by("at").group_by("id", use_threads=False)
        )
        found = newest.aggregate([("row", "last"), ("at", "last"), ("row", "count")]).to_pylist()
        for row in found:
            place = _Newest(row["row_last"], row["at_last"], row["row_count"])
            one = series.get(row["id"]) or series.setdefault(
                row["id"], _Series(row["id"], batch.column("tags")[place.row].as_py())
            )
            if mask is None:
                _note_value(one, batch, place)
            elif place.at > one.explained_at:
                one.explained_at, one.exemplar = place.at, _exemplar(batch, place.row)


def _note_value(one: _Series, batch: pa.RecordBatch, place: _Newest) -> None:
    one.samples += place.samples
    if place.at > one.at:
        one.at, one.value = place.at, batch.column("value")[place.row].as_py()


def _exemplar(batch: pa.RecordBatch, row: int) -> Exemplar:
    trace_id, span_id, at, value = (batch.column(name)[row].as_py() for name in _EXEMPLAR)
    return Exemplar({"trace_id": trace_id, "span_id": span_id}, value, at.timestamp())


def _families(series: Iterable[_Series]) -> Iterator[Metric]:
    metrics: dict[str, list[_Series]] = {}
    for one in series:
        metrics.setdefault(one.metric, []).append(one)
    for name, members in sorted(metrics.items()):
        names = sorted({label for one in members for label in one.labels} | {"metric_id"})
        values = GaugeMetricFamily(name, f"Newest value of {name}.", labels=names)
        counts = CounterMetricFamily(f"{name}_samples", f"Samples of {name}, with an exemplar.", labels=names)
        for one in sorted(members, key=lambda s: s.metric_id):
            labels = [(one.labels | {"metric_id": one.metric_id}).get(label, "") for label in names]
            values.add_metric(labels, one.value)
            counts.add_metric(labels, one.samples, exemplar=one.exemplar)
        yield values
        yield counts


def _name(text: str) -> str:
    """``text`` as a name of OpenMetrics."""
    name = _NO_NAME.sub("_", text) or "_"
    return f"_{name}" if name[0].isdigit() else name
