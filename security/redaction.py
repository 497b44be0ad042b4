"""JSON text → the same JSON without personal data and secrets, in names as well as in values."""

from collections import Counter
from typing import Any, Final

import msgspec

from security.detectors import document_scanner, redact_name, redact_text, secret_field

_DECODER = msgspec.json.Decoder()
_LARGEST: Final = 2**63 - 1  # JSON has no bound, an encoder has


def redact_json(text: str, found: Counter[str]) -> str:
    """``text`` with every sensitive value masked; text that is no JSON is treated as free text.

    The document is walked, and not its text, so that what comes out is JSON again and escapes hide nothing.
    A text without any suspect comes back as it is, byte for byte.
    """
    if document_scanner().is_clean(text.encode("utf-8", "surrogatepass")):
        return text
    try:
        document = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return redact_text(text, found)
    here: Counter[str] = Counter()
    try:
        clean = _walk(document, here)
    except RecursionError:  # nobody nests so deep; masked as text it may be JSON no more
        return redact_text(text, found)
    found.update(here)
    return msgspec.json.encode(clean).decode() if here else text


def _walk(value: Any, found: Counter[str]) -> Any:
    match value:
        case str():
            inside = value.lstrip()[:1]
            return redact_json(value, found) if inside in ("{", "[") and inside else redact_text(value, found)
        case dict():
            return _fields(value, found)
        case list():
            return [_walk(item, found) for item in value]
        case bool() | None:
            return value
        case _:  # a number may be a card or an SSN written without quotes
            number = str(value)
            masked = redact_text(number, found)
            return number if abs(value) > _LARGEST else value if masked == number else masked


def _fields(document: dict[str, Any], found: Counter[str]) -> dict[str, Any]:
    """Names that are the same once they are masked are numbered, so that no field is lost."""
    clean: dict[str, Any] = {}
    for name, value in document.items():
        masked = redact_text(name, found)
        number = 1
        shown = masked
        while shown in clean:
            number += 1
            shown = f"{masked} ({number})"
        clean[shown] = _field(name, value, found)
    return clean


def _field(name: str, value: Any, found: Counter[str]) -> Any:
    if name == "metric_id" and isinstance(value, str):  # masked as in the events, which are found by it
        return redact_name(value, found)
    kind = secret_field(name)
    if kind is None or value is None or isinstance(value, bool):
        return _walk(value, found)
    mask = kind.mask(value if isinstance(value, str) else "")
    if value != mask:
        found[kind.name] += 1
    return mask
