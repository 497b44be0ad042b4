"""Which span explains a sample: held against the rules, written out one by one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.exemplars import LONGEST_US, SpanIndex
from columns.homes import COPY, PERIOD_US, split_samples, split_spans
from schemas.batches import EVENTS, Origin, concatenated
from schemas.spans import SPANS, Kind

SECOND = 1_000_000
MINUTE = 60 * SECOND
BEGIN = 1_700_000_000 * SECOND // MINUTE * MINUTE
ORIGIN = Origin("db.metrics.events", 0, "db")


def spans(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """Times in seconds from BEGIN."""
    base = {"trace_id": "t", "parent_id": None, "name": "n", "kind": 0, "error": False, "service": "s"}
    base |= {"pod": "p", "follows": False, "attributes": None}
    columns: dict[str, list[Any]] = {field.name: [] for field in SPANS}
    for number, given_row in enumerate(rows):
        row = base | {"span_id": f"{number:016x}"} | given_row
        row["start_ns"] = BEGIN * 1000 + int(row.pop("start") * 1e9)
        row["end_ns"] = BEGIN * 1000 + int(row.pop("end") * 1e9)
        for name, column in columns.items():
            column.append(row[name])
    arrays = [
        pa.array(columns[f.name], pa.string()).dictionary_encode()
        if pa.types.is_dictionary(f.type)
        else pa.array(columns[f.name], f.type)
        for f in SPANS
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=Origin("spans", -1, "").stamp(SPANS))


def samples(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """``at`` in seconds from BEGIN; ``tags`` as an object."""
    columns: dict[str, list[Any]] = {field.name: [] for field in EVENTS}
    for number, given_row in enumerate(rows):
        row: dict[str, Any] = {"metric_id": "p:cpu", "value": 1.0, "tags": {"pod": "p", "service": "s"}}
        row |= {"raw_id": 0} | given_row
        row["timestamp"] = BEGIN + int(row.pop("at") * SECOND)
        row["tags"] = json.dumps(row["tags"])
        for name, column in columns.items():
            column.append(row.get(name, number))
    arrays = [
        pa.array(columns[f.name], pa.string()).dictionary_encode()
        if pa.types.is_dictionary(f.type)
        else pa.array(columns[f.name], pa.int64()).cast(f.type)
        if pa.types.is_timestamp(f.type)
        else pa.array(columns[f.name], f.type)
        for f in EVENTS
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ORIGIN.stamp(EVENTS))


def chosen(span_rows: Sequence[dict[str, Any]], sample: dict[str, Any]) -> int | None:
    """The number of the span that explains ``sample``."""
    index = SpanIndex(60.0)
    if span_rows:
        index.add(spans(span_rows))
    (row,) = index.explain(samples([sample])).to_pylist()
    return None if row["exemplar_span_id"] is None else int(row["exemplar_span_id"], 16)


@pytest.mark.parametrize(
    ("start", "end", "explains"),
    [(61, 62, True), (0, 61, True), (100, 130, True), (0, 500, True), (0, 60, False), (121, 122, False)]
    + [(120, 130, True), (119.999, 120, True), (0, 60.000_001, True)],
)
def test_a_span_explains_the_interval_that_it_ran_in(start: float, end: float, explains: bool) -> None:
    """The sample at 120 s tells of (60 s, 120 s]."""
    assert (chosen([{"start": start, "end": end}], {"at": 120}) == 0) is explains


def test_of_another_pod_or_service_no_span_explains() -> None:
    here = {"start": 70, "end": 71}
    assert chosen([here | {"pod": "q"}], {"at": 120}) is None
    assert chosen([here | {"pod": None, "service": "x"}], {"at": 120}) is None
    assert chosen([here | {"service": "x"}], {"at": 120}) == 0  # the pod says more
    assert chosen([here | {"pod": None}], {"at": 120}) == 0  # where its pod is not known, the service says it
    assert chosen([here | {"pod": None, "end": 99}, here], {"at": 120}) == 1
    assert chosen([here | {"pod": "q"}], {"at": 120, "tags": {"service": "s"}}) == 0
    assert chosen([here], {"at": 120, "tags": {}}) is None
    assert chosen([], {"at": 120}) is None


def test_a_failed_span_comes_before_a_slow_one_and_a_slow_one_before_others() -> None:
    rows = [{"start": 70, "end": 70 + length} for length in (1, 9, 3)]
    assert chosen(rows, {"at": 120}) == 1
    assert chosen([*rows, {"start": 70, "end": 72, "error": True}], {"at": 120}) == 3


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("latency_seconds", 2.1, 1),
        ("latency_seconds", 100.0, 2),
        ("latency_seconds", 0.0, 0),
        ("latency_seconds", -5.0, 0),
        ("request_duration_ms", 2100.0, 1),
        ("request_duration_us", 9_000_000.0, 2),
        ("latency_minutes", 0.03, 1),
        ("latency_ns", 1e9, 0),
        ("cpu", 2.1, 2),
    ],
)
def test_a_latency_is_explained_by_the_span_that_took_as_long(
    metric: str, value: float, expected: int
) -> None:
    rows = [{"start": 70, "end": 70 + length} for length in (1, 2, 9)]
    sample = {"at": 120, "metric_id": f"p:{metric}", "value": value}
    assert chosen(rows, sample) == expected


def test_a_server_latency_is_explained_by_a_server_span_if_there_is_one() -> None:
    rows = [
        {"start": 70, "end": 72, "kind": Kind.CLIENT},
        {"start": 70, "end": 75, "kind": Kind.SERVER},
        {"start": 70, "end": 72.5, "kind": Kind.INTERNAL},
    ]
    sample = {"at": 120, "value": 2.0}
    assert chosen(rows, sample | {"metric_id": "p:pod_server_latency_p99_seconds"}) == 1
    assert chosen(rows, sample | {"metric_id": "p:pod_client_latency_p99_seconds"}) == 0
    assert chosen(rows, sample | {"metric_id": "p:latency_seconds"}) == 0
    assert chosen(rows[:1], sample | {"metric_id": "p:pod_server_latency_p99_seconds"}) == 0


def test_an_exemplar_says_trace_span_time_and_value_within_128_characters() -> None:
    ids = {"trace_id": "a" * 32, "span_id": "b" * 16}
    index = SpanIndex(60.0)
    index.add(spans([ids | {"start": 70, "end": 130}]))
    row, latency = index.explain(
        samples([{"at": 120}, {"at": 120, "metric_id": "p:latency_ms", "value": 1.0}])
    ).to_pylist()
    assert (row["exemplar_trace_id"], row["exemplar_span_id"]) == ("a" * 32, "b" * 16)
    assert row["exemplar_at"] == datetime.fromtimestamp((BEGIN + 120 * SECOND) / SECOND, UTC)  # it ran on
    assert row["exemplar_value"] == 60.0
    assert latency["exemplar_value"] == 60_000.0
    assert len("trace_id" + "a" * 32 + "span_id" + "b" * 16) <= 128


def test_a_span_of_centuries_takes_no_more_room_than_one_of_a_day() -> None:
    index = SpanIndex(60.0)
    index.add(spans([{"start": -1e9, "end": 70}]))
    index.explain(samples([{"at": 120}]))
    assert len(index._spans) <= 2 * (LONGEST_US // MINUTE + 2)


TEXTS = st.sampled_from(["p", "q", None])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "start": st.integers(0, 400),
            "long": st.integers(0, 150),
            "pod": TEXTS,
            "service": st.sampled_from(["s", "r"]),
            "error": st.booleans(),
            "kind": st.sampled_from(list(Kind)),
        }
    ),
    max_size=25,
)
ASKED = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 500),
            "metric_id": st.sampled_from(["cpu", "server_latency_seconds", "latency_ms", "client_latency_s"]),
            "value": st.floats(-10, 1e6),
            "pod": TEXTS,
            "service": st.sampled_from(["s", "r", None]),
        }
    ),
    min_size=1,
    max_size=25,
)


def expected_spans(rows: list[dict[str, Any]], sample: dict[str, Any]) -> set[int]:
    """The best spans by the rules as they are written, looked for one by one."""
    ran = [i for i, r in enumerate(rows) if r["start"] <= sample["at"] and r["end"] > sample["at"] - 60]
    if sample["pod"] is not None:
        found = [i for i in ran if rows[i]["pod"] == sample["pod"]] or [
            i for i in ran if rows[i]["pod"] is None and rows[i]["service"] == sample["service"]
        ]
    else:
        found = [i for i in ran if rows[i]["service"] == sample["service"]]
    if not found:
        return set()
    name = sample["metric_id"]
    if name == "cpu":
        rank = {i: (not rows[i]["error"], -(rows[i]["end"] - rows[i]["start"])) for i in found}
    else:
        kinds = {"s": (Kind.SERVER, Kind.CONSUMER), "c": (Kind.CLIENT, Kind.PRODUCER)}.get(name[0])
        found = [i for i in found if kinds and rows[i]["kind"] in kinds] or found
        target = max(0.0, sample["value"] * (0.001 if name.endswith("ms") else 1.0))
        rank = {i: (False, abs(rows[i]["end"] - rows[i]["start"] - min(target, 86_400))) for i in found}
    best = min(rank.values())
    return {i for i in found if rank[i][0] == best[0] and abs(rank[i][1] - best[1]) < 2e-6}


@given(ROWS, ASKED, st.randoms())
def test_the_index_chooses_as_the_rules_say_in_any_order_of_spans(
    rows: list[dict[str, Any]], asked: list[dict[str, Any]], random: Any
) -> None:
    rows = [r | {"end": r["start"] + r["long"], "trace_id": f"t{i}", "number": i} for i, r in enumerate(rows)]
    shuffled = random.sample(rows, len(rows))
    known = [r | {"span_id": f"{r['number']:016x}"} for r in shuffled]
    for row in known:
        del row["long"], row["number"]
    half = len(known) // 2
    index = SpanIndex(60.0)
    for part in (known[:half], known[half:]):
        if part:
            index.add(spans(part))
    tagged = []
    for sample in asked:
        tags = {k: sample[k] for k in ("pod", "service") if sample[k] is not None}
        tagged.append({k: sample[k] for k in ("at", "metric_id", "value")} | {"tags": tags})
    for sample, row in zip(asked, index.explain(samples(tagged)).to_pylist(), strict=True):
        best = expected_spans(rows, sample)
        found = row["exemplar_span_id"]
        assert (found is None) == (not best)
        assert found is None or int(found, 16) in best
        if found is not None:
            at = row["exemplar_at"].timestamp() - BEGIN / SECOND
            assert sample["at"] - 60 < at <= sample["at"]


@given(ROWS, ASKED, st.integers(1, 5))
def test_sample_and_span_meet_wherever_they_are_sent(
    rows: list[dict[str, Any]], asked: list[dict[str, Any]], shards: int
) -> None:
    """Shard by shard and hour by hour the same exemplars come out; each span is itself once."""
    stretch = 40  # so that hours pass
    rows = [r | {"start": r["start"] * stretch, "end": (r["start"] + r.pop("long")) * stretch} for r in rows]
    tagged = []
    for number, sample in enumerate(asked):
        tags = {k: sample[k] for k in ("pod", "service") if sample[k] is not None} | {"n": number}
        tagged.append({"at": sample["at"] * stretch, "metric_id": "cpu", "value": 1.0, "tags": tags})
    batch, known = samples(tagged), spans(rows) if rows else None
    index = SpanIndex(60.0)
    if known is not None:
        index.add(known)
    whole = {row["tags"]: row["exemplar_span_id"] for row in index.explain(batch).to_pylist()}
    parts: dict[Any, SpanIndex] = {}
    selves = 0
    for key, part in split_spans(known, shards, 60.0, timeless=False) if known is not None else ():
        parts.setdefault(key, SpanIndex(60.0)).add(part)
        selves += 0 if COPY in part.schema.metadata else len(part)
    assert selves == len(rows)
    met = {}
    for key, part in split_samples(batch, shards, "pod", timeless=False):
        for row in parts.get(key, SpanIndex(60.0)).explain(part).to_pylist():
            assert int(row["timestamp"].timestamp() * SECOND) // PERIOD_US == key[1]
            met[row["tags"]] = row["exemplar_span_id"]
    assert met == whole


def test_what_was_explained_can_be_joined_again() -> None:
    index = SpanIndex(60.0)
    index.add(spans([{"start": 70, "end": 71}]))
    parts = [index.explain(samples([{"at": at}])) for at in (120, 500)]
    assert [row["exemplar_span_id"] for row in concatenated(parts).to_pylist()] == ["0" * 16, None]
