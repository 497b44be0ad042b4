"""The place of a message in a trace, whatever headers told it.

headers → ``TraceContext`` (as the sender sees it) → :func:`continued` → ``TraceContext`` to send → headers
"""

import re
import secrets
from enum import StrEnum
from typing import Final

import msgspec

SAMPLED: Final = 0x01  # W3C Trace Context, trace-flags: the sender may have recorded the trace
RANDOM: Final = 0x02  # Level 2: at least the right-most 7 bytes of the trace id are random
_BYTE: Final = 0xFF

_TRACE_ID: Final = re.compile(r"(?!0+\Z)[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"(?!0+\Z)[0-9a-f]{16}")

Tracestate = tuple[tuple[str, str], ...]  # (key, value), the most recent first


class Sampling(StrEnum):
    """Whether a trace is to be recorded. ``DEFER`` only B3 can say, ``DEBUG`` only B3 and Jaeger."""

    DEFER = "defer"  # not decided yet
    DENY = "deny"
    ACCEPT = "accept"
    DEBUG = "debug"  # accept, and keep it at any cost


class TraceContext(msgspec.Struct, frozen=True, kw_only=True):
    """The position of a span in a trace.

    ``trace_id`` has 32 and ``span_id`` 16 lower-case hex digits, not all zero. ``flags`` is the byte
    trace-flags of W3C. ``parent_span_id`` is the parent of ``span_id``, where B3 or Jaeger told it.
    ``debug`` comes only with the sampled flag and ``deferred`` only without. ``remote``: it came by headers.
    """

    trace_id: str
    span_id: str
    flags: int = 0
    tracestate: Tracestate = ()
    parent_span_id: str | None = None
    debug: bool = False
    deferred: bool = False
    remote: bool = False

    @property
    def sampled(self) -> bool:
        """Whether the sender may have recorded the trace."""
        return bool(self.flags & SAMPLED)

    @property
    def random(self) -> bool:
        """Whether the right-most 7 bytes of the trace id are known to be random."""
        return bool(self.flags & RANDOM)

    @property
    def sampling(self) -> Sampling:
        """The sampled flag together with what only B3 and Jaeger can say."""
        if self.sampled:
            return Sampling.DEBUG if self.debug else Sampling.ACCEPT
        return Sampling.DEFER if self.deferred else Sampling.DENY

    @property
    def is_valid(self) -> bool:
        """Whether the ids and the flags are well-formed; nothing else is read or written."""
        return (
            _TRACE_ID.fullmatch(self.trace_id) is not None
            and is_span_id(self.span_id)
            and (self.parent_span_id is None or is_span_id(self.parent_span_id))
            and 0 <= self.flags <= _BYTE
        )


Told = TraceContext | Sampling  # what headers tell: a context, or a decision that came without ids


def is_span_id(text: str) -> bool:
    """Whether ``text`` is a well-formed span id."""
    return _SPAN_ID.fullmatch(text) is not None


def started(*, sampled: bool) -> TraceContext:
    """The first span of a new trace, under random ids."""
    return TraceContext(
        trace_id=secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        flags=RANDOM | (SAMPLED if sampled else 0),
    )


def continued(context: TraceContext, *, sampled: bool | None = None) -> TraceContext:
    """A child of ``context``, under a new span id; ``sampled``: the decision, if it is another.

    The random flag belongs to the trace id and is passed on as it came, set or not (Level 2).
    """
    child = msgspec.structs.replace(
        context, span_id=secrets.token_hex(8), parent_span_id=context.span_id, remote=False
    )
    if sampled is None:
        return child
    return msgspec.structs.replace(
        child,
        flags=child.flags & ~SAMPLED | (SAMPLED if sampled else 0),
        debug=child.debug and sampled,
        deferred=False,
    )
