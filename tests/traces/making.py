"""Spans and traces for tests: a line a span, and trees of any shape."""

import random
from collections.abc import Iterable, Sequence

import pyarrow as pa
from hypothesis import strategies as st

from schemas.spans import SPANS, Kind, Span

BEGIN_NS = 1_700_000_000_000_000_000
SECOND = 10**9
TRACE = "0" * 31 + "1"


def span(  # noqa: PLR0913  a test names what it is about
    span_id: str,
    parent_id: str | None,
    start: int,
    end: int,
    *,
    kind: Kind = Kind.INTERNAL,
    service: str = "shop",
    name: str = "",
    error: bool = False,
    pod: str | None = None,
    follows: bool = False,
    trace_id: str = TRACE,
) -> Span:
    return Span(
        trace_id, span_id, parent_id, service, name or f"op-{span_id}", kind, start, end, error, pod, follows
    )


def dice_of(seed: int) -> random.Random:
    """The same dice for the same seed."""
    return random.Random(seed)  # noqa: S311  nothing secret is made of it


def batch_of(spans: Iterable[Span], attributes: str | None = None) -> pa.RecordBatch:
    """A SPANS batch of ``spans``."""
    spans = list(spans)
    columns = []
    for field in SPANS:
        texts = [attributes if field.name == "attributes" else getattr(s, field.name) for s in spans]
        if pa.types.is_dictionary(field.type):
            columns.append(pa.array(texts, pa.string()).dictionary_encode())
        else:
            columns.append(pa.array(texts, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=SPANS)


@st.composite
def traces(draw: st.DrawFn, most: int = 12) -> Sequence[Span]:
    """Any spans at all: overflowing, without length, orphans, cycles, duplicate ids, equal times."""
    ids = [f"s{i}" for i in range(draw(st.integers(1, most)))]
    times = st.integers(0, draw(st.sampled_from([4, 30, 1000])))
    spans = []
    for number, span_id in enumerate(ids):
        shape = draw(st.integers(0, 9))
        above: str | None
        if shape == 0:
            above = None
        elif shape == 1:
            above = draw(st.sampled_from([*ids, "missing"]))  # a cycle, itself, or an orphan
        else:
            above = ids[draw(st.integers(0, number - 1))] if number else None
        if draw(st.integers(0, 15)) == 0:
            span_id = ids[0]  # noqa: PLW2901
        start, end = draw(times), draw(times)
        if draw(st.integers(0, 20)):
            start, end = min(start, end), max(start, end)
        spans.append(
            span(
                span_id,
                above,
                BEGIN_NS + start,
                BEGIN_NS + end,
                kind=draw(st.sampled_from(Kind)),
                service=draw(st.sampled_from(["a", "b"])),
                pod=draw(st.sampled_from([None, "p", "q"])),
                error=draw(st.booleans()),
                follows=draw(st.integers(0, 9)) == 0,
            )
        )
    return draw(st.permutations(spans))


def request(  # noqa: PLR0913
    number: int,
    at_ns: int,
    *,
    dice: random.Random,
    slow: str = "",
    failing: Iterable[str] = (),
    operation: str = "GET /cart",
) -> list[Span]:
    """A request through three services; each does some 10 ms of work itself, the ``slow`` one 300."""
    trace_id = f"{number:032x}"

    def work(name: str) -> int:
        return int(dice.uniform(8e6, 12e6)) + (300_000_000 if name == slow else 0)

    failed = set(failing)
    stock, price, cart, front = (work(name) for name in ("stock", "price", "cart", "front"))
    stock_at = at_ns + front // 2 + cart // 2
    price_at = stock_at + stock
    cart_end = price_at + price + cart // 2
    rows = [
        ("01", None, "front", operation, Kind.SERVER, at_ns, cart_end + front // 2),
        ("02", "01", "front", "call cart", Kind.CLIENT, at_ns + front // 2, cart_end),
        ("03", "02", "cart", "cart", Kind.SERVER, at_ns + front // 2, cart_end),
        ("04", "03", "stock", "stock", Kind.SERVER, stock_at, price_at),
        ("05", "03", "price", "price", Kind.SERVER, price_at + 1, price_at + price),
    ]
    return [
        Span(trace_id, f"{number:014x}{i}", above and f"{number:014x}{above}", service, name, kind,
             start, end, service in failed)
        for i, above, service, name, kind, start, end in rows
    ]  # fmt: skip
