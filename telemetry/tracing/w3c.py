"""``traceparent`` and ``tracestate`` ↔ ``TraceContext``: W3C Trace Context, Level 1 and Level 2.

An invalid ``traceparent`` is no context, and then ``tracestate`` is not looked at: the trace starts anew.
An invalid ``tracestate`` is an empty one and harms nothing else.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from telemetry.tracing.context import RANDOM, SAMPLED, Told, TraceContext, Tracestate
from telemetry.tracing.headers import OWS, Fields, members, only

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"

# {version}-{trace-id}-{parent-id}-{trace-flags}. Of a later version this much is known, and that more of it
# begins with a dash.
_TRACEPARENT: Final = re.compile(
    r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL
)
_KNOWN_VERSION: Final = "00"
_FORBIDDEN_VERSION: Final = "ff"
_KNOWN_FLAGS: Final = SAMPLED | RANDOM

Level = Literal[1, 2]

_KEYS: Final = {
    # a simple key, or tenant@system
    1: r"[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}",
    # at signs anywhere but in front; every key of Level 1 is one
    2: r"[a-z0-9][a-z0-9_\-*/@]{0,255}",
}
_VALUE: Final = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_MEMBER: Final = {level: re.compile(rf"({key})=({_VALUE})") for level, key in _KEYS.items()}

_MAX_MEMBERS: Final = 32
_MAX_LENGTH: Final = 512  # characters; what every vendor should pass on
_LONG_MEMBER: Final = 128  # characters; longer ones go first when there is not room for all


def read(fields: Fields) -> TraceContext | None:
    """The context that the headers tell; ``None`` also when ``traceparent`` came more than once."""
    header = only(fields, TRACEPARENT)
    context = None if header is None else parse_traceparent(header)
    if context is None:
        return None
    return msgspec.structs.replace(context, tracestate=parse_tracestate(fields.get(TRACESTATE, ())))


def write(told: Told) -> dict[str, str]:
    """The headers that tell a context; no empty ``tracestate``. A decision alone has none."""
    if not isinstance(told, TraceContext):
        return {}
    tracestate = write_tracestate(told.tracestate)
    return {TRACEPARENT: write_traceparent(told)} | ({TRACESTATE: tracestate} if tracestate else {})


def parse_traceparent(text: str) -> TraceContext | None:
    """The context of a ``traceparent``. Of a later version, flags that are unknown today are left out."""
    match = _TRACEPARENT.fullmatch(text.strip(OWS))
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == _FORBIDDEN_VERSION or (version == _KNOWN_VERSION and more is not None):
        return None
    known = 0xFF if version == _KNOWN_VERSION else _KNOWN_FLAGS
    context = TraceContext(trace_id=trace_id, span_id=span_id, flags=int(flags, 16) & known, remote=True)
    return context if context.is_valid else None


def write_traceparent(context: TraceContext) -> str:
    """Version 00 of ``traceparent``. Flags that are not defined must be sent as zero."""
    return f"{_KNOWN_VERSION}-{context.trace_id}-{context.span_id}-{context.flags & _KNOWN_FLAGS:02x}"


def parse_tracestate(values: Iterable[str], *, level: Level = 2) -> Tracestate:
    """The entries of all ``tracestate`` fields in order; none if a member is invalid or there are too many.

    Of entries under one key the left-most stays, which is the most recent: Level 2 lets receivers drop the
    others. To Level 1 a repeated key is an error like any other.
    """
    found: dict[str, str] = {}
    for count, member in enumerate(members(values), start=1):
        match = _MEMBER[level].fullmatch(member)
        if match is None or count > _MAX_MEMBERS or (level == 1 and match[1] in found):
            return ()
        found.setdefault(match[1], match[2])
    return tuple(found.items())


def write_tracestate(tracestate: Tracestate) -> str:
    """The entries as one header field that every vendor should pass on; ill-formed ones are left out.

    Where not all have room, whole entries go, one by one from the right: first long ones, then any.
    """
    texts = [text for key, value in tracestate if _MEMBER[2].fullmatch(text := f"{key}={value}")]
    del texts[_MAX_MEMBERS:]
    while len(",".join(texts)) > _MAX_LENGTH:
        backwards = range(len(texts) - 1, -1, -1)
        del texts[next((at for at in backwards if len(texts[at]) > _LONG_MEMBER), -1)]
    return ",".join(texts)


def with_entry(tracestate: Tracestate, key: str, value: str) -> Tracestate:
    """Set one's own entry: it moves to the left, and the right-most goes if there are more than 32.

    Gives ``tracestate`` as it is if the key or the value is ill-formed.
    """
    if _MEMBER[2].fullmatch(f"{key}={value}") is None:
        return tracestate
    return ((key, value), *without_entry(tracestate, key))[:_MAX_MEMBERS]


def without_entry(tracestate: Tracestate, key: str) -> Tracestate:
    """Delete one's own entry. Those of others should stay."""
    return tuple(entry for entry in tracestate if entry[0] != key)
