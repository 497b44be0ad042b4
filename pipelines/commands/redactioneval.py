"""``traceo measure redaction``: how good the detectors are on events made to get past them.

seed | folder → events → detectors | findings of a tool → figures by kind, on the terminal and as JSON
"""

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from connectors.errors import InputError, OutputError
from pipelines.setting import SettingError
from security.detectors import ALL, Kind
from security.evaluation import figures as published
from security.evaluation import generate
from security.evaluation.case import Event, Topic
from security.evaluation.draw import HELD_OUT
from security.evaluation.measure import Detect, Found, figures, measure
from security.evaluation.reallines import real_events
from security.evaluation.store import SetError, read_findings, read_set, write_set
from security.evaluation.topics import TOPICS
from security.loaded import load_redactor
from security.redactor import Redactor

_DEVELOPMENT: Final = 1
_GROUPS: Final = ("negatives", "lookalikes", "real")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The set, and what is told of it."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "--seed", type=int, default=_DEVELOPMENT, metavar="N", help=f"(default: 1; {HELD_OUT} is held out)"
    )
    parser.add_argument(
        "--cases", type=int, default=generate.CASES, metavar="N", help="a kind (default: 300)"
    )
    parser.add_argument(
        "--negatives",
        type=int,
        default=generate.NEGATIVES,
        metavar="N",
        help="lines without any (default: 20000)",
    )
    parser.add_argument("--kinds", metavar="A,B", help="these alone (default: all that are measured)")
    parser.add_argument("--set", metavar="FOLDER", help="measure a set that was written before")
    parser.add_argument(
        "--findings", metavar="FILE", help="of a tool in the set's lines.log, instead of detectors"
    )
    parser.add_argument(
        "--real", metavar="FILE", help="also logs without any but JSON Web Tokens (text or OTLP)"
    )
    parser.add_argument("--write", metavar="FOLDER", help="write the set, and measure nothing")
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--misses", type=int, default=0, metavar="N", help="show the N worst shapes of each kind"
    )


def detector(kinds: Sequence[Kind] = ALL, model: str = "") -> Detect:
    """What ``traceo redact`` finds, as a callable to measure; ``model``: as the settings have it."""
    redactor = load_redactor("all", None, None, model) if kinds is ALL else Redactor(kinds=tuple(kinds))

    def detect(text: str) -> list[Found]:
        return [
            Found(one.start, one.end, one.kind.name, one.kind.category.value, one.kind.family)
            for one in redactor.findings(text)
        ]

    return detect


def run(arguments: argparse.Namespace) -> int:
    """Measure, or write the set."""
    if min(arguments.cases, arguments.negatives + 1) < 1 or arguments.misses < 0:
        raise SettingError("--cases: the least is 1; --negatives and --misses: the least is 0")
    if arguments.findings and not arguments.set:
        raise SettingError("--findings: name with --set the folder whose lines.log they are of")
    topics = _topics(arguments.kinds)
    if arguments.json and not os.access(Path(arguments.json).parent, os.W_OK):
        raise OutputError(f"--json: {arguments.json}: there is no such folder, or it cannot be written")
    try:
        if arguments.write:
            lines = write_set(Path(arguments.write), events(arguments, topics))
            print(f"wrote {arguments.write}: {lines:,} lines")
            return 0
        result = _measured(arguments, topics)
        if arguments.json:
            text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
            Path(arguments.json).write_text(text, encoding="utf-8")
    except SetError as error:
        raise InputError(str(error)) from error
    except ModuleNotFoundError as error:
        raise SettingError(
            f"the sets are made with {error.name}; install it: pip install {error.name}"
        ) from error
    except OSError as error:
        raise OutputError(f"{error.filename}: {error.strerror}") from error
    show(result)
    return 0


def events(arguments: argparse.Namespace, topics: Sequence[Topic]) -> Iterable[Event]:
    """All events of a seed."""
    yield from generate.positives(arguments.seed, arguments.cases, topics)
    yield from generate.lookalikes(arguments.seed, arguments.cases, topics)
    yield from generate.negatives(arguments.seed, arguments.negatives)


