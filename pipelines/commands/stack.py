"""``traceo stack``: the local stack of real servers, from the command line."""

import argparse
import contextlib
import dataclasses
import json
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from connectors.kafka.cluster import Cluster
from pipelines.loadcapture import Capture, load_capture
from pipelines.readtopic import newest
from runners.stack.component import Tell
from runners.stack.logs import follow, tail
from runners.stack.settings import load, names
from runners.stack.stack import Stack

_OK: Final = 0
_FAILED: Final = 1
_GOOD: Final = ("up", "down")
_OPERATIONS: Final = {"c": "inserted", "u": "updated", "d": "deleted"}

Verb = Callable[[argparse.Namespace], int]


def add_flags(parser: argparse.ArgumentParser) -> None:
    """``stack up``, ``status``, ``load``, ``read``, ``logs`` and ``down``."""
    parser.description = "The servers of the path on this machine; loopback only, without Docker."
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    up = _verb(verbs, "up", _up, "install what is missing, start what does not run")
    up.add_argument("--only", metavar="A,B", default="", help="these components, and what they need")
    status = _verb(verbs, "status", _status, "each component: state, process, address, memory")
    status.add_argument("--json", action="store_true", help="as JSON")
    load_capture = _verb(verbs, "load", _load, "replay a capture's rows into PostgreSQL")
    load_capture.add_argument(
        "capture", nargs="+", metavar="PATH", help="files or folders, as samples/trainticket"
    )
    load_capture.add_argument("--again", action="store_true", help="delete rows of it that are there")
    read = _verb(verbs, "read", _read, "the newest messages of topics, one a line")
    read.add_argument("topic", nargs="+", metavar="TOPIC", help="as metrics.processed")
    read.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    read.add_argument("-n", "--lines", type=int, default=10, metavar="N", help="(default: 10)")
    down = _verb(verbs, "down", _down, "stop everything")
    down.add_argument("--purge", action="store_true", help="also delete data, logs and passwords")
    logs = _verb(verbs, "logs", _logs, "what the components say")
    logs.add_argument("component", nargs="?", metavar="COMPONENT", help="(default: all)")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    logs.add_argument("-n", "--lines", type=int, default=20, metavar="N", help="of each (default: 20)")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, act: Verb, text: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=f"Stack {name}: {text}.", allow_abbrev=False)
    verb.set_defaults(run=act)
    settings = verb.add_argument_group(
        "settings",
        "also in the environment (TRACEO_STACK_ and the name in capitals) and in traceo-stack.toml; "
        "the state folder remembers them",
    )
    settings.add_argument("--config", metavar="FILE", help="TOML file with settings")
    for setting, meaning in names().items():
        metavar = setting.rsplit("_", 1)[-1].upper()
        settings.add_argument("--" + setting.replace("_", "-"), metavar=metavar, help=meaning)
    return verb


def _stack(arguments: argparse.Namespace, tell: Tell | None = None) -> Stack:
    return Stack(settings=load(vars(arguments)), tell=tell)


@contextlib.contextmanager
def _telling() -> Iterator[Tell]:
    """Spinners on a terminal, lines elsewhere."""
    if not sys.stdout.isatty():
        one_at_a_time = threading.Lock()

        def say(name: str, text: str, done: bool = False) -> None:
            with one_at_a_time:
                print(f"{name}: {text}", flush=True)

        yield say
        return
    tasks: dict[str, TaskID] = {}
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.fields[name]:<12} {task.description}"))
    with Progress(*columns) as progress:

        def show(name: str, text: str, done: bool = False) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(text, total=1, name=name)
            progress.update(tasks[name], description=text, completed=int(done))

        yield show


def _up(arguments: argparse.Namespace) -> int:
    begun = time.monotonic()
    with _telling() as tell:
        started = _stack(arguments, tell).up([name for name in arguments.only.split(",") if name])
    print(f"the stack is up, in {time.monotonic() - begun:.1f} s" if started else "the stack is already up")
    return _OK


def _status(arguments: argparse.Namespace) -> int:
    rows = _stack(arguments).status()
    if arguments.json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))
    else:
        table = Table("component", "state", "pid", "where", "memory", "up for", box=None, pad_edge=False)
        for row in rows:
            figures = (f"{row.memory_bytes / 2**20:.0f} MiB", _duration(row.uptime_seconds))
            table.add_row(
                row.component, row.state, str(row.pid or ""), row.where, *(figures if row.pid else ())
            )
        Console().print(table)
        for row in rows:
            if row.detail:
                print(f"{row.component}: {row.detail}")
    return _OK if all(row.state in _GOOD for row in rows) else _FAILED


def _duration(seconds: float) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours:.0f} h {minutes % 60:.0f} min" if hours else f"{minutes:.0f} min {seconds % 60:.0f} s"


def _load(arguments: argparse.Namespace) -> int:
    begun = time.monotonic()
    with _telling() as tell:
        tell("capture", "reading")
        capture = Capture.read(arguments.capture)
        dsn = _stack(arguments).addresses.postgres_dsn()
        loaded = load_capture(capture, dsn, again=arguments.again, tell=partial(tell, "capture"))
        tell("capture", f"{loaded.rows.total():,} changes in {loaded.transactions:,} transactions", True)
    for (op, table), rows in sorted(loaded.rows.items()):
        print(f"{table}: {rows:,} {_OPERATIONS[op]}")
    print(f"left out: {capture.left_out:,} records that are not of the database")
    print(f"loaded in {time.monotonic() - begun:.1f} s")
    return _OK


def _read(arguments: argparse.Namespace) -> int:
    cluster = Cluster(brokers=_stack(arguments).addresses.bootstrap_servers)
    lines = newest(cluster, arguments.topic, max(1, arguments.lines), follow=arguments.follow)
    with contextlib.suppress(KeyboardInterrupt):
        for line in lines:
            print(_said(line.topic, line.text, arguments.topic), flush=True)
    return _OK


def _down(arguments: argparse.Namespace) -> int:
    with _telling() as tell:
        forced = _stack(arguments, tell).down(purge=arguments.purge)
    for name in forced:
        print(f"{name}: it did not end by itself, and was killed")
    print("the stack is down")
    return _OK


def _logs(arguments: argparse.Namespace) -> int:
    components = _stack(arguments).chosen([arguments.component] if arguments.component else [])
    files = {one.name: one.log for one in components}
    for name, log in files.items():
        for line in tail(log, max(0, arguments.lines)):
            print(_said(name, line, files))
    if arguments.follow:
        with contextlib.suppress(KeyboardInterrupt):
            for name, line in follow(files):
                print(_said(name, line, files), flush=True)
    return _OK


def _said(name: str, line: str, files: Collection[str]) -> str:
    return f"{name}: {line}" if len(files) > 1 else line
