"""Who calls whom → where to draw it: layers from callers to called, with few crossings.

After Sugiyama: turn round the edges that close a cycle, put each node behind all its callers, let long edges
pass through points of their own in the layers between, order each layer by the middle of its neighbours,
then move everything as near to its neighbours as its place in the order allows. The same
input gives the same picture.
"""

from collections import defaultdict
from typing import Final, NamedTuple

Edge = tuple[str, str]

_SWEEPS: Final = 12
_NODE: Final = 44.0  # height of a node's place, and of a point on a long edge
_POINT: Final = 16.0


class Layout(NamedTuple):
    """``layer`` and ``y`` of each node; points of each edge from caller to called: (layer, y)."""

    layer: dict[str, int]
    y: dict[str, float]
    routes: dict[Edge, list[tuple[int, float]]]
    height: float


def layout_of(nodes: list[str], edges: list[Edge]) -> Layout:
    """Where to draw ``nodes`` and ``edges``; callers are on the left."""
    turned = _acyclic(nodes, edges)
    layer = _layers(nodes, turned)
    chains: dict[Edge, list[str]] = {}
    rank: dict[str, int] = dict(layer)
    for number, (edge, (a, b)) in enumerate(zip(edges, turned, strict=True)):
        points = [f"\0{number}:{at}" for at in range(layer[a] + 1, layer[b])]
        rank |= {point: layer[a] + 1 + place for place, point in enumerate(points)}
        chains[edge] = [a, *points, b] if (a, b) == edge else [a, *points, b][::-1]
    neighbours: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for a, b in zip(chain, chain[1:], strict=False):
            neighbours[a].append(b)
            neighbours[b].append(a)
    order = _ordered(rank, neighbours)
    y = _placed(order, rank, neighbours)
    top = min(y.values(), default=0.0)
    y = {name: value - top for name, value in y.items()}
    routes = {edge: [(rank[name], y[name]) for name in chain] for edge, chain in chains.items()}
    height = max(y.values(), default=0.0) + _NODE
    return Layout(layer, {name: y[name] for name in nodes}, routes, height)


def _acyclic(nodes: list[str], edges: list[Edge]) -> list[Edge]:
    """The edges, those turned round that would lead back."""
    below: dict[str, list[str]] = defaultdict(list)
    called = {b for a, b in edges if a != b}
    for a, b in edges:
        below[a].append(b)
    finished: dict[str, int] = {}
    seen: set[str] = set()
    for start in sorted(nodes, key=lambda n: (n in called, n)):
        stack = [(start, False)]
        while stack:
            node, done = stack.pop()
            if done:
                finished[node] = len(finished)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(other, False) for other in sorted(below[node], reverse=True)]
    return [(a, b) if finished[a] >= finished[b] else (b, a) for a, b in edges]


def _layers(nodes: list[str], edges: list[Edge]) -> dict[str, int]:
    """The longest way that leads to each node."""
    above: dict[str, list[str]] = defaultdict(list)
    waits = dict.fromkeys(nodes, 0)
    below: dict[str, list[str]] = defaultdict(list)
    for a, b in edges:
        if a != b:
            above[b].append(a)
            below[a].append(b)
            waits[b] += 1
    ready = [node for node in nodes if not waits[node]]
    layer = dict.fromkeys(nodes, 0)
    for node in ready:
        layer[node] = max((layer[a] + 1 for a in above[node]), default=0)
        for other in below[node]:
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    for node in nodes:  # who calls stands near those whom it calls
        if below[node] and not above[node]:
            layer[node] = min(layer[other] for other in below[node]) - 1
    return layer


def _ordered(rank: dict[str, int], neighbours: dict[str, list[str]]) -> list[list[str]]:
    order: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for name in sorted(rank, key=lambda n: (n.startswith("\0"), n)):
        order[rank[name]].append(name)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for number in range(len(order)) if forward else reversed(range(len(order))):
            beside = number - 1 if forward else number + 1
            if not 0 <= beside < len(order):
                continue
            place = {name: at / max(1, len(order[beside])) for at, name in enumerate(order[beside])}
            own = {name: at / max(1, len(order[number])) for at, name in enumerate(order[number])}

            def middle(name: str, place: dict[str, float] = place, own: dict[str, float] = own) -> float:
                found = [place[other] for other in neighbours[name] if other in place]
                return sum(found) / len(found) if found else own[name]

            order[number].sort(key=middle)
    return order


def _placed(
    order: list[list[str]], rank: dict[str, int], neighbours: dict[str, list[str]]
) -> dict[str, float]:
    y: dict[str, float] = {}
    for layer in order:
        at = -sum(map(_height, layer)) / 2
        for name in layer:
            y[name] = at + _height(name) / 2
            at += _height(name)
    for sweep in range(_SWEEPS):
        for layer in order if sweep % 2 else reversed(order):
            wished = []
            for name in layer:
                found = [y[other] for other in neighbours[name] if rank[other] != rank[name]]
                wished.append(sum(found) / len(found) if found else y[name])
            placed: list[float] = []
            for name, wish in zip(layer, wished, strict=True):
                low = placed[-1] + _apart(layer[len(placed) - 1], name) if placed else wish
                placed.append(max(wish, low))
            shift = sum(w - p for w, p in zip(wished, placed, strict=True)) / max(1, len(placed))
            y |= {name: value + shift for name, value in zip(layer, placed, strict=True)}
    return y


def _height(name: str) -> float:
    return _POINT if name.startswith("\0") else _NODE


def _apart(a: str, b: str) -> float:
    return (_height(a) + _height(b)) / 2
