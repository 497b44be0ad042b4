"""``traceo run``: the job of the name, by its settings, and its report."""

import argparse
import contextlib
import importlib
import os
import sys
from typing import Any, Final

from pipelines import console, ownlogs, settings
from report.logspage import write_logs_report
from report.page import write_report
from runners.options import OptionError, unknown_options

#: Jobs whose results the report shows.
_REPORTED: Final = frozenset({"ingest", "replay", "backfill"})
_EXIT_OK: Final = 0
_EXIT_USAGE: Final = 2

_EPILOG: Final = """\
settings: a flag beats the environment (TRACEO_ and the name in capitals, as TRACEO_BATCH_ROWS), which beats
the file (--config, TRACEO_CONFIG or ./traceo.toml), which beats the default.
Options of Apache Beam, as --direct_num_workers=4, are passed on; unknown options are refused.
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The settings of the job that is the last word of ``parser.prog``; options of Beam are left over."""
    job = parser.prog.split()[-1]
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.allow_abbrev = False
    parser.set_defaults(run=_run, job=job, takes_more=True)
    parser.add_argument("--config", metavar="FILE", help="TOML file with settings")
    ownlogs.add_flags(parser)
    settings.add_flags(parser, job)


def _run(arguments: argparse.Namespace) -> int:
    rest = arguments.rest
    try:
        unknown = unknown_options(rest)
    except OptionError as error:
        return _refuse(str(error))
    if unknown:
        return _refuse(f"unknown option {unknown[0]!r}; see: {arguments.chosen} --help")
    chosen = settings.load(vars(arguments), os.environ, arguments.config)
    job = importlib.import_module(f"pipelines.{arguments.job}")
    with contextlib.nullcontext() if chosen.endless else console.watching():
        summary: dict[str, Any] = job.run(chosen, rest)
        if arguments.job in _REPORTED and not chosen.endless and "published" not in summary:
            write_report(chosen.output)
        elif arguments.job == "logs" and not chosen.endless:
            write_logs_report(chosen.output)
    console.show_summary(summary, chosen.output)
    return _EXIT_OK


def _refuse(message: str) -> int:
    print(f"traceo: {message}", file=sys.stderr)
    return _EXIT_USAGE
