"""How long an engineer waits for the lines that matter: searches among a million of them in VictoriaLogs.

    python -m tests.bench.logsearch --lines 1000000 --searches 60 --json out/logsearch.json

The lines are those of the sample, over and over, each time with trace ids, services and hours of their own.
They go the way that a job sends them. A search asks for the newest hundred lines of all that match, over all
hours; each is for something else, so that no answer is one of before. It fails if a 95th percentile reaches a
second.
"""

import argparse
import itertools
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from connectors.logstores.query import Query, by_trace, by_word, errors_of
from connectors.logstores.store import StoreKind, victorialogs
from connectors.logstores.write import sink_of
from connectors.spanfiles import read_documents
from logs.decode import decode_documents
from runners.stack import Stack
from runners.stack.settings import DEFAULT_STATE, load
from schemas.batches import Origin
from schemas.logs import LOGS, Severity
from tests.conftest import ROOT, SAMPLE

BOUND_SECONDS: Final = 1.0
_NEWEST: Final = 100
_ROWS: Final = 2_000  # of a batch
_GROUPS: Final = 9  # of services: those of the sample are 27
_HOUR_NS: Final = 3_600_000_000_000
_PATIENCE_SECONDS: Final = 120.0
_WORD: Final = re.compile(r"\b[A-Za-z][A-Za-z]{3,20}\b")


def sample() -> pa.RecordBatch:
    """The logs of the sample."""
    documents = list(read_documents(SAMPLE / "logs.otlp.jsonl.zst"))
    return decode_documents([value for _, value in documents], [place for place, _ in documents]).batch


def copies(lines: pa.RecordBatch, wanted: int) -> Iterator[pa.RecordBatch]:
    """``wanted`` lines, in batches: copies of ``lines``, each an hour after the one before."""
    plain = pa.table({name: _plain(lines.column(name)) for name in lines.schema.names})
    written = 0
    while written < wanted:
        number = written // len(lines)
        one = _copy(plain.slice(0, wanted - written), number, lines.schema)
        for batch in one.to_batches(max_chunksize=_ROWS):
            yield batch.replace_schema_metadata(Origin("bench", 0, "").stamp(LOGS).metadata)
        written += len(one)


def _copy(plain: pa.Table, number: int, schema: pa.Schema) -> pa.Table:
    renewed = [_renewed(trace, number) for trace in plain["trace_id"].to_pylist()]
    bodies = zip(plain["body"].to_pylist(), plain["trace_id"].to_pylist(), renewed, strict=True)
    columns = {
        "offset": pc.add(plain["offset"], number * 1_000_000),
        "timestamp_ns": pc.add(plain["timestamp_ns"], number * _HOUR_NS),
        "service": pa.array([_of_group(name, number) for name in plain["service"].to_pylist()]),
        "trace_id": pa.array(renewed, pa.string()),
        "body": pa.array([body.replace(old, new) if old and new else body for body, old, new in bodies]),
    }
    whole = pa.table({name: columns.get(name, plain[name]) for name in schema.names})
    return whole.cast(pa.schema([(field.name, field.type) for field in schema]))


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _renewed(trace: str | None, number: int) -> str | None:
    return None if trace is None else f"{int(trace, 16) ^ (number + 1) << 8:032x}"


def _of_group(service: str, number: int) -> str:
    return f"{service}-{number % _GROUPS}"


