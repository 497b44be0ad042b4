"""Calls between services → a map: edges as wide as their calls, coloured by their errors."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from report.data_traces import Pair
from report.layout import layout_of
from report.markup import folded, table, text
from report.payload import shortened
from traces.calls import Calls
from traces.histogram import quantile

MOST_SERVICES: Final = 60
MOST_EDGES: Final = 240
_COLUMN: Final = 200
_WIDE: Final = 124
_HIGH: Final = 28
_MARGIN: Final = 14
_FEW_ERRORS: Final = 0.01
_MANY_ERRORS: Final = 0.05
_SHARING: Final = 0.8  # of the names, so that their common beginning and end are left off
_SOME: Final = 3  # names


class ServiceMap(NamedTuple):
    """The picture, the same as data for those who look closer, and what is left out."""

    markup: str
    data: dict[str, object]
    notes: list[str]


def service_map(
    calls: Mapping[Pair, Calls], anomalies: Mapping[str, int], troubled: Collection[str] = ()
) -> ServiceMap:
    """The map of ``calls``; ``anomalies`` by service; ``troubled``: services that had an incident."""
    edges = _merged(calls)
    if not edges:
        return ServiceMap("", {}, [])
    busiest = sorted(edges, key=lambda e: (-edges[e].calls, e))
    totals: Counter[str] = Counter()
    for client, server in busiest:
        totals[client] += edges[client, server].calls
        totals[server] += edges[client, server].calls
    names = sorted(sorted(totals, key=lambda n: (-totals[n], n))[:MOST_SERVICES])
    shown = [e for e in busiest if e[0] in names and e[1] in names][:MOST_EDGES]
    notes = []
    if len(shown) < len(edges):
        notes.append(f"The {len(shown):,} busiest of {len(edges):,} pairs of services are drawn.")
    place = {name: number for number, name in enumerate(names)}
    layout = layout_of(names, [e for e in shown if e[0] != e[1]])
    most = max(edges[e].calls for e in shown)
    first = min(layout.layer.values())
    x = {name: _MARGIN + (layout.layer[name] - first) * _COLUMN for name in names}
    shapes = []
    for edge in reversed(shown):
        if edge[0] != edge[1]:
            points = [
                (float(_MARGIN) + (at - first) * _COLUMN, y + _MARGIN + 14) for at, y in layout.routes[edge]
            ]
            shapes.append(_edge(points, edges[edge], most, place[edge[0]], place[edge[1]]))
    label = labels(names)
    for name in names:
        y = layout.y[name] + _MARGIN
        shapes.append(
            _node(name, label[name], (x[name], y), place[name], anomalies.get(name, 0), name in troubled)
        )
    width = max(x.values()) + _WIDE + _MARGIN
    height = layout.height + 2 * _MARGIN
    picture = (
        f'<div class="scroll map" tabindex="-1"><svg id="map" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' role="group" aria-label="Service map: {len(names)} services, {len(shown)} pairs that call">'
        f"{''.join(shapes)}</svg></div>"
        '<div id="map-details" class="details" aria-live="polite"></div>'
    )
    data = {
        "names": [shortened(n) for n in names],
        "edges": [
            [place[c], place[s], e.calls, e.errors, *(quantile(e.buckets, q) for q in (0.5, 0.95))]
            for (c, s), e in ((edge, edges[edge]) for edge in shown)
        ],
        "anomalies": [anomalies.get(n, 0) for n in names],
    }
    return ServiceMap(picture + _as_table(shown, edges), data, notes)


def _merged(calls: Mapping[Pair, Calls]) -> dict[tuple[str, str], Calls]:
    """Requests and messages together."""
    edges: dict[tuple[str, str], Calls] = {}
    for (client, server, _), sums in calls.items():
        edges.setdefault((client, server), Calls(buckets={})).merge(sums)
    return edges


def labels(names: Iterable[str]) -> dict[str, str]:
    """The names without what nearly all of them begin and end with, and no longer than a node is wide."""
    names = list(names)
    head = _common([name.partition("-")[0] + "-" for name in names if "-" in name], len(names))
    tail = _common(["-" + name.rpartition("-")[2] for name in names if "-" in name], len(names))
    return {name: shortened(name.removeprefix(head).removesuffix(tail) or name, 17) for name in names}


def _common(ends: list[str], names: int) -> str:
    best, count = Counter(ends).most_common(1)[0] if ends else ("", 0)
    return best if count >= _SHARING * names and names >= _SOME else ""


def _edge(points: list[tuple[float, float]], calls: Calls, most: int, client: int, server: int) -> str:
    """From the right side of the caller to the left side of the called, through the points between."""
    back = points[0][0] > points[-1][0]
    width = 1 + 6 * (calls.calls / most) ** 0.5
    start = (points[0][0] + (0 if back else _WIDE), points[0][1])
    end = (points[-1][0] + (_WIDE + 7 if back else -7), points[-1][1])
    path = [f"M{start[0]:.0f} {start[1]:.1f}"]
    at = start
    for x, y in [*points[1:-1], end]:
        if (x, y) == end:
            stops = [(x, y)]
        else:  # straight through the column of nodes
            stops = [(x + _WIDE, y), (x, y)] if back else [(x, y), (x + _WIDE, y)]
        bend = (at[0] + stops[0][0]) / 2
        path.append(
            f"C{bend:.0f} {at[1]:.1f} {bend:.0f} {stops[0][1]:.1f} {stops[0][0]:.0f} {stops[0][1]:.1f}"
        )
        path += [f"H{x:.0f}" for x, _ in stops[1:]]
        at = stops[-1]
    rate = calls.errors / calls.calls
    kind = "e0" if not calls.errors else "e1" if rate < _FEW_ERRORS else "e2" if rate < _MANY_ERRORS else "e3"
    tip, half = (-7 if back else 7), 3 + width / 2
    arrow = f"M{end[0]:.0f} {end[1] - half:.1f}l{tip} {half:.1f}l{-tip} {half:.1f}z"
    return (
        f'<g class="edge {kind}" data-c="{client}" data-s="{server}">'
        f'<path class="wire" stroke-width="{width:.1f}" d="{"".join(path)}"/>'
        f'<path class="tip" d="{arrow}"/></g>'
    )


def _node(name: str, label: str, at: tuple[float, float], number: int, anomalies: int, troubled: bool) -> str:
    x, y = at
    badge = (
        f'<g class="badge"><rect x="{x + _WIDE - 14}" y="{y - 9:.1f}" width="{14 + 7 * len(str(anomalies))}"'
        f' height="17" rx="8.5"/><text x="{x + _WIDE - 7}" y="{y + 4:.1f}">{anomalies}</text></g>'
        if anomalies
        else ""
    )
    words = name + (f", {anomalies} anomalies" if anomalies else "") + (", an incident" if troubled else "")
    return (
        f'<g class="node{" troubled" if troubled else ""}" data-n="{number}" role="button" tabindex="-1"'
        f' aria-label="{text(shortened(words))}"><rect class="plate" x="{x}" y="{y:.1f}" width="{_WIDE}"'
        f' height="{_HIGH}" rx="4"/><text x="{x + _WIDE / 2}" y="{y + 18.5:.1f}">{text(label)}</text>'
        f"{badge}</g>"
    )


def _as_table(shown: list[tuple[str, str]], edges: dict[tuple[str, str], Calls]) -> str:
    rows = []
    for client, server in shown:
        sums = edges[client, server]
        p95 = f"{quantile(sums.buckets, 0.95) / 1e6:,.1f} ms"
        rows.append((shortened(client), shortened(server), sums.calls, sums.errors, p95))
    return folded("The same as a table", table(("caller", "called", "calls", "errors", "p95"), rows))
