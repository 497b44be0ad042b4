"""LOGS batch → the same, with the ids that its bodies name where the records have none.

The ids are taken out of the rows that name one, by RE2, a column at a time, so that no text can take long.
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from logs.columns import narrowed, searcher
from logs.records import normal_id

_SEP: Final = r"[\"']?\s{0,4}[:=]\s{0,4}[\"'\[(]?"
_END: Final = r"(?:[^0-9a-zA-Z_-]|$)"
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: What the rows that are looked at have in them.
_SUSPECT: Final = searcher(r"(?i)trace[-_. ]?(?:id|parent)|b3[\"']?\s*[:=]")
_TRACEPARENT: Final = (
    rf"(?i)traceparent{_SEP}[0-9a-f]{{2}}-(?P<trace>[0-9a-f]{{32}})-(?P<span>[0-9a-f]{{16}})"
    r"-(?P<flags>[0-9a-f]{2})"
)
_TRACE: Final = (
    rf"(?i)(?P<dd>dd\.)?trace[-_. ]?id{_SEP}(?P<id>{_UUID}|[0-9a-f]{{32}}|[0-9a-f]{{16}}|\d{{1,20}}){_END}"
)
_SPAN: Final = rf"(?i)(?:^|[^a-z])(?P<dd>dd\.)?span[-_. ]?id{_SEP}(?P<id>[0-9a-f]{{16}}|\d{{1,20}}){_END}"
_B3: Final = (
    rf"(?i)\bb3{_SEP}(?P<trace>[0-9a-f]{{32}}|[0-9a-f]{{16}})-(?P<span>[0-9a-f]{{16}})"
    rf"(?:-(?P<flags>[01d]))?{_END}"
)
#: Other ids, by the attribute that they become.
_OTHERS: Final = {
    "request_id": r"req(?:uest)?",
    "correlation_id": "correlation",
    "transaction_id": "transaction",
}
#: What the rows that name another id have in them.
OTHER_IDS: Final = rf"(?i:(?:{'|'.join(_OTHERS.values())})[-_. ]?id[\"']?\s*[:=])"
_OTHER_SUSPECT: Final = searcher(OTHER_IDS)
_OTHER_VALUE: Final = r"(?P<id>[\w.:/+=-]{4,128})"
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16
_MOST: Final = 2**64

#: Trace id, span id and flags.
_Ids = tuple[str | None, str | None, int | None]
_NO_IDS: Final[_Ids] = (None, None, None)


def with_trace_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Trace id, span id and flags are filled in."""
    bodies = batch.column("body")
    unknown = pc.indices_nonzero(batch.column("trace_id").is_null())
    rows = narrowed(bodies, unknown, _SUSPECT)
    if len(rows) == 0:
        return batch
    found = ids_in(bodies.take(rows))
    trace_ids, span_ids = batch.column("trace_id").to_pylist(), batch.column("span_id").to_pylist()
    flags = batch.column("flags").to_pylist()
    for row, (trace_id, span_id, flag) in zip(rows.to_pylist(), found, strict=True):
        trace_ids[row] = trace_id
        span_ids[row] = span_ids[row] or span_id
        flags[row] = flags[row] if flag is None else flag
    batch = _replaced(batch, "trace_id", pa.array(trace_ids, pa.string()).dictionary_encode())
    batch = _replaced(batch, "span_id", pa.array(span_ids, pa.string()))
    return _replaced(batch, "flags", pa.array(flags, pa.uint32()))


def ids_in(texts: pa.Array) -> list[_Ids]:
    """Trace id, span id and flags that each of ``texts`` names; ids that are all zeros are none."""
    named = [_named(*pair) for pair in zip(_extracted(texts, _TRACE), _extracted(texts, _SPAN), strict=True)]
    for pattern, word in ((_TRACEPARENT, "traceparent"), (_B3, "b3")):
        if not pc.any(pc.match_substring(texts, word, ignore_case=True)).as_py():
            continue
        for row, match in enumerate(_extracted(texts, pattern)):
            if match is not None and (pattern is _TRACEPARENT or named[row][0] is None):
                named[row] = _both(match)
    return named


def _extracted(texts: pa.Array, pattern: str) -> list[dict[str, str] | None]:
    found: list[dict[str, str] | None] = pc.extract_regex(texts, pattern).to_pylist()
    return found


def _named(trace: dict[str, str] | None, span: dict[str, str] | None) -> _Ids:
    trace_id = None if trace is None else _id(trace, _TRACE_DIGITS)
    if trace_id is None:
        return _NO_IDS
    return trace_id, None if span is None else _id(span, _SPAN_DIGITS), None


def _id(match: dict[str, str], digits: int) -> str | None:
    """Datadog writes decimal numbers of 64 bits."""
    text = match["id"]
    if match["dd"] and text.isdecimal():
        number = int(text)
        return f"{number:0{digits}x}" if 0 < number < _MOST else None
    return normal_id(text, digits)


def _both(match: dict[str, str]) -> _Ids:
    trace_id, span_id = normal_id(match["trace"], _TRACE_DIGITS), normal_id(match["span"], _SPAN_DIGITS)
    if trace_id is None:
        return _NO_IDS
    flags = match["flags"].lower()
    return trace_id, span_id, (1 if flags == "d" else int(flags, 16)) if flags else None


def with_other_ids(batch: pa.RecordBatch, suspects: pa.Array) -> pa.RecordBatch:
    """The ids of requests and transactions that bodies name become attributes.

    ``suspects``: the places of the rows with ``OTHER_IDS``, and any others.
    """
    bodies = batch.column("body")
    places = narrowed(bodies, suspects, _OTHER_SUSPECT)
    if len(places) == 0:
        return batch
    texts = bodies.take(places)
    attributes = batch.column("attributes").to_pylist()
    for name, word in _OTHERS.items():
        pattern = rf"(?i)\b(?:x-)?{word}[-_. ]?id{_SEP}{_OTHER_VALUE}"
        for row, match in zip(places.to_pylist(), _extracted(texts, pattern), strict=True):
            if match is not None:
                attributes[row] = _spliced(attributes[row], name, match["id"])
    return _replaced(batch, "attributes", pa.array(attributes, pa.string()))


def _spliced(attributes: str | None, name: str, value: str) -> str:
    """``attributes`` (a JSON object) with one more, if it has none so named; ``value`` needs no escapes."""
    if attributes is None or attributes == "{}":
        return f'{{"{name}":"{value}"}}'
    return attributes if f'"{name}":' in attributes else f'{attributes[:-1]},"{name}":"{value}"}}'


def _replaced(batch: pa.RecordBatch, name: str, column: Any) -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    return batch.set_column(place, batch.schema.field(place), column)
