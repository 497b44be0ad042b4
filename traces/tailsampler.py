"""A complete trace → whether it is kept, why, and how many traces it then stands for.

What is of interest is always kept: failures, slow traces, rare ones. Of the rest a share is kept, by the
trace id alone, so that every shard, every service and every run keeps the same ones. This is OpenTelemetry's
consistent probability sampling: the last 56 bits of the trace id are taken for random, and a trace is kept if
they are not below a threshold
(https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).

The weight of a kept trace is the inverse of its probability (Horvitz and Thompson, 1952): sums of weights
estimate the numbers of all traces without bias, whatever share was kept.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from schemas.traces import Keep, Sampling
from traces.history import Operation
from traces.rootcause import is_slow

_RANDOM: Final = 1 << 56  # numbers that the random bits of a trace id can be
_DIGITS: Final = 14  # of the trace id hold them
_ALWAYS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Rules:
    """Which traces are kept. ``rate``: the share of the usual ones, 0 to 1.

    ``slow_ns``: what takes longer is slow, beside what is above the p99 of its kind; ``rare_below``: a trace
    is rare if its history holds fewer traces with the same root operation.
    """

    rate: float = 0.001
    slow_ns: int | None = None
    rare_below: int = 10

    @property
    def threshold(self) -> int:
        """Traces whose random bits are below it are dropped."""
        return _RANDOM - round(min(1.0, max(0.0, self.rate)) * _RANDOM)


def randomness(trace_id: str) -> int:
    """The 56 random bits of a trace id; of one that does not end in hex digits, of its hash."""
    try:
        return int(trace_id[-_DIGITS:], 16)
    except ValueError:
        return int.from_bytes(blake2b(trace_id.encode(), digest_size=7).digest())


def decide(
    trace_id: str, *, failed: bool, duration_ns: int, root: Operation | None, rules: Rules
) -> Sampling:
    """Whether the trace is kept. ``root``: what was known of its root's operation before it."""
    if failed:
        return Sampling(Keep.ERROR, _ALWAYS)
    if is_slow(root, duration_ns, rules.slow_ns):
        return Sampling(Keep.SLOW, _ALWAYS)
    if (root.roots if root else 0) < rules.rare_below:
        return Sampling(Keep.RARE, _ALWAYS)
    threshold = rules.threshold
    if randomness(trace_id) >= threshold:
        return Sampling(Keep.CHANCE, _RANDOM / (_RANDOM - threshold))
    return Sampling(Keep.DROPPED, 0.0)
