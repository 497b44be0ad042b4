"""The spans of a trace → who called whom, by window of event time.

A call is a SERVER span below a span that called it, or a CONSUMER span below the span that produced its
message; the caller is of another service, or says by its kind that it calls. It counts in the window in which
the called side ended, takes as long as that, and failed if either side says so. Calls whose other side sent
no span are not seen here.
"""

from typing import Final

from schemas.spans import Kind
from schemas.traces import CallKind, Edge
from traces.calls import Calls, columns_of, window_of
from traces.tree import NONE, Tree

#: (begin of the window in epoch nanoseconds, client, server, kind)
EdgeKey = tuple[int, str, str, str]

_CALLED: Final[dict[int, CallKind]] = {Kind.SERVER: CallKind.REQUEST, Kind.CONSUMER: CallKind.MESSAGE}
_CALLING: Final = (Kind.CLIENT, Kind.PRODUCER)


def edges_of(tree: Tree, window_ns: int, found: dict[EdgeKey, Calls] | None = None) -> dict[EdgeKey, Calls]:
    """The calls in ``tree``, added to those in ``found``; also between spans that the root does not reach."""
    found = {} if found is None else found
    spans = tree.spans
    for place, span in enumerate(spans):
        kind, above = _CALLED.get(span.kind), tree.parents[place]
        if kind is None or above == NONE:
            continue
        caller = spans[above]
        if caller.service == span.service and caller.kind not in _CALLING:
            continue
        end = tree.ends[place]
        key = (window_of(end, window_ns), caller.service, span.service, str(kind))
        calls = found.get(key)
        if calls is None:
            calls = found[key] = Calls()
        calls.count(end - tree.starts[place], error=span.error or (caller.error and caller.kind in _CALLING))
    return found


def edge(key: EdgeKey, calls: Calls, window_ns: int) -> Edge:
    """The row of one edge and window."""
    window, client, server, kind = key
    return Edge(
        client=client,
        server=server,
        kind=CallKind(kind),
        calls=calls.calls,
        **columns_of(calls, window, window_ns),
    )
