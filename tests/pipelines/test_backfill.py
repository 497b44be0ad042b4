"""A backfill gives what the ingest job gave: from each form of archive, in pieces, killed, and twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fastavro
import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError, OutputError
from pipelines import backfill, ingest
from pipelines.backfill.estimate import Estimate
from pipelines.backfill.plan import Piece, Plan, What
from pipelines.setting import SettingError
from pipelines.settings import Settings
from tests.captures import event, line, series, write_lines
from tests.conftest import ROOT, SAMPLE

pytestmark = pytest.mark.slow

#: What an archive does not hold: what was dropped or refused before the changes were masked.
LEFT_OUT = ("records", "tombstones", "replays", "undecodable")
SAME = (
    "inserted_rows",
    "updates",
    "deletes",
    "invalid_by_reason",
    "unknown_series",
    "application_duplicates",
    "conflicts",
    "valid_events",
    "keys_sha256",
)
BESIDE = ("gaps", "anomalies", "warm_up_samples", "notices_by_kind", "losses_by_status")
IN_PIECES = 15_000
PATIENCE_SECONDS = 120

Result = tuple[Path, dict[str, Any]]


def rows(folder: Path) -> list[Any]:
    """What the files of an output hold, in an order of its own."""
    found: list[Any] = []
    for file in folder.glob("*.parquet"):
        found += [repr(sorted(row.items())) for row in pq.read_table(file).to_pylist()]
    for file in folder.glob("*.jsonl"):
        found += file.read_text().splitlines()
    return sorted(found)


def contents(result: Path) -> dict[str, list[Any]]:
    """All outputs of a result."""
    folders = [place for place in result.iterdir() if place.is_dir() and not place.name.startswith(".")]
    return {place.name: rows(place) for place in folders if place.name != "actions"}


def seqs(result: Path, output: str = "clean") -> list[int]:
    return sorted(
        seq
        for file in (result / output).glob("*.parquet")
        for seq in pq.read_table(file).column("seq").to_pylist()
    )


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """The sample's archive, the result of the ingest job that wrote it, and its summary."""
    folder = tmp_path_factory.mktemp("archived")
    archive, output = folder / "archive", folder / "out"
    settings = Settings(
        input=(str(SAMPLE),),
        output=str(output),
        archive=str(archive),
        archive_rows=9000,
        batch_rows=5000,
    )
    return archive, output, ingest.run(settings)


