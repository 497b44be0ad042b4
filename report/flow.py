"""The path of the records as a picture: what went on at each step, and what branched off.

Bands are as wide as their share of the records. Drawn twice, from left to right and, for a narrow page, from
top to bottom.
"""

from typing import Any, Final, NamedTuple

from report.flow_lanes import Box, Lane, lanes_of
from report.markup import text

#: The steps with what leaves the path at each: (step, (name, key in the summary) …).
STATIONS: Final = (
    ("decode", (("tombstones", "tombstones"), ("undecodable", "undecodable"))),
    ("replays", (("replays", "replays"),)),
    ("redact", ()),
    ("changes", (("updates", "updates"), ("deletes", "deletes"), ("truncates", "truncates"))),
    ("contract", (("invalid", "invalid"),)),
    ("references", (("unknown series", "unknown_series"),)),
    ("duplicates", (("duplicates", "application_duplicates"), ("conflicts", "conflicts"))),
    ("join", ()),
)
_THINNEST: Final = 2.0
_REFUSED: Final = {"undecodable", "invalid", "unknown_series"}


class Stop(NamedTuple):
    """A step with the records that reach it, and what leaves there: (name, records, whether refused)."""

    name: str
    records: int
    exits: list[tuple[str, int, bool]]


def flow(summary: dict[str, Any]) -> str:
    """Both pictures; the style sheet shows the one that fits."""
    stops, left = [], summary["records"]
    for name, exits in STATIONS:
        found = [(label, summary[key], key in _REFUSED) for label, key in exits if summary[key]]
        stops.append(Stop(name, left, found))
        left -= sum(records for _, records, _ in found)
    lanes = lanes_of(summary)
    return _wide(summary, stops, lanes) + _tall(summary, stops, lanes)


def _share(records: int, total: int, most: float) -> float:
    return max(_THINNEST, most * records / max(1, total)) if records else 0.0


def _wide(summary: dict[str, Any], stops: list[Stop], lanes: list[Lane]) -> str:
    total, most, top, step = summary["records"], 58.0, 78.0, 119.0
    low = top + most
    x = 104.0
    shapes = [
        _label(0, top + 25, f"{total:,}", "records in"),
        f'<path class="band" d="M78 {top}h{x - 78}v{_share(total, total, most):.1f}H78z"/>',
    ]
    for place, stop in enumerate(stops):
        after = stops[place + 1].records if place + 1 < len(stops) else summary["valid_events"]
        thick = _share(after, total, most)
        kind = "clean" if place + 1 == len(stops) else "band"
        shapes.append(f'<path class="{kind}" d="M{x + 8} {top}h{step - 8}v{thick:.1f}h{8 - step}z"/>')
        shapes.append(f'<text class="passed" x="{x + 8 + (step - 8) / 2}" y="{top + 34}">{after:,}</text>')
        shapes.append(
            f'<rect class="stop" x="{x}" y="{top - 8}" width="8" height="{most + 16}" rx="2"/>'
            f'<text class="step" x="{x - 2}" y="{top - 18}">{stop.name}</text>'
        )
        for number, (name, records, refused) in enumerate(stop.exits):
            y = low + 46 + 38 * number
            width = _share(records, total, most)
            kind = "exit refused" if refused else "exit"
            shapes.append(
                f'<path class="{kind}" stroke-width="{width:.1f}" d="M{x + 4 + width / 2:.1f} {low + 8}'
                f'V{y - 8}q0 8 8 8h7"/>' + _label(x + 22 + width, y - 1, f"{records:,}", name)
            )
        x += step
    shapes.append(_label(x + 6, top + 25, f"{summary['valid_events']:,}", "clean events", "good"))
    joined = 104 + step * (len(stops) - 1)
    shapes.append(_joined(summary, joined, top, low))
    shapes += [_lane_wide(lane, 104 + step * lane.after, low) for lane in lanes]
    return _svg("wide", 1180, 372, summary, "".join(shapes))


def _joined(summary: dict[str, Any], x: float, top: float, low: float) -> str:
    """The spans that join in, and what they explain."""
    spans = summary.get("records_by_topic", {}).get("spans", 0)
    if not spans:
        return ""
    return (
        f'<path class="joins" d="M{x + 4} 20V{top - 34}m-4 -5l4 5l4 -5"/>'
        f'<text class="name" x="{x + 14}" y="26"><tspan class="count">{spans:,}</tspan> spans</text>'
        f'<text class="name" x="{x + 12}" y="{low + 34}"><tspan class="count">'
        f"{summary.get('explained_events', 0):,}</tspan> events</text>"
        f'<text class="name" x="{x + 12}" y="{low + 50}">explained by a trace</text>'
    )


