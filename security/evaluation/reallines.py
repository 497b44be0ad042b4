"""lines of real logs → events whose truth is known: signed tokens are secrets, all else is harmless."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from security.evaluation.case import Event, Planted

_THREE_PARTS: Final = re.compile(r"[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
SHAPE: Final = "real"


def messages(line: str) -> Iterator[str]:
    """The messages of a line: bodies of an OTLP request in JSON, or the line itself."""
    try:
        request = json.loads(line)
        resources = request["resourceLogs"]
    except (ValueError, KeyError, TypeError):
        yield line
        return
    for resource in resources:
        for scope in resource.get("scopeLogs", ()):
            for record in scope.get("logRecords", ()):
                yield record.get("body", {}).get("stringValue", "")


def real_events(lines: Iterable[str]) -> Iterator[Event]:
    """Each message as an event; what is found by structure to be a signed token (RFC 7519) is its truth."""
    for line in lines:
        for text in messages(line):
            truth = tuple(
                Planted("jwt", (found.span(),), found.span(), SHAPE)
                for found in _THREE_PARTS.finditer(text)
                if "alg" in _header(found[0])
            )
            yield Event(text, SHAPE, truth)


def _header(token: str) -> dict[str, Any]:
    first = token.split(".", maxsplit=1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}
