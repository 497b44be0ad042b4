"""The command line: ``traceo``."""

import argparse
import contextlib
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final, TextIO

from actions.errors import ActionError
from anomaly.detector import KNOWN, DetectorError, detector_named
from connectors.errors import InputError, OutputError
from pipelines import ownlogs, redactcommand, redactioneval, stack, trainmodel, watch
from pipelines import settings as settings_module
from pipelines.setting import SettingError
from pipelines.settings import SEMANTICS, Settings
from schemas.contract import ContractError
from security.keys import KeyFileError
from security.model.store import ModelError
from security.policy import PolicyError
from security.seal import SealError
from telemetry.logs import shutdown

Command = Callable[[argparse.Namespace, list[str]], int]
Job = Callable[[Settings, list[str]], dict[str, Any]]

#: What a person can mend: said in one line.
MENDABLE: Final = (
    SettingError,
    InputError,
    OutputError,
    ContractError,
    SealError,
    KeyFileError,
    PolicyError,
    ModelError,
    trainmodel.TrainingError,
    DetectorError,
    ActionError,
)
#: Jobs whose results the report shows.
_REPORTED: Final = frozenset({"ingest", "replay", "backfill"})
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
    ownlogs.begin(_version(), arguments, own_process=argv is None)
    try:
        return int(arguments.command(arguments, rest))
    except MENDABLE as error:
        return _fail(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes nowhere
        return _EXIT_OK
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was taken over")
    finally:
        if argv is not None:  # a process of somebody else's goes on without our log
            shutdown()


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
    backfill = _job(jobs, "backfill", "archives, topics or tables through the path again, a piece at a time")
    backfill.set_defaults(command=_run_backfill)
    traces = _job(jobs, "traces", "spans to whole traces: critical paths, service graph, RED, a sample")
    traces.set_defaults(command=_run_traces)
    logs = _job(jobs, "logs", "logs of any form to records of one form, without personal data or secrets")
    logs.set_defaults(command=_run_logs)

    report = commands.add_parser("report", help="write the report of a result again")
    report.add_argument(
        "--output", default="out", metavar="FOLDER", help="folder of the result (default: out)"
    )
    report.set_defaults(command=_report)
    compliance = commands.add_parser(
        "compliance", help="what was found in logs, what became of it, and what would be missed"
    )
    compliance.add_argument(
        "--output", default="out", metavar="FOLDER", help="folder of the result (default: out)"
    )
    compliance.set_defaults(command=_compliance)

    _tools(commands)
    redactcommand.add_command(commands)
    stack.add_commands(commands)
    watch_command = commands.add_parser(
        "watch", help="look at the servers of a change stream, for Prometheus or once"
    )
    watch.add_flags(watch_command)
    watch_command.set_defaults(command=_watch)
    bench = commands.add_parser(
        "bench", help="measure the path, side by side with its limit and a plain loop"
    )
    bench.add_argument(
        "what", nargs="?", choices=("metrics", "logs"), default="metrics", help="(default: metrics)"
    )
    bench.add_argument("--records", type=int, default=2_000_000, metavar="N", help="(default: 2000000)")
    bench.add_argument("--rounds", type=int, default=3, metavar="N", help="interleaved rounds (default: 3)")
    bench.add_argument("--sample", default="samples/trainticket", metavar="PATH", help="what is multiplied")
    bench.add_argument("--json", metavar="FILE", help="write the ratios to FILE")
    bench.add_argument("--no-spans", action="store_true", help="the path over records alone")
    bench.add_argument("--memory", action="store_true", help="also peak memory at five times the records")
    bench.set_defaults(command=_bench)
    return parser


def _tools(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Commands that look at files, without a job."""
    export = commands.add_parser("export", help="a result in another form")
    export.set_defaults(command=_show_help(export))
    forms = export.add_subparsers(title="forms", metavar="FORM")
    openmetrics = forms.add_parser(
        "openmetrics", help="newest values and exemplars of a result, as Prometheus scrapes them"
    )
    openmetrics.add_argument("--result", default="out", metavar="FOLDER", help="(default: out)")
    openmetrics.add_argument("--output", metavar="FILE", help="(default: standard output)")
    openmetrics.add_argument("--listen", metavar="[HOST:]PORT", help="serve it on http (host: 127.0.0.1)")
    openmetrics.set_defaults(command=_export_openmetrics)

    trace = commands.add_parser("trace", help="look at the traces of a file")
    trace.set_defaults(command=_show_help(trace))
    looks = trace.add_subparsers(title="looks", metavar="LOOK")
    path = looks.add_parser("critical-path", help="what each trace of a file waited for")
    path.add_argument("file", metavar="FILE", help="spans (OTLP in JSON or Protocol Buffers, JSON of Jaeger)")
    path.add_argument("--semantics", default="jaeger", choices=SEMANTICS, help="(default: jaeger)")
    path.add_argument("--trace-id", metavar="ID", help="of this trace alone")
    path.add_argument("--json", action="store_true", help="as JSON: span id, start and end (epoch ns)")
    path.set_defaults(command=_critical_path)

    evaluate = commands.add_parser("evaluate", help="hold the anomalies of a result against known faults")
    evaluate.add_argument("--result", default="out", metavar="FOLDER", help="(default: out)")
    evaluate.add_argument("--marks-file", required=True, metavar="FILE", help="JSON list of {start, pod, …}")
    evaluate.add_argument("--within", type=float, default=300.0, metavar="SECONDS", help="(default: 300)")
    evaluate.add_argument("--json", action="store_true", help="as JSON")
    evaluate.set_defaults(command=_evaluate)

    trains = commands.add_parser("train", help="train what comes with this package")
    trains.set_defaults(command=_show_help(trains))
    things = trains.add_subparsers(title="things", metavar="THING")
    trainmodel.add_command(things).set_defaults(command=_train_model)

    measures = commands.add_parser("measure", help="how good a part is, on sets that it generates")
    measures.set_defaults(command=_show_help(measures))
    parts = measures.add_subparsers(title="parts", metavar="PART")
    redaction = parts.add_parser("redaction", help="the detectors of personal data and secrets")
    redactioneval.add_flags(redaction)
    redaction.set_defaults(command=_measure_redaction)

    score = commands.add_parser("score", help="score the series in a CSV file (columns timestamp, value)")
    score.add_argument("file", metavar="FILE.csv")
    score.add_argument("--detector", default="robust", metavar="NAME", help=f"{KNOWN} (default: robust)")
    score.add_argument("--output", metavar="FILE", help="(default: standard output)")
    score.set_defaults(command=_score)


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
    ownlogs.add_flags(job)
    settings_module.add_flags(job, name)
    return job


def _run_ingest(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import ingest

    return _run(ingest.run, arguments, rest)


def _run_replay(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import replay

    return _run(replay.run, arguments, rest)


def _run_backfill(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import backfill

    return _run(backfill.run, arguments, rest)


def _run_traces(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import traces

    return _run(traces.run, arguments, rest)


def _run_logs(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import logs

    return _run(logs.run, arguments, rest)


def _run(job: Job, arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import console
    from pipelines.summary import Unbalanced
    from report.logspage import write_logs_report
    from report.page import write_report
    from runners.direct import JobError
    from runners.flink.rest import FlinkError
    from runners.options import OptionError, unknown_options
    from runners.prism.server import PrismError

    try:
        unknown = unknown_options(rest)
    except OptionError as error:
        return _fail(str(error), _EXIT_USAGE)
    if unknown:
        return _fail(f"unknown option {unknown[0]!r}; see: traceo run {arguments.job} --help", _EXIT_USAGE)
    settings = settings_module.load(vars(arguments), os.environ, arguments.config)
    try:
        with contextlib.nullcontext() if settings.endless else console.watching():
            summary = job(settings, rest)
            if arguments.job in _REPORTED and not settings.endless and "published" not in summary:
                write_report(settings.output)
            elif arguments.job == "logs" and not settings.endless:
                write_logs_report(settings.output)
    except (JobError, Unbalanced, FlinkError, PrismError) as error:
        return _fail(str(error))
    console.show_summary(summary, settings.output)
    return _EXIT_OK


def _export_openmetrics(arguments: argparse.Namespace, rest: list[str]) -> int:
    from connectors.openmetrics import exposition
    from pipelines.serve import serve_openmetrics

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo export openmetrics --help", _EXIT_USAGE)
    if arguments.listen:
        serve_openmetrics(Path(arguments.result), arguments.listen)
        return _EXIT_OK
    with _output(arguments.output) as out:
        out.write(exposition(Path(arguments.result)).decode())
    return _EXIT_OK


def _critical_path(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import console
    from pipelines.criticalpaths import as_rows, critical_path_of_file

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo trace critical-path --help", _EXIT_USAGE)
    paths = critical_path_of_file(Path(arguments.file), arguments.semantics, arguments.trace_id)
    if arguments.json:
        rows = as_rows(paths, arguments.semantics)
        print(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2))
    else:
        console.show_critical_paths(paths)
    return _EXIT_OK


def _evaluate(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import console
    from pipelines.evaluate import evaluate

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo evaluate --help", _EXIT_USAGE)
    if not 0 < arguments.within < math.inf:
        return _fail("--within: name a number of seconds above 0", _EXIT_USAGE)
    figures = evaluate(Path(arguments.result), arguments.marks_file, arguments.within)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        console.show_evaluation(figures)
    return _EXIT_OK


def _train_model(arguments: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo train redaction-model --help", _EXIT_USAGE)
    return trainmodel.run(arguments)


def _measure_redaction(arguments: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo measure redaction --help", _EXIT_USAGE)
    return redactioneval.run(arguments)


def _score(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines.scorefile import score_file

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo score --help", _EXIT_USAGE)
    detector = detector_named(arguments.detector)
    with _output(arguments.output) as out:
        counts = score_file(Path(arguments.file), detector, out)
    if arguments.output:
        print(f"wrote {arguments.output}: " + ", ".join(f"{label} {n:,}" for label, n in counts.items()))
    return _EXIT_OK


@contextlib.contextmanager
def _output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there only when all went well."""
    if path is None:
        yield sys.stdout
        return
    partial = Path(path + ".partial")
    try:
        with partial.open("w", encoding="utf-8") as stream:
            yield stream
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _report(arguments: argparse.Namespace, rest: list[str]) -> int:
    from report.logspage import is_of_logs, write_logs_report
    from report.page import write_report

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo report --help", _EXIT_USAGE)
    folder = Path(arguments.output)
    written = write_logs_report(folder) if is_of_logs(folder) else [write_report(folder)]
    for path in written:
        print(f"wrote {path}")
    return _EXIT_OK


def _compliance(arguments: argparse.Namespace, rest: list[str]) -> int:
    from report.compliancepage import write_compliance

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo compliance --help", _EXIT_USAGE)
    for path in write_compliance(arguments.output):
        print(f"wrote {path}")
    return _EXIT_OK


def _watch(arguments: argparse.Namespace, rest: list[str]) -> int:
    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo watch --help", _EXIT_USAGE)
    return watch.run(arguments)


def _bench(arguments: argparse.Namespace, rest: list[str]) -> int:
    from pipelines import bench, benchlogs

    if rest:
        return _fail(f"unknown option {rest[0]!r}; see: traceo bench --help", _EXIT_USAGE)
    if arguments.records < 1 or arguments.rounds < 1:
        return _fail("--records and --rounds: the least is 1", _EXIT_USAGE)
    if arguments.what == "logs":
        return benchlogs.run(arguments.sample, arguments.records, arguments.rounds, arguments.json)
    return bench.run(
        arguments.sample,
        arguments.records,
        arguments.rounds,
        arguments.json,
        memory=arguments.memory,
        with_spans=not arguments.no_spans,
    )
