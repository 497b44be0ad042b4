"""Dead letters go through again after a fix, and nothing becomes clean twice."""

import base64
import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from pipelines import ingest, replay
from pipelines.settings import SettingError, Settings
from tests.captures import event, line, series, write_lines

LINES = [
    series(0, "a:cpu"),
    event(1, "a:cpu", minute=1),
    event(2, "b:cpu", minute=1),  # unknown until the fix
    event(3, "a:cpu", minute=2, value=None),  # stays invalid
    event(4, "", minute=1),  # stays invalid
]


def seqs(folder: Path) -> list[int]:
    return sorted(s for f in folder.glob("*.parquet") for s in pq.read_table(f).column("seq").to_pylist())


def test_a_series_that_was_missing_sets_its_events_free(tmp_path: Path) -> None:
    capture = write_lines(tmp_path / "in.jsonl", LINES)
    ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out")))
    fix = write_lines(tmp_path / "fix.jsonl", [series(9, "b:cpu")])
    inputs = (str(tmp_path / "out"), str(fix))
    summary = replay.run(Settings(input=inputs, output=str(tmp_path / "again")))
    assert seqs(tmp_path / "out" / "clean") == [1]
    assert seqs(tmp_path / "again" / "clean") == [2]
    assert (summary["valid_events"], summary["invalid"], summary["job"]) == (1, 2, "replay")
    assert summary["reconciliation"]["balanced"]


def test_a_looser_contract_does_not_make_a_known_event_clean_twice(tmp_path: Path) -> None:
    capture = write_lines(
        tmp_path / "in.jsonl",
        [series(0, "a:cpu"), event(1, "a:cpu", minute=1, value=5.0), event(2, "a:cpu", minute=1, value=-5.0)],
    )
    from schemas.contract import Contract

    strict = json.loads(json.dumps(Contract.load().schema))
    strict["properties"]["value"]["minimum"] = 0
    contract = tmp_path / "strict.json"
    contract.write_text(json.dumps(strict))
    first = Settings(input=(str(capture),), output=str(tmp_path / "out"), contract_file=str(contract))
    assert ingest.run(first)["invalid"] == 1
    again = replay.run(Settings(input=(str(tmp_path / "out"),), output=str(tmp_path / "again")))
    assert (again["valid_events"], again["conflicts"], again["invalid"]) == (0, 1, 0)
    (conflict,) = (tmp_path / "again" / "conflicts").iterdir()
    assert json.loads(conflict.read_text())["kept_value"] == 5.0


def test_what_was_clean_long_before_the_last_event_is_still_known(tmp_path: Path) -> None:
    """The earlier result is longer than the horizon, and its newest events are read before the letters."""
    hours = [event(10 + i, "a:cpu", minute=2 + i, at=i * 3_600_000) for i in range(12)]
    early = [event(1, "a:cpu", minute=1, value=5.0), event(2, "a:cpu", minute=1, value=-5.0)]
    capture = write_lines(tmp_path / "in.jsonl", [series(0, "a:cpu"), *early, *hours])
    from schemas.contract import Contract

    strict = json.loads(json.dumps(Contract.load().schema))
    strict["properties"]["value"]["minimum"] = 0
    (tmp_path / "strict.json").write_text(json.dumps(strict))
    ingest.run(
        Settings(
            input=(str(capture),), output=str(tmp_path / "out"), contract_file=str(tmp_path / "strict.json")
        )
    )
    again = replay.run(Settings(input=(str(tmp_path / "out"),), output=str(tmp_path / "again"), batch_rows=1))
    assert (again["valid_events"], again["conflicts"], again["late_events"]) == (0, 1, 0)


def test_a_replay_of_a_replay_knows_the_first_result_too(tmp_path: Path) -> None:
    from schemas.contract import Contract

    strict = json.loads(json.dumps(Contract.load().schema))
    strict["properties"]["value"]["minimum"] = 0
    (tmp_path / "strict.json").write_text(json.dumps(strict))
    lines = [series(0, "a:cpu"), event(1, "a:cpu", value=5.0), event(2, "a:cpu", value=-5.0)]
    chosen = {
        "input": (str(write_lines(tmp_path / "in.jsonl", lines)),),
        "contract_file": str(tmp_path / "strict.json"),
    }
    for job, output in ((ingest, "one"), (replay, "two")):
        job.run(Settings(**chosen, output=str(tmp_path / output)))
        chosen["input"] = (str(tmp_path / output),)
    third = replay.run(Settings(input=(str(tmp_path / "two"),), output=str(tmp_path / "three")))
    assert (third["valid_events"], third["conflicts"]) == (0, 1)
    shutil.rmtree(tmp_path / "one")
    with pytest.raises(InputError, match="is gone"):
        replay.run(Settings(input=(str(tmp_path / "two"),), output=str(tmp_path / "four")))


def test_sealed_letters_open_with_their_key_and_are_counted_without(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(base64.b64encode(os.urandom(32)))
    oversized = base64.b64decode(json.loads(event(1, "a:cpu", minute=1))["value"])
    lines = [series(0, "a:cpu"), line("db.metrics.events", 1, oversized), line("db.metrics.events", 2, b"{")]
    capture = write_lines(tmp_path / "in.jsonl", lines)
    small = len(oversized) - 1
    for name, key_file in (("sealed", str(key)), ("bare", None)):
        settings = Settings(
            input=(str(capture),), output=str(tmp_path / name), max_value_bytes=small, seal_key_file=key_file
        )
        assert ingest.run(settings)["undecodable_by_kind"] == {"oversized": 1, "truncated_json": 1}
    (letters,) = (tmp_path / "sealed" / "dead").iterdir()
    assert b"metric_id" not in letters.read_bytes()
    opened = replay.run(
        Settings(input=(str(tmp_path / "sealed"),), output=str(tmp_path / "o1"), seal_key_file=str(key))
    )
    assert (opened["valid_events"], opened["undecodable"], opened["letters_without_value"]) == (1, 1, 0)
    bare = replay.run(Settings(input=(str(tmp_path / "bare"),), output=str(tmp_path / "o2")))
    assert (bare["valid_events"], bare["letters_without_value"]) == (0, 2)
    assert json.loads((tmp_path / "o2" / "summary.json").read_text()) == bare


def test_a_replay_does_not_replace_what_it_reads(tmp_path: Path) -> None:
    capture = write_lines(tmp_path / "in.jsonl", LINES)
    ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out")))
    same = Settings(input=(str(tmp_path / "out"),), output=str(tmp_path / "out"))
    with pytest.raises(SettingError, match="--output"):
        replay.run(same)
    with pytest.raises(SettingError, match="--streaming"):
        replay.run(Settings(input=(str(tmp_path / "out"),), output="x", streaming=True))
