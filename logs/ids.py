"""LOGS batch → the same, with the ids that its bodies name where the records have none.

One look of RE2 over the bodies finds the rows that name an id at all; only these are looked at one by one.
"""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from logs.records import normal_id

#: What the rows that are looked at have in them.
_SUSPECT: Final = (
    r"(?i)trace[-_. ]?(?:id|parent)|\bb3[\"']?\s*[:=]|"
    r"(?:request|correlation|transaction|req)[-_. ]?id[\"']?\s*[:=]"
)
_SEP: Final = r"[\"']?\s{0,4}[:=]\s{0,4}[\"'\[(]?"
_END: Final = r"(?![0-9a-zA-Z_-])"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TRACEPARENT: Final = re.compile(
    rf"(?i)traceparent{_SEP}[0-9a-f]{{2}}-([0-9a-f]{{32}})-([0-9a-f]{{16}})-([0-9a-f]{{2}})"
)
_B3: Final = re.compile(rf"(?i)\bb3{_SEP}([0-9a-f]{{32}}|[0-9a-f]{{16}})-([0-9a-f]{{16}})(?:-([01d]))?{_END}")
_TRACE: Final = re.compile(
    rf"(?i)(dd\.)?trace[-_. ]?id{_SEP}({_UUID}|[0-9a-f]{{32}}|[0-9a-f]{{16}}|\d{{1,20}}){_END}"
)
_SPAN: Final = re.compile(rf"(?i)(dd\.)?(?<![a-z])span[-_. ]?id{_SEP}([0-9a-f]{{16}}|\d{{1,20}}){_END}")
_OTHER: Final = re.compile(
    rf"(?i)(?<![a-z])(request|correlation|transaction|req)[-_. ]?id{_SEP}([\w.:/+=-]{{4,128}})"
)
_LOOKED_AT: Final = 64 * 1024  # characters of a body
_TRACE_DIGITS: Final = 32
_SPAN_DIGITS: Final = 16


def with_text_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Fill in trace id, span id and flags; other ids (of requests, transactions) become attributes."""
    bodies = batch.column("body")
    if len(batch) == 0 or bodies.null_count == len(batch):
        return batch
    unknown = pc.is_null(batch.column("trace_id"))
    if not pc.any(unknown).as_py():
        return batch
    hits = pc.and_(unknown, pc.match_substring_regex(bodies, _SUSPECT).fill_null(False))
    rows = pc.indices_nonzero(hits).to_pylist()
    if not rows:
        return batch
    trace_ids, span_ids = batch.column("trace_id").to_pylist(), batch.column("span_id").to_pylist()
    flags, attributes = batch.column("flags").to_pylist(), batch.column("attributes").to_pylist()
    for row in rows:
        text = bodies[row].as_py()[:_LOOKED_AT]
        trace_id, span_id, flag = ids_in(text)
        trace_ids[row] = trace_id
        span_ids[row] = span_ids[row] or span_id
        flags[row] = flags[row] if flag is None else flag
        attributes[row] = _with_others(text, attributes[row])
    for name, values in (
        ("trace_id", pa.array(trace_ids, pa.string()).dictionary_encode()),
        ("span_id", pa.array(span_ids, pa.string())),
        ("flags", pa.array(flags, pa.uint32())),
        ("attributes", pa.array(attributes, pa.string())),
    ):
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, batch.schema.field(place), values)
    return batch


def ids_in(text: str) -> tuple[str | None, str | None, int | None]:
    """Trace id, span id and flags that ``text`` names; ids that are all zeros are none."""
    match = _TRACEPARENT.search(text)
    if match is not None:
        return _both(match[1], match[2], int(match[3], 16))
    match = _TRACE.search(text)
    if match is not None:
        trace_id = _id(match[2], _TRACE_DIGITS, datadog=bool(match[1]))
        span = _SPAN.search(text)
        span_id = None if span is None else _id(span[2], _SPAN_DIGITS, datadog=bool(span[1]))
        return (trace_id, span_id, None) if trace_id else (None, None, None)
    match = _B3.search(text)
    if match is not None:
        return _both(match[1], match[2], None if match[3] is None else int(match[3] != "0"))
    return None, None, None


def _both(trace: str, span: str, flags: int | None) -> tuple[str | None, str | None, int | None]:
    trace_id, span_id = normal_id(trace, _TRACE_DIGITS), normal_id(span, _SPAN_DIGITS)
    return (trace_id, span_id, flags) if trace_id else (None, None, None)


def _id(text: str, digits: int, *, datadog: bool) -> str | None:
    if datadog and text.isdecimal():
        number = int(text)
        return f"{number:0{digits}x}" if 0 < number < 2**64 else None
    return normal_id(text, digits)


def _with_others(text: str, attributes: str | None) -> str | None:
    """``attributes`` (a JSON object) with the other ids that ``text`` names, where it has no such name."""
    for name, value in _OTHER.findall(text):
        key = f'"{"request" if name.lower() == "req" else name.lower()}_id":'
        if attributes is None:
            attributes = f'{{{key}"{value}"}}'
        elif key not in attributes:
            attributes = f'{attributes[:-1]},{key}"{value}"}}'
    return attributes
