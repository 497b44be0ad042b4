"""One setting: how it is declared, and whether a value is good for it."""

import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import field
from typing import Any, Final

_MOST: Final = 1_000_000_000  # records, bytes or seconds


class SettingError(ValueError):
    """A setting that cannot be used; the message names it and the fix."""


def setting(
    default: Any,
    text: str,
    *,
    at_least: float | None = None,
    at_most: float = _MOST,
    choices: Sequence[str] = (),
    form: str = "",
    form_text: str = "",
    items: str = "",
    jobs: Sequence[str] = ("ingest", "replay", "backfill"),
) -> Any:
    """A field of settings: its default, what it is, what it may be, and which jobs know it.

    ``items``: what is listed, if it is a list.
    """
    metadata = {
        "help": text,
        "at_least": at_least,
        "at_most": at_most,
        "choices": tuple(choices),
        "form": form,
        "form_text": form_text,
        "items": items,
        "jobs": tuple(jobs),
    }
    return field(default=default, metadata=metadata)


def checked(setting: "dataclasses.Field[Any]", origin: str, value: Any) -> Any:
    """``value`` as the setting wants it. Raises :class:`SettingError`, which names ``origin``."""
    if setting.metadata["items"]:
        return _paths(origin, value)
    if setting.type is bool:
        return _boolean(origin, value)
    if setting.type in (int, float):
        return _number(setting, origin, value)
    if not isinstance(value, str):
        raise SettingError(f"{origin}: {value!r} is not a text")
    choices = setting.metadata["choices"]
    if choices and value not in choices:
        raise SettingError(f"{origin}: {value!r} is unknown; known: {', '.join(choices)}")
    form = setting.metadata["form"]
    if form and re.fullmatch(form, value) is None:
        raise SettingError(f"{origin}: {value!r} is not {setting.metadata['form_text']}")
    return value


def _paths(origin: str, value: Any) -> tuple[str, ...]:
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) and path for path in paths):
        raise SettingError(f"{origin}: {value!r} does not name files or folders")
    return tuple(paths)


def _number(setting: "dataclasses.Field[Any]", origin: str, value: Any) -> Any:
    whole = setting.type is int
    try:
        if isinstance(value, bool) or (whole and isinstance(value, float)):
            raise ValueError
        number = int(value) if whole else float(value)
    except (TypeError, ValueError):
        raise SettingError(f"{origin}: {value!r} is not {'a whole' if whole else 'a'} number") from None
    least, most = setting.metadata["at_least"], setting.metadata["at_most"]
    if math.isnan(number):
        raise SettingError(f"{origin}: {value!r} is not a number")
    if number < least:
        raise SettingError(f"{origin}: {value} is too small; the least is {least}")
    if number > most:
        raise SettingError(f"{origin}: {value} is too large; the most is {most}")
    return number


def _boolean(origin: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    truth = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in truth:
        raise SettingError(f"{origin}: {value!r} is neither true nor false")
    return truth[str(value).lower()]
