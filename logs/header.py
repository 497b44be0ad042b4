"""The begin of a line of text → when it was written, how severe it is, and what else it says of itself.

Only the first bytes of a line are looked at, by patterns that are anchored and cannot backtrack far, so that
no line takes long. A time of day alone is no timestamp, nor is one without its year: it stays unknown, unless
the source says when it got the line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from logs.severity import NAMES, SYSLOG, of_name
from logs.times import ISO, MONTHS, nanos, of_iso, of_number

#: Characters of a line that are looked at.
LOOKED_AT: Final = 512
_SYSLOG_FACILITIES: Final = 8


@dataclass(slots=True)
class Header:
    """What a line says of itself; ``body``: where its text begins, in characters."""

    timestamp_ns: int | None = None
    severity: int = 0
    severity_text: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    body: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """What fills in what a time leaves out: a zone, and about when it was (epoch ms; -1: unknown)."""

    zone: tzinfo = UTC
    about_ms: int = -1


Read = Callable[["re.Match[str]", Clock], Header]


def read_header(line: str, clock: Clock) -> Header:
    """The header of ``line``; an empty one if it has none."""
    head = line[:LOOKED_AT]
    first = head[:1]
    if not first.isascii():
        return Header()
    for pattern, read in _BY_FIRST.get(_kind(first), ()):
        match = pattern.match(head)
        if match is not None:
            found = read(match, clock)
            if not found.severity:
                _read_level(head, match.end(), found)
            return found
    found = Header(_logfmt(head, clock) if _LOGFMT.match(head) else None)
    _read_level(head, 0, found)
    return found


def _kind(first: str) -> str:
    return "9" if first.isdigit() else "A" if first.isalpha() else first


#: A word in capitals that stands alone; what is before and behind it is looked at afterwards.
_CAPITALS: Final = re.compile(r"[A-Z]{3,13}")
_JOINED_BEFORE: Final = re.compile(r"[\w/.$=-]")
_JOINED_BEHIND: Final = re.compile(r"[\w/=.-]|\s+=")
_BRACKETS: Final = re.compile(r"\[\s?([A-Za-z]{1,13})\s{0,8}\]")
_ANGLES: Final = re.compile(r"<([A-Za-z]{3,13})>")
_FIELD: Final = re.compile(r"(?:level|lvl|severity)=[\"']?([A-Za-z]{1,13})")
#: ``12:00:00 error: …``, ``warning: …`` at the very begin, ``E/Tag`` of Android, ``fail: `` of .NET.
_AT_BEGIN: Final = re.compile(
    r"[\s\[\]:|-]*(?:([A-Za-z]{3,13})(?=:|\s+-\s|\s*\|)|([DIWEFTV])(?=/[\w.$-]+[(: ]))"
)
_LEVEL_WITHIN: Final = 120  # characters behind the time in which a level is looked for
_LOGFMT_TIME: Final = re.compile(
    rf"(?:^|\s)(?:time|ts|timestamp)=[\"']?(?:{ISO}|(\d{{9,19}}(?:\.\d{{1,9}})?))"
)
_LOGFMT: Final = re.compile(r"[a-z_.]{1,32}=[\"\w]")


def _read_level(head: str, begin: int, found: Header) -> None:
    line = head[: begin + _LEVEL_WITHIN].partition("\n")[0]
    where, text = _marked_level(line, begin)
    for word in _CAPITALS.finditer(line, begin, where):
        start, end = word.span()
        if (
            word[0] in NAMES
            and not (start and _JOINED_BEFORE.match(line, start - 1))
            and not _JOINED_BEHIND.match(line, end)
        ):
            text = word[0]
            break
    if text is not None:
        found.severity, found.severity_text = of_name(text), text


def _marked_level(line: str, begin: int) -> tuple[int, str | None]:
    """The first level, in any case, that stands where levels do, and its place; else the end of ``line``."""
    match = _AT_BEGIN.match(line, begin)
    if match is not None and (word := match[1] or match[2]).upper() in NAMES:
        return match.start(), word
    for mark, pattern in (("[", _BRACKETS), ("=", _FIELD), ("<", _ANGLES)):
        if mark in line:
            for match in pattern.finditer(line, begin):
                if match[1].upper() in NAMES:
                    return match.start(), match[1]
    return len(line), None


def _logfmt(head: str, clock: Clock) -> int | None:
    """The time of a line of ``key=value`` pairs."""
    match = _LOGFMT_TIME.search(head)
    if match is None:
        return None
    return of_number(match[9]) if match[9] else of_iso(match, 1, clock.zone)


def _iso(match: "re.Match[str]", clock: Clock) -> Header:
    return Header(of_iso(match, 1, clock.zone))


def _epoch(match: "re.Match[str]", clock: Clock) -> Header:
    del clock
    return Header(of_number(match[1]))


def _days_first(match: "re.Match[str]", clock: Clock) -> Header:
    """Day, name of the month, year, time, fraction, zone."""
    day, month, year, time, fraction, offset = match.groups()
    number = MONTHS.get(month.lower())
    if number is None:
        return Header()
    return Header(nanos(int(year), number, int(day), time, fraction, offset, clock.zone))


def _ctime(match: "re.Match[str]", clock: Clock) -> Header:
    """Name of the month, day, time, fraction, year; perhaps a level in brackets, as Apache's errors have."""
    month, day, time, fraction, year = match.groups()[:5]
    number = MONTHS.get(month.lower())
    if number is None:
        return Header()
    found = Header(nanos(int(year), number, int(day), time, fraction, None, clock.zone))
    level = match.group(6) if match.re.groups > 5 else None  # noqa: PLR2004
    if level:
        found.severity, found.severity_text = of_name(level), level
    return found


