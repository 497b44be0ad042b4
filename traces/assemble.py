"""SPANS batches of one shard → whole traces, in the order in which they ended | spans that came too late.

Nothing says that a trace is complete. It is taken for complete when the shard has seen spans that ended
``wait`` after the last span of the trace did; all times are event time, so the same spans in the same order
give the same traces at any speed. Traces come out by the end of their last span, and the spans of a trace by
their begin, so that whatever is learned on the way does not depend on how the input was cut into batches.

What is kept is bounded: a trace that goes on for ever or is too large is cut, the oldest traces leave when
too many spans are held, and of the traces that have left so many ids are known as it takes to tell late
spans.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.batches import compact, concatenated, numbers
from schemas.spans import SPANS, Span

MOST_SPANS_HELD: Final = 2_000_000
MOST_SPANS_OF_A_TRACE: Final = 100_000
MOST_IDS: Final = 100_000  # in one of the two generations
_LONGEST_WAITS: Final = 20  # a trace whose last span is so many waits after its first is cut
_SMALL_BATCHES: Final = 64
#: A span so far from those around it tells of a wrong clock: it does not move the time of the shard.
_LEAP_NS: Final = 3600 * 10**9
_NEVER: Final = -(2**62)


class Added(NamedTuple):
    """What became of the rows of a batch; ``None``: of none of them."""

    held: pa.RecordBatch | None
    late: pa.RecordBatch | None


class Released(NamedTuple):
    """Whole traces: the rows of trace ``i`` are ``bounds[i]`` to ``bounds[i + 1]``, exclusive.

    ``duplicates``: rows that were there twice, to the last column but the attributes, and were left out.
    """

    batch: pa.RecordBatch
    bounds: Sequence[int]
    duplicates: int

    @property
    def trace_ids(self) -> list[str]:
        """The ids of the traces, in any order."""
        ids: list[str] = self.batch.column("trace_id").dictionary.to_pylist()
        return ids

    def traces(self) -> Iterator[list[Span]]:
        """The spans of each trace."""
        spans = _as_spans(self.batch)
        for begin, end in zip(self.bounds[:-1], self.bounds[1:], strict=True):
            yield spans[begin:end]


class Assembler:
    """The open traces of a shard, and the ids of those that have left."""

    def __init__(self, wait_ns: int) -> None:
        self._wait_ns = wait_ns
        self._small: list[pa.RecordBatch] = []
        self._large: list[pa.RecordBatch] = []
        self.rows = 0
        self.frontier_ns = _NEVER  # the latest end of a span
        self.checked_ns = _NEVER  # the frontier when complete traces were last looked for
        self.generation = 0  # of the ids of traces that have left
        self.gone: set[str] = set()  # those of this generation, and of the one before
        self.gone_before: set[str] = set()

    def add(self, batch: pa.RecordBatch) -> Added:
        """Take the rows of ``batch``; those of traces that have left are late."""
        batch = batch.replace_schema_metadata(None)
        if len(batch) == 0:
            return Added(None, None)
        late = self._late(batch)
        if late is None:
            self.hold(batch)
            return Added(batch, None)
        if late.all():
            return Added(None, batch)
        held = compact(batch.filter(pa.array(~late)))
        self.hold(held)
        return Added(held, compact(batch.filter(pa.array(late))))

    def hold(self, batch: pa.RecordBatch) -> None:
        """Hold a batch of which no row is late."""
        self._small.append(batch)
        if len(self._small) >= _SMALL_BATCHES:
            self._large.append(concatenated(self._small))
            self._small = []
        self.rows += len(batch)
        self._advance(numbers(batch, "end_ns"))

    def held(self) -> list[pa.RecordBatch]:
        """All batches that are held."""
        return [*self._large, *self._small]

    def _advance(self, ends: np.ndarray) -> None:
        near = ends[np.abs(ends - np.median(ends)) <= _LEAP_NS]
        latest = int(near.max()) if len(near) else int(ends.max())
        if latest > self.frontier_ns or latest < self.frontier_ns - _LEAP_NS:
            self.frontier_ns = latest

    def _late(self, batch: pa.RecordBatch) -> np.ndarray | None:
        ids = batch.column("trace_id")
        known = np.array([i in self.gone or i in self.gone_before for i in ids.dictionary.to_pylist()], bool)
        late = known[ids.indices.to_numpy()] if known.any() else known
        return late if late.any() else None

    def due(self) -> bool:
        """Whether it is worth while to look for complete traces: the time has gone on by some of the wait."""
        moved = abs(self.frontier_ns - self.checked_ns)
        return self.rows > 0 and (moved * 8 >= self._wait_ns or self.rows > MOST_SPANS_HELD)

    def release(self, *, everything: bool = False) -> Released | None:
        """The traces that are complete by now, or all of them."""
        self.checked_ns = self.frontier_ns
        if not self.rows:
            return None
        batch = concatenated(self.held())
        trace = batch.column("trace_id").indices.to_numpy()
        complete = np.ones(1, bool) if everything else self._complete(batch, trace)
        if not complete.any():
            self._large, self._small = [batch], []
            return None
        leaving = np.ones(len(batch), bool) if everything else complete[trace]
        self._large, self._small, self.rows = [], [], 0
        if not leaving.all():
            still = compact(batch.filter(pa.array(~leaving)))
            self._large, self.rows = [still], len(still)
        released = _ordered(compact(batch.filter(pa.array(leaving))))
        self._remember(released.trace_ids)
        return released

    def _complete(self, batch: pa.RecordBatch, trace: np.ndarray) -> np.ndarray:
        ends = numbers(batch, "end_ns")
        traces = len(batch.column("trace_id").dictionary)
        last, first = np.full(traces, _NEVER), np.full(traces, -_NEVER)
        sure = ends <= self.frontier_ns  # what lies beyond it tells of a wrong clock
        np.maximum.at(last, trace[sure], ends[sure])
        last[last == _NEVER] = self.frontier_ns
        np.minimum.at(first, trace, ends)
        sizes = np.bincount(trace, minlength=traces)
        until = self.frontier_ns - self._wait_ns
        if len(batch) > MOST_SPANS_HELD:
            until = max(until, int(np.median(last)))
        length = last - first
        too_long = (length > _LONGEST_WAITS * self._wait_ns) & (length <= _LEAP_NS)
        complete: np.ndarray = (last <= until) | (sizes > MOST_SPANS_OF_A_TRACE) | too_long
        return complete & (sizes > 0)  # a dictionary can hold ids that no row has

    def _remember(self, trace_ids: Sequence[str]) -> None:
        if len(self.gone) + len(trace_ids) > MOST_IDS:
            self.gone_before, self.gone = self.gone, set()
            self.generation += 1
        self.gone.update(trace_ids)


def _ordered(batch: pa.RecordBatch) -> Released:
    """Traces by the end of their last span and their id, spans by their begin; without duplicates."""
    trace, ends = batch.column("trace_id").indices.to_numpy(), numbers(batch, "end_ns")
    ids = np.array(batch.column("trace_id").dictionary.to_pylist())
    last = np.full(len(ids), _NEVER)
    np.maximum.at(last, trace, ends)
    rank = np.empty(len(ids), np.int64)
    rank[np.lexsort((ids, last))] = np.arange(len(ids))
    keys = pa.table(
        {
            "rank": rank[trace],
            "start": batch.column("start_ns"),
            "end": -ends,
            "span": batch.column("span_id"),
            "kind": batch.column("kind"),
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    batch = batch.take(order)
    again = _repeats(batch)
    if again.any():
        batch = batch.filter(pa.array(~again))
    ranks = rank[batch.column("trace_id").indices.to_numpy()]
    bounds = [0, *(np.flatnonzero(np.diff(ranks)) + 1).tolist(), len(batch)]
    return Released(batch, bounds, int(np.count_nonzero(again)))


def _repeats(batch: pa.RecordBatch) -> np.ndarray:
    """Rows that say the same as the row before them, as a client that sends a request again makes them."""
    same = np.zeros(len(batch), bool)
    if len(batch) > 1:
        same[1:] = True
        for name in SPANS.names:
            if name == "attributes":
                continue
            column = batch.column(name)
            if pa.types.is_dictionary(column.type):
                column = column.indices
            values = (
                column.fill_null("" if pa.types.is_string(column.type) else -1)
                if column.null_count
                else column
            )
            same[1:] &= pc.equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return same


def _as_spans(batch: pa.RecordBatch) -> list[Span]:
    """As schemas.spans.spans_of, but each text is made once."""
    columns = []
    for name in Span.__struct_fields__:
        column = batch.column(name)
        if pa.types.is_dictionary(column.type):
            texts = [*column.dictionary.to_pylist(), None]
            codes = column.indices.fill_null(len(texts) - 1) if column.null_count else column.indices
            columns.append([texts[code] for code in codes.to_numpy().tolist()])
        elif column.null_count or pa.types.is_string(column.type):
            columns.append(column.to_pylist())
        else:
            columns.append(column.to_numpy(zero_copy_only=False).tolist())
    return list(map(Span, *columns))
