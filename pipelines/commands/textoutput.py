"""Where a command writes text."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from connectors.errors import OutputError


@contextlib.contextmanager
def text_output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there only when all went well. Raises OutputError."""
    if path is None:
        yield sys.stdout
        return
    partial = Path(path + ".partial")
    try:
        with partial.open("w", encoding="utf-8") as stream:
            yield stream
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
