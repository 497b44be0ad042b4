"""The files that inputs name, each once, checked so far as can be done unread."""

from collections.abc import Callable, Iterable
from pathlib import Path

from connectors.errors import InputError


def named_files(
    inputs: Iterable[str],
    in_folder: Callable[[Path], list[Path]],
    check: Callable[[Path], None] = lambda file: None,
    *,
    may_be_empty: bool = False,
) -> list[Path]:
    """Files as they are, of folders what ``in_folder`` finds. Raises InputError, as ``check`` may."""
    files: dict[Path, Path] = {}
    for name in inputs:
        if not name:
            raise InputError("an input without a name; name files or folders")
        path = Path(name)
        try:
            for file in in_folder(path) if path.is_dir() else [path]:
                check(file)
                with file.open("rb") as stream:
                    if not stream.read(1) and not may_be_empty:
                        raise InputError(f"{file}: the file is empty")
                files.setdefault(file.resolve(), file)
        except OSError as error:
            raise InputError(f"{error.filename or path}: {error.strerror}") from error
    return list(files.values())
