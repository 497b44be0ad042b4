"""The benchmark of peers: ``python -m tests.bench.peers.compare --state STACK``; see README.md beside this.

One topic of changes, filled once; the contenders read it in turn, in rounds, each into fresh topics.
Their clean events must be the same, and those of the sample's own hour what truth.json says.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from runners.stack.settings import load
from runners.stack.stack import Stack
from tests.bench.peers import topics
from tests.bench.peers.contenders import HERE, ROOT, Contender, contenders
from tests.bench.peers.sampling import Figures, Sampler, figures

_SAMPLE: Final = ROOT / "samples" / "trainticket"
_DEFAULT: Final = ("ours", "steps", "bytewax", "bytewax-remember", "quix", "quix-remember")
_RUN_SECONDS: Final = 900.0
_QUIET_SECONDS: Final = 12.0  # longer than two commits: nothing more comes
_out = Console(highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code is 1 if outputs differ, 2 if the stack serves others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", required=True, help="the stack's folder (traceo stack up --state …)")
    parser.add_argument("--copies", type=int, default=4, help="of the sample's 70,368 records")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(_DEFAULT), help="names, with commas between")
    parser.add_argument("--json", default="out/peers.json", help="where the figures go")
    parser.add_argument("--logs", help="folder to keep what the contenders say")
    options = parser.parse_args(arguments)
    subprocess.run([HERE / "environments"], check=True)
    stack = Stack(settings=load({"state": options.state}))
    known = contenders(stack)
    chosen = [known[name] for name in options.only.split(",")]
    strange = topics.strange(
        stack.addresses.bootstrap_servers, (t for one in known.values() for t in one.topics)
    )
    if strange:
        names = ", ".join(sorted(strange)[:3])
        _out.print(f"this stack holds topics of others ({names}); the comparison needs a stack of its own")
        return 2
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        result = compare(stack, chosen, options, Path(options.logs or folder))
    _show(result)
    target = Path(options.json)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _out.print(f"wrote {target}")
    return 0 if result["agree"] else 1


def compare(
    stack: Stack, chosen: Sequence[Contender], options: argparse.Namespace, folder: Path
) -> dict[str, Any]:
    """All rounds; figures by contender."""
    brokers = stack.addresses.bootstrap_servers
    truth = json.loads((_SAMPLE / "truth.json").read_text(encoding="utf-8"))["expected"]
    expected = truth["valid_events"] * options.copies
    _out.print(f"filling {topics.EVENTS} with {options.copies} copies of {_SAMPLE.name} …")
    records = topics.fill(brokers, _SAMPLE, options.copies)
    runs: dict[str, list[Figures]] = {one.name: [] for one in chosen}
    found: dict[str, topics.Keys] = {}
    for number in range(options.rounds):
        for one in chosen:
            got = _run(stack, one, records, expected, folder / f"{one.name}-{number}")
            runs[one.name].append(got)
            keys = topics.read_keys(brokers, one.clean)
            found[one.name] = min(
                keys, found.get(one.name, keys), key=lambda k: _is_right(k, truth, expected)
            )
            said = "as the truth" if _is_right(keys, truth, expected) else f"NOT as the truth: {keys}"
            _out.print(
                f"round {number + 1} of {options.rounds}  {one.name:17} "
                f"{got.records_per_second:>8,.0f} records/s"
                f"  {got.cpu_us_per_record:6.1f} µs of CPU each  {got.cores:.2f} cores  {said}"
            )
    agree = all(_is_right(keys, truth, expected) for keys in found.values())
    agree = agree and len({keys.digest for keys in found.values()}) == 1
    return {
        "records": records,
        "clean_events": expected,
        "rounds": options.rounds,
        "agree": agree,
        "contenders": {one.name: _medians(runs[one.name], runs[chosen[0].name]) for one in chosen},
    }


def _is_right(keys: topics.Keys, truth: dict[str, Any], expected: int) -> bool:
    return (keys.events, keys.different, keys.first_copy) == (expected, expected, truth["keys_sha256"])


def _run(stack: Stack, one: Contender, records: int, expected: int, folder: Path) -> Figures:
    """One contender over the whole topic."""
    brokers = stack.addresses.bootstrap_servers
    topics.recreate(brokers, one.topics)
    own = {topics.EVENTS, topics.SERIES}
    before = topics.names(brokers) | set(one.topics)
    kafka = next(row.pid for row in stack.status() if row.component == "kafka" and row.pid)
    roots: dict[str, list[int]] = {"pids": []}
    with (
        one.running(folder) as process,
        Sampler(brokers, own | (before - set(one.topics)), lambda: roots["pids"], kafka) as sampler,
    ):
        roots["pids"] = list(one.roots())
        _wait(sampler, one, expected, process, folder)
    topics.delete(brokers, topics.names(brokers) - before)  # what it made for itself
    return figures(sampler.samples, one.clean, records)


def _wait(
    sampler: Sampler, one: Contender, expected: int, process: subprocess.Popen[bytes], folder: Path
) -> None:
    """Until all clean events are written and nothing more comes."""
    end = time.monotonic() + _RUN_SECONDS
    last, since = -1, time.monotonic()
    while True:
        time.sleep(0.5)
        written, now = sampler.written(one.clean), time.monotonic()
        if written != last:
            last, since = written, now
        if written >= expected and now - since > _QUIET_SECONDS:
            return
        if process.poll() is not None or now > end:
            log = (folder / "log").read_text(errors="replace").splitlines()[-20:]
            raise RuntimeError(f"{one.name} wrote {written} of {expected} clean events\n" + "\n".join(log))


def _medians(runs: list[Figures], first: list[Figures]) -> dict[str, Any]:
    """Medians over the rounds, and of the ratios to the first contender in the same round."""
    fields = {name: [asdict(run)[name] for run in runs] for name in asdict(runs[0])}
    ratios = {
        "speed_to_first": [
            a.records_per_second / b.records_per_second for a, b in zip(runs, first, strict=True)
        ],
        "cpu_to_first": [a.cpu_us_per_record / b.cpu_us_per_record for a, b in zip(runs, first, strict=True)],
    }
    medians = {name: round(statistics.median(values), 3) for name, values in (fields | ratios).items()}
    return medians | {"rounds": [asdict(run) for run in runs]}


def _show(result: dict[str, Any]) -> None:
    table = Table(
        title=f"{result['records']:,} records, medians of {result['rounds']} rounds", title_justify="left"
    )
    columns = {
        "records_per_second": ("records/s", ",.0f"),
        "speed_to_first": ("to the first", ".2f"),
        "cpu_us_per_record": ("CPU µs/record", ".1f"),
        "cpu_to_first": ("to the first", ".2f"),
        "cores": ("cores", ".2f"),
        "kafka_cpu_us_per_record": ("Kafka's µs/record", ".1f"),
    }
    table.add_column("contender")
    for title, _ in columns.values():
        table.add_column(title, justify="right")
    for name, figures_ in result["contenders"].items():
        table.add_row(name, *(format(figures_[key], form) for key, (_, form) in columns.items()))
    _out.print(table)
    _out.print("their clean events are the same" if result["agree"] else "their clean events DIFFER")


if __name__ == "__main__":
    sys.exit(main())
