"""What ``traceo watch --once`` shows: a table for a person, or a document for a program."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from runners.watch.probe import Fact
from runners.watch.watcher import Sight, states

_KIB: Final = 1024.0
_STATES: Final = frozenset(
    {"state", "status"}
)  # labels of which each value has a series: the states tell them


def as_document(sights: Sequence[Sight]) -> dict[str, Any]:
    """What was seen, for a program."""
    return {
        "probes": {
            sight.probe: {"up": sight.reading is not None, "seconds": sight.seconds, "problem": sight.problem}
            for sight in sights
        },
        "states": {
            thing: {"state": state.text, "good": state.good}
            for sight in sights
            for thing, state in states(sight).items()
        },
        "metrics": [
            {
                "name": fact.metric.name,
                "labels": dict(zip(fact.metric.labels, fact.labels, strict=True)),
                "value": fact.value,
            }
            for fact in _facts(sights)
        ],
    }


def show(sights: Sequence[Sight]) -> None:
    """What was seen, for a person: what needs somebody first."""
    out = Console(highlight=False, markup=False, width=None if os.isatty(1) else 120)
    table = Table("what", "state", "", title="states")
    told = [entry for sight in sights for entry in states(sight).items()]
    for thing, state in sorted(told, key=lambda entry: entry[1].good):
        table.add_row(thing, state.text, "" if state.good else "look", style="" if state.good else "bold red")
    out.print(table)
    table = Table("figure", "of", "value", title="figures")
    table.columns[2].justify = "right"
    for fact in _facts(sights):
        if not _STATES.intersection(fact.metric.labels):
            table.add_row(fact.metric.name, ", ".join(fact.labels), _text(fact))
    out.print(table)


def _facts(sights: Sequence[Sight]) -> Iterator[Fact]:
    return (fact for sight in sights if sight.reading is not None for fact in sight.reading.facts)


def _text(fact: Fact) -> str:
    value, unit = fact.value, fact.metric.unit
    if unit == "bytes":
        for name in ("B", "KiB", "MiB"):
            if abs(value) < _KIB:
                return f"{value:,.0f} {name}" if name == "B" else f"{value:,.1f} {name}"
            value /= _KIB
        return f"{value:,.1f} GiB"
    if unit == "seconds":
        return f"{value:,.3f} s"
    return f"{value:.0%}" if unit == "ratio" else f"{value:,.0f}"
