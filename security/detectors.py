"""text → text without personal data and secrets, and how many values of each kind were masked.

One ``re2.Set`` over all patterns tells which kinds may be in a text; only for those does the exact pattern
run. Most texts hold none, so that one pass over many texts joined is the usual cost.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import re2
from stdnum import luhn

Mask = Callable[[re.Match[str]], str | None]


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of sensitive value.

    ``hint`` is an RE2 pattern that finds at least what ``pattern`` finds (it needs no look-around);
    ``mask`` gives the text that stands in for a match, or ``None`` when the match is harmless.
    """

    kind: str
    hint: str
    pattern: re.Pattern[str]
    mask: Mask


def _constant(text: str) -> Mask:
    return lambda match: text


def _keep_name(text: str) -> Mask:
    """Mask the value only, up to its closing quote; what was masked before, and a path, is left alone."""

    def mask(match: re.Match[str]) -> str | None:
        group = next(name for name in ("double", "single", "value") if match[name] is not None)
        if match[group] in ("", text) or _PATH_OF_PWD.match(match.group()):
            return None
        start, end = match.span(group)
        whole = match.group()
        return whole[: start - match.start()] + text + whole[end - match.start() :]

    return mask


def _email(match: re.Match[str]) -> str | None:
    if match["user"] == "git":  # the user of every repository, and of no person
        return None
    return f"{match['user'][0]}***@{match['host']}"


