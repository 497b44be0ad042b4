"""Text and attributes of log records → how long something took, in nanoseconds.

A duration is taken from the text where a word says that it is one (``took 123 ms``, ``completed in 1.2s``,
``duration=45ms``) or a name says its unit (``"latency_ms": 12``, ``elapsedMillis=3``, nginx's
``request_time=0.004``), and from attributes of such names. A number without any unit is no duration.
"""

import re
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logs.columns import narrowed, places_with, searcher

_NAMES: Final = r"(?:latency|duration|elapsed|took|(?:response|request|upstream_response|processing)_?time)"
_UNITS: Final[dict[str, int]] = {
    "ns": 1,
    "nanos": 1,
    "nanoseconds": 1,
    "us": 10**3,
    "µs": 10**3,
    "micros": 10**3,
    "microseconds": 10**3,
    "ms": 10**6,
    "msec": 10**6,
    "millis": 10**6,
    "milliseconds": 10**6,
    "s": 10**9,
    "sec": 10**9,
    "secs": 10**9,
    "second": 10**9,
    "seconds": 10**9,
    "min": 60 * 10**9,
    "minutes": 60 * 10**9,
}
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_EDGE: Final = r"\b"
_NUMBER: Final = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
#: Of the text; Arrow's RE2 goes over it in linear time, however it is.
_IN_TEXT: Final = (
    rf"(?i){_EDGE}(?:(?:took|takes|taken|lasted|{_NAMES}|[a-z]+ed in)"
    r"(?: (?:only|about|time|of|is|was)){0,2}[\"']?[=: (]+[\"']?"
    rf"(?P<worded>{_NUMBER}) ?(?P<unit>{_UNIT}){_EDGE}"
    rf"|{_NAMES}[_.]?(?:in_?)?(?P<suffix>{_UNIT})[\"']?\s?[=:]\s?[\"']?(?P<named>{_NUMBER})"
    rf"|(?:request|upstream_response)_time[\"']?\s?[=:]\s?[\"']?(?P<seconds>{_NUMBER}))"
)
_ATTRIBUTE: Final = re.compile(rf"(?:^|[._]){_NAMES}[._]?(?:in_?)?(?P<suffix>{_UNIT})$", re.IGNORECASE)
#: Attributes whose unit a convention says: of OpenTelemetry, the Elastic Common Schema, pino-http, nginx.
_KNOWN: Final[dict[str, int]] = {
    "http.server.request.duration": 10**9,
    "http.client.request.duration": 10**9,
    "http.server.duration": 10**6,
    "http.client.duration": 10**6,
    "event.duration": 1,
    "responseTime": 10**6,
    "request_time": 10**9,
    "upstream_response_time": 10**9,
}
#: What the rows that tell of one in their text have in them.
DURATIONS: Final = f"(?:{_IN_TEXT.replace(_EDGE, '')})"
_ANY_IN_TEXT: Final = searcher(DURATIONS)
_ANY_NAME: Final = searcher(r"(?i)latency|duration|elapsed|took|_?time")
_LONGEST_NS: Final = 30 * 24 * 3600 * 10**9
_DECODER: Final = msgspec.json.Decoder(dict[str, Any])

#: Where no duration is found, before that is null.
NONE: Final = -1


def with_durations(batch: pa.RecordBatch, suspects: pa.Array) -> pa.RecordBatch:
    """``duration_ns`` is filled in: what each record of a LOGS batch tells of.

    The text goes before attributes; of several the first counts. ``suspects``: the places of the rows with
    ``DURATIONS`` in their bodies, and any others.
    """
    attributes = batch.column("attributes").dictionary_encode()
    of = np.full(len(attributes.dictionary) + 1, NONE, np.int64)  # the last: of no attributes
    for place in places_with(attributes.dictionary, _ANY_NAME).tolist():
        of[place] = _of_attributes(attributes.dictionary[place].as_py())
    found: np.ndarray = of[attributes.indices.fill_null(len(of) - 1).to_numpy()]
    bodies = batch.column("body")
    rows = narrowed(bodies, suspects, _ANY_IN_TEXT)
    texts = pc.extract_regex(bodies.take(rows), _IN_TEXT)
    for row, parts in zip(rows.to_pylist(), texts.to_pylist(), strict=True):
        duration = NONE if parts is None else _of_parts(parts)
        if duration != NONE:
            found[row] = duration
    place = batch.schema.get_field_index("duration_ns")
    return batch.set_column(place, batch.schema.field(place), pa.array(found, mask=found == NONE))


def _of_parts(parts: dict[str, str | None]) -> int:
    for number, unit in (("worded", parts["unit"]), ("named", parts["suffix"]), ("seconds", "s")):
        text = parts[number]
        if text and unit:
            return _nanos(float(text), _UNITS[unit.lower()])
    return NONE


def _of_attributes(text: str) -> int:
    try:
        attributes = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return NONE
    for name, value in attributes.items():
        unit = _KNOWN.get(name)
        if unit is None and (known := _ATTRIBUTE.search(name)):
            unit = _UNITS[known["suffix"].lower()]
        if unit is None or isinstance(value, bool):
            continue
        try:
            return _nanos(float(value), unit)
        except (TypeError, ValueError):
            continue
    return NONE


def _nanos(value: float, unit: int) -> int:
    """``NONE`` of what can be no duration."""
    duration = value * unit
    return round(duration) if 0 <= duration <= _LONGEST_NS else NONE
