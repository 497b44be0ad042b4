"""The job says what was lost on the way, and what happened to whole tables, and goes on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.captures import series, write_lines
from tests.conftest import SAMPLE, Ingest
from tests.transforms.test_transactions_step import end, event


def json_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for file in sorted(folder.glob("*.jsonl")) for text in file.open()]


@pytest.mark.parametrize("way", [{}, {"streaming": True, "batch_rows": 2}])
def test_losses_and_notices_are_outputs_of_the_job(
    ingest: Ingest, tmp_path: Path, way: dict[str, Any]
) -> None:
    lines = [
        series(0, "a:b"),
        event(0, 7, 1000),
        end(0, 7, 1000, 2),  # one of two is gone
        event(1, 8, 2000, unit="ms"),
        end(1, 8, 2000, 1),
        event(2, 9, 3000, op="t"),
        end(2, 9, 3000, 1),
        event(3, 10, 4000, value=None, unit="ms", reading=1.0),
        end(3, 10, 4000, 1),
    ]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines), **way)
    assert summary["losses_by_status"] == {"missing": 1}
    assert summary["notices_by_kind"] == {"schema_change": 2, "truncate": 1}
    assert summary["transactions"] == {"complete": 3, "incomplete": 1}
    assert summary["reconciliation"]["balanced"]
    assert summary["invalid_by_reason"] == {"value_null": 1}
    (loss,) = json_lines(tmp_path / "out" / "losses")
    assert loss == {
        "id": "db/7/1700000001000/metrics.events",
        "status": "missing",
        "connector": "db",
        "table": "metrics.events",
        "tx": 7,
        "expected": 2,
        "seen": 1,
        "committed_at": "2023-11-14T22:13:21.000000Z",
        "ended_at": "2023-11-14T22:13:21.000000Z",
    }
    notices = sorted(json_lines(tmp_path / "out" / "notices"), key=lambda notice: notice["offset"])
    assert [(n["kind"], n["offset"]) for n in notices] == [
        ("schema_change", 1),
        ("truncate", 2),
        ("schema_change", 3),
    ]
    assert [(n["added"], n["removed"]) for n in notices[::2]] == [(["unit"], []), (["reading"], [])]
    invalidated = {(i["scope"], i["key"]) for i in json_lines(tmp_path / "out" / "invalidations")}
    assert {
        ("wildcard", f"{kind}:*") for kind in ("series", "pod", "service")
    } <= invalidated  # by the truncate


def test_a_truncate_of_the_catalogue_makes_its_answers_stale_and_no_event_unknown(
    ingest: Ingest, tmp_path: Path
) -> None:
    gone = json.loads(event(1, 6, 500, op="t")) | {"topic": "db.metrics.series"}
    lines = [series(0, "a:b"), json.dumps(gone).encode(), event(0, 7, 1000), end(0, 7, 1000, 1)]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines))
    assert (summary["valid_events"], summary["unknown_series"]) == (1, 0)
    assert summary["notices_by_kind"] == {"truncate": 1}
    invalidated = {(i["scope"], i["key"]) for i in json_lines(tmp_path / "out" / "invalidations")}
    assert ("prefix", "catalogue:") in invalidated


def test_a_required_column_that_goes_is_noticed_and_its_rows_are_dead_with_a_reason(
    ingest: Ingest, tmp_path: Path
) -> None:
    lines = [series(0, "a:b"), event(0, 7, 1000), event(1, 8, 2000, without="value", reading=1.0)]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines))
    assert (summary["valid_events"], summary["invalid_by_reason"]) == (1, {"value_null": 1})
    (notice,) = json_lines(tmp_path / "out" / "notices")
    assert (notice["added"], notice["removed"], notice["offset"]) == (["reading"], ["value"], 1)
    assert summary["transactions"] == {"unended": 2}  # their ends were not read


def test_of_the_sample_each_transaction_is_complete(ingest: Ingest) -> None:
    summary = ingest(SAMPLE)
    assert (summary["losses_by_status"], summary["notices_by_kind"]) == ({}, {})
    assert summary["transactions"] == {"complete": 1444, "replay": 125}