def questions(lines: pa.RecordBatch, stored: int, searches: int) -> list[tuple[str, str]]:
    """(what for, query): as many of each as ``searches``, as far as there are different ones; shuffled."""
    pick = random.Random(6)  # noqa: S311
    numbers = range(max(1, stored // len(lines)))
    traces = sorted({trace for trace in lines.column("trace_id").to_pylist() if trace})
    failed = lines.filter(pc.greater_equal(lines.column("severity"), int(Severity.ERROR)))
    services = sorted({*failed.column("service").to_pylist()})
    words = sorted({word for body in lines.column("body").to_pylist() for word in _WORD.findall(body)})
    some = [_renewed(pick.choice(traces), pick.choice(numbers)) for _ in range(2 * searches)]
    kinds = {
        "trace id": [by_trace(str(trace)) for trace in some],
        "service with an error": [errors_of(_of_group(name, n)) for name in services for n in range(_GROUPS)],
        "word": [by_word(word) for word in words],
    }
    asked = [
        (kind, query)
        for kind, queries in kinds.items()
        for query in pick.sample(sorted({*queries}), min(searches, len({*queries})))
    ]
    pick.shuffle(asked)
    return asked


def fill(url: str, batches: Iterator[pa.RecordBatch]) -> dict[str, float]:
    """Send all of it; how many, and how long sending took."""
    sink = sink_of(victorialogs(url, StoreKind.ELASTICSEARCH))
    stored, seconds, processor = 0, 0.0, 0.0
    for batch in itertools.chain(batches, [None]):
        begun, worked = time.perf_counter(), time.process_time()
        pushed = sink.flush() if batch is None else sink.add(batch)
        stored += sum(one.stored for one in pushed)
        seconds += time.perf_counter() - begun
        processor += time.process_time() - worked
    sink.close()
    return {
        "lines": stored,
        "lines_per_second": round(stored / seconds),
        "lines_per_processor_second": round(stored / processor),  # of the sender, compression included
    }


def until_visible(query: Query, lines: int) -> None:
    """What a store has taken can be found a moment later."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while (seen := query.count("*")) != lines:
        if time.monotonic() > give_up:
            raise SystemExit(f"{seen:,} lines can be found, and {lines:,} were sent")
        time.sleep(0.2)


def search(query: Query, asked: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Figures by what was searched for: milliseconds, and how many lines were found."""
    taken: dict[str, list[float]] = {}
    found: dict[str, list[int]] = {}
    for kind, text in asked:
        begun = time.perf_counter()
        rows = query.rows(text, limit=_NEWEST)
        taken.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
        found.setdefault(kind, []).append(len(rows))
    return {
        kind: {
            "searches": len(times),
            **{f"p{p}_ms": round(float(np.percentile(times, p)), 1) for p in (50, 95, 100)},
            "found_median": float(np.median(found[kind])),
            "found_nothing": found[kind].count(0),
        }
        for kind, times in taken.items()
    }


def show(figures: dict[str, Any]) -> None:
    """As a table."""
    filled = figures["filled"]
    title = f"{filled['lines']:,} lines, sent at {filled['lines_per_second']:,} a second"
    table = Table("search for", "searches", "p50 ms", "p95 ms", "max ms", "lines found (median)", title=title)
    for kind, one in figures["searches"].items():
        cells = (one["searches"], one["p50_ms"], one["p95_ms"], one["p100_ms"], one["found_median"])
        table.add_row(kind, *map(str, cells))
    Console().print(table)


def main() -> None:
    """Parse, fill, search, show."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=60, help="of each kind")
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--lib", type=Path, default=ROOT / DEFAULT_STATE / "lib", help="of the stack")
    parser.add_argument("--binaries", type=Path, help="as traceo stack up --binaries")
    parser.add_argument("--port-offset", type=int, default=5000)
    chosen = vars(parser.parse_args())
    state = Path(tempfile.mkdtemp(prefix="traceo-logsearch-"))
    stack = Stack(settings=load({**chosen, "state": state}, {}))
    try:
        stack.up(["victorialogs"])
        url = stack.addresses.victorialogs_url
        lines, query = sample(), Query(url)
        filled = fill(url, copies(lines, chosen["lines"]))
        until_visible(query, chosen["lines"])
        searches = search(query, questions(lines, chosen["lines"], chosen["searches"]))
        memory = next(row.memory_bytes for row in stack.status() if row.component == "victorialogs")
        disk = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
    finally:
        stack.down()
        shutil.rmtree(state, ignore_errors=True)
    figures = {"filled": filled, "searches": searches, "memory_bytes": memory, "disk_bytes": disk}
    show(figures)
    if chosen["json"]:
        chosen["json"].parent.mkdir(parents=True, exist_ok=True)
        chosen["json"].write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    slow = [kind for kind, one in searches.items() if one["p95_ms"] >= BOUND_SECONDS * 1000]
    if slow:
        raise SystemExit(f"a second or more: {', '.join(slow)}")


if __name__ == "__main__":
    main()
