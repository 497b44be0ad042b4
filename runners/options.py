"""Options of Apache Beam itself, which are passed on to the runner."""

import argparse
from collections.abc import Sequence

from apache_beam.options.pipeline_options import PipelineOptions


def unknown_options(arguments: Sequence[str]) -> list[str]:
    """Those of ``arguments`` that no option class of Beam knows."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, conflict_handler="resolve")
    pending: list[type[PipelineOptions]] = [PipelineOptions]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind is not PipelineOptions and hasattr(kind, "_add_argparse_args"):
            kind._add_argparse_args(parser)  # noqa: SLF001  Beam's own hook for option classes
    return parser.parse_known_args(list(arguments))[1]
