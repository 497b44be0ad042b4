"""JSON text → the same JSON without the basic kinds, in names as well as in values."""

from collections import Counter
from typing import Final

from security.detectors import BASIC
from security.redactor import Redactor

_REDACTOR: Final = Redactor(kinds=BASIC)


def redact_json(text: str, found: Counter[str]) -> str:
    """``text`` with every sensitive value masked; text that is no JSON is treated as free text.

    A text without any suspect comes back as it is, byte for byte.
    """
    redacted = _REDACTOR.redact(text)
    found.update(one.finding.kind.name for one in redacted.found)
    return redacted.text or ""
