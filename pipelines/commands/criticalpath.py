"""``traceo trace critical-path``: what each trace of a file waited for."""

import argparse
import json
from pathlib import Path

from pipelines import console
from pipelines.criticalpaths import as_rows, critical_path_of_file
from pipelines.settings import SEMANTICS


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The file, and what is shown of it."""
    parser.set_defaults(run=_run)
    parser.add_argument(
        "file", metavar="FILE", help="spans (OTLP in JSON or Protocol Buffers, JSON of Jaeger)"
    )
    parser.add_argument("--semantics", default="jaeger", choices=SEMANTICS, help="(default: jaeger)")
    parser.add_argument("--trace-id", metavar="ID", help="of this trace alone")
    parser.add_argument("--json", action="store_true", help="as JSON: span id, start and end (epoch ns)")


def _run(arguments: argparse.Namespace) -> int:
    paths = critical_path_of_file(Path(arguments.file), arguments.semantics, arguments.trace_id)
    if arguments.json:
        rows = as_rows(paths, arguments.semantics)
        print(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2))
    else:
        console.show_critical_paths(paths)
    return 0