def _topics(names: str | None) -> Sequence[Topic]:
    if not names:
        return TOPICS
    wanted = names.split(",")
    unknown = [name for name in wanted if name not in {topic.name for topic in TOPICS}]
    if unknown:
        raise SettingError(
            f"--kinds: {unknown[0]} is not measured; known are: {', '.join(topic.name for topic in TOPICS)}"
        )
    return [topic for topic in TOPICS if topic.name in wanted]


def _measured(arguments: argparse.Namespace, topics: Sequence[Topic]) -> dict[str, Any]:
    named = {topic.name: topic for topic in topics}
    real = _lines_of(Path(arguments.real)) if arguments.real else None
    detect = detector()
    source: Iterable[Event]
    if arguments.set:
        numbered = read_set(Path(arguments.set))
        source = [event for _, event in numbered]
        if arguments.findings:
            detect = read_findings(Path(arguments.findings), numbered)
    else:
        source = events(arguments, topics)
    found = figures(measure(source, detect, named), named, arguments.misses)
    if real is not None:
        found["real"] = {"file": Path(arguments.real).name} | _real(real, detect, arguments.misses)
    return {
        "seed": None if arguments.set else arguments.seed,
        "held_out": not arguments.set and arguments.seed == HELD_OUT,
        "detectors": published.digest(ALL),
        **found,
    }


def _lines_of(path: Path) -> list[str]:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            return cast(bytes, stream.read()).decode(errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__})") from error


def _real(lines: Sequence[str], detect: Detect, misses: int) -> dict[str, Any]:
    """Finds in real lines; those that touch a token of theirs are true."""
    found = list(real_events(lines))
    measured = measure(found, detect, {})
    tokens = measured.tallies["jwt"]
    group = figures(measured, {}, misses)["negatives"]
    finds = group["finds"] + tokens.false_finds
    return {
        **group,
        "lines": len(found),
        "finds": finds,
        "finds_per_10000": round(finds / len(found) * 10_000, 3) if found else None,
        "tokens": tokens.cases,
        "tokens_found": tokens.found,
    }


def show(result: dict[str, Any]) -> None:
    """The figures as tables."""
    console = Console(highlight=False, markup=False)
    table = Table(box=None, header_style="bold")
    table.add_column("kind")
    for name in ("cases", "recall", "95 %", "precision", "95 %", "right kind", "exact", "false"):
        table.add_column(name, justify="right")
    for kind in result["kinds"]:
        recall, precision = kind["recall"], kind["precision"]
        table.add_row(
            kind["kind"],
            str(kind["cases"]),
            _percent(recall["share"]),
            _interval(recall),
            _percent(precision["share"]),
            _interval(precision),
            _percent(kind["right_kind"] / kind["found"] if kind["found"] else None),
            _percent(kind["exact"] / kind["found"] if kind["found"] else None),
            str(kind["false_finds"]),
        )
    console.print(table)
    for row in published.by_aim(result):
        if row["cases"]:
            console.print(
                f"{row['aim']}: {row['kinds']} kinds, recall {_percent(row['recall'])}, "
                f"precision {_percent(row['precision'])}; {_percent(row['least'])} is asked of each; "
                f"below it: {', '.join(row['below']) or 'none'}"
            )
    for name in _GROUPS:
        group = result.get(name)
        if group and group["lines"]:
            console.print(
                f"{name}: {group['lines']:,} lines, {group['finds']} finds, "
                f"{group['finds_per_10000']} in 10,000"
            )
        if group and "tokens" in group:
            console.print(f"tokens in them: {group['tokens_found']} of {group['tokens']} found")
    for kind in result["kinds"]:
        for miss in kind.get("misses", ()):
            console.print(
                f"missed {kind['kind']} by {miss['by']}: {miss['what']} {miss['missed']} of {miss['of']}"
            )
    for name in _GROUPS:
        for find in result.get(name, {}).get("worst", ()):
            console.print(f"false in {name}: {find['what']} ({find['where']}) {find['count']}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def _interval(share: dict[str, Any]) -> str:
    return f"{share['low']:.1%}-{share['high']:.1%}"
