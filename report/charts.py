"""Charts over time as SVG that is stretched to the page, and labels that are not."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from report.markup import Safe, text

_WIDTH: Final = 1000
_HEIGHT: Final = 160
_LABELS: Final = 9  # times below a chart, at most
_EDGE: Final = 0.03
_STEPS: Final = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    21_600,
    43_200,
    86_400,
    604_800,
)


class Line(NamedTuple):
    """A line, or bars, over time: (epoch seconds, value)."""

    name: str
    kind: str  # class in the style sheet
    points: Sequence[tuple[float, float]]
    width: float = 0.0  # seconds of a bar; 0: a line


class Strip(NamedTuple):
    """A stretch of time, or a moment, that is marked."""

    start: float
    end: float
    kind: str
    name: str


def chart(
    title: str, unit: str, lines: Sequence[Line], strips: Sequence[Strip], span: tuple[float, float]
) -> str:
    """A chart of ``lines`` in the time ``span``; "" if there is nothing to draw."""
    values = [value for line in lines for _, value in line.points]
    if not values:
        return ""
    highest = _round_up(max(values))
    first, last = span[0], max(span[1], span[0] + 1)

    def x(at: float) -> float:
        return (min(max(at, first), last) - first) / (last - first) * _WIDTH

    def y(value: float) -> float:
        return _HEIGHT - value / highest * _HEIGHT

    shapes = [
        f'<line class="grid" x1="0" x2="{_WIDTH}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        for v in (0, highest / 2, highest)
    ]
    marked = [
        f'<rect class="{strip.kind}" x="{x(strip.start):.1f}" y="0" height="{_HEIGHT}"'
        f' width="{max(1.5, x(strip.end) - x(strip.start)):.1f}"><title>{text(strip.name)}</title></rect>'
        for strip in strips
        if strip.end >= first and strip.start <= last
    ]
    shapes += marked if not lines[0].width else []
    for line in lines:
        if line.width:
            wide = max(1.0, line.width / (last - first) * _WIDTH * 0.8)
            shapes += [
                f'<rect class="{line.kind}" x="{x(at):.1f}" y="{y(value):.1f}" width="{wide:.1f}"'
                f' height="{_HEIGHT - y(value):.1f}"/>'
                for at, value in line.points
                if value
            ]
        else:
            path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in line.points)
            shapes.append(f'<polyline class="line {line.kind}" points="{path}"/>')
    shapes += marked if lines[0].width else []  # over bars, behind lines
    keys = "".join(f'<span class="key {line.kind}">{text(line.name)}</span>' for line in lines)
    keys += "".join(
        f'<span class="key {kind}">{name}</span>'
        for kind, name in (("gap", "gap"), ("fault", "known fault"))
        if any(strip.kind == kind for strip in strips)
    )
    words = f"{title}: at most {max(values):,.0f} {unit}"
    data = {
        "span": (first, last),
        "lines": [[line.name, line.width, [(at, round(v, 2)) for at, v in line.points]] for line in lines],
    }
    return (
        f'<figure class="chart" data-values="{text(json.dumps(data, separators=(",", ":")))}"><figcaption>'
        f"{text(title)}<small>{_day(first)}</small>"
        f'<span class="keys">{keys}</span>'
        "<output></output></figcaption>"
        f'<div class="levels"><span>{_level(highest)}</span><span>{_level(highest / 2)}</span><span>0</span>'
        f'</div><div class="plot" tabindex="-1"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' preserveAspectRatio="none" role="img"'
        f' aria-label="{text(words)}">{"".join(shapes)}</svg></div>{_times(first, last)}'
        "</figure>"
    )


def _round_up(value: float) -> float:
    """The next number that is round in tens, so that the half of it is round as well."""
    size = 1.0
    while value > size * 10:
        size *= 10
    for factor in (1, 2, 3, 4, 5, 6, 8, 10):
        if value <= factor * size:
            return factor * size
    return size * 10


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d, UTC")


def _level(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _times(first: float, last: float) -> Safe:
    """Labels at round times; their places are shares of the width, which no text is stretched by."""
    step = next((s for s in _STEPS if (last - first) / s <= _LABELS), (last - first) / _LABELS)
    form = "%H:%M:%S" if step < 60 else "%H:%M" if last - first < 2 * 86_400 else "%m-%d %H:%M"  # noqa: PLR2004
    at = -(-first // step) * step
    words = []
    while at <= last:
        share = (at - first) / (last - first)
        anchor = "start" if share < _EDGE else "end" if share > 1 - _EDGE else "middle"
        stamp = datetime.fromtimestamp(at, UTC).strftime(form)
        words.append(f'<text x="{share:.2%}" y="13" text-anchor="{anchor}">{stamp}</text>')
        at += step
    return Safe(f'<svg class="times" aria-hidden="true">{"".join(words)}</svg>')
