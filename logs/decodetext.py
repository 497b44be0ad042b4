"""One document of plain text, which may have many lines → LogRecord.

Containers' runtimes write ``2024-01-01T00:00:00.0Z stdout F text`` (CRI); the text behind may be JSON again.
"""

import re
from datetime import UTC
from typing import Final

import msgspec

from logs.decodejson import record_of
from logs.header import Clock, read_header
from logs.records import LogRecord
from logs.times import ISO, of_iso
from schemas.logs import REPLACED_BYTES

CRI: Final = re.compile(rf"{ISO} (stdout|stderr) ([FP])(?::[\w:]*)? ")
_CRI_STREAM: Final = 9
_ANY: Final = msgspec.json.Decoder()


def from_text(value: bytes, clock: Clock) -> LogRecord:
    """The record that ``value`` is; bytes that are no UTF-8 are replaced, which an attribute tells."""
    replaced = 0
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode(errors="replace")
        replaced = text.count("\ufffd") - value.count("\ufffd".encode())
    found = _from_cri(text, clock) or _plain(text, clock)
    if replaced:
        found.attributes[REPLACED_BYTES] = replaced
    return found


def _from_cri(text: str, clock: Clock) -> LogRecord | None:
    match = CRI.match(text)
    if match is None:
        return None
    seen = of_iso(match, 1, UTC)
    found = opened(text[match.end() :], clock) or _plain(text[match.end() :], clock)
    if found.timestamp_ns is None:
        found.timestamp_ns = seen
    elif found.observed_ns is None:
        found.observed_ns = seen
    found.attributes["log.iostream"] = match[_CRI_STREAM]
    return found


def opened(text: str, clock: Clock) -> LogRecord | None:
    """The record that ``text`` is as a JSON object; ``None`` if it is none."""
    if not text.startswith("{"):
        return None
    try:
        document = _ANY.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return record_of(document, clock.zone)


def _plain(text: str, clock: Clock) -> LogRecord:
    header = read_header(text, clock)
    return LogRecord(
        timestamp_ns=header.timestamp_ns,
        severity=header.severity,
        severity_text=header.severity_text,
        body=text[header.body :],
        attributes=header.attributes,
        resource=header.resource,
    )


def complete(found: LogRecord, clock: Clock) -> None:
    """Fill in the time and the severity of a record that has none from its body, if that is a text."""
    if isinstance(found.body, str) and (found.timestamp_ns is None or not found.severity):
        header = read_header(found.body, clock)
        if found.timestamp_ns is None:
            found.timestamp_ns = header.timestamp_ns
        if not found.severity and found.severity_text is None:
            found.severity, found.severity_text = header.severity, header.severity_text