def _klog(match: "re.Match[str]", clock: Clock) -> Header:
    letter, month, day, time, fraction, thread, file, line = match.groups()
    timestamp = _without_year(int(month), int(day), time, fraction, clock)
    attributes = {"thread.id": int(thread), "code.file.path": file, "code.line.number": int(line)}
    return Header(timestamp, of_name(letter), letter, attributes)


def _without_year(month: int, day: int, time: str, fraction: str | None, clock: Clock) -> int | None:
    """The time that is nearest to when the source got the line; ``None`` if that is not known."""
    if clock.about_ms < 0:
        return None
    about = clock.about_ms * 1_000_000
    year = datetime.fromtimestamp(clock.about_ms / 1000, UTC).year
    found = (nanos(y, month, day, time, fraction, None, clock.zone) for y in (year - 1, year, year + 1))
    return min((ns for ns in found if ns is not None), key=lambda ns: abs(ns - about), default=None)


def _access(match: "re.Match[str]", clock: Clock) -> Header:
    """A line of access; who asked stays in the body alone."""
    day, month, year, time, offset, method, version, status, size = match.groups()
    found = _days_first_of(day, month, year, time, offset, clock)
    if method:
        found.attributes["http.request.method"] = method
    if version:
        found.attributes["network.protocol.version"] = version
    found.attributes["http.response.status_code"] = int(status)
    if size and size != "-":
        found.attributes["http.response.body.size"] = int(size)
    return found


def _days_first_of(day: str, month: str, year: str, time: str, offset: str | None, clock: Clock) -> Header:  # noqa: PLR0917
    number = MONTHS.get(month.lower())
    if number is None:
        return Header()
    return Header(nanos(int(year), number, int(day), time, None, offset, clock.zone))


def _ruby(match: "re.Match[str]", clock: Clock) -> Header:
    return Header(of_iso(match, 1, clock.zone), of_name(match[9]), match[9])


def _priority(found: Header, text: str | None) -> Header:
    if text is not None and int(text) <= 191:  # noqa: PLR2004  23 facilities of 8 severities
        facility, level = divmod(int(text), _SYSLOG_FACILITIES)
        found.severity = SYSLOG[level]
        found.attributes["syslog.facility.code"] = facility
        found.attributes["syslog.severity.code"] = level
    return found


def _syslog_3164(match: "re.Match[str]", clock: Clock) -> Header:
    priority, month, day, time, host, name, pid = match.groups()
    number = MONTHS.get(month.lower())
    if number is None:
        return Header()
    found = _priority(Header(_without_year(number, int(day), time, None, clock)), priority)
    found.resource = {"host.name": host, "service.name": name}
    if pid:
        found.attributes["process.pid"] = int(pid)
    found.body = match.end()
    return found


