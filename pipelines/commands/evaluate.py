"""``traceo evaluate``: the anomalies of a result, held against known faults."""

import argparse
import json
import math
import sys
from pathlib import Path

from pipelines import console
from pipelines.evaluate import evaluate


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The result, and the faults."""
    parser.set_defaults(run=_run)
    parser.add_argument("--result", default="out", metavar="FOLDER", help="(default: out)")
    parser.add_argument("--marks-file", required=True, metavar="FILE", help="JSON list of {start, pod, …}")
    parser.add_argument("--within", type=float, default=300.0, metavar="SECONDS", help="(default: 300)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _run(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.within < math.inf:
        print("traceo: --within: name a number of seconds above 0", file=sys.stderr)
        return 2
    figures = evaluate(Path(arguments.result), arguments.marks_file, arguments.within)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        console.show_evaluation(figures)
    return 0
