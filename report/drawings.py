"""Intervals and tables of heat: drawn without style attributes, which the page's policy forbids."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from report.markup import Safe, text

_HEATS: Final = 5  # shades


def interval(share: float, bounds: tuple[float, float], least: float, floor: float) -> Safe:
    """A share with its interval, on an axis from ``floor`` to 1; a mark at what is to be reached."""

    def x(value: float) -> float:
        return 100 * max(0.0, min(1.0, (value - floor) / (1 - floor)))

    low, high = x(bounds[0]), x(bounds[1])
    kind = "good" if share >= least else "near" if bounds[1] >= least else "below"
    return Safe(
        f'<svg class="interval {kind}" aria-hidden="true">'
        '<rect class="rail" y="6" width="100%" height="4"/>'
        f'<rect class="span-of" x="{low:.1f}%" y="5" width="{max(0.8, high - low):.1f}%" height="6"/>'
        f'<line class="least" x1="{x(least):.1f}%" x2="{x(least):.1f}%" y1="1" y2="15"/>'
        f'<circle class="share-of" cx="{min(99.0, max(1.0, x(share))):.1f}%" cy="8" r="3.6"/></svg>'
    )


def floor_of(lows: Sequence[float]) -> float:
    """Where an axis begins on which all of ``lows`` and at least the upper tenth are seen."""
    lowest = min(lows, default=0.9)
    return max(0.0, min(0.9, math.floor(lowest * 10) / 10))


def heat_table(what: str, rows: Mapping[str, Mapping[str, int]], columns: Sequence[tuple[str, str]]) -> Safe:
    """Counts by row and column, the darker the more, in powers; ``columns``: (key, title)."""
    most = max((count for counts in rows.values() for count in counts.values()), default=1)
    head = "".join(f'<th scope="col" class="number">{text(title)}</th>' for _, title in columns)
    body = "".join(
        f'<tr><th scope="row">{text(name)}</th>'
        + "".join(_cell(counts.get(key, 0), most) for key, _ in columns)
        + "</tr>"
        for name, counts in rows.items()
    )
    return Safe(
        f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr><th scope="col">{text(what)}</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(count: int, most: int) -> str:
    if not count:
        return '<td class="number none">–</td>'
    share = math.log1p(count) / math.log1p(most)
    return f'<td class="number heat-{max(1, math.ceil(share * _HEATS))}">{count:,}</td>'
