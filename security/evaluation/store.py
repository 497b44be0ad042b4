"""events ↔ a folder: ``lines.log``, ``truth.jsonl`` and ``events.jsonl``, so that any tool can be measured.

``lines.log`` holds the events one behind the other, as programs write them. ``truth.jsonl`` has a row for
each piece of a planted value: ``case`` (its number; pieces may be several), ``line`` (from 1), ``start`` and
``end`` (characters in that line), ``kind``, ``origin``, ``whole`` (start and end in the event), ``must``.
``events.jsonl`` says which lines are one event: ``first``, ``last``, ``shape``, ``lookalike``.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from security.evaluation.case import Event, Planted
from security.evaluation.measure import Found

LINES: Final = "lines.log"
TRUTH: Final = "truth.jsonl"
EVENTS: Final = "events.jsonl"


class SetError(Exception):
    """A folder or file is no set of events, or no findings of one."""


def write_set(folder: Path, events: Iterable[Event]) -> int:
    """Write the set; how many lines it has."""
    folder.mkdir(parents=True, exist_ok=True)
    line, case = 1, 0
    with (
        (folder / LINES).open("w", encoding="utf-8", newline="\n") as lines,
        (folder / TRUTH).open("w", encoding="utf-8") as truth,
        (folder / EVENTS).open("w", encoding="utf-8") as index,
    ):
        for event in events:
            lines.write(event.text + "\n")
            last = line + event.text.count("\n")
            row = {"first": line, "last": last, "shape": event.shape, "lookalike": event.lookalike}
            index.write(json.dumps(row) + "\n")
            for one in event.truth:
                case += 1
                for piece in _pieces(event.text, one):
                    row = {"case": case, "line": line + piece[0], "start": piece[1], "end": piece[2]}
                    row |= {"kind": one.kind, "origin": one.origin, "whole": one.whole}
                    row |= {"must": bool(one.pieces)}
                    truth.write(json.dumps(row, ensure_ascii=False) + "\n")
            line = last + 1
    return line - 1


def _pieces(text: str, one: Planted) -> Iterator[tuple[int, int, int]]:
    """(line from 0, start, end) of each part of a value that is on one line."""
    for start, end in one.pieces or (one.whole,):
        at = start
        for part in text[start:end].split("\n"):
            begin = text.rfind("\n", 0, at) + 1
            if part:
                yield text.count("\n", 0, at), at - begin, at - begin + len(part)
            at += len(part) + 1


def read_set(folder: Path) -> list[tuple[int, Event]]:
    """The events of a set, each with the number of its first line."""
    lines = _read(folder / LINES).split("\n")
    truth: defaultdict[int, defaultdict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    rows = list(_rows(folder / EVENTS, ("first", "last", "shape")))
    firsts = [row["first"] for row in rows]
    for row in _rows(folder / TRUTH, ("case", "line", "start", "end", "kind")):
        truth[bisect_right(firsts, row["line"]) - 1][row["case"]].append(row)
    events = []
    for number, row in enumerate(rows):
        own = lines[row["first"] - 1 : row["last"]]
        starts = [0, *accumulate(len(line) + 1 for line in own)]
        values = tuple(_value(pieces, row["first"], starts) for pieces in truth[number].values())
        events.append((row["first"], Event("\n".join(own), row["shape"], values, row.get("lookalike", ""))))
    return events


def _value(rows: list[dict[str, Any]], first: int, starts: list[int]) -> Planted:
    pieces = tuple(
        (starts[row["line"] - first] + row["start"], starts[row["line"] - first] + row["end"]) for row in rows
    )
    whole = tuple(rows[0].get("whole", ())) or (pieces[0][0], pieces[-1][1])
    if not rows[0].get("must", True):
        pieces = ()
    return Planted(rows[0]["kind"], pieces, (whole[0], whole[1]), rows[0].get("origin", ""))


def read_findings(path: Path, events: Iterable[tuple[int, Event]]) -> Callable[[str], list[Found]]:
    """What a tool found in ``lines.log``: rows with ``line``, ``start``, ``end``, ``kind``, ``category``.

    Gives them by the text of the event, as :func:`security.evaluation.measure.measure` asks for them.
    """
    by_line: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(path, ("line", "start", "end", "kind", "category")):
        by_line[row["line"]].append(row)
    found: dict[str, list[Found]] = {}
    for first, event in events:
        at = 0
        finds = []
        for number, line in enumerate(event.text.split("\n"), first):
            for row in by_line.get(number, ()):
                family = row.get("family", "")
                finds.append(Found(at + row["start"], at + row["end"], row["kind"], row["category"], family))
            at += len(line) + 1
        found[event.text] = finds
    return lambda text: found[text]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise SetError(f"{path}: {error.strerror}") from error


def _rows(path: Path, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line:
            continue
        try:
            row = json.loads(line)
            missing = [name for name in names if name not in row]
        except ValueError:
            row, missing = {}, list(names)
        if missing:
            raise SetError(f"{path}, line {number}: a row needs {', '.join(missing)}")
        yield row
