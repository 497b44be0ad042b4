"""JSON text → the same JSON without personal data and secrets, in names as well as in values."""

from collections import Counter
from typing import Any

import msgspec

from security.detectors import redact_text, secret_field, suspects

_DECODER = msgspec.json.Decoder()


def redact_json(text: str, found: Counter[str]) -> str:
    """``text`` with every sensitive value masked; text that is no JSON is treated as free text.

    The document is walked, and not its text, so that what comes out is JSON again and escapes hide nothing.
    A text without any suspect comes back as it is, byte for byte.
    """
    if not suspects(text):
        return text
    try:
        document = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return redact_text(text, found)
    before = found.total()
    clean = _walk(document, found)
    return msgspec.json.encode(clean).decode() if found.total() > before else text


def _walk(value: Any, found: Counter[str]) -> Any:
    match value:
        case str():
            return redact_text(value, found)
        case dict():
            return {redact_text(k, found): _field(k, v, found) for k, v in value.items()}
        case list():
            return [_walk(item, found) for item in value]
        case bool() | None:
            return value
        case _:  # a number may be a card or an SSN written without quotes
            number = str(value)
            masked = redact_text(number, found)
            return value if masked == number else masked


def _field(name: str, value: Any, found: Counter[str]) -> Any:
    secret = secret_field(name)
    if secret is None or value is None or isinstance(value, bool):
        return _walk(value, found)
    kind, mask = secret
    if value != mask:
        found[kind] += 1
    return mask
