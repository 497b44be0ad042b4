"""The summary of the logs job, and its folder → what a person sees of it in the terminal."""

from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from report.cleantext import clean
from report.logsdata import Glance, glance
from report.markup import plural
from schemas.logs import Severity
from schemas.templates import Novelty

_KINDS: Final = 8
_NOVELTIES: Final = 5


def show_logs(out: Console, summary: dict[str, Any], output: str) -> None:
    """What became of every record, what was found, and where to look next."""
    out.print(f"{summary['records']:,} log records: what became of them", style="italic")
    out.print(_records(summary))
    if masked := summary["masked_values_by_kind"]:
        out.print(_masked(masked))
    seen = glance(Path(output))
    _show_novelties(out, seen)
    security = seen.security
    graves = ", ".join(f"{n:,} {name.lower()}" for name, n in security.by_severity.items())
    out.print(
        f"security findings: {security.findings:,}" + (f" ({graves})" if graves else "")
        + f"; incidents: {security.incidents:,}, {security.incidents_open:,} open",
        style="yellow" if security.findings else None,
    )  # fmt: skip
    if summary["store"]:
        out.print(f"{summary['stored']:,} records are in the store {summary['store']}", soft_wrap=True)
    balanced = summary["reconciliation"]["balanced"]
    out.print(
        f"from {summary['lines']:,} lines and messages in {summary['seconds']:.1f} s"
        f" ({summary['records_per_second'] or 0:,} records/s);"
        + (" every record is accounted for" if balanced else " records are unaccounted for"),
        soft_wrap=True,
    )
    out.print(f"next: open {output}/report.html, or read {output}/logs", style="bold", soft_wrap=True)


def _records(summary: dict[str, Any]) -> Table:
    table = _table("class", "records")
    table.add_row("written", f"{summary['logs']:,}")
    for reason, records in summary["dead_by_reason"].items():
        table.add_row(f"refused: {reason}", f"{records:,}")
    if summary["dropped"]:
        table.add_row("dropped by the policy", f"{summary['dropped']:,}")
    return table


def _masked(masked: dict[str, int]) -> Table:
    """The kinds of which most was found, and the sum of the others."""
    ordered = sorted(masked.items(), key=lambda item: (-item[1], item[0]))
    table = _table("values masked", "values")
    for kind, values in ordered[:_KINDS]:
        table.add_row(kind, f"{values:,}")
    if rest := ordered[_KINDS:]:
        table.add_row(plural(len(rest), "other kind"), f"{sum(values for _, values in rest):,}")
    if len(ordered) > 1:
        table.add_section()
        table.add_row("together", f"{sum(masked.values()):,}")
    return table


def _table(first: str, second: str) -> Table:
    table = Table()
    table.add_column(first)
    table.add_column(second, justify="right")
    return table


def _show_novelties(out: Console, seen: Glance) -> None:
    """The gravest, a line each, as wide as the terminal."""
    counts = seen.novelties_by_kind
    if not seen.novelties:
        out.print(seen.judged.none_is_new())
        return
    new, bursts = counts.get(Novelty.NEW, 0), counts.get(Novelty.BURST, 0)
    out.print(
        f"errors and warnings: {plural(new, 'new template')}, {plural(bursts, 'burst')}", style="yellow"
    )
    for one in seen.novelties[:_NOVELTIES]:
        grade = max((s for s in Severity if s <= one.severity), default=Severity.UNSPECIFIED).name.lower()
        text = clean(seen.texts.get(one.template, one.template), 300)
        out.print(
            f"  {one.kind:5} {grade:5} {clean(one.service, 24):12} {one.records:,} in"
            f" {one.window_seconds:,.0f} s: {text}",
            no_wrap=True,
            overflow="ellipsis",
        )
    if (more := sum(counts.values()) - len(seen.novelties[:_NOVELTIES])) > 0:
        out.print(f"  and {more:,} more")
