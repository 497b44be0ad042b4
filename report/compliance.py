"""A result of the logs job → what an auditor asks: what was found, what became of it, what would be missed.

Nothing of a value is in what this reads: findings name kinds and fields alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from connectors.errors import InputError, OutputError
from connectors.results import parquet_batches
from report.markup import Row, Safe, bar, notes, section, table, text
from schemas.logs import LogsOutput
from schemas.names import SUMMARY_FILE
from security.detectors import ALL, Category, Kind

COMPLIANCE_PAGE: Final = "compliance.html"
COMPLIANCE_FILE: Final = "compliance.json"
_MOST: Final = 200  # fields and sources that are named; the rest is summed
_TEXTS: Final = {
    Category.PII: "personal data",
    Category.PCI: "payment cards",
    Category.PHI: "health",
    Category.SECRET: "secrets",
}


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How well a kind is found, on sets made to get past the detectors; intervals are of 95 %."""

    kind: str
    category: str
    cases: int
    precision: float | None
    precision_interval: tuple[float, float]
    recall: float
    recall_interval: tuple[float, float]


class Compliance(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says."""

    finished_at: str
    records: int
    records_with_findings: int
    dropped: int
    unread: int
    values: int
    redaction: dict[str, Any]
    by_kind: dict[str, int]
    by_category: dict[str, int]
    by_source: dict[str, int]
    by_field: dict[str, int]
    by_action: dict[str, int]
    by_tier: dict[str, int]
    kinds_looked_for: int
    measures: list[Measure]
    measured_with: dict[str, Any]


def compliance_of(folder: Path) -> Compliance:
    """The report of the result in ``folder``. Raises InputError."""
    try:
        summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{folder}: no result of the logs job: {error.strerror}") from error
    if summary.get("job") != "logs":
        raise InputError(f"{folder}: a result of the {summary.get('job')} job; name one of: traceo run logs")
    counted = _Counted()
    for batch in parquet_batches(folder, LogsOutput.FINDINGS):
        counted.add(batch)
    measures, measured_with = _measures()
    return Compliance(
        finished_at=summary["finished_at"],
        records=summary["records"],
        records_with_findings=counted.records,
        dropped=summary.get("dropped", 0),
        unread=summary["dead"],
        values=counted.by["kind"].total(),
        redaction=summary.get("redaction", {}),
        by_kind=dict(counted.by["kind"].most_common()),
        by_category=dict(counted.by["category"].most_common()),
        by_source=_bounded(counted.by["source"]),
        by_field=_bounded(counted.by["field"]),
        by_action=dict(counted.by["action"].most_common()),
        by_tier=dict(counted.by["tier"].most_common()),
        kinds_looked_for=len({kind.name for kind in ALL}),
        measures=measures,
        measured_with=measured_with,
    )


class _Counted:
    """Values by what they are, and how many records hold one."""

    def __init__(self) -> None:
        self.by: dict[str, Counter[str]] = {
            name: Counter() for name in ("kind", "category", "source", "field", "action", "tier")
        }
        self.records = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a FINDINGS batch; all findings of a record are in one."""
        for name, counter in self.by.items():
            for pair in batch.column(name).value_counts().to_pylist():
                counter[pair["values"] or "(unknown)"] += pair["counts"]
        places = zip(batch.column("offset").to_pylist(), batch.column("place").to_pylist(), strict=True)
        self.records += len(set(places))


def _bounded(counter: Counter[str]) -> dict[str, int]:
    """The most frequent; the others as one sum."""
    kept = dict(counter.most_common(_MOST))
    rest = counter.total() - sum(kept.values())
    return {**kept, f"({len(counter) - _MOST} others)": rest} if rest else kept


def _measures() -> tuple[list[Measure], dict[str, Any]]:
    """What ``traceo measure redaction`` found when the kinds were last measured."""
    file = resources.files("security").joinpath("evaluation", "figures.json")
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], {}
    found = [
        Measure(
            kind=one["kind"],
            category=one["category"],
            cases=one["cases"],
            precision=one["precision"]["share"],
            precision_interval=(one["precision"]["low"], one["precision"]["high"]),
            recall=one["recall"]["share"] or 0.0,
            recall_interval=(one["recall"]["low"], one["recall"]["high"]),
        )
        for one in document["kinds"]
    ]
    return found, {name: value for name, value in document.items() if name != "kinds"}


