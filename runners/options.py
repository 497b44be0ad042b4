"""Options of Apache Beam itself, which are passed on to the runner."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from apache_beam.options.pipeline_options import PipelineOptions


class OptionError(ValueError):
    """An option of Beam with a value that it does not take; the message names it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OptionError(message)


def unknown_options(arguments: Sequence[str]) -> list[str]:
    """Those of ``arguments`` that no option class of Beam knows. Raises :class:`OptionError`."""
    parser = _Parser(add_help=False, allow_abbrev=False, conflict_handler="resolve")
    pending: list[type[PipelineOptions]] = [PipelineOptions]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind is not PipelineOptions and hasattr(kind, "_add_argparse_args"):
            kind._add_argparse_args(parser)  # noqa: SLF001  Beam's own hook for option classes
    return parser.parse_known_args(list(arguments))[1]
