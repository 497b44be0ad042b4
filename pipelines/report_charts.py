"""Pictures of the report as inline SVG: the flow of the records, and lines over time."""

import html
from datetime import UTC, datetime
from typing import Any, Final

_WIDTH: Final = 960
_LEFT: Final = 64
#: The steps with what leaves the path at each: (step, (name, key in the summary) …).
_FLOW: Final = (
    ("decode", (("tombstones", "tombstones"), ("undecodable", "undecodable"))),
    ("drop replays", (("replays", "replays"),)),
    ("redact", ()),
    ("split changes", (("updates", "updates"), ("deletes", "deletes"), ("truncates", "truncates"))),
    ("validate", (("invalid", "invalid"), ("unknown series", "unknown_series"))),
    ("drop duplicates", (("duplicates", "application_duplicates"), ("conflicts", "conflicts"))),
)
_BAND: Final = 84  # height of the band for all records
_THINNEST: Final = 3  # so that a handful of records can be seen


def flow(summary: dict[str, Any]) -> str:
    """The path from left to right; the band is as high as its share of the records, exits go down."""
    total = max(1, summary["records"])
    step_width = (_WIDTH - 150) / len(_FLOW)
    shapes, left = [_label(0, 60, f"{summary['records']:,}", "in")], summary["records"]
    x = 70.0
    for name, exits in _FLOW:
        height = _BAND * left / total
        shapes.append(
            f'<rect class="band" x="{x:.0f}" y="20" width="{step_width - 4:.0f}" height="{height:.1f}"/>'
        )
        shapes.append(f'<text class="step" x="{x + 6:.0f}" y="38">{name}</text>')
        y = 140.0
        for label, key in exits:
            records = summary[key]
            if records:
                shapes.append(_exit(x, y, 20 + height, records, total, label))
                left -= records
                y += 38
        x += step_width
    height = _BAND * left / total
    shapes.append(f'<rect class="clean" x="{x:.0f}" y="20" width="6" height="{max(height, _THINNEST):.1f}"/>')
    shapes.append(_label(x + 12, 60, f"{summary['valid_events']:,}", "clean"))
    description = f"{summary['records']:,} records in, {summary['valid_events']:,} clean events out"
    return _svg("The flow of the records", description, 225, "".join(shapes)) + (
        "<p>Bands are as high as their share of the records; thin exits are drawn wider.</p>"
    )


def _exit(x: float, y: float, top: float, records: int, total: int, label: str) -> str:
    width = max(_THINNEST, _BAND * records / total)
    return (
        f'<path class="exit" stroke-width="{width:.1f}" d="M{x + 4:.0f} {top:.0f} V{y:.0f} h10"/>'
        + _label(x + 20, y - 2, f"{records:,}", label)
    )


def _label(x: float, y: float, number: str, name: str) -> str:
    return (
        f'<text class="count" x="{x:.0f}" y="{y:.0f}">{number}</text>'
        f'<text class="name" x="{x:.0f}" y="{y + 14:.0f}">{name}</text>'
    )


def lines(
    title: str,
    unit: str,
    points: list[dict[str, float]],
    keys: tuple[str, ...],
    spans: list[tuple[float, float]],
) -> str:
    """A line a key over time; ``points`` have ``at`` in epoch seconds; ``spans`` are shaded."""
    if not points:
        return ""
    first, last = points[0]["at"], max(points[-1]["at"], points[0]["at"] + 1)
    highest = max(max(point[key] for key in keys) for point in points) or 1
    top, bottom = 24, 200

    def x(at: float) -> float:
        return _LEFT + (min(max(at, first), last) - first) / (last - first) * (_WIDTH - _LEFT - 16)

    def y(value: float) -> float:
        return bottom - value / highest * (bottom - top)

    shapes = [
        f'<rect class="gap" x="{x(start):.1f}" y="{top}" height="{bottom - top}"'
        f' width="{max(2.0, x(end) - x(start)):.1f}"><title>gap</title></rect>'
        for start, end in spans
    ]
    for value in (0, highest / 2, highest):
        level = f"{y(value):.1f}"
        shapes.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{level}" y2="{level}"/>')
        shapes.append(f'<text class="tick" x="{_LEFT - 6}" y="{y(value) + 4:.1f}">{value:,.0f}</text>')
    for number, key in enumerate(keys):
        path = " ".join(f"{x(point['at']):.1f},{y(point[key]):.1f}" for point in points)
        shapes.append(f'<polyline class="line line{number}" points="{path}"/>')
        place = f'x="{_LEFT + 8 + 110 * number}" y="16"'
        shapes.append(f'<text class="key{number}" {place}>{key.replace("_", " ")}</text>')
    for at, anchor in ((first, "start"), ((first + last) / 2, "middle"), (last, "end")):
        when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        shapes.append(f'<text class="time" x="{x(at):.1f}" y="220" text-anchor="{anchor}">{when}</text>')
    description = f"{len(points)} points, at most {highest:,.0f} {unit}; times are UTC"
    return f"<h3>{html.escape(title)}</h3>" + _svg(title, description, 230, "".join(shapes))


def _svg(title: str, description: str, height: int, body: str) -> str:
    name = html.escape(title)
    return (
        f'<div class="scroll"><svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{name}">'
        f"<title>{name}</title><desc>{html.escape(description)}</desc>{body}</svg></div>"
    )
