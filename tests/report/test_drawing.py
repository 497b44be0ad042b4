"""What is drawn from numbers: series in letters, the layout of the map, charts."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.charts import Line, Strip, chart
from report.data_series import Series
from report.layout import layout_of
from report.payload import _LETTERS, _points
from report.servicemap import labels, service_map
from traces.calls import Calls

NODES = [f"n{n:02}" for n in range(14)]
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), unique=True, max_size=40)


def course(low: list[float], high: list[float] | None = None) -> Series:
    return Series("m", "", "", "m", np.array(low), np.array(low if high is None else high), 0, [])


def values_of(letters: str, low: float, high: float) -> list[float | None]:
    """As the page reads them."""
    found: list[float | None] = []
    for place in range(0, len(letters), 2):
        pair = letters[place : place + 2]
        step = None if pair == ".." else _LETTERS.index(pair[0]) * 64 + _LETTERS.index(pair[1])
        found.append(None if step is None else low + step / 4095 * (high - low))
    return found


@given(st.lists(st.floats(-1e300, 1e300) | st.just(np.inf), min_size=1).filter(lambda v: min(v) < np.inf))
def test_a_series_is_read_as_it_was_written(values: list[float]) -> None:
    samples = np.isfinite(values)
    low, high = min(v for v in values if v < np.inf), max(v for v in values if v < np.inf)
    read = values_of(_points(course(values), samples, low, high), low, high)
    assert len(read) == len(values)
    for value, seen in zip(values, read, strict=True):
        if seen is None:
            assert value == np.inf
        else:
            assert seen == pytest.approx(value, abs=(high - low) / 4095)


def test_a_slot_of_several_samples_has_two_values() -> None:
    letters = _points(course([0.0, np.inf], [1.0, -np.inf]), np.array([True, False]), 0.0, 1.0)
    assert values_of(letters, 0.0, 1.0) == [0.0, 1.0, None, None]


@given(EDGES)
def test_callers_stand_left_of_the_called_and_nothing_overlaps(edges: list[tuple[str, str]]) -> None:
    edges = [(a, b) for a, b in edges if a != b]
    layout = layout_of(NODES, edges)
    assert layout == layout_of(NODES, edges)
    assert set(layout.layer) == set(layout.y) == set(NODES)
    for edge in edges:
        route = layout.routes[edge]
        assert route[0] == (layout.layer[edge[0]], layout.y[edge[0]])
        assert route[-1] == (layout.layer[edge[1]], layout.y[edge[1]])
        steps = [b[0] - a[0] for a, b in zip(route, route[1:], strict=False)]
        assert set(steps) in ({1}, {-1})
    for layer in set(layout.layer.values()):
        places = sorted(layout.y[n] for n in NODES if layout.layer[n] == layer)
        assert all(b - a >= 43.9 for a, b in zip(places, places[1:], strict=False))
    if {(a, b) for a, b in edges if a < b} == set(edges):  # no cycle
        assert all(layout.layer[a] < layout.layer[b] for a, b in edges)


def test_the_map_is_drawn_from_calls() -> None:
    calls = {
        ("web", "cart", "request"): Calls(100, 0, 0, {400: 100}),
        ("web", "cart", "message"): Calls(100, 0, 0, {400: 100}),
        ("cart", "web", "request"): Calls(50, 25, 0, {500: 50}),
        ("cart", "cart", "request"): Calls(1, 0, 0, {1: 1}),
    }
    drawn = service_map(calls, {"cart": 7}, {"cart"})
    assert drawn.data["names"] == ["cart", "web"]
    assert drawn.data["edges"][0][:4] == [1, 0, 200, 0]  # type: ignore[index]
    assert 'class="edge e0" data-c="1" data-s="0"' in drawn.markup
    assert 'class="edge e3" data-c="0" data-s="1"' in drawn.markup
    assert drawn.markup.count('class="node troubled"') == 1
    assert not drawn.notes


def test_what_nearly_all_names_share_is_left_off() -> None:
    names = [f"ts-{n}-service" for n in range(9)]
    assert labels([*names, "gateway"]) == {name: name[3] for name in names} | {"gateway": "gateway"}
    assert labels(names[:2]) == {name: name for name in names[:2]}  # too few to tell
    assert labels([*names, "ts-service"])["ts-service"] == "service"
    assert len(labels([f"{'long' * 9}{n}" for n in range(3)])["long" * 9 + "1"]) == 17


def test_a_chart_has_round_levels_and_times() -> None:
    points = [(1_700_000_000.0 + 60 * n, float(n)) for n in range(38)]
    span = (points[0][0], points[-1][0])
    drawn = chart("<t>", "u", [Line("<l>", "l0", points)], [Strip(span[0], span[0] + 9, "gap", "<g>")], span)
    assert "<span>40</span><span>20</span><span>0</span>" in drawn
    assert set(re.findall(r">(\d\d:\d\d)</text>", drawn)) == {
        "22:15",
        "22:20",
        "22:25",
        "22:30",
        "22:35",
        "22:40",
        "22:45",
        "22:50",
    }
    assert "<t>" not in drawn and "<l>" not in drawn and "<g>" not in drawn
    assert chart("t", "u", [], [], span) == ""
