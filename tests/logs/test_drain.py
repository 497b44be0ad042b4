"""The template miner: shapes, forms, what becomes one template, ids, bounds, and going on after a restart."""

import random

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.drain import Miner, MinerStateError
from logs.forms import form_of, tokens_of
from logs.headlines import headline, headlines
from logs.shapes import LONGEST, NUMBER, VALUE, shapes_of
from logs.templates import mine
from tests.bench.templates import grouping, last, mined, sample, score
from tests.logs.labelled import lines
from tests.logs.logbatches import batch_of, record

TEXTS = st.text(st.sampled_from("ab1é =/#@*[],\"'\x01\x02:z9-G"), max_size=40)


def shape(text: str) -> str:
    found: str = shapes_of(pa.array([text]))[0].as_py()
    return found


def texts_of(texts: list[str], miner: Miner | None = None) -> list[str | None]:
    """The template of each text, once all are known."""
    miner = miner or Miner()
    return [miner.text(i) for i in miner.learn([shape(headline(text)) for text in texts])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("took 12 ms", f"took {VALUE} ms"),
        ("user=bob id:8a533bf9-bd12-4608", f"user={VALUE} id:{VALUE}"),
        ("open /var/log/x.log now", f"open {VALUE} now"),
        ("mail to j***@shop.example", f"mail to {VALUE}"),
        ("worker-17 on Travel2Controller", f"worker-{NUMBER}{NUMBER} on Travel{NUMBER}Controller"),
        ("at Cart.java#115 deadbeef1", f"at Cart.java#115 {VALUE}"),
        ("time：175 is", f"{VALUE} is"),
        ("and/or either", "and/or either"),
        ("", ""),
    ],
)
def test_values_are_known_by_their_looks(text: str, expected: str) -> None:
    assert shape(text) == expected


@given(st.lists(TEXTS, max_size=8))
def test_a_column_has_the_shapes_of_its_lines(texts: list[str]) -> None:
    assert shapes_of(pa.array(texts, pa.string())).to_pylist() == [shape(text) for text in texts]


def test_a_long_column_has_the_shapes_of_its_lines() -> None:
    texts = ["order 17 of jane", "", "took 3 ms, node-12", "ends with="] * 3_000
    shapes = [shape(text) for text in texts[:4]]
    assert shapes_of(pa.array(texts)).to_pylist() == shapes * 3_000
    assert shapes_of(pa.array(texts).slice(5)).to_pylist() == (shapes * 3_000)[5:]


@given(st.lists(TEXTS, min_size=2, max_size=8), st.integers(0, 8))
def test_a_slice_of_a_column_has_the_shapes_of_its_lines(texts: list[str], begin: int) -> None:
    column = pa.array(texts, pa.string()).slice(begin)
    assert shapes_of(column).to_pylist() == [shape(text) for text in texts[begin:]]


@pytest.mark.parametrize(
    "same",
    [
        ("loaded [a, b, c] in 3 s", "loaded [] in 4 s", "loaded [x, y] in 12.5 ms"),
        ('name "first" set', 'name "the first one" set', "name 'x' set"),
        ("at Mon Jan 12 10:00:00 2024 done", "at Fri May  3 09:12:59 2025 done"),
        ("found null", "found true", "found 12"),
        ("call(a=1, b=[2, 3]) ok", "call(a=7, b=[]) ok"),
        ("peer ::1 from fe80:12::ab up", "peer ::1 from fe80:1::cd12:9 up"),
    ],
)
def test_what_varies_in_length_is_one_form(same: tuple[str, ...]) -> None:
    assert len({tokens_of(form_of(shape(text))) for text in same}) == 1


def test_the_message_of_a_structured_line_stays() -> None:
    texts = ['level=info msg="user created" ms=3', 'level=info msg="user deleted" ms=4']
    assert len(set(texts_of(texts))) == 2
    assert texts_of(['{"msg": "user created", "ms": 3}', '{"ms": 4, "msg":"user created"}']) == [
        "user created",
        "user created",
    ]
    assert texts_of(['{"b": 1, "a": "x"}', '{"a": 2, "b": {}}']) == ["a=<*> b=<*>"] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Failed\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\nCaused by: y.ZError: q",
         "Failed java.lang.IllegalStateException"),
        ("oops\nTraceback (most recent call last):\n  File \"x\", line 1\nValueError: 12", "oops ValueError"),
        ("two\nlines", "two"),
        ("\n\n first", "first"),
        ('{"broken', '{"broken'),
        ("x" * 5000, "x" * LONGEST),
        ("é" * 5000, "é" * (LONGEST // 2)),
    ],
)  # fmt: skip
def test_a_stack_trace_is_its_first_line_and_the_exception(text: str, expected: str) -> None:
    assert headline(text) == expected


@given(st.lists(st.none() | st.text(max_size=30), max_size=6))
def test_headlines_are_those_of_the_bodies(bodies: list[str | None]) -> None:
    column = headlines(pa.array(bodies, pa.string())).to_pylist()
    plain = [body or "" for body in bodies]
    rare = [body.startswith("{") or "\n" in body for body in plain]
    assert column == [headline(b) if special else b for b, special in zip(plain, rare, strict=True)]


