"""The benchmark: the whole path side by side with its limit and with what a user would write instead.

Everything reads the same archive of raw bytes (the sample, multiplied, with fresh keys) and runs on one core:

- ``limit``: decode only, records and spans, msgspec into Arrow, the values being in memory; nothing that
  parses each value can be faster;
- ``loop``: plain Python: json.loads, a field check that refuses what the contract refuses, an md5 of the key,
  a dictionary for duplicates; no spans, no replays, no masking, no catalogue, no order, no files;
- ``path``: the job with everything on, from raw bytes and spans to written files, on the local runner.

Spans count as records where they are read. With ``--no-spans`` the path runs over the records alone.

They take turns, each in a process of its own; the medians of the rounds are compared. Then the steps one by
one, DropDuplicates with a small and a large horizon, and how good the anomalies are on the sample's faults.
Ratios are what counts: machines differ.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from actions.cache.changes import touched_events
from anomaly.detector import detector_named
from anomaly.series import SeriesStates
from columns.contract import ContractCheck
from columns.decode import decode_records
from columns.duplicates import classify
from columns.exemplars import SpanIndex
from columns.hashing import split_by_shard
from columns.keyindex import KeyIndex
from columns.redact import redact_batch
from columns.references import known_rows
from columns.replays import Mark, find_replays
from connectors.recordfiles import find_files, read_files
from connectors.spanfiles import read_span_files
from pipelines.contenders import CONTENDERS, SPANS_SUFFIX
from pipelines.evaluate import evaluate
from pipelines.multiply import multiply, multiply_spans
from pipelines.settings import Settings
from schemas.batches import EVENTS, Origin, decode, encode, numbers
from schemas.contract import Contract
from schemas.records import RawRecords
from schemas.spans import Span, spans_of
from traces.criticalpath import critical_path
from traces.decode import decode_documents
from traces.selftime import self_times

SAMPLE_SPANS: Final = "spans.otlp.jsonl.zst"
_WINDOW_US: Final = 5_000_000
_HORIZONS: Final = (100_000, 5_000_000)
_HORIZON_US: Final = 3_600_000_000
_HORIZON_BATCH: Final = 4096
_HORIZON_ROWS: Final = 1_000_000
_MEMORY_FACTOR: Final = 5
_out = Console(highlight=False)


def run(
    sample: str,
    records: int,
    rounds: int,
    json_file: str | None,
    *,
    memory: bool = False,
    with_spans: bool = True,
) -> int:
    """Run the benchmark, print its table, write its ratios; the exit code."""
    with tempfile.TemporaryDirectory(prefix="traceo-bench-") as folder:
        archive = Path(folder) / "records.parquet"
        _out.print(f"multiplying {sample} to {records:,} records …")
        total = multiply(sample, records, archive)
        spans = Path(sample) / SAMPLE_SPANS
        known = 0
        if with_spans and spans.exists():
            copies = -(-records // _events_of(sample))
            known = multiply_spans([str(spans)], copies, archive.with_suffix(SPANS_SUFFIX))
        read = {name: total + (0 if name == "loop" else known) for name in CONTENDERS}
        seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
        peaks: list[float] = []
        for number in range(rounds):
            for name in CONTENDERS:
                result = _measure(name, archive, Path(folder))
                seconds[name].append(result["seconds"])
                peaks += [result["peak_mib"]] if name == "path" else []
                rate = read[name] / result["seconds"]
                _out.print(f"round {number + 1} of {rounds}  {name:5}  {rate:>9,.0f} records/s")
        figures: dict[str, Any] = {"records": total, "spans": known, "rounds": rounds}
        figures |= _ratios(seconds, read)
        figures["path_peak_mib"] = statistics.median(peaks)
        _out.print("the steps one by one …")
        figures["steps_records_per_second"] = _steps(sample, rounds)
        if spans.exists():
            figures["steps_spans_per_second"] = _span_steps(spans, rounds)
        figures |= _quality(sample, Path(folder))
        figures |= _horizons(rounds, Path(folder))
        if memory:
            figures |= _memory(sample, records, Path(folder))
    _show(figures)
    if json_file:
        Path(json_file).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        _out.print(f"wrote {json_file}", style="bold")
    return 0


def _measure(name: str, archive: Path, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "pipelines.contenders", name, str(archive), str(folder / "out")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _events_of(sample: str) -> int:
    """Records of events in a sample: as many make a copy."""
    return sum(len(r) for r in read_files(find_files([sample]), _HORIZON_BATCH) if r.topic.endswith("events"))


def _ratios(seconds: dict[str, list[float]], read: dict[str, int]) -> dict[str, Any]:
    rates = {name: read[name] / statistics.median(times) for name, times in seconds.items()}
    return {
        **{f"{name}_records_per_second": round(rate) for name, rate in rates.items()},
        "path_to_limit": round(rates["path"] / rates["limit"], 3),
        "path_to_loop": round(rates["path"] / rates["loop"], 3),
    }


def _steps(sample: str, rounds: int) -> dict[str, int]:
    """Records a second of each step's pure twin, over the sample in memory."""
    raw = [r for r in read_files(find_files([sample]), Settings().batch_rows) if r.topic.endswith("events")]
    check = ContractCheck(Contract.load())
    changes = [batch for records in raw for batch in _decoded(records)]
    events = [check.split(batch)[0] for batch in changes]
    catalogue = {text for batch in events for text in batch.column("metric_id").dictionary.to_pylist()}
    steps: dict[str, Callable[[], Any]] = {
        "decode": lambda: [_decoded(records) for records in raw],
        "replays": lambda: [find_replays(batch, Mark()) for batch in changes],
        "redact": lambda: [redact_batch(batch) for batch in changes],
        "contract": lambda: [check.split(batch) for batch in changes],
        "shard": lambda: [split_by_shard(batch, "metric_id", 4) for batch in events],
        "references": lambda: [known_rows(batch, catalogue) for batch in events],
        "duplicates": lambda: classify(KeyIndex(), events, _HORIZON_US),
        "batch coder": lambda: [decode(encode(batch)) for batch in events],
        "score": lambda: _scored(events),
        "touched": lambda: [touched_events(batch, width_us=_WINDOW_US) for batch in events],
    }
    return _rates(steps, sum(map(len, changes)), rounds)