def _lane_wide(lane: Lane, x: float, low: float) -> str:
    """Boxes beside the path, under the step that they follow from."""
    y, width, gap = 292.0, 112.0, 24.0
    left = x - 224
    begin, top = (x + 104, low) if lane.passed else (x - 3, low + 8)
    shapes = [
        f'<path class="aside" d="M{begin} {top}V{y - 30}q0 8 -8 8H{left + width / 2 + 8}q-8 0 -8 8V{y - 3}'
        'm-4 -6l4 6l4 -6"/>'
    ]
    for place, box in enumerate(lane.boxes):
        at = left + place * (width + gap)
        shapes.append(_box(box, at, y, width))
        if place:
            shapes.append(f'<path class="aside" d="M{at - gap + 3} {y + 25}h{gap - 7}m-5 -4l5 4l-5 4"/>')
    shapes.append(f'<text class="name" x="{left}" y="{y + 70}">{text(lane.note)}</text>')
    return "".join(shapes)


def _box(box: Box, x: float, y: float, width: float) -> str:
    return (
        f'<rect class="box {box.kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="50" rx="3"/>'
        + _label(x + 10, y + 22, f"{box.records:,}", box.name)
    )


def _tall(summary: dict[str, Any], stops: list[Stop], lanes: list[Lane]) -> str:
    total, most, left, step = summary["records"], 52.0, 8.0, 78.0
    y = 62.0
    shapes = [
        _label(left, 20, f"{total:,}", "records in"),
        f'<path class="band" d="M{left} 44v{y - 44}h{most}v{44 - y}z"/>',
    ]
    for place, stop in enumerate(stops):
        after = stops[place + 1].records if place + 1 < len(stops) else summary["valid_events"]
        thick = _share(after, total, most)
        kind = "clean" if place + 1 == len(stops) else "band"
        shapes.append(f'<path class="{kind}" d="M{left} {y + 7}v{step - 7}h{thick:.1f}v{7 - step}z"/>')
        shapes.append(f'<text class="passed small" x="{left + 26}" y="{y + 46}">{after:,}</text>')
        shapes.append(
            f'<rect class="stop" x="{left - 6}" y="{y}" width="{most + 12}" height="7" rx="2"/>'
            f'<text class="step" x="{left + most + 16}" y="{y + 8}">{stop.name}</text>'
        )
        if stop.name == "join" and summary.get("records_by_topic", {}).get("spans"):
            shapes.append(
                f'<text class="name" x="{left + most + 60}" y="{y + 8}">'
                f"{summary['records_by_topic']['spans']:,} spans join in</text>"
                f'<text class="name" x="{left + most + 16}" y="{y + 30}"><tspan class="count">'
                f"{summary.get('explained_events', 0):,}</tspan> events explained by a trace</text>"
            )
        for number, (name, records, refused) in enumerate(stop.exits):
            at = y + 27 + 20 * number
            kind = "exit refused" if refused else "exit"
            shapes.append(
                f'<path class="{kind}" stroke-width="{_share(records, total, 30):.1f}"'
                f' d="M{left + most + 8} {at - 4}h64"/>'
                f'<text class="name" x="{left + most + 84}" y="{at}"><tspan class="count">{records:,}</tspan>'
                f" {name}</text>"
            )
        y += step
    shapes.append(_label(left, y + 20, f"{summary['valid_events']:,}", "clean events", "good"))
    y += 66
    for lane in lanes:
        shapes.append(f'<text class="step" x="{left}" y="{y}">{text(lane.title)}</text>')
        shapes.append(f'<text class="name" x="{left}" y="{y + 17}">{text(lane.note)}</text>')
        width, gap = 160.0, 16.0
        for place, box in enumerate(lane.boxes):
            x, top = left + (place % 2) * (width + gap), y + 30 + (place // 2) * 66
            shapes.append(_box(box, x, top, width))
            if place % 2:
                shapes.append(f'<path class="aside" d="M{x - gap + 1} {top + 25}h{gap - 4}m-4 -3l4 3l-4 3"/>')
        y += 30 + 66 * ((len(lane.boxes) + 1) // 2) + 26
    return _svg("tall", 350, int(y), summary, "".join(shapes))


def _label(x: float, y: float, number: str, name: str, kind: str = "") -> str:
    return (
        f'<text class="count {kind}" x="{x:.0f}" y="{y:.0f}">{number}</text>'
        f'<text class="name" x="{x:.0f}" y="{y + 16:.0f}">{name}</text>'
    )


def _svg(kind: str, width: int, height: int, summary: dict[str, Any], body: str) -> str:
    words = f"{summary['records']:,} records in, {summary['valid_events']:,} clean events out"
    return (
        f'<svg class="flow {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="The path: {words}">'
        f"{body}</svg>"
    )
