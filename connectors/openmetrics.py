"""A result → OpenMetrics: the newest value of each series, and the exemplar of its newest explained sample.

OpenMetrics 1.0 knows exemplars of counters and of buckets of histograms alone. So the values are gauges, and
beside each stands a counter of the series' samples, ``<metric>_samples_total``, which carries the exemplar.
"""

import re
from collections.abc import Collection, Iterable, Iterator
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
_ID: Final = "metric_id"
_NEVER: Final = -(2**63)
_EXEMPLAR: Final = ("exemplar_trace_id", "exemplar_span_id", "exemplar_at", "exemplar_value")


class _Series:
    """The newest sample of a series, and its newest exemplar."""

    def __init__(self, metric_id: str) -> None:
        self.metric_id = metric_id
        self.tags = "{}"
        self.at = _NEVER
        self.value = 0.0
        self.samples = 0
        self.explained_at = _NEVER
        self.exemplar: Exemplar | None = None

    @property
    def metric(self) -> str:
        """What it measures, as a name."""
        return _name(metric_name(self.metric_id, sender_of(self.tags)))

    @property
    def labels(self) -> dict[str, str]:
        """Its tags and its id; tags whose names are the same as labels are kept apart."""
        labels = {_ID: self.metric_id}
        for key, value in sorted(_TAGS.decode(self.tags).items()):
            if key != "metric" and value is not None:
                labels[_unused(_label(key), labels)] = (
                    value if isinstance(value, str) else msgspec.json.encode(value).decode()
                )
        return labels


class _Newest(NamedTuple):
    """Of each series of a batch."""

    row: int
    at: int
    samples: int


def exposition(result: Path) -> bytes:
    """The clean events of the ``result`` in OpenMetrics' text. Raises :class:`InputError`."""
    if not (result / SUMMARY_FILE).is_file() or not (result / Output.CLEAN).is_dir():
        raise InputError(f"{result}: no result with clean events; name the folder that --output named")
    series: dict[str, _Series] = {}
    try:
        for batch in parquet_batches(result, Output.CLEAN):
            _add(series, batch)
    except (OSError, KeyError, pa.ArrowException) as error:  # replaced meanwhile, damaged, of an old version
        raise InputError(f"{result / Output.CLEAN}: {error}; run the job again") from error
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
            one = series.get(row["id"]) or series.setdefault(row["id"], _Series(row["id"]))
            if mask is None:
                _note_value(one, batch, place)
            elif place.at > one.explained_at:
                one.explained_at, one.exemplar = place.at, _exemplar(batch, place.row)


def _note_value(one: _Series, batch: pa.RecordBatch, place: _Newest) -> None:
    one.samples += place.samples
    if place.at > one.at:
        one.at, one.value = place.at, batch.column("value")[place.row].as_py()
        one.tags = batch.column("tags")[place.row].as_py()


def _exemplar(batch: pa.RecordBatch, row: int) -> Exemplar:
    trace_id, span_id, at, value = (batch.column(name)[row].as_py() for name in _EXEMPLAR)
    return Exemplar({"trace_id": trace_id, "span_id": span_id}, value, at.timestamp())


def _families(series: Iterable[_Series]) -> Iterator[Metric]:
    metrics: dict[str, list[_Series]] = {}
    for one in sorted(series, key=lambda s: s.metric_id):
        metrics.setdefault(one.metric, []).append(one)
    used = set(metrics)
    for name, members in sorted(metrics.items()):
        counter = _unused(f"{name}_samples", used, "_total", "_created")
        used.add(counter)
        labels = [one.labels for one in members]
        names = sorted(set().union(*labels))
        values = GaugeMetricFamily(name, f"Newest value of {name}.", labels=names)
        counts = CounterMetricFamily(counter, f"Samples of {name}, with an exemplar.", labels=names)
        for one, own in zip(members, labels, strict=True):
            texts = [own.get(label, "") for label in names]
            values.add_metric(texts, one.value)
            counts.add_metric(texts, one.samples, exemplar=one.exemplar)
        yield values
        yield counts


def _unused(name: str, used: Collection[str], *suffixes: str) -> str:
    """``name``, longer if it, or it with one of ``suffixes``, is in ``used``."""
    while any(name + suffix in used for suffix in ("", *suffixes)):
        name += "_"
    return name


def _name(text: str) -> str:
    """``text`` as a name of OpenMetrics."""
    name = _NO_NAME.sub("_", text) or "_"
    return f"_{name}" if name[0].isdigit() else name


def _label(text: str) -> str:
    """``text`` as a name of a label; those that begin with two underscores are Prometheus' own."""
    name = _name(text)
    return f"tag{name}" if name.startswith("_") else name
