"""``traceo export openmetrics``: a result as Prometheus scrapes it, written or served."""

import argparse
from pathlib import Path

from connectors.openmetrics import exposition
from pipelines.commands.textoutput import text_output
from pipelines.serve import serve_openmetrics


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The result, and where to."""
    parser.set_defaults(run=_run)
    parser.add_argument("--result", default="out", metavar="FOLDER", help="(default: out)")
    parser.add_argument("--output", metavar="FILE", help="(default: standard output)")
    parser.add_argument("--listen", metavar="[HOST:]PORT", help="serve it on http (host: 127.0.0.1)")


def _run(arguments: argparse.Namespace) -> int:
    if arguments.listen:
        serve_openmetrics(Path(arguments.result), arguments.listen)
        return 0
    with text_output(arguments.output) as out:
        out.write(exposition(Path(arguments.result)).decode())
    return 0
