"""The command line: ``traceo``.

A command is a module with ``add_flags(parser)``, which also says by the parser's default ``run`` what is run.
It is imported when it is chosen: no command waits for what another needs.
"""

import argparse
import functools
import gc
import importlib
import logging
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Final

from pipelines import ownlogs
from pipelines.stdout import discard_rest
from telemetry.logs import shutdown

#: What is no command but holds some: what these are, what it is, and its description, if that is another.
_GROUPS: Final = {
    "run": ("job", "run a job", "Run a job to its end."),
    "export": ("form", "a result in another form", None),
    "trace": ("look", "look at the traces of a file", None),
    "train": ("thing", "train what comes with this package", None),
    "measure": ("part", "how good a part is, on sets that it generates", None),
}
#: The commands, in the order of the help: words, module, and what it does.
_COMMANDS: Final = (
    ("run ingest", "job", "a change stream to clean events and everything that was not clean"),
    ("run replay", "job", "dead letters of an earlier run through the path again, after a fix"),
    ("run backfill", "job", "archives, topics or tables through the path again, a piece at a time"),
    ("run traces", "job", "spans to whole traces: critical paths, service graph, RED, a sample"),
    ("run logs", "job", "logs of any form to records of one form, without personal data or secrets"),
    ("report", "report", "write the report of a result again"),
    ("compliance", "compliance", "what was found in logs, what became of it, and what would be missed"),
    (
        "export openmetrics",
        "openmetrics",
        "newest values and exemplars of a result, as Prometheus scrapes them",
    ),
    ("trace critical-path", "criticalpath", "what each trace of a file waited for"),
    ("evaluate", "evaluate", "hold the anomalies of a result against known faults"),
    (
        "train redaction-model",
        "trainmodel",
        "train what finds names, addresses and secrets that no pattern finds (needs faker)",
    ),
    ("measure redaction", "redactioneval", "the detectors of personal data and secrets"),
    ("score", "score", "score the series in a CSV file (columns timestamp, value)"),
    ("redact", "redact", "lines without personal data and secrets"),
    (
        "stack",
        "stack",
        "PostgreSQL, Kafka, Debezium, Flink, Redis and Prometheus on this machine, for tests and trials",
    ),
    ("watch", "watch", "look at the servers of a change stream, for Prometheus or once"),
    ("bench", "bench", "measure the path, side by side with its limit and a plain loop"),
)
#: What a person can mend, and is told in one line. By name: who raises one has imported it.
MENDABLE: Final = frozenset(
    {
        "actions.errors.ActionError",
        "anomaly.detector.DetectorError",
        "connectors.errors.InputError",
        "connectors.errors.OutputError",
        "pipelines.commands.trainmodel.TrainingError",
        "pipelines.setting.SettingError",
        "pipelines.summary.Unbalanced",
        "runners.direct.JobError",
        "runners.flink.rest.FlinkError",
        "runners.prism.server.PrismError",
        "runners.stack.errors.StackError",
        "schemas.contract.ContractError",
        "security.keys.KeyFileError",
        "security.model.store.ModelError",
        "security.policy.PolicyError",
        "security.seal.SealError",
    }
)
_EXIT_OK: Final = 0
_EXIT_FAILED: Final = 1
_EXIT_USAGE: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest and not arguments.takes_more:
        return _fail(f"unknown option {rest[0]!r}; see: {arguments.chosen} --help", _EXIT_USAGE)
    arguments.rest = rest
    ownlogs.begin(_version(), arguments, own_process=argv is None)
    if argv is None:
        # modules and what they declare stay to the end; looking at them took a tenth of redaction's time
        gc.freeze()
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:  # whoever read our output has seen enough
        discard_rest()
        return _EXIT_OK
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was taken over")
    except Exception as error:
        if any(f"{kind.__module__}.{kind.__qualname__}" in MENDABLE for kind in type(error).__mro__):
            return _fail(str(error))
        raise
    finally:
        if argv is not None:  # a process of somebody else's goes on without our log
            shutdown()


def _fail(message: str, code: int = _EXIT_FAILED) -> int:
    print(f"traceo: {message}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """Of a command: imports it, and gets its flags, when it is chosen. Of several: shows their help."""

    def __init__(self, *arguments: Any, module: str = "", **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._module = module
        self.set_defaults(chosen=self.prog, run=self._show_help, takes_more=False)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self.load()
        return super().parse_known_args(args, namespace)

    def load(self) -> None:
        """Import the command, if it is one, for its flags and the commands below it."""
        if self._module:
            _imported(self._module).add_flags(self)
            self._module = ""

    def _show_help(self, _arguments: argparse.Namespace) -> int:
        self.print_help()
        return _EXIT_USAGE


def _imported(command: str) -> Any:
    """Its module; what Beam warns of while it is imported, its optional parts, is not shown."""
    logging.disable(logging.WARNING)
    try:
        return importlib.import_module(f"pipelines.commands.{command}")
    finally:
        logging.disable(logging.NOTSET)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="traceo",
        description="Telemetry as it changes goes in, telemetry that can be trusted comes out.",
        epilog="start with: traceo run ingest --input samples/trainticket",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"traceo {_version()}")
    holders = {"": parser.add_subparsers(title="commands", metavar="COMMAND")}
    for words, module, text in _COMMANDS:
        group, _, name = words.rpartition(" ")
        if group not in holders:
            what, group_text, description = _GROUPS[group]
            holder = holders[""].add_parser(group, help=group_text, description=description)
            holders[group] = holder.add_subparsers(title=f"{what}s", metavar=what.upper())
        holders[group].add_parser(name, help=text, module=module)
    return parser


@functools.cache
def _version() -> str:
    try:
        return metadata.version("traceo-dataflow")
    except metadata.PackageNotFoundError:
        return "(not installed)"
