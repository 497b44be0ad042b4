"""Invalidations: over time, by scope and cause, the widest and the busiest."""

from collections import Counter
from typing import Any, Final

from report.charts import Line, chart
from report.data import moment
from report.data_invalidations import Invalidations
from report.markup import Row, bar, plural, section, table, text
from report.payload import shortened

_BARS: Final = 240


def invalidations(found: Invalidations) -> str:
    """The part of the page on cached answers that went stale."""
    title = "Invalidations"
    if not found.total:
        return section("invalidations", title, "<p>Nothing made a cached answer stale.</p>")
    most = max(found.by_kind.values())
    kinds = "".join(
        f'<li><span class="name">{text(shortened(scope))}, {text(shortened(cause))}</span>{bar(n / most)}'
        f'<span class="number">{n:,}</span></li>'
        for (scope, cause), n in sorted(found.by_kind.items(), key=lambda i: (-i[1], i[0]))[:20]
    )
    busiest = max(found.windows.values())
    results = ", ".join(f"{result} {n:,}" for result, n in sorted(found.results.items()))
    lead = (
        f"{plural(found.total, 'invalidation')} of {found.changes:,} changes in"
        f" {plural(len(found.windows), 'window')} of {found.window_seconds:g} s; the busiest window has"
        f" {busiest:,}. A storm is one that stands for many narrower ones, so that no window has more than"
        f" its limit. {text('In the ledger of the cache: ' + results + '.') if results else ''}"
    )
    body = (
        _chart(found)
        + f'<h3>By scope and cause</h3><ul class="bars">{kinds}</ul><div class="columns">'
        + f"<div><h3>The widest</h3>{_table(found.widest, 'stands_for', 'stands for')}</div>"
        + f"<div><h3>Of the most changes</h3>{_table(found.busiest, 'changes', 'changes')}</div></div>"
    )
    return section("invalidations", title, body, lead)


def _chart(found: Invalidations) -> str:
    starts = [(at, n) for iso, n in found.windows.items() if (at := moment(iso)) is not None]
    if not starts:
        return ""
    first, last = starts[0][0], starts[-1][0] + found.window_seconds
    wide = max(found.window_seconds, (last - first) / _BARS)
    counts: Counter[int] = Counter()
    for at, n in starts:
        counts[int((at - first) // wide)] += n
    bars = [(first + slot * wide, float(n)) for slot, n in sorted(counts.items())]
    title = f"Invalidations in every {wide:,.3g} s, by commit time"
    return chart(title, "invalidations", [Line("invalidations", "l0", bars, wide)], [], (first, last))


def _table(rows: list[dict[str, Any]], key: str, name: str) -> str:
    cells: list[Row] = [
        (shortened(row["key"], 80), f"{row['scope']}, {row['cause']}", row["window_start"][11:19], row[key])
        for row in rows
    ]
    return table(("key", "scope, cause", "at (UTC)", name), cells)
