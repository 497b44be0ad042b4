"""What our own processes log, redacted with all detectors that streams are redacted with."""

import argparse
import logging
import os
from typing import Final

from telemetry.logs import Form, configure

LEVELS: Final = ("debug", "info", "warning", "error", "critical")


def redacted(text: str) -> str:
    """``text`` without personal data and secrets, also those that hide in it: a bug may quote any record."""
    from security.loaded import load_redactor  # most commands log nothing, and need no detectors

    return load_redactor("all", model="off").redact(text).text or ""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """``--verbose``, ``--log-level`` and ``--log-format``."""
    parser.add_argument("--verbose", action="store_true", help="show the runner's log")
    parser.add_argument(
        "--log-level", choices=LEVELS, help="what is logged at least (default: error; with --verbose: info)"
    )
    parser.add_argument(
        "--log-format", choices=[form.value for form in Form], default=Form.TEXT.value, help="(default: text)"
    )


def begin(service_version: str, arguments: argparse.Namespace, *, own_process: bool) -> None:
    """Log to standard error as the flags say; a command without them logs errors, as text.

    ``own_process``: also what nobody catches, for its text may quote data.
    """
    verbose = getattr(arguments, "verbose", False)
    configure(
        "traceo",
        redact=redacted,
        level=getattr(arguments, "log_level", None) or ("info" if verbose else "error"),
        form=getattr(arguments, "log_format", Form.TEXT),
        resource={"service.version": service_version, "process.pid": os.getpid()},
        hooks=own_process,
    )
    if not verbose:  # what a person can mend is said in one line, and a bug raises
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
