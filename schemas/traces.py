"""What the traces job says of a trace, of the calls between services, and of the requests of an operation."""

from enum import StrEnum
from typing import Final

import msgspec
import pyarrow as pa

from schemas.spans import SPANS


class TracesOutput(StrEnum):
    """The outputs of the traces job: one folder each, below the output folder."""

    TRACES = "traces"
    SAMPLED = "sampled"
    LATE = "late"
    GRAPH = "graph"
    RED = "red"
    DEAD = "dead"


#: The step that puts traces together, as the tally names it.
ASSEMBLE: Final = "assemble"

#: Spans of the traces that are kept. ``weight``: how many traces each of them stands for (adjusted count).
SAMPLED: Final = pa.schema(
    [
        *SPANS,
        pa.field("weight", pa.float64()),
        pa.field("sampled_for", pa.dictionary(pa.int32(), pa.string())),  # Keep
    ]
)


class Keep(StrEnum):
    """Why a trace is kept, or that it is not."""

    ERROR = "error"
    SLOW = "slow"
    RARE = "rare"
    CHANCE = "chance"
    DROPPED = "dropped"


class Sampling(msgspec.Struct, frozen=True):
    """What was decided of a trace. ``weight``: how many traces it stands for, 0 if it is not kept."""

    reason: Keep
    weight: float

    @property
    def kept(self) -> bool:
        """Whether its spans are kept."""
        return self.reason is not Keep.DROPPED


class Cause(StrEnum):
    """In which way the likely root cause of a trace differs from the history of its operation."""

    ERROR = "unusual_error"
    LATENCY = "unusual_latency"


class RootCause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The span that most likely made a trace fail or slow, and the numbers that say so.

    ``seen``: spans of this operation in its history; ``error_rate``: the share of them that failed.
    Of a latency: the span's self time, the median of its operation's, the difference, which share of what the
    whole trace took too long that is, and whom the span called.
    """

    reason: Cause
    service: str
    operation: str
    span_id: str
    seen: int
    error_rate: float
    self_ns: int | None = None
    usual_self_ns: int | None = None
    excess_ns: int | None = None
    share: float | None = None
    callee: str | None = None


class PathSection(msgspec.Struct, frozen=True):
    """A stretch of the critical path; epoch nanoseconds."""

    span_id: str
    service: str
    operation: str
    start_ns: int
    end_ns: int


class TraceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One trace. Service, operation, start and duration are those of its root; times are in nanoseconds.

    ``orphans``: spans that cannot be reached from the root; with any, or without a true root, the trace is
    not ``whole``. ``self_ns``: self time by service. ``critical_path``: the last section first.
    """

    trace_id: str
    service: str
    operation: str
    start_ns: int
    duration_ns: int
    whole: bool
    spans: int
    orphans: int
    errors: int
    services: list[str]
    critical_path: list[PathSection]
    self_ns: dict[str, int]
    root_cause: RootCause | None
    sampling: Sampling


class CallKind(StrEnum):
    """How one service reaches another."""

    REQUEST = "request"
    MESSAGE = "message"


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """Calls from one service to another that ended in a window; rows of the same window and edge add up.

    Durations are the called side's, in nanoseconds; ``buckets`` as traces.histogram numbers them.
    """

    window_start: str
    window_seconds: float
    client: str
    server: str
    kind: CallKind
    calls: int
    errors: int
    duration_ns: int
    p50_ns: int
    p95_ns: int
    p99_ns: int
    buckets: dict[int, int]


class Red(msgspec.Struct, frozen=True, kw_only=True):
    """Requests to an operation that ended in a window; rows of the same window and operation add up.

    ``rate``: requests a second. Durations are in nanoseconds; ``buckets`` as traces.histogram numbers them.
    """

    window_start: str
    window_seconds: float
    service: str
    operation: str
    requests: int
    rate: float
    errors: int
    duration_ns: int
    p50_ns: int
    p95_ns: int
    p99_ns: int
    buckets: dict[int, int]
