"""A result of the logs job → what an auditor asks: what was found, what became of it, what would be missed.

Nothing of a value is in what this gives: findings name kinds, sources and fields, and names are masked again.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import fastavro
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import InputError
from report.cleantext import clean
from report.securityfindings import Security, read_security
from schemas.findings import FINDINGS
from schemas.logs import LogRefusal, LogsOutput
from schemas.names import SUMMARY_FILE
from security.detectors import ALL, BASIC, Kind
from security.evaluation import figures
from security.evaluation.case import Aim

#: Columns of records in which values are looked for; ids of traces and spans are hexadecimal digits.
COLUMNS: Final = (
    "body", "attributes", "resource", "scope", "service", "pod", "severity_text", "event_name",
)  # fmt: skip
_COUNTED: Final = ("kind", "category", "source", "field", "action", "tier")
_MOST: Final = 200  # fields and sources that are named; the rest is summed
_REMEMBERED: Final = 20_000  # names that are counted apart
_ROWS: Final = 65_536  # far more than the findings of one batch of records
UNKNOWN: Final = "(unknown)"


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How well a kind is found, on sets made to get past the detectors; intervals are of 95 %.

    ``aim``: what kind of kind it is; ``least``: what recall and precision are to reach.
    """

    kind: str
    category: str
    aim: str
    least: float
    cases: int
    precision: float | None
    precision_interval: tuple[float, float]
    recall: float
    recall_interval: tuple[float, float]


