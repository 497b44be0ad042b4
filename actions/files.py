"""Files that are there as a whole or not at all."""

import os
from pathlib import Path

from actions.errors import ActionError


def replace_file(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, in place of what was there. Raises :class:`ActionError`."""
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise ActionError(f"{path}: {error.strerror}") from error