def _scored(events: list[pa.RecordBatch]) -> None:
    """All samples of the sample at once, as one shard sees them; none is late then."""
    states = SeriesStates(detector_named("robust"), interval_us=60_000_000, lateness_us=900_000_000)
    ids = [batch.column("metric_id") for batch in events]
    slot = [states.slots_of(i.dictionary.to_pylist())[i.indices.to_numpy()] for i in ids]
    times = [numbers(batch, "timestamp").view(np.int64) for batch in events]
    values = [numbers(batch, "value") for batch in events]
    states.judge(np.concatenate(slot), np.concatenate(times), np.concatenate(values), ended=True)


def _span_steps(file: Path, rounds: int) -> dict[str, int]:
    """Spans a second of the pure twins, over the sample's spans in memory."""
    documents = [records.values for records in read_span_files([file])]
    batches = [decode_documents(values).batch for values in documents]
    traces: dict[str, list[Span]] = {}
    for span in (span for batch in batches for span in spans_of(batch)):
        traces.setdefault(span.trace_id, []).append(span)

    def index() -> None:
        known = SpanIndex(Settings().interval_seconds)
        for batch in batches:
            known.add(batch)

    steps: dict[str, Callable[[], Any]] = {
        "decode": lambda: [decode_documents(values) for values in documents],
        "index for exemplars": index,
        "critical path (jaeger)": lambda: [critical_path(spans, "jaeger") for spans in traces.values()],
        "critical path (crisp)": lambda: [critical_path(spans, "crisp") for spans in traces.values()],
        "self times": lambda: [self_times(spans) for spans in traces.values()],
    }
    return _rates(steps, sum(map(len, batches)), rounds)


def _quality(sample: str, folder: Path) -> dict[str, Any]:
    """The anomalies of the sample, held against its faults."""
    marks = Path(sample) / "faults.json"
    if not marks.exists():
        return {}
    from pipelines import ingest  # the other measurements need no Beam, and shall not pay for its import

    ingest.run(Settings(input=(sample,), output=str(folder / "quality")))
    figures = evaluate(folder / "quality", str(marks))
    return {"anomalies": {name: value for name, value in figures.items() if isinstance(value, int | float)}}


def _rates(steps: dict[str, Callable[[], Any]], rows: int, rounds: int) -> dict[str, int]:
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - began)
    return {name: round(rows / statistics.median(values)) for name, values in times.items()}


