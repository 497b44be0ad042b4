"""Small text files that settings name: passwords, certificates, keys."""

from pathlib import Path

from connectors.errors import InputError


def read_text_file(file: str, name: str) -> str:
    """The text in ``file`` without white space around it; ``name``: what an error calls it.

    Raises InputError; the text is never in its message.
    """
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(f"{name} {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name} {file}: it is no UTF-8") from error
