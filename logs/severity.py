"""How sources name severities → SeverityNumber of OpenTelemetry's log data model (1 to 24; 0: unspecified).

The numbers follow the data model's appendix of mappings (syslog, log4j, java.util.logging, zap, .NET, GELF).
"""

import re
from typing import Any, Final

from schemas.logs import Severity

#: Names in capitals. ``CRITICAL`` is the highest that Python and .NET know; syslog writes ``crit``.
NAMES: Final[dict[str, int]] = {
    **dict.fromkeys(("TRACE", "TRC", "TRCE", "VERBOSE", "FINEST", "SILLY", "ALL", "T", "V"), Severity.TRACE),
    **dict.fromkeys(("DEBUG", "DBG", "DBUG", "DEBU", "FINER", "DEBUG1", "D"), Severity.DEBUG),
    "FINE": Severity.DEBUG + 1,
    "CONFIG": Severity.DEBUG + 2,
    **dict.fromkeys(("INFO", "INF", "INFORMATION", "INFORMATIONAL", "LOG", "I", "STATEMENT"), Severity.INFO),
    **dict.fromkeys(("NOTICE", "NOTE", "SUCCESS", "N"), Severity.INFO + 1),
    **dict.fromkeys(("WARN", "WARNING", "WRN", "W"), Severity.WARN),
    **dict.fromkeys(("ERROR", "ERR", "ERRO", "EROR", "SEVERE", "FAIL", "FAILURE", "E"), Severity.ERROR),
    **dict.fromkeys(("CRIT", "DPANIC"), Severity.ERROR + 1),
    **dict.fromkeys(("ALERT",), Severity.ERROR + 2),
    **dict.fromkeys(
        ("FATAL", "FTL", "FATA", "CRITICAL", "CRT", "PANIC", "PNC", "EMERG", "EMERGENCY", "F", "C"),
        Severity.FATAL,
    ),
}
#: By the numbers of syslog: emergency, alert, critical, error, warning, notice, informational, debug.
SYSLOG: Final = (21, 19, 18, 17, 13, 10, 9, 5)
_RANGES: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
#: ``INFO2`` as the data model names 10, ``INFO+2`` as Go's slog does.
_SHIFTED: Final = re.compile(r"(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)(?:([234])|([+-]\d{1,2}))")
_HIGHEST: Final = 24
_LEVELS: Final = 6
_LARGEST: Final = 100_000  # level that anybody uses


def of_name(name: str) -> int:
    """The number of ``name``, in whatever case; 0 for one that nobody uses."""
    text = name.strip(" \t[]<>:").upper().removeprefix("SEVERITY_NUMBER_")
    known = NAMES.get(text)
    if known is not None:
        return int(known)
    shifted = _SHIFTED.fullmatch(text)
    if shifted is None:
        return 0
    number = 1 + 4 * _RANGES.index(shifted[1])
    if shifted[2]:
        return number + int(shifted[2]) - 1
    return min(max(number + int(shifted[3]), 1), _HIGHEST)


def of_number(number: float) -> int:
    """The number of a level that is one: 0 to 7 of syslog, tens of Bunyan and pino, 10,000s of log4j."""
    if not 0 <= number <= _LARGEST or number != int(number):
        return 0
    level = int(number)
    if level < len(SYSLOG):
        return SYSLOG[level]
    tens = level // 10_000 if level >= 5_000 else level // 10  # noqa: PLR2004  log4j's: 5000 is trace
    if level == 5_000:  # noqa: PLR2004
        return int(Severity.TRACE)
    if level >= 10_000:  # noqa: PLR2004  10000 debug, 20000 info, 30000 warn, 40000 error, 50000 fatal
        return 1 + 4 * min(tens, _LEVELS - 1)
    return 1 + 4 * (min(tens, _LEVELS) - 1) if tens else 0


def of_python(number: float) -> int:
    """The number of a level of Python's logging: 10 debug, 20 info … 50 critical; between them, the lower."""
    tens = int(number) // 10 if 0 <= number <= _LARGEST else 0
    return 1 + 4 * min(tens, _LEVELS - 1) if tens > 0 else 0


def of_otel(value: Any) -> int:
    """SeverityNumber as a number, as digits, or by its name in the protocol; 0 for what is none."""
    if isinstance(value, str):
        if not value.isdecimal() or len(value) > len(str(_HIGHEST)):
            return of_name(value)
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 < value <= _HIGHEST else 0