def _decoded(records: RawRecords) -> list[pa.RecordBatch]:
    return decode_records(records, events_table="metrics.events").batches


def _horizons(rounds: int, folder: Path) -> dict[str, float]:
    """DropDuplicates on the local runner while the horizon holds few and many keys, in turns."""
    times: dict[int, list[float]] = {keys: [] for keys in _HORIZONS}
    for _ in range(rounds):
        for keys in _HORIZONS:
            times[keys].append(_time_horizon(keys, folder))
    rates = {keys: _HORIZON_ROWS / statistics.median(values) for keys, values in times.items()}
    few, many = _HORIZONS
    return {
        "duplicates_few_keys_records_per_second": round(rates[few]),
        "duplicates_many_keys_records_per_second": round(rates[many]),
        "duplicates_many_to_few": round(rates[many] / rates[few], 3),
    }


def _time_horizon(keys: int, folder: Path) -> float:
    """Seconds for a million fresh events through DropDuplicates while its horizon holds ``keys`` keys.

    A steady state: as many keys expire as come.
    """
    import apache_beam as beam  # the other measurements need no Beam, and shall not pay for its import

    from runners import direct
    from transforms import DropDuplicates

    _emitted.clear()
    batches = -(-(keys + _HORIZON_ROWS) // _HORIZON_BATCH)
    rows_before = batches * _HORIZON_BATCH - _HORIZON_ROWS

    def graph(pipeline: "beam.Pipeline") -> None:
        fresh = beam.FlatMap(_fresh_events, _HORIZON_US // keys).with_output_types(pa.RecordBatch)
        first = pipeline | beam.Create([batches]) | fresh | DropDuplicates(disorder_seconds=0.0)
        _ = first.ok | beam.Map(_note_emitted)

    direct.run(graph, streaming=False, spill_folder=folder / "spill")
    times = [at for rows, at in _emitted if rows >= rows_before]
    return times[-1] - times[0]


#: Rows that DropDuplicates has let through, and when; the local runner works in this process.
_emitted: list[tuple[int, float]] = []


def _note_emitted(batch: pa.RecordBatch) -> None:
    rows = _emitted[-1][0] if _emitted else 0
    _emitted.append((rows + len(batch), time.perf_counter()))


def _fresh_events(batches: int, step_us: int) -> Iterator[pa.RecordBatch]:
    """Batches of events that are all new, one every ``step_us`` of commit time."""
    rows = _HORIZON_BATCH
    schema = Origin("db.metrics.events", 0, "db").stamp(EVENTS)
    names = pa.array([f"pod-{i}:cpu" for i in range(rows)])
    ids = pa.DictionaryArray.from_arrays(pa.array(np.arange(rows, dtype=np.int32)), names)
    for number in range(batches):
        place = np.arange(number * rows, (number + 1) * rows)
        times = pa.array((place + 10**15).view("datetime64[us]"), pa.timestamp("us", tz="UTC"))
        made = {"metric_id": ids, "tags": ids, "timestamp": times, "value": pa.array(place / 7)}
        made |= {"committed_us": pa.array(place * step_us), "appended_ms": pa.array(place * step_us // 1000)}
        yield pa.RecordBatch.from_arrays([made.get(n, pa.array(place)) for n in EVENTS.names], schema=schema)


def _memory(sample: str, records: int, folder: Path) -> dict[str, float]:
    """Peak memory of the path over an archive, and over one several times as long."""
    peaks = []
    for factor in (1, _MEMORY_FACTOR):
        archive = folder / "memory.parquet"
        _out.print(f"memory: {records * factor:,} records …")
        multiply(sample, records * factor, archive)
        peaks.append(_measure("path", archive, folder)["peak_mib"])
        archive.unlink()
    return {"peak_mib": peaks[0], f"peak_mib_{_MEMORY_FACTOR}_times_the_records": peaks[1]}


def _show(figures: dict[str, Any]) -> None:
    table = Table(title="benchmark, one core, medians", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in figures.items():
        values = value if isinstance(value, dict) else {"": value}
        for part, number in values.items():
            shown = f"{number:,}" if isinstance(number, int) else f"{number:,.3f}"
            table.add_row(f"{name} {part}".replace("_", " "), shown)
    _out.print(table)