#: (lowest prefix, highest prefix, lengths) of the issuers; ISO/IEC 7812 and the networks' own documents.
_ISSUERS: Final = (
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14,)),
    ("36", "36", (14,)),
    ("38", "39", (14,)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("4", "4", (13, 16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("6011", "6011", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("644", "659", (16, 17, 18, 19)),
)


def _card(match: re.Match[str]) -> str | None:
    """A run of groups of digits may hold a card beside other numbers: the longest that is one counts."""
    run = match.group()
    groups = [(m.start(), m.end()) for m in re.finditer(r"\d+", run)]
    spans = [(start, end) for i, (start, _) in enumerate(groups) for _, end in groups[i:]]
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        digits = re.sub(r"\D", "", run[start:end])
        if _is_card(digits):
            return f"{run[:start]}****-****-****-{digits[-4:]}{run[end:]}"
    return None


def _is_card(digits: str) -> bool:
    known = any(
        low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS
    )
    return known and luhn.is_valid(digits)


def _ssn(match: re.Match[str]) -> str | None:
    """The ranges that the Social Security Administration never issued are no SSN."""
    area, group, serial = match.group().split("-")
    issued = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return "***-**-****" if issued else None


_PHONE_DIGITS: Final = 8  # fewer digits after a plus are no telephone number (ITU-T E.164 has none so short)
_DECIMAL: Final = re.compile(r"\+\d+\.\d+$")


def _phone(match: re.Match[str]) -> str | None:
    digits = sum(map(str.isdigit, match.group()))
    return None if digits < _PHONE_DIGITS or _DECIMAL.match(match.group()) else "***-***-****"


_SECRET_NAME: Final = r"(?:password|passwd|pwd|passphrase)"  # noqa: S105  a pattern, not a password
_KEY_NAME: Final = r"(?:x-)?(?:api|access|secret|auth)[_-]?(?:key|token)"
_ASSIGNS: Final = r"\\*[\"']?\s*[:=]\s*"
_VALUE: Final = r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|[\"']?(?P<value>[^\s\"',;&]+))"
_PATH_OF_PWD: Final = re.compile(r"(?i)pwd\s*[:=]\s*/")
_KEY_SHAPES: Final = (
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[0-9A-Za-z]{36,}"
    r"|github_pat_[0-9A-Za-z_]{36,}"
    r"|glpat-[0-9A-Za-z_-]{20,}"
    r"|xox[abprs]-[0-9A-Za-z-]{10,}"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|(?:(?:sk|rk|pk)_(?:live|test)|whsec)_[0-9A-Za-z]{16,}"
)
_SK_KEY: Final = r"sk-[0-9A-Za-z_-]{20,}"
_DATABASES: Final = (
    r"(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|mssql|sqlserver|oracle|clickhouse)"
)
_URL: Final = r"(?i:(?:jdbc:)?" + _DATABASES + r"(?:\+\w+)?://)[^\s\"'<>]+"
_EMAIL: Final = r"(?P<user>[\w.%+'-]+)@(?P<host>(?:[\w-]+\.)+[^\W\d_]{2,})"
_NORTH_AMERICAN: Final = r"(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}"
_INTERNATIONAL: Final = r"\+[1-9]\d{0,2}(?:[-. ]?\(?\d{1,4}\)?){2,5}"

#: In the order in which they are applied: what holds other kinds comes before them.
DETECTORS: Final = (
    Detector("database_url", _URL, re.compile(_URL), _constant("[DATABASE_URL]")),
    Detector(
        "jwt",
        r"eyJ[\w-]{5,}\.[\w-]{5,}\.",
        re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"),
        _constant("[JWT]"),
    ),
    Detector(
        "api_key", _KEY_SHAPES, re.compile(r"(?<![^\W_])(?:" + _KEY_SHAPES + ")"), _constant("[API_KEY]")
    ),
    Detector("api_key", _SK_KEY, re.compile(r"(?<![\w-])(?=[\w-]*\d)" + _SK_KEY), _constant("[API_KEY]")),
    Detector(
        "api_key",
        "(?i:" + _KEY_NAME + _ASSIGNS + r")",
        re.compile(
            "(?i:" + _KEY_NAME + _ASSIGNS + r")(?:\"(?P<double>[^\"]{8,})\"|'(?P<single>[^']{8,})'"
            r"|[\"']?(?i:bearer )?(?P<value>[\w./+-]{8,}=*))"
        ),
        _keep_name("[API_KEY]"),
    ),
    Detector(
        "password",
        "(?i:" + _SECRET_NAME + _ASSIGNS + ")",
        re.compile("(?i:" + _SECRET_NAME + _ASSIGNS + ")" + _VALUE),
        _keep_name("[PASSWORD]"),
    ),
    Detector("email", r"@[^\s@]*\.", re.compile(_EMAIL), _email),
    Detector(
        "credit_card",
        r"\d(?:[ -]?\d){12}",
        re.compile(r"(?<![^\W_])(?<![.+-])\d(?:[ -]?\d){12,40}(?![\w-])"),
        _card,
    ),
    Detector("ssn", r"\d{3}-\d{2}-\d{4}", re.compile(r"(?<![^\W_])(?<!-)\d{3}-\d{2}-\d{4}(?![\w-])"), _ssn),
    Detector(
        "phone",
        rf"(?:{_NORTH_AMERICAN}|{_INTERNATIONAL})",
        re.compile(
            r"(?<![^\W_])(?<![.+(-])(?:\+1[-. ]?|1[-. ])?"
            rf"(?:{_NORTH_AMERICAN}|{_INTERNATIONAL})(?![\w-]|\.\d)"
        ),
        _phone,
    ),
)
KINDS: Final = tuple(dict.fromkeys(detector.kind for detector in DETECTORS))

#: A JSON field of one of these names holds a secret, whatever its value looks like.
_SECRET_FIELDS: Final = (
    (re.compile(f"(?i){_SECRET_NAME}$"), "password", "[PASSWORD]"),
    (re.compile(f"(?i){_KEY_NAME}$"), "api_key", "[API_KEY]"),
)


def secret_field(name: str) -> tuple[str, str] | None:
    """(kind, mask) of a field that holds a secret by its name."""
    for pattern, kind, mask in _SECRET_FIELDS:
        if pattern.search(name):
            return kind, mask
    return None


#: RE2 says "no match" when its automaton outgrows its memory; the patterns above need a small part of this.
_HINT_MEMORY: Final = 256 * 1024 * 1024


def _hints() -> "re2.Set":
    options = re2.Options()
    options.max_mem = _HINT_MEMORY
    hints = re2.Set.SearchSet(options)
    for detector in DETECTORS:
        hints.Add(detector.hint)
    hints.Add(r"\\(?:u|/)")  # JSON may hide any character so; the caller looks at the parsed text
    hints.Add(rf'(?i:{_SECRET_NAME}|{_KEY_NAME})\\*"')  # a field that is secret by its name
    hints.Compile()
    return hints


_HINTS: Final = _hints()


def suspects(text: str | bytes) -> list[int]:
    """The detectors, by index, that may find something in ``text``; empty for most texts."""
    return sorted(_HINTS.Match(text) or ())


def redact_text(text: str, found: Counter[str]) -> str:
    """``text`` with every sensitive value masked; what was masked is added to ``found``, by kind."""
    return _apply(text, suspects(text), found)


def redact_name(text: str, found: Counter[str]) -> str:
    """The same for names as ``pod:metric``, in which a colon assigns nothing."""
    parts = text.split(":")
    if len(parts) == _NAME_PARTS and not _MORE_THAN_A_NAME.search(text):
        return ":".join(redact_text(part, found) for part in parts)
    return redact_text(text, found)


_NAME_PARTS: Final = 2
_MORE_THAN_A_NAME: Final = re.compile(r"[\s\"'=/@]")


def _apply(text: str, indices: Iterable[int], found: Counter[str]) -> str:
    for index in indices:
        if index >= len(DETECTORS):
            continue
        detector = DETECTORS[index]

        def replace(match: re.Match[str], detector: Detector = detector) -> str:
            masked = detector.mask(match)
            if masked is None:
                return match.group()
            found[detector.kind] += 1
            return masked

        text = detector.pattern.sub(replace, text)
    return text
