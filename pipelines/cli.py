"""The command line: ``traceo``."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any, Final

from connectors.errors import InputError, OutputError
from pipelines import settings as settings_module
from pipelines.settings import SettingError, Settings
from schemas.contract import ContractError
from security.seal import SealError

Command = Callable[[argparse.Namespace, list[str]], int]
Job = Callable[[Settings, list[str]], dict[str, Any]]

_EXIT_OK: Final = 0
_EXIT_FAILED: Final = 1
_EXIT_USAGE: Final = 2

_EPILOG: Final = """\
settings: a flag beats the environment (TRACEO_ and the name in capitals, as TRACEO_BATCH_ROWS), which beats
the file (--config, TRACEO_CONFIG or ./traceo.toml), which beats the default.
Options of Apache Beam, as --direct_num_workers=4, are passed on; unknown options are refused.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.ERROR)
    if not arguments.verbose:  # what a person can mend is said in one line, and a bug raises
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    try:
        return int(arguments.command(arguments, rest))
    except (SettingError, InputError, OutputError, ContractError, SealError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was taken over")


def _fail(message: str, code: int = _EXIT_FAILED) -> int:
    print(f"traceo: {message}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="traceo",
        description="Telemetry as it changes goes in, telemetry that can be trusted comes out.",
        epilog="start with: traceo run ingest --input samples/trainticket",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"traceo {_version()}")
    parser.set_defaults(command=_show_help(parser), verbose=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    run = commands.add_parser("run", help="run a job", description="Run a job to its end.")
    run.set_defaults(command=_show_help(run))
    jobs = run.add_subparsers(title="jobs", metavar="JOB")
    ingest = _job(jobs, "ingest", "a change stream to clean events and everything that was not clean")
    ingest.set_defaults(command=_run_ingest)
    replay = _job(jobs, "replay", "dead letters of an earlier run through the path again, after a fix")
    replay.set_defaults(command=_run_replay)

    report = commands.add_parser("report", help="write the report of a result again")
    report.add_argument(
        "--output", default="out", metavar="FOLDER", help="folder of the result (default: out)"
    )
    report.set_defaults(command=_report)

    bench = commands.add_parser(
        "bench", help="measure the path, side by side with its limit and a plain loop"
    )
    bench.add_argument("--records", type=int, default=2_000_000, metavar="N", help="(default: 2000000)")
    bench.add_argument("--rounds", type=int, default=3, metavar="N", help="interleaved rounds (default: 3)")
    bench.add_argument("--sample", default="samples/trainticket", metavar="PATH", help="what is multiplied")
    bench.add_argument("--json", metavar="FILE", help="write the ratios to FILE")
    bench.add_argument("--memory", action="store_true", help="also peak memory at five times the records")
    bench.set_defaults(command=_bench)
    return parser


def _version() -> str:
    try:
        return metadata.version("traceo-dataflow")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _show_help(parser: argparse.ArgumentParser) -> Command:
    def command(arguments: argparse.Namespace, rest: list[str]) -> int:
        if rest:
            return _fail(f"unknown option {rest[0]!r}; see: {parser.prog} --help", _EXIT_USAGE)
        parser.print_help()
        return _EXIT_USAGE

    return command


def _job(
    jobs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    job = jobs.add_parser(
        name,
        help=text,
        description=f"Job {name}: {text}.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    job.set_defaults(job=name)
    job.add_argument("--config", metavar="FILE", help="TOML file with settings")
    job.add_argument("--verbose", action="store_true", help="show the runner's log")
    settings_module.add_flags(job)
    return job


def _run_ingest(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import ingest

    return _run(ingest.run, arguments, rest)


def _run_replay(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import replay

    return _run(replay.run, arguments, rest)


def _run(job: Job, arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import console
    from pipelines.report import write_report
    from pipelines.summary import Unbalanced
    from runners.direct import JobError
    from runners.options import OptionError, unknown_options

    try:
        unknown = unknown_options(rest)
    except OptionError as error:
        return _fail(str(error), _EXIT_USAGE)
    if unknown:
        return _fail(f"unknown option {unknown[0]!r}; see: traceo run {arguments.job} --help", _EXIT_USAGE)
    settings = settings_module.load(vars(arguments), os.environ, arguments.config)
    try:
        with console.watching():
            summary = job(settings, rest)
            write_report(settings.output)
    except (JobError, Unbalanced) as error:
        return _fail(str(error))
    console.show_summary(summary, settings.output)
    return _EXIT_OK


def _report(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines.report import write_report

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo report --help", _EXIT_USAGE)
    print(f"wrote {write_report(arguments.output)}")
    return _EXIT_OK


def _bench(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import bench

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo bench --help", _EXIT_USAGE)
    if arguments.records < 1 or arguments.rounds < 1:
        return _fail("--records and --rounds: the least is 1", _EXIT_USAGE)
    return bench.run(
        arguments.sample, arguments.records, arguments.rounds, arguments.json, memory=arguments.memory
    )
