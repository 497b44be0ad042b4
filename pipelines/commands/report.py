"""``traceo report``: the report of a result, written again."""

import argparse
from pathlib import Path

from report.logspage import is_of_logs, write_logs_report
from report.page import write_report


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The result."""
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--output", default="out", metavar="FOLDER", help="folder of the result (default: out)"
    )


def _run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.output)
    written = write_logs_report(folder) if is_of_logs(folder) else [write_report(folder)]
    for path in written:
        print(f"wrote {path}")
    return 0
