"""The steps of the traces job as Beam transforms: batch and stream, what is late, what a retry sees."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from schemas.batches import encode
from schemas.spans import Span
from schemas.traces import TraceSummary
from tests import streams
from tests.traces.making import BEGIN_NS, SECOND, batch_of, dice_of, request, span
from traces.assemble import Assembler
from traces.history import History
from transforms.red import RedMetrics
from transforms.servicegraph import ServiceGraph
from transforms.shardmemory import ShardMemories
from transforms.traces import Analysed, AnalyseTraces, _Analyse, _Memory, _State

BEGIN = BEGIN_NS / SECOND
SLOW = (280, 290)
Found = dict[str, list[Any]]
_KEPT: dict[tuple[str, str], list[Any]] = {}


def requests(number: int, *, apart: float = 1.0, seed: int = 1) -> list[Span]:
    """Spans as they are sent: each when it ends."""
    dice = dice_of(seed)
    spans = [
        s
        for i in range(number)
        for s in request(
            dice.getrandbits(100),
            BEGIN_NS + int(i * apart * SECOND),
            dice=dice,
            slow="price" if i in SLOW else "",
            failing=["stock"] if i % 30 == 29 else [],
        )
    ]
    return sorted(spans, key=lambda s: s.end_ns)


def parts(spans: Sequence[Span], size: int) -> list[pa.RecordBatch]:
    return [batch_of(spans[i : i + size]) for i in range(0, len(spans), size)]


def moment(at_ns: int) -> Timestamp:
    """To the millisecond, as Beam's stream for tests wants it."""
    return Timestamp(micros=at_ns // 10**6 * 1000)


def stream_of(batches: Iterable[pa.RecordBatch]) -> Stream:
    """Each batch comes when its last span has ended, and the watermark follows."""
    stream = Stream(coder=beam.coders.registry.get_coder(pa.RecordBatch))
    watermark = Timestamp(0)
    for batch in batches:
        at = moment(max(batch.column("end_ns").to_pylist()))
        stream = stream.add_elements([TimestampedValue(batch, at)])
        if at > watermark:
            watermark = at
            stream = stream.advance_watermark_to(at)
    return stream.advance_watermark_to(watermark + 3600).advance_watermark_to_infinity()


def run(batches: list[pa.RecordBatch], *, streaming: bool = False, **settings: Any) -> Found:
    """Everything that the steps give, as JSON knows it, by the name of the output."""
    name_of_run = uuid4().hex
    with streams.streaming() if streaming else beam.Pipeline(runner=FnApiRunner()) as p:
        spans = p | (stream_of(batches) if streaming else beam.Create(batches))
        out: Analysed = spans | AnalyseTraces(streaming=streaming, **settings)
        rows = out._asdict() | {"graph": out.calls | ServiceGraph(), "red": spans | RedMetrics()}
        for name, items in rows.items():
            if name != "calls":
                assert_that(items, partial(_keep, (name_of_run, name)), label=name)
    return {
        name: sorted(map(_plain, _KEPT.pop((name_of_run, name))), key=repr)
        for name in rows
        if name != "calls"
    }


def _keep(key: tuple[str, str], items: Iterable[Any]) -> None:
    """In this module, which the runner's copy of a function finds again; a list of the test it would copy."""
    _KEPT[key] = list(items)


def _plain(item: Any) -> Any:
    return item.to_pylist() if isinstance(item, pa.RecordBatch) else msgspec.to_builtins(item)


def rows(found: Found, output: str) -> list[dict[str, Any]]:
    """The rows of all batches of an output, in any order but always the same."""
    return sorted((row for batch in found[output] for row in batch), key=lambda row: str(row["span_id"]))


def tally(found: Found) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (step, _, _, result, _), spans in found["tally"]:
        assert step == "assemble"
        totals[result] = totals.get(result, 0) + spans
    return totals


SPANS = requests(300)
SETTINGS: dict[str, Any] = {"sample_rate": 0.2, "shards": 2}


@pytest.fixture(scope="module")
def whole() -> Found:
    return run([batch_of(SPANS)], **SETTINGS)


def test_every_span_is_accounted_for_and_every_trace_summed_up(whole: Found) -> None:
    assert tally(whole) == {"passed": 1500}
    assert len(whole["traces"]) == 300
    assert sum(t["spans"] for t in whole["traces"]) == 1500
    assert whole["late"] == []


def test_troubles_are_found_and_kept(whole: Found) -> None:
    failed = [t for t in whole["traces"] if t["errors"]]
    assert len(failed) == 10
    assert {t["root_cause"]["service"] for t in failed} == {"stock"}
    assert {t["sampling"]["reason"] for t in failed} == {"error"}
    slow = [t for t in whole["traces"] if t["sampling"]["reason"] == "slow"]
    assert [t["root_cause"]["service"] for t in slow if t["duration_ns"] > 3e8] == ["price", "price"]


def test_sampled_spans_are_whole_traces_with_their_weight(whole: Found) -> None:
    kept = {t["trace_id"]: t for t in whole["traces"] if t["sampling"]["reason"] != "dropped"}
    sampled = rows(whole, "sampled")
    assert len(sampled) == 5 * len(kept) < 1500
    for row in sampled:
        sampling = kept[row["trace_id"]]["sampling"]
        assert (row["weight"], row["sampled_for"]) == (sampling["weight"], sampling["reason"])
    originals = {(s.trace_id, s.span_id): s for s in SPANS}
    assert all(originals[row["trace_id"], row["span_id"]].name == row["name"] for row in sampled)


def test_red_counts_before_sampling_and_the_graph_agrees(whole: Found) -> None:
    assert sum(r["requests"] for r in whole["red"]) == 4 * 300
    assert sum(r["errors"] for r in whole["red"]) == 10
    calls = {name: 0 for name in ("cart", "stock", "price")}
    for edge in whole["graph"]:
        calls[edge["server"]] += edge["calls"]
    assert set(calls.values()) == {300}


@pytest.mark.parametrize("size", [40, 700])
def test_the_result_does_not_depend_on_how_the_input_was_cut(whole: Found, size: int) -> None:
    found = run(parts(SPANS, size), **SETTINGS)
    assert same(found) == same(whole)


@pytest.mark.parametrize("size", [100])
def test_a_stream_gives_what_a_batch_gives(whole: Found, size: int) -> None:
    found = run(parts(SPANS, size), streaming=True, **SETTINGS)
    assert same(found) == same(whole)
    assert len(found["red"]) == len(whole["red"])


def same(found: Found) -> dict[str, Any]:
    """What must not depend on batches: rows of windows may come in parts that add up."""
    sums: dict[tuple[Any, ...], int] = {}
    for edge in found["graph"]:
        for name in ("calls", "errors", "duration_ns"):
            key = (edge["window_start"], edge["client"], edge["server"], name)
            sums[key] = sums.get(key, 0) + edge[name]
    red = sorted((r["window_start"], r["service"], r["requests"], str(r["buckets"])) for r in found["red"])
    return {
        "traces": found["traces"],
        "sampled": rows(found, "sampled"),
        "tally": tally(found),
        "graph": sums,
        "red": red,
    }


@pytest.mark.parametrize("streaming", [False, True])
def test_late_spans_are_counted_and_given(streaming: bool) -> None:
    early, rest = SPANS[:5], SPANS[5:]
    straggler = span(
        "0" * 15 + "1", early[0].span_id, early[0].start_ns, early[0].end_ns, trace_id=early[0].trace_id
    )
    late = msgspec.structs.replace(straggler, end_ns=rest[-1].end_ns)
    batches = [batch_of(early), *parts(rest, 400), batch_of([late])]
    found = run(batches, streaming=streaming, shards=1)
    assert tally(found) == {"passed": 1500, "late_span": 1}
    assert [row["span_id"] for row in rows(found, "late")] == [late.span_id]
    assert len(found["traces"]) == 300


def test_spans_that_were_sent_twice_are_counted() -> None:
    found = run([batch_of(SPANS[:50]), batch_of(SPANS[:50])], shards=1)
    assert tally(found) == {"passed": 50, "duplicate": 50}


def test_a_silent_shard_gives_its_traces_when_the_watermark_has_gone_on() -> None:
    """Nothing more comes, so nothing but the watermark can say that the trace is complete."""
    spans = SPANS[:5]
    at = moment(spans[-1].end_ns)
    stream = (
        Stream(coder=beam.coders.registry.get_coder(pa.RecordBatch))
        .add_elements([TimestampedValue(batch_of(spans), at)])
        .advance_watermark_to(at + 29)
        .add_elements([TimestampedValue(batch_of([SPANS[500]]), at + 29)])  # keeps another shard awake
        .advance_watermark_to(at + 32)
        .advance_watermark_to_infinity()
    )
    with streams.streaming() as p:
        out = p | stream | AnalyseTraces(streaming=True, shards=64)
        stamped = out.traces | beam.Map(_with_time)
        assert_that(stamped, partial(_keep, ("silent", "traces")))
    left = dict(_KEPT.pop(("silent", "traces")))[spans[0].trace_id]
    assert at.micros / 1e6 + 30 <= left <= at.micros / 1e6 + 32


def _with_time(trace: TraceSummary, at: Timestamp = beam.DoFn.TimestampParam) -> tuple[str, float]:
    return trace.trace_id, at.micros / 1e6


def test_a_late_request_makes_a_row_of_its_own_that_adds_up() -> None:
    first, late = SPANS[:5], SPANS[5:10]
    at = moment(first[-1].end_ns)
    stream = (
        Stream(coder=beam.coders.registry.get_coder(pa.RecordBatch))
        .add_elements([TimestampedValue(batch_of(first), at)])
        .advance_watermark_to(at + 600)
        .add_elements([TimestampedValue(batch_of(late), at + 600)])
        .advance_watermark_to_infinity()
    )
    with streams.streaming() as p:
        assert_that(p | stream | RedMetrics(), partial(_keep, ("late", "red")))
    front = [row for row in _KEPT.pop(("late", "red")) if row.service == "front"]
    assert [row.requests for row in front] == [1, 1]
    assert len({row.window_start for row in front}) == 1


class Cell:
    """A state cell."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def read(self) -> Any:
        return self.values[-1] if self.values else None

    def write(self, value: bytes) -> None:
        self.values = [value]

    def clear(self) -> None:
        self.values = []

    def add(self, value: bytes) -> None:
        self.values = [*self.values, value]


class Bag(Cell):
    def read(self) -> Any:
        return list(self.values)


def test_a_memory_that_is_rebuilt_is_the_one_that_was_lost() -> None:
    """As after a restart: at every point the state alone gives the same traces as the memory."""
    step = _Analyse(AnalyseTraces())
    cells = Cell(), Cell(), Bag(), [Bag(), Bag()]
    state = _State(30 * SECOND, *cells)
    memory = _Memory(Assembler(30 * SECOND), History())
    for batch in parts(SPANS[:800], 37):
        rebuilt = state.rebuild()
        assert rebuilt.history == memory.history
        assert rebuilt.assembler.gone == memory.assembler.gone
        assert rebuilt.assembler.frontier_ns == memory.assembler.frontier_ns
        assert rebuilt.assembler.rows == memory.assembler.rows
        added = memory.assembler.add(batch)
        if added.held is not None:
            cells[2].add(encode(added.held).to_pybytes())
        if memory.assembler.due():
            list(step._release(memory, state, everything=False))
    assert memory.assembler.gone


def test_memories_are_let_go() -> None:
    before = len(ShardMemories._memories)
    step = _Analyse(AnalyseTraces())
    step._memories.open(0, Cell(), lambda: _Memory(Assembler(1)))
    assert len(ShardMemories._memories) == before + 1
    step.teardown()
    assert len(ShardMemories._memories) == before
