"""Text → names and values in messages whose fields are told by their place or by a code.

HL7's version 2, X12 (claims of health insurance in the United States), ArcSight's CEF, SWIFT's payments,
documents of airlines' passengers.
"""

import re
from collections.abc import Iterator
from typing import Final

from security.detectors.matching import Matcher
from security.pairs import IDENTIFIERS

#: RE2 of what such messages begin with.
MESSAGE_HINTS: Final = (
    r"(?:PID|NK1|GT1|IN1|IN2|PV1|STF|PRD)\|",
    r"(?:NM1|DMG|REF|PER|SBR)\*",
    r"cs\dLabel=",
    r":(?:50|59)[AFHK]?:/",
    r"DOCS[ A-Z0-9]{0,10}[/-][PIACV][/-][A-Z]",
)
#: RE2 of what they have somewhere.
MESSAGE_MARKS: Final = (
    r"(?:PID|NK1|GT1|IN1|IN2|PV1|STF|PRD)\||(?:NM1|DMG|REF|PER)\*|Label=|:5[09][AFHK]?:/"
    r"|DOCS[ A-Z0-9]{0,10}[/-][PIACV][/-]"
)
_MARKS: Final = Matcher(MESSAGE_MARKS, captures=False)
_NAME: Final = "patient name"
_ADDRESS: Final = "address"
#: Fields of segments by their number (HL7 version 2.5, chapters 3, 6 and 15).
_SEGMENTS: Final = {
    "PID": {
        2: "patient id",
        3: "patient id",
        4: "patient id",
        5: _NAME,
        6: _NAME,
        7: "date of birth",
        11: _ADDRESS,
        13: "phone",
        14: "phone",
        18: "patient number",
        19: "ssn",
        20: "driver license",
        21: "patient id",
    },
    "NK1": {2: _NAME, 4: _ADDRESS, 5: "phone", 6: "phone", 16: "date of birth", 33: "patient id", 37: "ssn"},
    "GT1": {
        2: "patient id",
        3: _NAME,
        5: _ADDRESS,
        6: "phone",
        7: "phone",
        8: "date of birth",
        12: "ssn",
        18: "phone",
    },
    "IN1": {
        2: "health plan id",
        7: "phone",
        16: _NAME,
        18: "date of birth",
        19: _ADDRESS,
        36: "insurance policy",
        49: "member id",
    },
    "IN2": {1: "member id", 2: "ssn", 6: "medicare number", 8: "member id", 61: "member id", 63: "phone"},
    "PV1": {7: "npi", 8: "npi", 9: "npi", 17: "npi"},
    "STF": {3: _NAME, 6: "date of birth", 10: "phone", 11: _ADDRESS},
    "PRD": {2: _NAME, 3: _ADDRESS, 5: "phone"},
}
_SEGMENT: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>{'|'.join(_SEGMENTS)})\|(?P<fields>[^\r\n\x0b\x1c\"]{{1,4000}}+)"
)
#: Kinds of elements that follow a code (X12, implementation guides 005010X279 and 005010X222).
_CODED: Final = {
    "MI": "member id",
    "II": "member id",
    "XX": "npi",
    "34": "ssn",
    "SY": "ssn",
    "EI": "ein",
    "24": "ein",
    "HN": "hicn",
    "MA": "medicare number",
    "MC": "health insurance id",
    "1W": "member id",
    "IG": "insurance policy",
    "0F": "subscriber id",
    "TJ": "tax id",
    "EA": "medical record number",
    "HJ": "health card",
    "1L": "insurance policy",
    "NQ": "health insurance id",
    "3H": "medical record number",
    "Y4": "insurance policy",
    "D3": "dea number",
    "TE": "phone",
    "CP": "phone",
    "HP": "phone",
    "WP": "phone",
    "FX": "phone",
    "EM": "email",
    "D8": "date of birth",
    "0B": "licence number",
}
_ELEMENTS: Final = re.compile(r"(?<![A-Za-z0-9])(?:NM1|DMG|REF|PER)\*(?P<fields>[^~\r\n\"']{1,500}+)")
_LABELS: Final = re.compile(r"(?:^|[\s|])(?P<key>\w{1,30}?)Label=")
_ASSIGNED: Final = re.compile(r"(?:^|[\s|])(?P<key>\w{1,40}+)=")
_ACCOUNT: Final = re.compile(r":(?:50|59)[AFHK]?:/{1,2}(?:[A-Z]{1,2}/)?(?P<value>[A-Z0-9 .-]{6,40}+)")


#: Documents of a passenger (IATA, AIRIMP: SSR DOCS), between slashes, or dashes as they are entered.
_DOCUMENT: Final = re.compile(
    r"DOCS[ A-Z0-9]{0,10}+(?P<cut>[/-])(?P<type>[PIACV])(?P=cut)[A-Z]{2,3}(?P=cut)(?P<number>[A-Z0-9]{5,15}+)"
    r"(?:(?P=cut)[A-Z]{2,3}(?P=cut)(?P<born>\d\d-?[A-Z]{3}-?\d\d(?:\d\d)?+)"
    r"(?:(?P=cut)[MFUX]I?(?P=cut)\w{0,9}+(?P=cut)"
    r"(?P<passenger>[^\W\d_a-z]{2,30}+(?:(?:(?P=cut)|[ '-])[^\W\d_a-z]{2,30}+){0,4}+))?)?"
)
_DOCUMENT_NAMES: Final = {"number": "passport number", "born": "date of birth", "passenger": _NAME}


def fields(text: str, data: bytes) -> Iterator[tuple[int, int, str]]:
    """Where values of messages begin and end, and what they are called. ``data``: in UTF-8."""
    if _MARKS.find(data) is None:
        return
    if "|" in text and "\x1b" not in text:
        for segment in _SEGMENT.finditer(text):
            names = _SEGMENTS[segment["name"]]
            for number, start, end in _split(text, *segment.span("fields"), "|"):
                if number in names and start < end:
                    yield from _components(text, start, end, names[number])
    if "*" in text:
        for element in _ELEMENTS.finditer(text):
            items = list(_split(text, *element.span("fields"), "*"))
            for (_, a, b), (_, c, d) in zip(items, items[1:], strict=False):
                if (name := _CODED.get(text[a:b])) and c < d:
                    yield c, d, name
    if "Label=" in text:
        yield from _labelled(text)
    for match in _DOCUMENT.finditer(text):
        yield from ((*match.span(group), name) for group, name in _DOCUMENT_NAMES.items() if match[group])
    if ":50" in text or ":59" in text:
        yield from ((*match.span("value"), "account number") for match in _ACCOUNT.finditer(text))


def _split(text: str, start: int, end: int, mark: str) -> Iterator[tuple[int, int, int]]:
    """Number, from 1, and place of each field."""
    number = 1
    while (stop := text.find(mark, start, end)) >= 0:
        yield number, start, stop
        number, start = number + 1, stop + 1
    yield number, start, end


def _components(text: str, start: int, end: int, name: str) -> Iterator[tuple[int, int, str]]:
    """Of a field of HL7: repetitions of parts, of which the first, or all of a name, is the value."""
    for _, a, b in _split(text, start, end, "~"):
        parts = [(c, d) for _, c, d in _split(text, a, b, "^")]
        kind = next((IDENTIFIERS[t] for c, d in parts[3:6] if (t := text[c:d]) in IDENTIFIERS), name)
        first, last = parts[0]
        if first == last and len(parts) > 1:  # a phone in parts of its own
            first, last = a, b
        yield first, (b if name in (_NAME, _ADDRESS) else last), (kind if len(parts) > 1 else name)


def _labelled(text: str) -> Iterator[tuple[int, int, str]]:
    """Of ``cs1=… cs1Label=…``, in either order; a value goes as far as the next name."""
    found = list(_ASSIGNED.finditer(text))
    spans: dict[str, tuple[int, int]] = {}
    for match, following in zip(found, [*found[1:], None], strict=True):
        spans.setdefault(match["key"], (match.end(), following.start() if following else len(text)))
    for label in _LABELS.finditer(text):
        if (value := spans.get(label["key"])) and (name := spans.get(label["key"] + "Label")):
            yield *value, text[slice(*name)].strip()