@pytest.fixture(scope="module")
def in_pieces(
    archived: tuple[Path, Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Result:
    output = tmp_path_factory.mktemp("pieces") / "out"
    settings = Settings(input=(str(archived[0]),), output=str(output), piece_rows=IN_PIECES)
    return output, backfill.run(settings)


def check_same(result: Result, ingested: Result, truth: dict[str, Any]) -> None:
    """All classes are the truth's, and what is written is what the ingest job wrote, row by row."""
    output, summary = result
    assert {name: summary[name] for name in SAME} == {name: truth["expected"][name] for name in SAME}
    assert {name: summary[name] for name in BESIDE} == {name: ingested[1][name] for name in BESIDE}
    assert summary["reconciliation"]["balanced"]
    assert summary["actions"]["incidents"] == ingested[1]["actions"]["incidents"] > 0
    found, wanted = contents(output), contents(ingested[0])
    assert found.keys() == wanted.keys()
    for name in found.keys() - {"dead"}:
        assert found[name] == wanted[name], name
    assert set(found["dead"]) < set(wanted["dead"])  # but for what could not be decoded
    assert len(wanted["dead"]) - len(found["dead"]) == truth["expected"]["undecodable"]


def test_an_archive_gives_what_the_ingest_job_gave(
    archived: tuple[Path, Path, dict[str, Any]], truth: dict[str, Any], tmp_path: Path
) -> None:
    archive, ingested, summary = archived
    files = sorted(archive.rglob("*.parquet"))
    assert sum(pq.read_metadata(file).num_rows for file in files) < summary["all_records"]
    assert len(files) > 8  # not one a partition
    found = backfill.run(Settings(input=(str(archive),), output=str(tmp_path / "out")))
    assert (found["job"], found["pieces"]) == ("backfill", 1)
    assert [found[name] for name in LEFT_OUT] == [truth["expected"]["inserted_rows"] + 300, 0, 0, 0]
    check_same((tmp_path / "out", found), (ingested, summary), truth)


def test_pieces_give_what_the_whole_gives(
    archived: tuple[Path, Path, dict[str, Any]], in_pieces: Result, truth: dict[str, Any]
) -> None:
    assert in_pieces[1]["pieces"] == 7  # the catalogue, five of events, what is beside the path
    check_same(in_pieces, archived[1:], truth)
    assert not (in_pieces[0] / ".backfill").exists()
    assert json.loads((in_pieces[0] / "summary.json").read_text()) == in_pieces[1]


def test_run_twice_nothing_changes_and_nothing_is_set_in_motion_twice(
    archived: tuple[Path, Path, dict[str, Any]], in_pieces: Result
) -> None:
    output, first = in_pieces
    before = contents(output)
    plans = sorted(path.name for path in (output / "actions" / "plans").iterdir())
    again = backfill.run(Settings(input=(str(archived[0]),), output=str(output)))  # cut in another way
    assert contents(output) == before
    for executor in ("cache", "recovery"):
        assert again["actions"][executor] == {"repeated": first["actions"][executor]["applied"]}
    assert sorted(path.name for path in (output / "actions" / "plans").iterdir()) == plans


def test_over_the_result_of_the_ingest_job_nothing_changes(tmp_path: Path) -> None:
    lines = [series(0, "a:cpu"), *(event(i, "a:cpu", minute=i, at=i) for i in range(1, 9))]
    lines += [event(20, "a:cpu", minute=3, at=20), event(21, "a:cpu", minute=4, value=7.0, at=21)]
    capture = write_lines(tmp_path / "in.jsonl", lines)
    chosen = {"output": str(tmp_path / "out"), "coalesce_seconds": 0.001}
    first = ingest.run(Settings(**chosen, input=(str(capture),), archive=str(tmp_path / "kept")))
    before = contents(tmp_path / "out")
    again = backfill.run(Settings(**chosen, input=(str(tmp_path / "kept"),), piece_rows=4))
    assert contents(tmp_path / "out") == before
    assert first["actions"]["cache"] == {"applied": first["actions"]["invalidations"]}
    assert again["actions"]["cache"] == {"repeated": first["actions"]["invalidations"]}
    assert (again["valid_events"], again["application_duplicates"], again["conflicts"]) == (8, 1, 1)


def command(archive: Path, output: Path, *more: object) -> list[str]:
    flags = ("--input", archive, "--output", output, "--piece-rows", IN_PIECES, *more)
    return [sys.executable, "-m", "pipelines", "run", "backfill", *map(str, flags)]


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("TRACEO_")} | {"PYTHONPATH": str(ROOT)}


def test_killed_in_the_middle_it_goes_on_with_the_piece_that_was_not_done(
    archived: tuple[Path, Path, dict[str, Any]], in_pieces: Result, tmp_path: Path, truth: dict[str, Any]
) -> None:
    archive, output = archived[0], tmp_path / "out"
    first = subprocess.Popen(
        command(archive, output), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL
    )
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (output / ".backfill" / "piece-00002").exists():
        assert time.monotonic() < give_up
        assert first.poll() is None
        os.sched_yield()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert not (output / "summary.json").exists()
    done_before = output / ".backfill" / "piece-00002" / "files.json"
    written = done_before.stat().st_mtime_ns

    other = subprocess.run(
        command(archive, output, "--horizon-seconds", 1),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert other.returncode == 1
    assert "--horizon-seconds: 1.0, but" in other.stderr
    assert "--restart" in other.stderr
    assert done_before.stat().st_mtime_ns == written  # the work is kept

    second = subprocess.run(
        command(archive, output),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 0, second.stderr
    told = re.findall(r"piece (\d) of 7: (.*)", second.stdout)
    assert [number for number, _ in told] in (["4", "5", "6", "7"], ["5", "6", "7"])
    assert "% done" in told[0][1]
    assert "left" not in told[0][1]  # nothing is known yet of how fast this run is
    assert re.search(r"about \d+ s left|about \d+ min \d\d s left", told[-1][1])
    assert contents(output) == contents(in_pieces[0])
    summary = json.loads((output / "summary.json").read_text())
    assert {name: summary[name] for name in SAME} == {name: truth["expected"][name] for name in SAME}


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("place", ["act", "take_over", "clear"])
def test_wherever_it_ends_the_next_run_makes_the_same_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Also while the result is taken over: the pieces are whole until it is."""
    from pipelines.backfill import job, plan

    settings = Settings(input=(str(small(tmp_path)),), output=str(tmp_path / "out"), piece_rows=6)

    def dies(*arguments: Any, **more: Any) -> Any:
        if place == "take_over":
            real(*arguments, **more)  # done, but for telling so
        raise _Killed

    owner: Any = plan.Work if place == "clear" else job
    real = getattr(owner, place)
    with monkeypatch.context() as patched:
        patched.setattr(owner, place, dies)
        if place == "clear":  # which a plan that is saved does too
            patched.setattr(
                plan.Work, "save", lambda self, made: plan._write(self.folder / "plan.json", made)
            )
        with pytest.raises(_Killed):
            backfill.run(settings)
    pieces = list((tmp_path / "out" / ".backfill").glob("piece-*"))
    assert len(pieces) == 4
    with monkeypatch.context() as patched:
        patched.setattr(job, "piece_graph", None)  # no piece is done again
        summary = backfill.run(settings)
    assert seqs(tmp_path / "out") == [*range(1, 9)]
    assert seqs(tmp_path / "out", "duplicates") == [11]
    assert summary["reconciliation"]["balanced"]
    assert not (tmp_path / "out" / ".backfill").exists()


LINES = [
    series(0, "a:cpu"),
    *(event(i, "a:cpu", minute=i, at=i * 1000, partition=i % 2) for i in range(1, 9)),
    event(11, "a:cpu", minute=2, at=9000),
    event(12, "a:cpu", minute=7, value=7.0, at=9500),
    event(13, "nobody:cpu", minute=7, at=9600),
]


def small(folder: Path) -> Path:
    return write_lines(folder / "small.jsonl", LINES)


def as_avro(archive: Path, file: Path) -> None:
    names = {"topic": "string", "partition": "int", "offset": "long", "timestamp_ms": "long"}
    fields = [{"name": name, "type": kind} for name, kind in names.items()]
    fields += [{"name": name, "type": ["null", "bytes"]} for name in ("key", "value")]
    schema = fastavro.parse_schema({"type": "record", "name": "Record", "fields": fields})
    with file.open("wb") as stream:
        fastavro.writer(stream, schema, all_rows(archive), codec="deflate")


def all_rows(archive: Path) -> Iterable[dict[str, Any]]:
    for file in sorted(archive.rglob("*.parquet")):
        yield from pq.read_table(file).to_pylist()


def as_lines(archive: Path, file: Path) -> None:
    write_lines(
        file,
        [
            line(
                row["topic"],
                row["offset"],
                row["value"],
                partition=row["partition"],
                at=row["timestamp_ms"] - 1_700_000_000_000,
                key=row["key"] or b"",
            )
            for row in all_rows(archive)
        ],
    )


@pytest.mark.parametrize("form", ["parquet", "avro", "jsonl"])
def test_the_three_forms_of_archive_give_the_same(tmp_path: Path, form: str) -> None:
    kept = tmp_path / "kept"
    ingested = Settings(input=(str(small(tmp_path)),), output=str(tmp_path / "out"), archive=str(kept))
    ingest.run(ingested)
    name = {"parquet": kept, "avro": tmp_path / "kept.avro", "jsonl": tmp_path / "kept.jsonl"}[form]
    if form != "parquet":
        (as_avro if form == "avro" else as_lines)(kept, name)
    summary = backfill.run(Settings(input=(str(name),), output=str(tmp_path / "again"), piece_rows=6))
    assert contents(tmp_path / "again") == contents(tmp_path / "out")
    assert (summary["valid_events"], summary["conflicts"], summary["unknown_series"]) == (8, 1, 1)
    assert summary["pieces"] == 4


def test_a_span_of_time_reads_what_was_appended_in_it_and_the_whole_catalogue(tmp_path: Path) -> None:
    late = [series(5, "late:cpu", at=60_000), event(30, "late:cpu", minute=1, at=5500)]
    capture = write_lines(tmp_path / "in.jsonl", [*LINES, *late])
    settings = Settings(
        input=(str(capture),),
        output=str(tmp_path / "out"),
        since="2023-11-14T22:13:23Z",  # 3 s after the first append
        until="2023-11-14T22:13:26",
    )
    summary = backfill.run(settings)
    assert seqs(tmp_path / "out") == [3, 4, 5, 30]
    assert summary["records_by_topic"] == {"db.metrics.events": 4, "db.metrics.series": 2}


def test_what_was_masked_comes_masked_from_the_archive_too(tmp_path: Path) -> None:
    tags = {"pod": "a", "mail": "ada@example.com"}
    lines = [
        series(0, "ada@example.com:cpu"),
        event(1, "ada@example.com:cpu", minute=1, tags=json.dumps(tags)),
        event(2, "ada@example.com:cpu", minute=2, tags=json.dumps([tags])),  # refused: no object
        event(3, "ada@example.com:cpu", minute=3, value="ada@example.com"),  # does not fit the columns
    ]
    capture, kept = write_lines(tmp_path / "in.jsonl", lines), tmp_path / "kept"
    ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out"), archive=str(kept)))
    archived = b"".join(row["value"] for row in all_rows(kept))
    assert b"ada@example.com" not in archived
    assert b"a***@example.com" in archived
    backfill.run(Settings(input=(str(kept),), output=str(tmp_path / "again")))
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_the_archive_that_a_killed_job_wrote_twice_gives_each_record_once(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for lines in (LINES[:6], LINES):  # the second begins where the first did, and goes on
        capture = write_lines(tmp_path / "in.jsonl", lines)
        ingest.run(Settings(input=(str(capture),), output=str(tmp_path / "out"), archive=str(kept)))
    assert len(list(kept.rglob("*.parquet"))) == 5
    again = backfill.run(Settings(input=(str(kept),), output=str(tmp_path / "again")))
    assert contents(tmp_path / "again") == contents(tmp_path / "out")
    assert again["records"] == 11


@pytest.mark.parametrize("damage", ["cut", "garbled", "empty", "no archive", "mixed with a cut one"])
def test_a_damaged_archive_is_one_line_that_names_the_file(tmp_path: Path, damage: str) -> None:
    kept, output = tmp_path / "kept", tmp_path / "again"
    settings = Settings(input=(str(small(tmp_path)),), output=str(tmp_path / "out"), archive=str(kept))
    ingest.run(settings)
    file = next((kept / "db.metrics.events").rglob("*.parquet"))
    whole = file.read_bytes()
    if damage == "garbled":
        file.write_bytes(whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :])
    elif damage == "no archive":
        pq.write_table(pq.read_table(file).drop_columns(["value"]), file)
    elif damage == "mixed with a cut one":
        file = file.with_name("other.avro")
        as_avro(kept, file)
        file.write_bytes(file.read_bytes()[:-20])
    else:
        file.write_bytes(whole[: len(whole) // 2 if damage == "cut" else 0])
    done = subprocess.run(
        command(kept, output), cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (message,) = [text for text in done.stderr.splitlines() if text.startswith("traceo: ")]
    assert str(file) in message
    assert "Traceback" not in done.stderr + done.stdout
    assert not (output / "summary.json").exists()


def test_files_that_change_under_an_unfinished_backfill_are_refused_and_new_ones_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.backfill import job

    folder = tmp_path / "in"
    folder.mkdir()
    capture = write_lines(folder / "a.jsonl", LINES)
    settings = Settings(input=(str(folder),), output=str(tmp_path / "out"), piece_rows=5)
    with monkeypatch.context() as patched:
        patched.setattr(job, "merged", lambda *_: (_ for _ in ()).throw(_Killed))
        with pytest.raises(_Killed):
            backfill.run(settings)
    whole = capture.read_bytes()
    write_lines(capture, [*LINES, event(40, "a:cpu", minute=40, at=10_000)])
    with pytest.raises(InputError, match=r"a\.jsonl: gone or changed since .* --restart"):
        backfill.run(settings)
    capture.write_bytes(whole)
    write_lines(folder / "b.jsonl", [event(41, "a:cpu", minute=41, partition=7, at=5000)])
    assert backfill.run(settings)["valid_events"] == 8
    assert backfill.run(settings)["valid_events"] == 9  # a backfill of its own


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"input": ()}, "--input: nothing to read"),
        ({"format": "avro"}, "--format: avro"),
        ({"streaming": True}, "a backfill is bounded"),
        ({"offsets": ("db.metrics.events/0=0:1",)}, "--offsets: files are cut by time"),
        ({"since": "2023-13-14"}, "2023-13-14: no time"),
        ({"input": ("postgresql://u@h/d", "more")}, "name one postgresql"),
        ({"input": ("postgresql://u@h/d",), "since": "2023-01-01"}, "a table has no appends"),
        ({"input": ("kafka://127.0.0.1:1",)}, "no topic named"),
        ({"input": ("kafka://127.0.0.1:1/t", "more")}, "name one kafka"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    tmp_path: Path, chosen: dict[str, Any], problem: str
) -> None:
    settings = Settings(**({"input": (str(small(tmp_path)),), "output": str(tmp_path / "out")} | chosen))
    with pytest.raises(SettingError, match=re.escape(problem)):
        backfill.run(settings)
    assert not (tmp_path / "out" / "summary.json").exists()


def test_two_backfills_do_not_work_in_one_folder(tmp_path: Path) -> None:
    from pipelines.backfill.plan import Work

    work = tmp_path / "work"
    settings = Settings(input=(str(small(tmp_path)),), output=str(tmp_path / "out"), work=str(work))
    with Work(work).locked(), pytest.raises(OutputError, match="another backfill works there"):
        backfill.run(settings)
    assert backfill.run(settings)["valid_events"] == 8


def test_begun_anew_it_forgets_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.backfill import job

    settings = Settings(input=(str(small(tmp_path)),), output=str(tmp_path / "out"), piece_rows=4)
    with monkeypatch.context() as patched:
        patched.setattr(job, "merged", lambda *_: (_ for _ in ()).throw(_Killed))
        with pytest.raises(_Killed):
            backfill.run(settings)
    anew = Settings(input=settings.input, output=settings.output, piece_rows=500_000, restart=True)
    summary = backfill.run(anew)
    assert (summary["pieces"], summary["valid_events"]) == (1, 8)
    (tmp_path / "out" / ".backfill").mkdir()
    (tmp_path / "out" / ".backfill" / "plan.json").write_text("{")
    with pytest.raises(SettingError, match=r"plan\.json: .*--restart"):
        backfill.run(settings)


def test_progress_and_estimate_follow_what_this_run_did() -> None:
    now = [100.0]
    pieces = (
        Piece(what=What.CATALOGUE, rows=1000),
        *(Piece(what=What.EVENTS, rows=100_000) for _ in range(3)),
        Piece(what=What.BESIDE, rows=99_000),
    )
    plan = Plan(made_of={}, pieces=pieces)
    fresh = Estimate(plan, [], clock=lambda: now[0])
    assert fresh.line(0) == "piece 1 of 5: the catalogue, about 1,000 records"
    fresh.did(pieces[0])
    assert fresh.line(1) == "piece 2 of 5: events, about 100,000 records; 0% done"  # too little to estimate
    now[0] += 60
    fresh.did(pieces[1])
    assert fresh.line(2).endswith("events, about 100,000 records; 25% done, about 2 min 58 s left")
    now[0] += 40
    fresh.did(pieces[2])
    fresh.did(pieces[3])
    assert fresh.line(4) == (
        "piece 5 of 5: anomalies, gaps and what they set in motion, over all pieces; "
        "75% done, about 33 s left"
    )
    later = Estimate(plan, [0, 1, 2], clock=lambda: now[0])
    assert later.line(3).endswith("; 50% done")
    now[0] += 7200
    later.did(pieces[3])
    assert later.line(4).endswith("; 75% done, about 1 h 58 min left")
