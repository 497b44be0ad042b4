"""One trace and the histories of its operations → the span that most likely made it fail or slow.

A failure travels up from the span where it happened, so of the failing spans the deepest is looked for; but
one whose operation fails all the time (a probe, an optional cache) explains nothing, and is passed over. A
slow trace is explained by the span on its critical path whose self time exceeds the median of its operation's
by most: spans beside the path could be slower still without anybody noticing, and spans above are slow
because of it.
"""

from collections.abc import Sequence
from typing import Final

from schemas.spans import Kind
from schemas.traces import Cause, RootCause
from traces.criticalpath import Piece
from traces.history import KNOWN, History, Operation, tail, typical
from traces.tree import Tree

#: An operation that fails as often as this is expected to.
USUAL_ERROR_RATE: Final = 0.2
#: A span explains a slow trace if it took at least this share of what the trace took too long.
LEAST_SHARE: Final = 0.1


def root_cause(
    tree: Tree, path: Sequence[Piece], self_ns: Sequence[int], history: History, *, slow: bool
) -> RootCause | None:
    """The likely root cause, judged by what ``history`` knew before this trace; ``None``: all is usual.

    ``path`` is the critical path of ``tree``, ``self_ns`` the self time of each span in its order; ``slow``:
    the trace took longer than it should (see :func:`is_slow`).
    """
    failed = [place for place, span in enumerate(tree.spans) if span.error]
    cause = _failure(tree, failed, history) if failed else None
    if cause is None and slow:
        cause = _latency(tree, path, self_ns, history)
    return cause


def is_slow(root: Operation | None, duration_ns: int, slow_ns: int | None) -> bool:
    """Whether a trace is slow: above ``slow_ns``, or above the p99 of its root's operation once known."""
    if slow_ns is not None and duration_ns > slow_ns:
        return True
    bound = None if root is None else root.slow_from()
    return bound is not None and duration_ns > bound


def _failure(tree: Tree, failed: Sequence[int], history: History) -> RootCause | None:
    depths = tree.depths()
    spans, ends = tree.spans, tree.ends
    # Of spans as deep as each other the one that ended first: what failed later may have failed for it.
    for place in sorted(failed, key=lambda p: (-depths[p], ends[p], spans[p].span_id)):
        span = spans[place]
        operation = history.of(span.service, span.name)
        if operation is None or not _fails_usually(operation):
            known = operation and (operation.judge() or operation.recent)
            return RootCause(
                reason=Cause.ERROR,
                service=span.service,
                operation=span.name,
                span_id=span.span_id,
                seen=operation.seen if operation else 0,
                error_rate=known.error_rate if known else 0.0,
                callee=_callee(tree, place),
            )
    return None


def _fails_usually(operation: Operation) -> bool:
    """Of what is hardly known a failure is unusual: most operations do not fail."""
    known = operation.judge(KNOWN)
    return known is not None and known.error_rate >= USUAL_ERROR_RATE


def _latency(tree: Tree, path: Sequence[Piece], self_ns: Sequence[int], history: History) -> RootCause | None:
    found: RootCause | None = None
    most = 0
    too_long = _too_long(tree, history)
    for place in dict.fromkeys(piece.place for piece in path):
        span = tree.spans[place]
        operation = history.of(span.service, span.name)
        known = operation and operation.judge()
        if not operation or not known or self_ns[place] <= most:
            continue
        usual = typical(known.self_times)
        excess = self_ns[place] - usual
        if excess > most and excess >= LEAST_SHARE * too_long and self_ns[place] > tail(known.self_times):
            most = excess
            found = RootCause(
                reason=Cause.LATENCY,
                service=span.service,
                operation=span.name,
                span_id=span.span_id,
                seen=operation.seen,
                error_rate=known.error_rate,
                self_ns=self_ns[place],
                usual_self_ns=usual,
                excess_ns=excess,
                share=round(min(1.0, excess / too_long), 4),
                callee=_callee(tree, place),
            )
    return found


def _too_long(tree: Tree, history: History) -> int:
    """How much longer the trace took than the median of its kind; all of it if that is not known."""
    root = tree.spans[tree.root]
    duration = tree.ends[tree.root] - tree.starts[tree.root]
    operation = history.of(root.service, root.name)
    known = operation and operation.judge()
    return max(1, duration - typical(known.durations) if known else duration)


def _callee(tree: Tree, place: int) -> str | None:
    """The service that a calling span called: what it waited for itself is the way there and back."""
    if tree.spans[place].kind not in (Kind.CLIENT, Kind.PRODUCER):
        return None
    called = (tree.spans[child].service for child in tree.children[place])
    return next((service for service in called if service != tree.spans[place].service), None)
