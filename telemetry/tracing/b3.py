"""``b3`` or ``x-b3-*`` ↔ ``TraceContext``: OpenZipkin's B3, its single and its multiple headers.

Also a sampling decision alone, without ids: ``b3: 0``. Of a header that is repeated the first value counts.
Malformed data is as good as none: part of it being well-formed does not save the rest.
"""

import re
from typing import Final

from telemetry.tracing.context import SAMPLED, Sampling, Told, TraceContext
from telemetry.tracing.headers import OWS, Fields, first

B3: Final = "b3"
TRACE_ID: Final = "x-b3-traceid"
SPAN_ID: Final = "x-b3-spanid"
PARENT_SPAN_ID: Final = "x-b3-parentspanid"
SAMPLED_STATE: Final = "x-b3-sampled"
FLAGS: Final = "x-b3-flags"

MULTI: Final = (TRACE_ID, SPAN_ID, PARENT_SPAN_ID, SAMPLED_STATE, FLAGS)

# {trace id}-{span id}-{sampling}-{parent span id}; of the last two each can be absent
_SINGLE: Final = re.compile(r"([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([01d]))?(?:-([0-9a-f]{16}))?")
_SHORT_OR_LONG: Final = (16, 32)  # hex digits of a trace id

_LETTERS: Final = {Sampling.DENY: "0", Sampling.ACCEPT: "1", Sampling.DEBUG: "d"}
_STATES: Final = {letter: sampling for sampling, letter in _LETTERS.items()}
# true and false were sent before B3 was written down
_SAMPLED_STATES: Final = {
    "0": Sampling.DENY,
    "1": Sampling.ACCEPT,
    "false": Sampling.DENY,
    "true": Sampling.ACCEPT,
}


def read(fields: Fields) -> Told | None:
    """What the headers tell; the single header, if it is well-formed, goes before the others."""
    single = first(fields, B3)
    found = None if single is None else parse_single(single)
    return parse_multi(fields) if found is None else found


def parse_single(text: str) -> Told | None:
    """A context, or a decision alone, from the value of ``b3``."""
    text = text.strip(OWS)
    if text in _STATES:
        return _STATES[text]
    match = _SINGLE.fullmatch(text)
    if match is None:
        return None
    trace_id, span_id, letter, parent_span_id = match.groups()
    return _context(trace_id, span_id, parent_span_id, _STATES.get(letter, Sampling.DEFER))


def parse_multi(fields: Fields) -> Told | None:
    """A context, or a decision alone, from the headers ``x-b3-*``."""
    sampling = _parse_state(first(fields, SAMPLED_STATE), first(fields, FLAGS))
    trace_id, span_id = first(fields, TRACE_ID), first(fields, SPAN_ID)
    if sampling is None:
        return None
    if trace_id is None and span_id is None:
        return None if sampling is Sampling.DEFER else sampling
    if trace_id is None or span_id is None or len(trace_id) not in _SHORT_OR_LONG:
        return None
    return _context(trace_id, span_id, first(fields, PARENT_SPAN_ID), sampling)


def write_single(told: Told) -> dict[str, str]:
    """The header ``b3``; nothing for a decision that is deferred."""
    if isinstance(told, Sampling):
        return {B3: _LETTERS[told]} if told in _LETTERS else {}
    parts = (told.trace_id, told.span_id, _LETTERS.get(told.sampling), told.parent_span_id)
    return {B3: "-".join(part for part in parts if part is not None)}


def write_multi(told: Told) -> dict[str, str]:
    """The headers ``x-b3-*``, in lower case for transports that keep it."""
    if isinstance(told, Sampling):
        return _write_state(told)
    headers = {TRACE_ID: told.trace_id, SPAN_ID: told.span_id}
    if told.parent_span_id is not None:
        headers[PARENT_SPAN_ID] = told.parent_span_id
    return headers | _write_state(told.sampling)


def _context(
    trace_id: str, span_id: str, parent_span_id: str | None, sampling: Sampling
) -> TraceContext | None:
    context = TraceContext(
        trace_id=trace_id.zfill(32),
        span_id=span_id,
        flags=SAMPLED if sampling in (Sampling.ACCEPT, Sampling.DEBUG) else 0,
        parent_span_id=parent_span_id,
        debug=sampling is Sampling.DEBUG,
        deferred=sampling is Sampling.DEFER,
        remote=True,
    )
    return context if context.is_valid else None


def _parse_state(sampled: str | None, flags: str | None) -> Sampling | None:
    """The sampling state; ``None`` if it is malformed. Flags other than ``1`` say nothing."""
    state = Sampling.DEFER if sampled is None else _SAMPLED_STATES.get(sampled.lower())
    return Sampling.DEBUG if state is not None and flags == "1" else state


def _write_state(sampling: Sampling) -> dict[str, str]:
    if sampling is Sampling.DEBUG:
        return {FLAGS: "1"}  # implies the decision, which is not to be sent as well
    return {SAMPLED_STATE: _LETTERS[sampling]} if sampling in _LETTERS else {}