def test_a_name_that_varies_is_a_value_and_a_verb_is_not() -> None:
    names = [f"user {name} logged in to shop" for name in "ann bob cid dee eve".split()]
    assert set(texts_of(names)) == {"user <*> logged in to shop"}
    verbs = [f"order {verb} by 12" for verb in ("created", "deleted")]
    assert texts_of(verbs) == ["order created by <*>", "order deleted by <*>"]


def test_a_template_that_takes_the_place_of_others_names_them() -> None:
    miner = Miner()
    before = miner.learn(shape(f"user {name} logged in to shop") for name in "ann bob cid dee".split())
    miner.found()
    after = miner.learn([shape("user eve logged in to shop"), shape("user ann logged in to shop")])
    found = miner.found()
    assert found[-1].text == "user <*> logged in to shop"
    assert set(before) < set(found[-1].replaces)
    assert set(after) == {found[-1].id}
    assert len(miner) == 1


MIX = [line.text for line in lines(4000, statements=5, seed=2)]
SHAPES = shapes_of(headlines(pa.array(MIX))).to_pylist()


def test_a_miner_goes_on_where_another_was() -> None:
    first, second, replayed = Miner(), Miner(), Miner()
    first.learn(SHAPES[:2000])
    second.load(first.dump())
    replayed.replay(first.forms())
    first.found()
    expected = first.learn(SHAPES[2000:])
    news = first.found()
    for other in (second, replayed):
        assert other.learn(SHAPES[2000:]) == expected
        assert [(n.id, n.text) for n in other.found()] == [(n.id, n.text) for n in news]


def test_ids_are_the_same_in_every_shard_and_order() -> None:
    shuffled = random.Random(1).sample(SHAPES, len(SHAPES))  # noqa: S311
    texts = []
    for shapes in (SHAPES, shuffled):
        miner = Miner()
        miner.learn(shapes)
        texts.append({i: miner.text(i) for i in miner.learn(shapes)})
    both = texts[0].keys() & texts[1].keys()
    assert len(both) > 0.9 * len(texts[0])
    assert all(tokens_of(texts[0][i] or "") == tokens_of(texts[1][i] or "") for i in both)


@pytest.mark.parametrize("data", [b"", b"\xff", msgspec.msgpack.encode((2, []))])
def test_a_snapshot_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(MinerStateError):
        Miner().load(data)


def test_memory_does_not_grow_with_the_input() -> None:
    miner = Miner(most_templates=50, cache_bytes=10_000)
    dice = random.Random(5)  # noqa: S311
    for _ in range(3000):
        words = ["".join(dice.choices("ghijklmnop", k=7)) for _ in range(dice.randint(1, 9))]
        miner.learn([" ".join(words)])
    assert len(miner) <= 50
    assert miner._cached <= 10_000
    assert sum(map(len, miner._lengths.values())) <= 50
    assert len(miner._slots) <= 16 * 50
    assert sum(len(places._uses) for places in miner._places.values()) <= 50


def test_a_forgotten_template_comes_back_with_its_id() -> None:
    miner = Miner(most_templates=2)
    first = miner.learn(["alpha beta gamma"])
    miner.learn(["one two", "three four five six"])
    assert miner.text(first[0]) is None
    assert miner.learn(["alpha beta gamma"]) == first


@given(st.lists(TEXTS, max_size=30))
def test_no_text_breaks_the_miner(texts: list[str]) -> None:
    found = texts_of(texts)
    assert None not in found or texts == []


def test_values_are_taken_out() -> None:
    rows = [record("moved 3 items to  /a/b in 5 ms"), record(None), record("moved 4 items to /c/d in 6 ms")]
    batch = mine(Miner(), batch_of(rows), parameters=True).batch
    assert batch.column("parameters").to_pylist() == [["3", "/a/b", "5 ms"], None, ["4", "/c/d", "6 ms"]]


def test_a_new_template_is_told_with_its_first_record() -> None:
    rows = [record("a b"), record("c d", 7, service="cart", severity=17), record("c d", 8, service="x")]
    found = mine(Miner(), batch_of(rows)).found
    assert [(t.text, t.service, t.severity) for t in found] == [("a b", "shop", 9), ("c d", "cart", 17)]
    assert found[1].seen_ns - found[0].seen_ns == 7 * 10**9


def test_grouping_is_scored_as_it_is_defined() -> None:
    assert grouping(["a", "a", "b", "c"], ["1", "1", "2", "2"]) == (
        0.5,
        pytest.approx(2 * (1 / 3 * 1 / 2) / (5 / 6)),
    )
    assert last("a", {"a": "b", "b": "a"}) == "a"


def test_the_sample_and_the_mix_are_grouped_as_the_guide_says() -> None:
    assert score(*sample()).ga > 0.94
    mix = lines(20_000)
    of = score([m.text for m in mix], [m.statement for m in mix], [m.service for m in mix])
    assert of.ga > 0.93
    assert of.true > 290


def test_how_lines_are_cut_into_batches_does_not_matter() -> None:
    assert mined(MIX, 100) == mined(MIX, 1000)
