"""The job on small inputs that the sample does not have: hours of time, names that are masked, odd rows."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.captures import event, line, series, write_lines
from tests.conftest import Ingest

MINUTE, HOUR = 60_000, 3_600_000
WAYS: list[dict[str, Any]] = [
    {},
    {"batch_rows": 1},
    {"streaming": True},
    {"streaming": True, "batch_rows": 1},
]


def column(folder: Path, name: str) -> list[Any]:
    return sorted(v for f in folder.glob("*.parquet") for v in pq.read_table(f).column(name).to_pylist())


@pytest.mark.parametrize("way", WAYS)
def test_the_first_in_commit_order_wins_however_the_input_is_cut(
    ingest: Ingest, tmp_path: Path, way: dict[str, Any]
) -> None:
    """Few records and hours of time: one batch must not be judged before the other partition's is there."""
    lines = [
        series(0, "pod-1:cpu"),
        event(0, minute=5, at=0),
        event(0, minute=1, value=1.0, at=1000, partition=1),
        event(1, minute=1, value=2.0, at=MINUTE),
        event(2, minute=6, at=HOUR),
    ]
    capture = write_lines(tmp_path / "in.jsonl", lines)
    summary = ingest(capture, **way)
    assert (summary["valid_events"], summary["conflicts"], summary["late_events"]) == (3, 1, 0)
    (conflict,) = (tmp_path / "out" / "conflicts").iterdir()
    assert json.loads(conflict.read_text())["kept_value"] == 1.0


@pytest.mark.parametrize("way", WAYS)
def test_the_horizon_is_kept_however_the_input_is_cut(
    ingest: Ingest, tmp_path: Path, way: dict[str, Any]
) -> None:
    """Copies after 3000 and 6000 s: the second is a duplicate, the third is beyond the horizon."""
    lines = [series(0, "pod-1:cpu")]
    lines += [event(0, at=1000, partition=1), event(0, at=3_000_000), event(1, at=6_000_000, partition=1)]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines), **way)
    assert (summary["application_duplicates"], summary["valid_events"]) == (1, 2)


@pytest.mark.parametrize("way", WAYS)
def test_open_gaps_and_silent_series_are_found_in_batch_and_streams(
    ingest: Ingest, tmp_path: Path, way: dict[str, Any]
) -> None:
    lines = [series(0, "pod-1:cpu"), series(1, "pod-1:mem"), series(2, "pod-2:cpu", pod="pod-2")]
    times = [("pod-1:cpu", m) for m in (0, 1, 5, 6, 7)] + [("pod-2:cpu", m) for m in (0, 1)]
    lines += [
        event(i, metric, minute=m, at=m * MINUTE)
        for i, (metric, m) in enumerate(sorted(times, key=lambda t: t[1]))
    ]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines), **way)
    found = [json.loads(text) for file in (tmp_path / "out" / "gaps").iterdir() for text in file.open()]
    shown = sorted((g["kind"], g["entity"], g.get("intervals"), g.get("open")) for g in found)
    assert shown == [
        ("interval", "pod-1", 3, False),
        ("interval", "pod-2", 5, True),
        ("series", "pod-1", None, None),
    ]
    assert summary["gaps"] == 3


@pytest.mark.parametrize("way", WAYS[::2])
def test_series_that_are_told_apart_by_what_is_masked_both_stay(
    ingest: Ingest, tmp_path: Path, way: dict[str, Any]
) -> None:
    names = ["alice@x.com:cpu", "adam@x.com:cpu", "forgot-password:cpu", "forgot-password:mem"]
    lines = [series(i, name) for i, name in enumerate(names)]
    lines += [event(i, name, value=float(i)) for i, name in enumerate(names)]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines), **way)
    assert (summary["valid_events"], summary["conflicts"]) == (4, 0)
    assert column(tmp_path / "out" / "clean", "metric_id") == [
        "a***@x.com:cpu",
        "a***@x.com:cpu",
        "forgot-password:cpu",
        "forgot-password:mem",
    ]
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert b"alice" not in written
    assert b"raw_id" not in written


def test_secrets_are_masked_in_the_row_before_an_update(ingest: Ingest, tmp_path: Path) -> None:
    """Debezium writes jsonb as text, so that the secret lies in JSON inside JSON."""
    tags = json.dumps({"pod": "pod-1", "password": "hunter2secret"})
    row = {
        "seq": 1,
        "metric_id": "pod-1:cpu",
        "timestamp": "2023-11-14T22:00:00Z",
        "value": 1.0,
        "tags": tags,
    }
    source = {"name": "db", "ts_us": 1_700_000_000_000_000, "lsn": 9, "sequence": '["8","9"]'}
    changed = {"op": "u", "before": row, "after": row | {"value": 2.0}, "source": source}
    refused = {
        "op": "c",
        "after": row | {"value": "abc"},
        "source": source | {"lsn": 10, "sequence": '["8","10"]'},
    }
    lines = [
        line("db.metrics.events", i, json.dumps(doc).encode()) for i, doc in enumerate((changed, refused))
    ]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines))
    assert (summary["updates"], summary["invalid_by_reason"]) == (1, {"value_type": 1})
    (changes,) = (tmp_path / "out" / "changes").iterdir()
    assert "[PASSWORD]" in pq.read_table(changes).column("before")[0].as_py()
    assert b"hunter2" not in b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.jsonl"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"tags": 123456789012345678901234567890}, "tags_number"),
        ({"tags": "{" + '"a":{' * 400 + '"m":"jane@example.com"' + "}" * 401}, "tags_nested"),
        ({"tags": '{"a":' * 50_000}, "tags_string"),
        ({"seq": 2**80}, None),
    ],
)
def test_no_row_ends_the_job(
    ingest: Ingest, tmp_path: Path, fields: dict[str, Any], reason: str | None
) -> None:
    lines = [series(0, "pod-1:cpu"), event(1, minute=1), event(2, minute=2, **fields), event(3, minute=3)]
    summary = ingest(write_lines(tmp_path / "in.jsonl", lines))
    assert summary["valid_events"] >= 2
    assert summary["reconciliation"]["balanced"]
    if reason:
        assert summary["invalid_by_reason"] == {reason: 1}
    assert b"jane@" not in b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.jsonl"))
