"""Log records of a result → the few lines that a report shows: examples, first errors, lines of a trace.

Bodies are read of those rows alone that are shown; a result of a million lines takes a second.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.logs import LogsOutput, Severity

_PLACE: Final = ["topic", "partition", "offset", "place"]
_SHOWN: Final = [*_PLACE, "timestamp_ns", "severity", "service", "pod", "trace_id", "template", "body"]
_PAIRS: Final = 1_000  # first errors that are remembered
TRACES: Final = 30
LINES: Final = 40  # of a trace


class LogLine(NamedTuple):
    """A record as it was written, redacted."""

    record: str
    at_ns: int | None
    severity: int
    service: str
    trace_id: str | None
    body: str


class Lines(NamedTuple):
    """``examples``: by place; ``errors``: the first of each service and template; ``traces``: by time."""

    examples: dict[str, LogLine]
    errors: dict[tuple[str, str], LogLine]
    traces: dict[str, list[LogLine]]


def read_lines(folder: Path, *, records: Sequence[str], traces: Sequence[str]) -> Lines:
    """Lines at the places ``records`` (topic/partition/offset/place), of ``traces``, and first errors."""
    wanted = set(records)
    offsets = pa.array(sorted({int(record.split("/")[-2]) for record in wanted}), pa.int64())
    examples: dict[str, LogLine] = {}
    errors: dict[tuple[str, str], LogLine] = {}
    for file, group in _groups(folder):
        light = file.read_row_group(group, columns=[*_PLACE, "severity", "service", "template"])
        rows = {row for row in _at(pc.is_in(light["offset"], offsets)) if _record(light, row) in wanted}
        first = _first_errors(light, errors) if len(errors) < _PAIRS else []
        for row, line, key in _read(file, group, sorted({*rows, *first})):
            if row in rows:
                examples[line.record] = line
            if row in first:
                errors.setdefault(key, line)
    chosen = [*traces, *(line.trace_id for line in errors.values() if line.trace_id)]
    return Lines(examples, errors, _traces(folder, list(dict.fromkeys(chosen))[:TRACES]))


def _traces(folder: Path, chosen: list[str]) -> dict[str, list[LogLine]]:
    """Lines of each, those of its begin if they are many."""
    found: dict[str, list[LogLine]] = {trace_id: [] for trace_id in chosen}
    ids = pa.array(chosen, pa.string())
    for file, group in _groups(folder) if chosen else ():
        column = file.read_row_group(group, columns=["trace_id"])["trace_id"].cast(pa.string())
        for _, line, _ in _read(file, group, _at(pc.is_in(column, ids))):
            if line.trace_id in found and len(found[line.trace_id]) < 10 * LINES:
                found[line.trace_id].append(line)
    return {
        trace_id: sorted(lines, key=lambda line: line.at_ns or 0)[:LINES]
        for trace_id, lines in found.items()
        if lines
    }


def _groups(folder: Path) -> Iterator[tuple[pq.ParquetFile, int]]:
    for path in sorted((folder / LogsOutput.LOGS).glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            yield from ((file, group) for group in range(file.num_row_groups))


def _at(mask: pa.ChunkedArray) -> list[int]:
    """Where a mask is true."""
    rows: list[int] = pc.indices_nonzero(mask.combine_chunks()).to_pylist()
    return rows


def _record(table: pa.Table, row: int) -> str:
    return "/".join(str(table[name][row].as_py()) for name in _PLACE)


def _first_errors(light: pa.Table, known: dict[tuple[str, str], LogLine]) -> list[int]:
    """Rows of the first error of each service and template that none is known of."""
    rows = pa.table(
        {
            "service": light["service"].cast(pa.string()),
            "template": light["template"].cast(pa.string()),
            "row": pa.array(range(len(light)), pa.int64()),
        }
    ).filter(pc.greater_equal(light["severity"], int(Severity.ERROR)))
    if not len(rows):
        return []
    first = rows.group_by(["service", "template"]).aggregate([("row", "min")]).to_pylist()
    fresh = [one["row_min"] for one in first if (one["service"] or "", one["template"] or "") not in known]
    return sorted(fresh)[: _PAIRS - len(known)]


def _read(
    file: pq.ParquetFile, group: int, rows: list[int]
) -> Iterator[tuple[int, LogLine, tuple[str, str]]]:
    """The rows whole, if there is any: (row, line, (service, template))."""
    if not rows:
        return
    table = file.read_row_group(group, columns=_SHOWN).take(pa.array(rows, pa.int64()))
    for row, one in zip(rows, table.to_pylist(), strict=True):
        yield row, _line(one), (one["service"] or "", one["template"] or "")


def _line(row: dict[str, Any]) -> LogLine:
    return LogLine(
        record="/".join(str(row[name]) for name in _PLACE),
        at_ns=row["timestamp_ns"],
        severity=row["severity"] or 0,
        service=row["service"] or "",
        trace_id=row["trace_id"],
        body=row["body"] or "",
    )
