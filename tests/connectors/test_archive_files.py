"""Archives as files: whole or not there, read in order and once, only what is wanted, counted."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import archives
from connectors.archivecensus import Census
from connectors.archivefiles import Run, run_of, write_run
from connectors.errors import InputError, OutputError
from connectors.recordfiles import find_files, read_files
from connectors.wanted import EVERYTHING, Wanted
from schemas.archive import ARCHIVE
from tests.captures import event, line, series, write_lines

BEGIN = 1_700_000_000_000
EVENTS = "db.metrics.events"


def run(
    first: int, last: int, *, topic: str = EVENTS, partition: int = 0, step_ms: int = 1
) -> pa.RecordBatch:
    """A record an offset, appended ``step_ms`` after the one before."""
    offsets = list(range(first, last + 1))
    columns: list[Any] = [
        [topic] * len(offsets),
        [partition] * len(offsets),
        offsets,
        [BEGIN + offset * step_ms for offset in offsets],
        [b"%d" % offset for offset in offsets],
        [b"value %d" % offset for offset in offsets],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ARCHIVE, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARCHIVE)


def offsets(folder: Path, wanted: Wanted = EVERYTHING, batch_rows: int = 7) -> list[tuple[str, int, int]]:
    return [
        (records.topic, records.partition, offset)
        for records in read_files(find_files([str(folder)]), batch_rows, wanted=wanted)
        for offset in records.offsets
    ]


def test_a_run_is_a_file_that_says_what_it_holds_and_reads_back_the_same(tmp_path: Path) -> None:
    written = run(5, 40)
    file = Path(write_run(written, str(tmp_path)))
    assert run_of(file) == Run(EVENTS, 0, 5, 40)
    assert pq.read_table(file).to_batches()[0].equals(written)
    found = list(read_files([file], 1000))
    assert len(found) == 1
    assert (found[0].keys, found[0].values) == (
        [b"%d" % i for i in range(5, 41)],
        [b"value %d" % i for i in range(5, 41)],
    )
    assert found[0].timestamps == [BEGIN + i for i in range(5, 41)]
    assert write_run(written, str(tmp_path)) == str(file)  # made again, it takes its own place
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_lines_of_two_files_that_have_the_same_numbers_are_two_files_of_the_archive(tmp_path: Path) -> None:
    one, other = run(1, 3, partition=-1), run(1, 3, partition=-1)
    other = other.set_column(5, "value", pa.array([b"a", b"b", b"c"], pa.binary()))
    names = {write_run(batch, str(tmp_path)) for batch in (one, other, one)}
    assert len(names) == 2
    assert len(offsets(tmp_path)) == 6


@pytest.mark.parametrize("name", ["1-2.parquet", f"{1:020}-{2:020}.avro", f"{1:020}-{2:020}-xyz.parquet"])
def test_files_of_others_say_nothing_by_their_names(tmp_path: Path, name: str) -> None:
    assert run_of(tmp_path / "topic" / "0" / name) is None
    assert run_of(tmp_path / "topic" / "no number" / f"{1:020}-{2:020}.parquet") is None


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pq, "write_table", full)
        with pytest.raises(OutputError, match="No space left"):
            write_run(run(1, 2), str(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_run(run(1, 2), str(tmp_path / "file"))


def test_runs_that_overlap_give_each_offset_once_in_order(tmp_path: Path) -> None:
    for first, last in ((30, 60), (1, 20), (10, 40), (10, 12), (61, 65)):
        write_run(run(first, last), str(tmp_path))
    write_run(run(1, 9, partition=1), str(tmp_path))  # another partition has offsets of its own
    found = offsets(tmp_path)
    assert [offset for _, partition, offset in found if partition == 0] == [*range(1, 66)]
    assert [offset for _, partition, offset in found if partition == 1] == [*range(1, 10)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(since_ms=BEGIN + 50), [*range(50, 91)]),
        (Wanted(until_ms=BEGIN + 50), [*range(1, 50)]),
        (Wanted(since_ms=BEGIN + 29, until_ms=BEGIN + 32), [29, 30, 31]),
        (Wanted(since_ms=BEGIN + 91), []),
        (Wanted(tables=("metrics.series",)), []),
        (Wanted(but=("metrics.events",)), []),
        (Wanted(tables=("metrics.events",), until_ms=BEGIN + 3), [1, 2]),
    ],
)
def test_only_what_is_wanted_comes(tmp_path: Path, wanted: Wanted, expected: list[int]) -> None:
    for first, last in ((1, 30), (31, 60), (61, 90)):
        write_run(run(first, last), str(tmp_path))
    lines = [line(EVENTS, i, b"{}", at=i) for i in range(1, 91)]
    (tmp_path / "capture").mkdir()
    write_lines(tmp_path / "capture" / "a.jsonl", lines)
    for folder in (EVENTS, "capture"):
        assert [offset for *_, offset in offsets(tmp_path / folder, wanted)] == expected


def test_files_outside_the_span_are_not_decompressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first, last in ((1, 30), (31, 60), (61, 90)):
        write_run(run(first, last), str(tmp_path))
    read: list[int] = []
    real = archives._archived

    def counted(file: Path, batch: pa.RecordBatch) -> pa.RecordBatch:
        read.append(len(batch))
        return real(file, batch)

    monkeypatch.setattr(archives, "_archived", counted)
    wanted = Wanted(since_ms=BEGIN + 40, until_ms=BEGIN + 45)
    assert [offset for *_, offset in offsets(tmp_path, wanted, 1000)] == [40, 41, 42, 43, 44]
    assert read == [30]


def census(folder: Path, step_rows: int = 10) -> Census:
    return Census.of(find_files([str(folder)]), "metrics.series", step_rows)


def test_a_census_counts_and_cuts_by_time_whatever_the_form(tmp_path: Path) -> None:
    parquet, capture = tmp_path / "parquet", tmp_path / "capture"
    write_run(run(0, 499), str(parquet))
    write_run(run(500, 999), str(parquet))
    write_run(run(0, 49, topic="db.metrics.series"), str(parquet))
    capture.mkdir()
    lines = [line(EVENTS, i, b"{}", at=i) for i in range(1000)]
    write_lines(capture / "a.jsonl", [*lines, *(series(i, "a") for i in range(50))])
    for folder in (parquet, capture):
        found = census(folder)
        assert (found.rows, found.catalogue_rows, found.first_ms) == (1050, 50, BEGIN)
        assert found.between(None, None) == 1000
        assert abs(found.between(BEGIN + 200, BEGIN + 700) - 500) <= 20
        bounds = found.bounds(250, None, None)
        assert len(bounds) == 3
        assert np.allclose(np.diff([BEGIN, *bounds, BEGIN + 1000]), 250, atol=25)
        (half,) = found.bounds(250, BEGIN + 500, BEGIN + 1000)
        assert abs(half - BEGIN - 750) <= 25
        assert found.bounds(5000, None, None) == []


def test_appends_that_are_not_known_are_before_all_others(tmp_path: Path) -> None:
    values = [json.dumps({"op": "c", "n": i}).encode() for i in range(20)]
    write_lines(tmp_path / "values.jsonl", values)
    write_lines(tmp_path / "capture.jsonl", [event(i, at=i) for i in range(20)])
    found = census(tmp_path, 1)
    assert (found.rows, found.first_ms) == (40, BEGIN)
    assert found.between(None, BEGIN) == 20
    assert found.between(0, None) == 20


@pytest.mark.parametrize("damage", ["cut", "not Parquet"])
def test_a_damaged_file_is_named_by_the_census(tmp_path: Path, damage: str) -> None:
    file = Path(write_run(run(1, 30), str(tmp_path)))
    file.write_bytes(file.read_bytes()[:-9] if damage == "cut" else b"PAR1 no")
    with pytest.raises(InputError, match=f"{file.name}: damaged or cut off"):
        census(tmp_path)
