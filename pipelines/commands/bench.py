"""``traceo bench``: how fast, side by side with a limit and with what a user would write."""

import argparse
import sys

from pipelines import bench, benchlogs


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What is measured, how much of it, and how often."""
    parser.set_defaults(run=_run)
    parser.add_argument(
        "what", nargs="?", choices=("metrics", "logs"), default="metrics", help="(default: metrics)"
    )
    parser.add_argument("--records", type=int, default=2_000_000, metavar="N", help="(default: 2000000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="interleaved rounds (default: 3)")
    parser.add_argument("--sample", default="samples/trainticket", metavar="PATH", help="what is multiplied")
    parser.add_argument("--json", metavar="FILE", help="write the ratios to FILE")
    parser.add_argument("--no-spans", action="store_true", help="the path over records alone")
    parser.add_argument("--memory", action="store_true", help="also peak memory at five times the records")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.records < 1 or arguments.rounds < 1:
        print("traceo: --records and --rounds: the least is 1", file=sys.stderr)
        return 2
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