def _syslog_5424(match: "re.Match[str]", clock: Clock) -> Header:
    found = _priority(Header(of_iso(match, 2, clock.zone) if match[2] else None), match[1])
    host, name, process, message, data = match.groups()[9:14]
    for key, value in (("host.name", host), ("service.name", name)):
        if value != "-":
            found.resource[key] = value
    if process != "-":
        found.attributes["process.pid"] = int(process) if process.isdecimal() else process
    if message != "-":
        found.attributes["syslog.msg.id"] = message
    if data != "-":
        found.attributes["syslog.structured_data"] = data
    found.body = match.end()
    return found


_TIME: Final = r"(\d\d:\d\d:\d\d)"
_OFFSET: Final = r"(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?"
_ACCESS: Final = (
    re.compile(
        r"\S{1,255} \S{1,255} [^\[]{1,255}? ?\[(\d\d)/([A-Za-z]{3})/(\d{4}):"
        rf"{_TIME} ([+-]\d{{4}})\] "
        r'"(?:([A-Z]{3,12}) [^" ]{0,400}(?: HTTP/([\d.]{1,4}))?|[^"]{0,400})" (\d{3}) (\d{1,18}|-)'
    ),
    _access,
)
_ISO_LINE: Final = (re.compile(rf"\[?{ISO}\]?"), _iso)
_EPOCH: Final = (re.compile(r"\[?(1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?)(?=[\s\]:,|])\]?"), _epoch)
_DAY_MONTH: Final = (
    re.compile(
        r"(?:\d{1,9}:[A-Z] )?\[?(?:[A-Z][a-z]{2}, ?)?(\d{1,2})[ /-]([A-Za-z]{3})[ /-](\d{4})"
        rf"[ :]{_TIME}"
        rf"(?:[.,](\d{{1,9}})\d*)?{_OFFSET}\]?"
    ),
    _days_first,
)
_CTIME: Final = (
    re.compile(
        rf"\[?[A-Z][a-z]{{2}} ([A-Z][a-z]{{2}}) {{1,2}}(\d{{1,2}}) {_TIME}(?:\.(\d{{1,9}}))? (\d{{4}})\]?"
        r"(?: \[(?:\w{0,32}:)?([a-z]{3,9})\d?\])?"
    ),
    _ctime,
)
_3164: Final = (
    re.compile(
        rf"(?:<(\d{{1,3}})>)?([A-Z][a-z]{{2}}) ([ \d]\d) {_TIME} (\S{{1,255}}) "
        r"([^\s:\[]{1,64})(?:\[(\d{1,10})\])?: ?"
    ),
    _syslog_3164,
)
_5424: Final = (
    re.compile(
        rf"<(\d{{1,3}})>1 (?:{ISO}|-) (\S{{1,255}}) (\S{{1,64}}) (\S{{1,128}}) (\S{{1,64}}) "
        r'(-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*+")*+\])++)(?: \ufeff?|$)'
    ),
    _syslog_5424,
)
#: ``E, [2024-01-01T12:00:00.000000 #12] ERROR -- app: …``
_RUBY: Final = (re.compile(rf"[DIWEFA], \[{ISO} #\d{{1,10}}\] +([A-Z]{{3,7}}) -- "), _ruby)
_KLOG: Final = (
    re.compile(rf"([IWEF])(\d\d)(\d\d) {_TIME}\.(\d{{1,9}}) +(\d{{1,10}}) ([^:\s]{{1,255}}):(\d{{1,7}})\]"),
    _klog,
)
#: By the kind of the first character: ``9`` a digit, ``A`` a letter, else itself.
_BY_FIRST: Final[dict[str, tuple[tuple["re.Pattern[str]", Read], ...]]] = {
    "9": (_ISO_LINE, _ACCESS, _EPOCH, _DAY_MONTH),
    "[": (_ISO_LINE, _CTIME, _DAY_MONTH, _EPOCH),
    "A": (_KLOG, _RUBY, _3164, _CTIME, _DAY_MONTH, _ACCESS),
    "<": (_5424, _3164),
    ":": (_ACCESS,),
    "-": (_ACCESS,),
}
