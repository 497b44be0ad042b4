"""``uber-trace-id`` and ``uberctx-*`` ↔ ``TraceContext`` and baggage: the headers of Jaeger's clients.

By hand come ``jaeger-debug-id``, a name under which a new trace is to be recorded, and ``jaeger-baggage``.
Both count only where no trace comes with them. Sources: Jaeger's documentation 1.21, "Propagation Format",
and, where it is silent, what the clients for Go, Java and Python have in common.
"""

import re
from typing import Final

from telemetry.tracing import percent
from telemetry.tracing.baggage import Baggage, Entry, within_limits
from telemetry.tracing.context import SAMPLED, Sampling, Told, TraceContext, is_span_id
from telemetry.tracing.headers import OWS, Fields, first, members, only

UBER_TRACE_ID: Final = "uber-trace-id"
DEBUG_ID: Final = "jaeger-debug-id"
BAGGAGE: Final = "jaeger-baggage"
BAGGAGE_PREFIX: Final = "uberctx-"

# {trace id}:{span id}:{parent span id}:{flags} in hex of either case, where leading zeros can be left out
_CONTEXT: Final = re.compile(r"([0-9a-f]{1,32}):([0-9a-f]{1,16}):([^:]*):([0-9a-f]{1,2})")
_DEBUG: Final = 0x02
_ROOT: Final = "0"


def read(fields: Fields) -> Told | None:
    """The context of the headers, or the order to record a new trace. None if the header is repeated."""
    header = only(fields, UBER_TRACE_ID)
    context = None if header is None else parse_uber_trace_id(header)
    if context is None and debug_id(fields):
        return Sampling.DEBUG
    return context


def write(told: Told) -> dict[str, str]:
    """The header that tells a context. A decision alone has none."""
    return {UBER_TRACE_ID: write_uber_trace_id(told)} if isinstance(told, TraceContext) else {}


def parse_uber_trace_id(text: str) -> TraceContext | None:
    """The context of an ``uber-trace-id``, which can be percent-encoded.

    The parent is deprecated and receivers ignore it: it is kept if it is well-formed. Debug is a flag to go
    with the sampled one; alone it says nothing.
    """
    match = _CONTEXT.fullmatch(percent.decode(text).strip(OWS).lower())
    if match is None:
        return None
    trace_id, span_id, parent, byte = match.groups()
    flags, parent = int(byte, 16), parent.zfill(16)
    context = TraceContext(
        trace_id=trace_id.zfill(32),
        span_id=span_id.zfill(16),
        flags=flags & SAMPLED,
        parent_span_id=parent if is_span_id(parent) else None,
        debug=flags & (SAMPLED | _DEBUG) == SAMPLED | _DEBUG,
        remote=True,
    )
    return context if context.is_valid else None


def write_uber_trace_id(context: TraceContext) -> str:
    """The value of ``uber-trace-id``, unencoded. A deferred decision can only be sent as a denial."""
    flags = SAMPLED * context.sampled | _DEBUG * (context.sampling is Sampling.DEBUG)
    return f"{context.trace_id}:{context.span_id}:{context.parent_span_id or _ROOT}:{flags:x}"


def debug_id(fields: Fields) -> str | None:
    """The name to record a new trace under."""
    return percent.decode(first(fields, DEBUG_ID) or "", plus_is_space=True) or None


def read_baggage(fields: Fields) -> Baggage:
    """The baggage of the headers, with keys in lower case; of a repeated key the last value counts."""
    found: dict[str, str] = {}
    if not isinstance(read(fields), TraceContext):
        for member in members(map(percent.decode, fields.get(BAGGAGE, ()))):  # decoded first, as by clients
            key, equals, value = member.partition("=")
            if equals and "=" not in value:
                found[key.strip(OWS).lower()] = value.strip(OWS)
    for name, values in fields.items():
        if name.startswith(BAGGAGE_PREFIX):
            # the clients for Go and Java write a space as "+", and all write a plus as "%2B"
            found[name.removeprefix(BAGGAGE_PREFIX)] = percent.decode(values[-1], plus_is_space=True)
    return within_limits(Entry(key, value) for key, value in found.items())


def write_baggage(baggage: Baggage) -> dict[str, str]:
    """The headers ``uberctx-*``. They have no place for properties, nor for upper case in keys."""
    return {
        BAGGAGE_PREFIX + entry.key.lower(): percent.encode(entry.value) for entry in within_limits(baggage)
    }
