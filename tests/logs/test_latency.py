"""Durations in text and attributes, and the sums of records by window."""

import json
from typing import Any

import pytest

from logs.drain import Miner
from logs.red import log_red, log_red_of
from logs.templates import mine
from logs.told import with_told
from schemas.logs import Severity
from tests.logs.beamruns import run
from tests.logs.logbatches import BEGIN_NS, SECOND, batch_of, parts, record
from transforms.logred import LogRedMetrics

MS = 10**6
MINUTE_NS = 60 * SECOND


def durations(rows: list[dict[str, Any]]) -> list[int | None]:
    found: list[int | None] = with_told(batch_of(rows)).column("duration_ns").to_pylist()
    return found


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("took 123 ms", 123 * MS),
        ("request took 1.5s", 1500 * MS),
        ("Took: 7us", 7000),
        ("Completed in 12ms (Views: 3)", 12 * MS),
        ("duration=1.2s status=200", 1200 * MS),
        ('{"latency_ms": 12, "x": 1}', 12 * MS),
        ('"durationMs":"3.5"', 3_500_000),
        ("elapsedMillis=3", 3 * MS),
        ("10.0.0.1 GET / 200 request_time=0.004", 4 * MS),
        ("request_time: 0.25 upstream_response_time: 0.2", 250 * MS),
        ("elapsed time of 3 seconds", 3 * SECOND),
        ("retry in 5 minutes", None),
        ("duration=12", None),
        ("took 3 steps", None),
        ("mistook 3 ms", None),
        ("took 99999999999 s", None),
        ("", None),
    ],
)
def test_durations_in_text(text: str, duration: int | None) -> None:
    assert durations([record(text)]) == [duration]


@pytest.mark.parametrize(
    ("attributes", "duration"),
    [
        ({"duration_ms": 12}, 12 * MS),
        ({"http.server.request.duration": 0.5}, 500 * MS),
        ({"event.duration": 42}, 42),
        ({"responseTime": "7"}, 7 * MS),
        ({"db.latency.us": 3}, 3000),
        ({"duration": 12}, None),
        ({"latency_ms": True, "took_ms": None, "elapsed_s": "x", "duration_ns": 9}, 9),
        ({"duration_ms": -1}, None),
        ({"daytime": 4}, None),
    ],
)
def test_durations_of_attributes(attributes: dict[str, Any], duration: int | None) -> None:
    told = json.dumps(attributes)
    found = durations([record("no time here", attributes=told), record("took 1 ms", attributes=told)])
    assert found == [duration, MS]


def test_attributes_that_are_no_object_tell_of_nothing() -> None:
    found = durations([record(attributes='["took_ms"]'), record(attributes='{"took_ms"'), record(None)])
    assert found == [None] * 3


def test_ids_and_durations_are_told_apart() -> None:
    texts = ["took 5 ms", "request_id=a-17", "request_id=a-18 took 6 ms", "mistook request identity", None]
    batch = with_told(batch_of(map(record, texts)))
    assert batch.column("duration_ns").to_pylist() == [5 * MS, None, 6 * MS, None, None]
    assert batch.column("attributes").to_pylist() == [
        *(None, '{"request_id":"a-17"}', '{"request_id":"a-18"}'),
        *(None, None),
    ]


def rows() -> list[dict[str, Any]]:
    fine = [record(f"GET /{i} took {i} ms", i) for i in range(1, 101)]
    failed = [record(f"GET /{i} failed", i, severity=int(Severity.ERROR) + 1) for i in range(30)]
    other = [record(None, 5, service=None), record("x", timestamp_ns=None, observed_ns=None)]
    return [*fine, *failed, *other]


def test_records_are_summed_by_window_service_template_and_severity() -> None:
    batch = mine(Miner(), with_told(batch_of(rows()))).batch
    found = [log_red(key, calls, MINUTE_NS) for key, calls in log_red_of(batch, MINUTE_NS).items()]
    by = {(r.window_start[14:16], r.service, r.severity): r for r in found}
    assert {key: r.records for key, r in by.items()} == {
        ("14", "shop", "info"): 59,
        ("15", "shop", "info"): 41,
        ("14", "shop", "error"): 30,
        ("14", "", "info"): 1,
    }
    assert by["14", "shop", "error"].errors == 30
    assert by["14", "shop", "error"].timed == by["14", "shop", "info"].errors == 0
    timed = by["14", "shop", "info"]
    assert (timed.timed, timed.duration_ns) == (59, sum(range(1, 60)) * MS)
    assert 30 * MS <= timed.p50_ns <= 32 * MS
    assert timed.rate == pytest.approx(59 / 60)


def test_a_batch_without_times_counts_nothing() -> None:
    batch = mine(Miner(), batch_of([record("x", timestamp_ns=None, observed_ns=None)])).batch
    assert log_red_of(batch, MINUTE_NS) == {}
    assert BEGIN_NS % MINUTE_NS == 0


@pytest.mark.parametrize("streaming", [False, True])
def test_the_step_sums_what_the_batches_hold(streaming: bool) -> None:
    miner = Miner()
    batches = [
        mine(miner, with_told(batch)).batch
        for batch in parts(sorted(rows()[:-1], key=lambda r: r["timestamp_ns"]), 20)
    ]
    found = run(batches, LogRedMetrics(), streaming=streaming)["rows"]
    whole = log_red_of(mine(Miner(), with_told(batch_of(rows()[:-1]))).batch, MINUTE_NS)
    sums: dict[tuple[str, str], int] = {}
    for row in found:
        key = (row["severity"], row["window_start"])
        sums[key] = sums.get(key, 0) + row["records"]
    assert sum(sums.values()) == sum(calls.calls for calls in whole.values()) == 131
    assert sum(row["duration_ns"] for row in found) == sum(calls.duration_ns for calls in whole.values())
    assert len(sums) == 3
