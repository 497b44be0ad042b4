"""Files of spans → the traces that the report shows, and the calls between services, in bounded space.

The spans are not in the result: the files that the job read are read again, and redacted before anything is
made of them, as the job does.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from columns.redact import redact_batch
from connectors.errors import InputError
from connectors.spanfiles import find_span_files, read_span_files
from schemas.spans import Span, spans_of
from traces.calls import Calls
from traces.criticalpath import Piece, path_of
from traces.decode import decode_documents
from traces.servicegraph import EdgeKey, edges_of
from traces.tree import Tree, tree_of

MOST_SPANS: Final = 250_000
MOST_TRACES: Final = 300
_SLOWEST: Final = 20
_ROWS: Final = 800  # spans of one trace
_WINDOW_NS: Final = 2**62  # one window for all there is

#: (client, server, kind)
Pair = tuple[str, str, str]


class TraceView(msgspec.Struct, frozen=True):
    """A trace as it is drawn: ``rows`` are places in the tree, parents before children, and their depths."""

    trace_id: str
    tree: Tree
    path: list[Piece]
    rows: list[tuple[int, int]]

    @property
    def spans(self) -> Sequence[Span]:
        """All spans of the trace, also those that are in no row."""
        return self.tree.spans


class Traces(msgspec.Struct):
    """What was found in the files; ``notes``: what was not, in words for the reader."""

    views: dict[str, TraceView]
    calls: dict[Pair, Calls]
    spans: int
    traces: int
    notes: list[str]


def read_traces(inputs: Sequence[str], wanted: Sequence[str]) -> Traces:
    """The traces of ``inputs`` that are ``wanted``, the foremost first, and the slowest ones."""
    notes: list[str] = []
    traces = _read(inputs, notes)
    calls: dict[EdgeKey, Calls] = {}
    trees: dict[str, Tree] = {}
    for trace_id, spans in traces.items():
        trees[trace_id] = tree_of(spans)
        edges_of(trees[trace_id], _WINDOW_NS, calls)
    by_pair: dict[Pair, Calls] = {}
    for (_, client, server, kind), sums in calls.items():
        by_pair.setdefault((client, server, kind), Calls(buckets={})).merge(sums)
    chosen = _chosen(trees, wanted)
    left_out = len(set(wanted) & trees.keys()) - len(chosen.keys() & set(wanted))
    if left_out > 0:
        notes.append(f"{left_out:,} traces of exemplars are left out to keep the page small.")
    spans_read = sum(map(len, traces.values()))
    return Traces(
        {t: view_of(t, tree) for t, tree in chosen.items()}, by_pair, spans_read, len(traces), notes
    )


def view_of(trace_id: str, tree: Tree) -> TraceView:
    """How ``tree`` is drawn; of a very large one only the critical path and the first spans."""
    path = path_of(tree)
    rows = _rows(tree)
    if len(rows) > _ROWS:
        needed: set[int] = set()
        for piece in path[:_ROWS]:
            place = piece.place
            while place >= 0 and place not in needed:
                needed.add(place)
                place = tree.parents[place]
        room = _ROWS - len(needed)
        kept = []
        for place, depth in rows:
            if place in needed:
                kept.append((place, depth))
            elif room > 0 and (tree.parents[place] in needed or tree.parents[place] < 0):
                needed.add(place)
                kept.append((place, depth))
                room -= 1
        rows = kept
    return TraceView(trace_id, tree, path, rows)


def _rows(tree: Tree) -> list[tuple[int, int]]:
    """Depth first, in the order of time; what the root does not reach comes last."""
    rows: list[tuple[int, int]] = []
    seen = [False] * len(tree.spans)

    def walk(start: int) -> None:
        stack = [(start, 0)]
        while stack:
            place, depth = stack.pop()
            if seen[place]:
                continue
            seen[place] = True
            rows.append((place, depth))
            below = sorted(tree.children[place], key=lambda c: (tree.starts[c], tree.ends[c]), reverse=True)
            stack += [(child, depth + 1) for child in below]

    if tree.order:
        walk(tree.root)
    tops = [p for p, parent in enumerate(tree.parents) if parent < 0]
    for place in [*tops, *range(len(tree.spans))]:
        if not seen[place]:
            walk(place)
    return rows


def _read(inputs: Sequence[str], notes: list[str]) -> dict[str, list[Span]]:
    traces: dict[str, list[Span]] = defaultdict(list)
    count = 0
    try:
        for raw in read_span_files(find_span_files(inputs)):
            batch = redact_batch(decode_documents(raw.values).batch).batch
            for span in spans_of(batch):
                traces[span.trace_id].append(span)
            count += len(batch)
            if count >= MOST_SPANS:
                notes.append(f"Only the first {count:,} spans were looked at.")
                break
    except InputError as error:
        rest = "what came before is shown" if count else "traces and the service map are not shown"
        notes.append(f"The spans could not be read: {error}; {rest}.")
    return traces


def _chosen(trees: dict[str, Tree], wanted: Iterable[str]) -> dict[str, Tree]:
    """The slowest, so that there is something to compare with, after the most wanted."""
    slowest = sorted(trees, key=lambda t: (-_duration(trees[t]), t))[:_SLOWEST]
    asked = [trace_id for trace_id in wanted if trace_id in trees]
    order = dict.fromkeys([*asked[: MOST_TRACES - _SLOWEST], *slowest, *asked])
    return {trace_id: trees[trace_id] for trace_id in list(order)[:MOST_TRACES]}


def _duration(tree: Tree) -> int:
    return tree.ends[tree.root] - tree.starts[tree.root]