class Compliance(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says. ``measured_with.changed``: the detectors are not those that were measured."""

    finished_at: str
    records: int
    records_with_findings: int
    written: int
    dropped: int
    unread: int
    unread_by_reason: dict[str, int]
    values: int
    redaction: dict[str, Any]
    by_kind: dict[str, int]
    by_category: dict[str, int]
    by_source: dict[str, int]
    by_source_and_category: dict[str, dict[str, int]]
    by_field: dict[str, int]
    by_action: dict[str, int]
    by_tier: dict[str, int]
    columns: tuple[str, ...]
    kinds_looked_for: int
    kinds_looked_for_by_category: dict[str, int]
    measures: list[Measure]
    measured_with: dict[str, Any]
    not_measured: list[str]
    security: Security


def compliance_of(folder: Path) -> Compliance:
    """The report of the result in ``folder``. Raises InputError."""
    summary = logs_summary(folder)
    counted = _Counted()
    for batch in _findings(folder):
        counted.add(batch)
    redaction = summary.get("redaction", {})
    kinds = BASIC if redaction.get("kinds") == "basic" else ALL
    looked_for = {kind.name: str(kind.category) for kind in reversed(kinds)}
    measures, measured_with = _measures(kinds)
    sources = _named(counted.by["source"])
    dead = summary.get("dead_by_reason", {})  # a store's refusals too, of records that were read
    unread = {reason: dead[reason] for reason in dead if reason in list(LogRefusal)}
    return Compliance(
        finished_at=summary["finished_at"],
        records=summary["records"],
        records_with_findings=counted.records,
        written=summary["logs"],
        dropped=summary.get("dropped", 0),
        unread=sum(unread.values()),
        unread_by_reason=unread,
        values=counted.by["kind"].total(),
        redaction=redaction,
        by_kind=dict(counted.by["kind"].most_common()),
        by_category=dict(counted.by["category"].most_common()),
        by_source=sources,
        by_source_and_category=counted.heat(sources),
        by_field=_named(counted.by["field"]),
        by_action=dict(counted.by["action"].most_common()),
        by_tier=dict(counted.by["tier"].most_common()),
        columns=COLUMNS,
        kinds_looked_for=len(looked_for),
        kinds_looked_for_by_category=dict(Counter(looked_for.values()).most_common()),
        measures=measures,
        measured_with=measured_with,
        not_measured=sorted(looked_for.keys() - {one.kind for one in measures}),
        security=read_security(folder),
    )


def logs_summary(folder: Path) -> dict[str, Any]:
    """The summary of the result of the logs job in ``folder``. Raises InputError."""
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{folder}: no result of the logs job: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{folder / SUMMARY_FILE}: no summary: {error}; run the job again") from error
    if summary.get("job") != "logs":
        raise InputError(f"{folder}: a result of the {summary.get('job')} job; name one of: traceo run logs")
    return summary


class _Counted:
    """Values by what they are, and how many records hold one. Memory does not grow with the findings."""

    def __init__(self) -> None:
        self.by: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
        self._pairs: Counter[tuple[str, str]] = Counter()
        self.records = 0
        self._before: set[tuple[object, ...]] = set()

    def add(self, batch: pa.RecordBatch) -> None:
        """Count rows of FINDINGS; those of one record are in one batch, or in two that follow each other."""
        columns = {name: batch.column(name).cast(pa.string()).fill_null(UNKNOWN) for name in _COUNTED}
        table = pa.table(columns)
        for name in _COUNTED:
            for value, count in _counts(table, name):
                _add(self.by[name], value or UNKNOWN, count)
        for source, category, count in _counts(table, "source", "category"):
            if (source or UNKNOWN) in self.by["source"]:
                self._pairs[source or UNKNOWN, category] += count
        places = (batch.column(name).to_pylist() for name in ("topic", "partition", "offset", "place"))
        found = set(zip(*places, strict=True))
        self.records += len(found - self._before)
        self._before = found

    def heat(self, sources: dict[str, int]) -> dict[str, dict[str, int]]:
        """Values by source, of those that are named, and category."""
        found: dict[str, Counter[str]] = {source: Counter() for source in sources if source != _REST}
        for (source, category), count in self._pairs.items():
            shown = clean(source)
            if shown in found:
                found[shown][category] += count
        return {source: dict(counts) for source, counts in found.items() if counts}


def _counts(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """How many rows have the same values in the columns ``names``: (values…, rows)."""
    counted = table.group_by(list(names), use_threads=False).aggregate([([], "count_all")])
    return zip(*(counted[name].to_pylist() for name in (*names, "count_all")), strict=True)


def _add(counter: Counter[str], value: str, count: int) -> None:
    known = value in counter or len(counter) < _REMEMBERED
    counter[value if known else _REST] += count


_REST: Final = "(others)"


def _named(counter: Counter[str]) -> dict[str, int]:
    """The most frequent names, masked; the others as one sum."""
    named = Counter({name: n for name, n in counter.items() if name != _REST})
    kept: Counter[str] = Counter()
    for name, count in named.most_common(_MOST):
        kept[clean(name)] += count
    rest = counter.total() - kept.total()
    return {**dict(kept.most_common()), **({_REST: rest} if rest else {})}


def _findings(folder: Path) -> Iterator[pa.RecordBatch]:
    """The findings of a result, in whichever format it is."""
    for file in sorted((folder / LogsOutput.FINDINGS).glob("*.parquet")):
        with pq.ParquetFile(file) as parquet:
            yield from parquet.iter_batches(_ROWS)
    schema = FINDINGS.append(pa.field("topic", pa.string())).append(pa.field("partition", pa.int32()))
    for file in sorted((folder / LogsOutput.FINDINGS).glob("*.avro")):
        with file.open("rb") as stream:
            rows = fastavro.reader(stream)
            while some := list(itertools.islice(rows, _ROWS)):
                yield pa.RecordBatch.from_pylist(some, schema=schema)


def _measures(kinds: tuple[Kind, ...]) -> tuple[list[Measure], dict[str, Any]]:
    """What was found when the kinds were last measured, of those that were looked for; the weakest first."""
    try:
        document = figures.stored()
    except FileNotFoundError:
        return [], {}
    names = {kind.name for kind in kinds}
    found = [
        Measure(
            kind=one["kind"],
            category=one["category"],
            aim=one["aim"],
            least=figures.AIMS[Aim(one["aim"])],
            cases=one["cases"],
            precision=one["precision"]["share"],
            precision_interval=(one["precision"]["low"], one["precision"]["high"]),
            recall=one["recall"]["share"] or 0.0,
            recall_interval=(one["recall"]["low"], one["recall"]["high"]),
        )
        for one in document["kinds"]
        if one["kind"] in names
    ]
    now = figures.digest(ALL)
    said = {name: value for name, value in document.items() if name != "kinds"}
    changed = document.get("detectors") != now
    return sorted(found, key=_weakest), said | {"detectors_now": now, "changed": changed}


def _weakest(measure: Measure) -> tuple[float, str]:
    shares = [share for share in (measure.recall, measure.precision) if share is not None]
    return min(shares), measure.kind
