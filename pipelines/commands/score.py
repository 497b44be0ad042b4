"""``traceo score``: the series in a CSV file, scored without a pipeline."""

import argparse
from pathlib import Path

from anomaly.detector import KNOWN, detector_named
from pipelines.commands.textoutput import text_output
from pipelines.scorefile import score_file


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The file, and what scores it."""
    parser.set_defaults(run=_run)
    parser.add_argument("file", metavar="FILE.csv")
    parser.add_argument("--detector", default="robust", metavar="NAME", help=f"{KNOWN} (default: robust)")
    parser.add_argument("--output", metavar="FILE", help="(default: standard output)")


def _run(arguments: argparse.Namespace) -> int:
    detector = detector_named(arguments.detector)
    with text_output(arguments.output) as out:
        counts = score_file(Path(arguments.file), detector, out)
    if arguments.output:
        print(f"wrote {arguments.output}: " + ", ".join(f"{label} {n:,}" for label, n in counts.items()))
    return 0
