"""``traceo compliance``: what an auditor asks of a result of the logs job."""

import argparse

from report.compliancepage import write_compliance


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The result."""
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--output", default="out", metavar="FOLDER", help="folder of the result (default: out)"
    )


def _run(arguments: argparse.Namespace) -> int:
    for path in write_compliance(arguments.output):
        print(f"wrote {path}")
    return 0