def write_compliance(output: str | Path) -> tuple[Path, Path]:
    """Write page and JSON into the result in ``output``; their paths."""
    folder = Path(output)
    found = compliance_of(folder)
    made = []
    for name, data in (
        (COMPLIANCE_FILE, msgspec.json.format(msgspec.json.encode(found))),
        (COMPLIANCE_PAGE, render(found).encode("utf-8", "replace")),
    ):
        partial = folder / f"{name}.partial"
        try:
            partial.write_bytes(data)
            made.append(partial.replace(folder / name))
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise OutputError(f"{partial}: {error.strerror}") from error
    return made[0], made[1]


def render(found: Compliance) -> str:
    """The page."""
    style = resources.files("report").joinpath("static", "report.css").read_text(encoding="utf-8")
    sections = (
        _head(found),
        _counts("kinds", "By kind", found.by_kind, "kind", _titles()),
        _counts("sources", "By source", found.by_source, "service"),
        _counts("fields", "By field", found.by_field, "field"),
        _policy(found),
        _measured(found),
        _unmeasured(found),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Traceo Dataflow: compliance</title><style>{style}</style></head>"
        f'<body><main id="main">{"".join(sections)}</main></body></html>\n'
    )


def _head(found: Compliance) -> str:
    share = found.records_with_findings / found.records if found.records else 0.0
    categories = "".join(
        f"<li><b>{count:,}</b> {text(_TEXTS.get(Category(name), name))}</li>"
        for name, count in found.by_category.items()
    )
    unread = ""
    if found.unread:
        unread = (
            f'<p class="note">{found.unread:,} records could not be parsed. What cannot be read cannot be'
            " looked at, so nothing of them was kept but size and SHA-256.</p>"
        )
    return (
        f"<header><h1>{found.values:,} values hidden in {found.records_with_findings:,} of {found.records:,}"
        f" records ({share:.2%})</h1>"
        f'<ul class="facts">{categories}</ul>{unread}'
        f"<p>Job logs, finished {text(found.finished_at)}. This report holds names of kinds, sources and"
        " fields, and nothing of the values.</p></header>"
    )


def _titles() -> dict[str, str]:
    return {kind.name: kind.title for kind in reversed(ALL)}


def _counts(
    name: str, title: str, counts: Mapping[str, int], what: str, titles: Mapping[str, str] | None = None
) -> str:
    if not counts:
        return section(name, title, "<p>Nothing was found.</p>")
    most = max(counts.values())
    rows: list[Row] = []
    for key, count in counts.items():
        row: list[object] = [key] if titles is None else [key, titles.get(key, "")]
        rows.append([*row, count, Safe(bar(count / most))])
    head = [what] if titles is None else [what, "what it is"]
    return section(name, title, table([*head, "values", ""], rows))


def _policy(found: Compliance) -> str:
    rows: list[Row] = [(action, count) for action, count in found.by_action.items()]
    settings: list[Row] = [(name, text(value)) for name, value in found.redaction.items()]
    settings.append(("kinds looked for", f"{found.kinds_looked_for:,}"))
    settings.append(("lines dropped", f"{found.dropped:,}"))
    settings += [(f"decided by: {tier}", f"{count:,}") for tier, count in found.by_tier.items()]
    body = table(("what was done", "values"), rows) if rows else "<p>Nothing had to be done.</p>"
    return section("policy", "What the policy did", body + table(("setting", "value"), settings))


def _measured(found: Compliance) -> str:
    title = "What would have been found, and what missed"
    if not found.measures:
        return section("measured", title, notes(["No measures are shipped with this version."]))
    rows: list[Row] = [
        (
            one.kind,
            one.cases,
            _percent(one.recall, one.recall_interval),
            Safe(bar(one.recall, "good")),
            _percent(one.precision, one.precision_interval),
        )
        for one in sorted(found.measures, key=lambda one: one.recall)
    ]
    lead = (
        "Of cases made to get past the detectors, in many locales and log shapes: how many were hidden whole"
        " (recall), and how many finds were true (precision), with 95 % intervals (Wilson). The weakest"
        " first. Renew with <code>traceo measure redaction --seed 7</code>."
    )
    return section("measured", title, table(("kind", "cases", "recall", "", "precision"), rows), lead)


def _percent(share: float | None, interval: tuple[float, float]) -> str:
    return "–" if share is None else f"{share:.1%} ({interval[0]:.1%} to {interval[1]:.1%})"


def _unmeasured(found: Compliance) -> str:
    measured = {one.kind for one in found.measures}
    rest = sorted({kind.name for kind in _looked_for() if kind.name not in measured})
    if not rest:
        return ""
    return section(
        "unmeasured",
        "Looked for, and proven by examples alone",
        f"<p>{text(', '.join(rest))}</p>",
        f"{len(rest):,} kinds; each has examples in which it must, and must not, be found.",
    )


def _looked_for() -> Iterable[Kind]:
    return ALL
