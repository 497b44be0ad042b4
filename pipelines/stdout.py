"""Standard output that takes nothing any more: its reader has gone, or its disk is full."""

import contextlib
import io
import os
import sys


def discard_rest() -> None:
    """What is left to flush goes nowhere; else Python would fail once more at its end, with another code."""
    with contextlib.suppress(io.UnsupportedOperation):  # it is no file, and cannot fail
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
