"""Times as logs write them → epoch nanoseconds; what names no zone is in the zone that the caller names."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final

MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
#: ISO 8601 and RFC 3339 with what people make of them: year, month, day, hour, minute, second, fraction,
#: zone.
ISO: Final = (
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[Tt]|[ _]{1,2})(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?"
    r"(?: ?(Z|z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?"
)
_ISO: Final = re.compile(ISO)
_NUMBER: Final = re.compile(r"(\d{9,19})(?:\.(\d{1,9})\d*)?")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LARGEST: Final = 2**63 - 1
#: Nanoseconds of one unit, by how many digits whole numbers of our time have: s, ms, µs, ns.
_UNITS: Final = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3))
_OLDEST: Final = 10**8  # seconds: what is less is no time of day, but a duration or a count


def nanos(  # noqa: PLR0917  a time has as many parts
    year: int, month: int, day: int, clock: str, fraction: str | None, offset: str | None, zone: tzinfo = UTC
) -> int | None:
    """Epoch nanoseconds of ``clock`` (``hh:mm:ss``) of a day; ``None`` if there is no such time."""
    start = _midnight(year, month, day)
    if start is None:
        return None
    hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:8])
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004  a leap second is one
        return None
    seconds = start + hour * 3600 + minute * 60 + second
    seconds -= _offset(offset) if offset else 0 if zone is UTC else _zone_offset(zone, seconds // 900)
    found = seconds * 1_000_000_000 + (int(fraction.ljust(9, "0")) if fraction else 0)
    return found if 0 < found <= _LARGEST else None


@lru_cache(1024)
def _midnight(year: int, month: int, day: int) -> int | None:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * 86_400
    except ValueError:
        return None


@lru_cache(1024)
def _offset(text: str) -> int:
    if text[0] not in "+-":
        return 0
    seconds = int(text[1:3]) * 3600 + int(text[-2:]) * 60
    return -seconds if text[0] == "-" else seconds


@lru_cache(4096)
def _zone_offset(zone: tzinfo, quarter: int) -> int:
    """Seconds east of Greenwich, in a quarter of an hour of local time since 1970."""
    local = datetime(1970, 1, 1) + timedelta(minutes=15 * quarter)  # noqa: DTZ001  local time is what is asked for
    offset = local.replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def of_iso(match: "re.Match[str]", first: int, zone: tzinfo) -> int | None:
    """Epoch nanoseconds of what :data:`ISO` matched, its groups being from ``first`` on."""
    year, month, day, hour, minute, second, fraction, offset = match.groups()[first - 1 : first + 7]
    return nanos(int(year), int(month), int(day), f"{hour}:{minute}:{second}", fraction, offset, zone)


def of_number(number: float | str) -> int | None:
    """Epoch nanoseconds of seconds, milliseconds, microseconds or nanoseconds, told by their size."""
    match = _NUMBER.fullmatch(str(number) if not isinstance(number, float) else f"{number:.6f}")
    if match is None:
        return None
    whole, fraction = int(match[1]), match[2]
    if whole < _OLDEST:
        return None
    for below, unit in _UNITS:
        if whole < below:
            part = int(fraction.ljust(9, "0")) * unit // 10**9 if fraction else 0
            return whole * unit + part
    return whole if whole <= _LARGEST else None


def of_value(value: Any, zone: tzinfo = UTC) -> int | None:
    """Epoch nanoseconds of what a JSON record has for a time; ``None`` if it is none."""
    if isinstance(value, str):
        match = _ISO.fullmatch(value.strip())
        return of_iso(match, 1, zone) if match is not None else of_number(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return of_number(value)
