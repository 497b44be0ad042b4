"""events + detector → figures: recall and precision of each kind with intervals, false finds, worst misses.

A value is found when every letter and digit of it that matters is covered by findings, whatever their kind;
whether one of them is of the right kind is counted apart. A finding is true when it shares a letter with
anything planted in its event, false otherwise. Nothing of a value is in the figures.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from security.evaluation.case import Event, Planted, Topic

#: 97.5th percentile of the normal distribution: intervals of 95 %.
_Z: Final = 1.959963984540054
_PER_LINES: Final = 10_000


class Found(NamedTuple):
    """A finding, as far as it is measured. ``family``: the basic kind that its kind is one of, or nothing."""

    start: int
    end: int
    kind: str
    category: str
    family: str = ""


Detect = Callable[[str], Iterable[Found]]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927); (0, 1) where nothing was tried."""
    if not of:
        return 0.0, 1.0
    share = hits / of
    centre = share + _Z**2 / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    scale = 1 + _Z**2 / of
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


@dataclass(slots=True)
class Tally:
    """What was counted for one kind."""

    cases: int = 0
    found: int = 0
    right_kind: int = 0
    exact: int = 0
    true_finds: int = 0
    false_finds: int = 0
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class Measured:
    """What was counted in a set."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    negative_lines: int = 0
    negative_finds: Counter[tuple[str, str]] = field(default_factory=Counter)
    lookalike_lines: int = 0
    lookalike_finds: Counter[tuple[str, str]] = field(default_factory=Counter)


def measure(events: Iterable[Event], detect: Detect, topics: Mapping[str, Topic]) -> Measured:
    """Run ``detect`` over every event."""
    measured = Measured()
    for event in events:
        finds = list(detect(event.text))
        if not event.truth:
            _count_negative(measured, event, finds)
            continue
        for one in filter(_must, event.truth):
            _count_case(measured, event, one, finds, topics.get(one.kind))
        for find in finds:
            hit = next((one for one in event.truth if _overlaps(event.text, find, one)), None)
            tally = measured.tallies[(hit or event.truth[0]).kind]
            if hit is None:
                tally.false_finds += 1
            else:
                tally.true_finds += 1
    return measured


def _count_negative(measured: Measured, event: Event, finds: list[Found]) -> None:
    names = Counter((find.kind, event.shape) for find in finds)
    if event.lookalike:
        measured.lookalike_lines += 1
        measured.lookalike_finds.update(names)
        measured.tallies[event.lookalike].false_finds += len(finds)
    else:
        measured.negative_lines += event.text.count("\n") + 1
        measured.negative_finds.update(names)


def _count_case(
    measured: Measured, event: Event, one: Planted, finds: list[Found], topic: Topic | None
) -> None:
    tally = measured.tallies[one.kind]
    tally.cases += 1
    tally.tried.update(_facets(event, one))
    near = [find for find in finds if find.start < one.whole[1] and one.whole[0] < find.end]
    if _covered(event.text, one.pieces, near):
        tally.found += 1
        tally.right_kind += any(_is_right(find, one.kind, topic) for find in near)
        tally.exact += any((find.start, find.end) in {*one.pieces, one.whole} for find in near)
    else:
        tally.missed.update(_facets(event, one))


def _facets(event: Event, one: Planted) -> list[tuple[str, str]]:
    payload, _, carrier = event.shape.partition(" in ")
    origins = [("origin", part) for part in one.origin.split("|")]
    return [("payload", payload), ("carrier", carrier or "none"), *origins]


def _must(one: Planted) -> bool:
    return bool(one.pieces)


def _covered(text: str, pieces: Iterable[tuple[int, int]], finds: list[Found]) -> bool:
    return all(
        any(find.start <= at < find.end for find in finds)
        for start, end in pieces
        for at in range(start, end)
        if text[at].isalnum()
    )


def _overlaps(text: str, find: Found, one: Planted) -> bool:
    start, end = max(find.start, one.whole[0]), min(find.end, one.whole[1])
    return any(char.isalnum() for char in text[start:end])


def _is_right(find: Found, kind: str, topic: Topic | None) -> bool:
    if find.kind == kind:
        return True
    if topic is None:
        return False
    family = topic.family or kind
    return find.kind in topic.also or family in {find.family, find.kind}


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of)
    return {"share": round(hits / of, 5) if of else None, "low": round(low, 5), "high": round(high, 5)}


def figures(measured: Measured, topics: Mapping[str, Topic], misses: int = 0) -> dict[str, Any]:
    """The figures as they are stored. ``misses``: how many of the worst to name."""
    kinds = []
    for name, tally in measured.tallies.items():
        topic = topics.get(name)
        kinds.append(
            {
                "kind": name,
                "category": topic.category.value if topic else "",
                "aim": topic.aim.value if topic else "",
                "cases": tally.cases,
                "found": tally.found,
                "right_kind": tally.right_kind,
                "exact": tally.exact,
                "true_finds": tally.true_finds,
                "false_finds": tally.false_finds,
                "recall": _share(tally.found, tally.cases),
                "precision": _share(tally.true_finds, tally.true_finds + tally.false_finds),
                **({"misses": _missed(tally, misses)} if misses else {}),
            }
        )
    return {
        "kinds": kinds,
        "negatives": _lines(measured.negative_lines, measured.negative_finds, misses),
        "lookalikes": _lines(measured.lookalike_lines, measured.lookalike_finds, misses),
    }


def _missed(tally: Tally, most: int) -> list[dict[str, Any]]:
    """The worst of each facet, by how many were missed."""
    rows = []
    for facet in ("payload", "carrier", "origin"):
        of_it = [(n, name) for (by, name), n in tally.missed.items() if by == facet]
        for missed, name in sorted(of_it, reverse=True)[:most]:
            rows.append({"by": facet, "what": name, "missed": missed, "of": tally.tried[facet, name]})
    return rows


def _worst(counts: Counter[tuple[str, str]], most: int) -> list[dict[str, Any]]:
    return [{"what": what, "where": where, "count": n} for (what, where), n in counts.most_common(most)]


def _lines(lines: int, finds: Counter[tuple[str, str]], misses: int) -> dict[str, Any]:
    total = finds.total()
    return {
        "lines": lines,
        "finds": total,
        "finds_per_10000": round(total / lines * _PER_LINES, 3) if lines else None,
        **({"worst": _worst(finds, misses)} if misses else {}),
    }
