"""A disk that can be full: a file system in memory, mounted where a server keeps its data."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SIZE: Final = 2 * 2**30  # bytes it may take, and takes only as it is filled
_LEFT: Final = 2**20


class SmallDisk:
    """What is mounted at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self) -> None:
        """Leave next to nothing free."""
        status = os.statvfs(self._folder)
        self._resize((status.f_blocks - status.f_bfree) * status.f_frsize + _LEFT)

    def free(self) -> None:
        """There is room again."""
        self._resize(_SIZE)

    def _resize(self, size: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self._folder)], check=True)  # noqa: S607


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """A disk mounted at ``folder``; None where we may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "traceo", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607
