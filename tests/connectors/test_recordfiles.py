"""Files of records: every format gives the same records, and damage is named, never passed over."""

import base64
import gzip
import json
import random
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from connectors.recordfiles import find_files, read_files
from schemas.archive import ARCHIVE
from schemas.records import RawRecords
from tests.captures import event, line, sample_lines, series, write_lines

LINES = [series(0, "a"), event(0, at=5), event(1, at=6), line("db.metrics.events", 2, None, at=7)]


def flat(paths: list[Path], batch_rows: int = 100) -> list[tuple[Any, ...]]:
    return [
        (r.topic, r.partition, *row)
        for r in read_files(paths, batch_rows)
        for row in zip(r.offsets, r.timestamps, r.values, strict=True)
    ]


def archive(lines: list[bytes]) -> list[dict[str, Any]]:
    rows = [json.loads(text) for text in lines]
    for row in rows:
        row["key"] = base64.b64decode(row["key"])
        row["value"] = None if row["value"] is None else base64.b64decode(row["value"])
        del row["headers"]
    return rows


def test_every_format_gives_the_same_records(tmp_path: Path) -> None:
    plain = write_lines(tmp_path / "a.jsonl", LINES)
    expected = flat([plain])
    assert len(expected) == len(LINES)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    with pa.CompressedOutputStream(str(tmp_path / "a.jsonl.zst"), "zstd") as stream:
        stream.write(plain.read_bytes())
    rows = archive(LINES)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    fields = [
        {"name": n, "type": t} for n, t in (("topic", "string"), ("partition", "int"), ("offset", "long"))
    ]
    fields += [{"name": "timestamp_ms", "type": "long"}]
    fields += [{"name": n, "type": ["null", "bytes"]} for n in ("key", "value")]
    with (tmp_path / "a.avro").open("wb") as stream:
        fastavro.writer(stream, {"type": "record", "name": "R", "fields": fields}, rows)
    for name in ("a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.avro"):
        assert flat([tmp_path / name]) == expected, name


def test_the_size_of_a_batch_is_a_limit_and_keeps_the_order_of_each_partition(tmp_path: Path) -> None:
    lines = [event(i, at=i, partition=i % 3) for i in range(50)]
    path = write_lines(tmp_path / "a.jsonl", lines)
    batches = list(read_files([path], 4))
    assert max(map(len, batches)) == 4
    for partition in range(3):
        offsets = [o for b in batches if b.partition == partition for o in b.offsets]
        assert offsets == list(range(partition, 50, 3))


def test_of_several_files_the_earlier_records_come_first(tmp_path: Path) -> None:
    events = write_lines(tmp_path / "a-events.jsonl", [event(i, at=100 + i) for i in range(4)])
    catalogue = write_lines(tmp_path / "b-series.jsonl", [series(0, "a", at=1)])
    assert [r.topic for r in read_files([events, catalogue], 2)] == ["db.metrics.series"] + [
        "db.metrics.events"
    ] * 2


def test_no_batch_spans_more_than_its_time(tmp_path: Path) -> None:
    """Two partitions side by side are handed on together, whatever the size of a batch."""
    lines = [event(i, at=i * 1000, partition=i % 2) for i in range(60)]
    capture = write_lines(tmp_path / "a.jsonl", lines)
    pq.write_table(pa.Table.from_pylist(archive(lines)[::2]), tmp_path / "even.parquet")
    for path in (capture, tmp_path / "even.parquet"):
        batches = list(read_files([path], 1000, span_seconds=10))
        assert len(batches) >= 5
        assert max(b.timestamps[-1] - b.timestamps[0] for b in batches) <= 10_000
    order = [t for b in read_files([capture], 1000, span_seconds=10) for t in b.timestamps]
    assert max(high - low for high, low in zip(order, order[1:], strict=False)) <= 10_000


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", LINES)
    assert find_files([str(path), str(tmp_path), f"{tmp_path}/../{tmp_path.name}/a.jsonl"]) == [path]
    with pytest.raises(InputError, match="without a name"):
        find_files([""])


def test_results_below_an_input_folder_are_no_input(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", LINES)
    (tmp_path / "out" / "clean").mkdir(parents=True)
    (tmp_path / "out" / ".traceo").touch()
    (tmp_path / "out" / "clean" / "part-00000.parquet").write_bytes(b"x")
    assert find_files([str(tmp_path)]) == [path]


def test_what_other_tools_write_is_read_too(tmp_path: Path) -> None:
    document = json.loads(LINES[1]) | {"headers": None, "timestamp_ms": None, "more": 1}
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(document).encode() + b"\r\n")
    (records,) = read_files([tmp_path / "a.jsonl"], 10)
    assert (records.timestamps, records.headers) == ([-1], [[]])
    rows = [row | {"timestamp_ms": None} for row in archive(LINES)]
    pq.write_table(
        pa.Table.from_pylist(rows, ARCHIVE.set(3, pa.field("timestamp_ms", pa.int32()))),
        tmp_path / "a.parquet",
    )
    assert {t for r in read_files([tmp_path / "a.parquet"], 10) for t in r.timestamps} == {-1}


@pytest.mark.parametrize(
    "value",
    [
        b'{"ts_ms":5,"op":"c","after":{},"source":{"schema":"metrics","table":"events"}}',
        b'{"status":"x","op":"c","after":{},"source":{"table":"events","db":"d","schema":"metrics"}}',
        b'{"schema":{},"payload":{"op":"c","source":{"schema":"metrics","table":"events"}}}',
    ],
)
def test_the_order_of_names_does_not_matter(tmp_path: Path, value: bytes) -> None:
    (records,) = read_files([write_lines(tmp_path / "a.jsonl", [value])], 10)
    assert (records.topic, records.values) == ("metrics.events", [value])


def test_poison_on_the_first_line_of_envelopes_is_a_value_like_any_other(tmp_path: Path) -> None:
    good = b'{"op":"c","after":{},"source":{"schema":"metrics","table":"events"}}'
    path = write_lines(tmp_path / "a.jsonl", [b"", b"{broken", good])
    assert sorted((r.topic, r.offsets) for r in read_files([path], 10)) == [
        ("metrics.events", [3]),
        ("unknown", [2]),
    ]


def test_plain_envelopes_find_their_table(tmp_path: Path) -> None:
    values = [base64.b64decode(json.loads(text)["value"]) for text in LINES[:3]]
    values[0] = values[0].replace(b'"table": "events"', b'"table":"series"')
    values += [b'{"status":"BEGIN","id":"1:2"}', b'{"ts_ms":5}', b"null", b"{broken", b"   "]
    path = write_lines(tmp_path / "plain.jsonl", values)
    topics = [(r.topic, len(r)) for r in read_files([path], 100)]
    assert topics == [
        ("metrics.series", 1),
        ("metrics.events", 4),
        ("plain.transaction", 1),
        ("__debezium-heartbeat.plain", 1),
    ]
    records: RawRecords = list(read_files([path], 100))[1]
    assert records.values[2:] == [None, b"{broken"]
    assert (records.partition, records.offsets) == (-1, [2, 3, 6, 7])


def test_a_folder_is_searched_for_records_only(tmp_path: Path) -> None:
    for name in ("cdc.jsonl", "spans.otlp.jsonl", "truth.json", "notes.txt"):
        (tmp_path / name).write_bytes(LINES[0])
    assert [p.name for p in find_files([str(tmp_path)])] == ["cdc.jsonl"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", b"", "the file is empty"),
        ("a.jsonl", b"\n\n", "holds no records"),
        ("a.jsonl", b"\nhello\n", "a.jsonl:2: no record"),
        (
            "a.jsonl",
            LINES[0] + LINES[0].replace(b'"offset": 0', b'"offset": 99999999999999999999'),
            "a.jsonl:1",
        ),
        ("a.jsonl", b"5\n", "neither a line of a capture nor a Debezium envelope"),
        ("a.jsonl", LINES[0] + b"\nhello\n", "a.jsonl:2: no record"),
        ("a.jsonl.gz", gzip.compress(LINES[0] * 99)[:-20], "damaged or cut off"),
        ("a.parquet", b"PAR1 no", "damaged or cut off"),
        ("a.avro", b"Obj no", "damaged or cut off"),
        ("a.txt", b"x", "not a file of records"),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as raised:
        flat(find_files([str(path)]))
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_zst_file_that_is_cut_off_is_damaged(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl.zst"
    dice = random.Random(1)  # noqa: S311  noise, not a secret
    noise = [event(i, value=dice.random()) for i in range(2000)]
    with pa.CompressedOutputStream(str(whole), "zstd") as stream:
        stream.write(b"\n".join(noise))
    cut = tmp_path / "cut.jsonl.zst"
    cut.write_bytes(whole.read_bytes()[:-100])
    assert len(flat([whole])) == len(noise)
    with pytest.raises(InputError, match="cut.jsonl.zst"):
        flat([cut])


def test_missing_and_wrong_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nosuch\.jsonl: No such file"):
        find_files([str(tmp_path / "nosuch.jsonl")])
    with pytest.raises(InputError, match="no file of records in this folder"):
        find_files([str(tmp_path)])
    path = tmp_path / "a.parquet"
    good = pa.Table.from_pylist(archive(LINES), ARCHIVE)
    for column, values, problem in (
        ("value", pa.array([1, 2, 3, 4]), "'value'"),
        ("offset", pa.array([1, None, 3, 4]), "'offset' has no value"),
        ("partition", pa.array(["a", "b", "c", "d"]), "'partition'"),
    ):
        place = good.schema.get_field_index(column)
        pq.write_table(good.set_column(place, column, values), path)
        with pytest.raises(InputError, match=problem):
            flat([path])
    pq.write_table(good.slice(0, 0), path)
    with pytest.raises(InputError, match="holds no records"):
        flat([path])
    pq.write_table(pa.table({"topic": ["t"]}), path)
    with pytest.raises(InputError, match="column 'key' is missing"):
        flat([path])


def test_the_sample_has_all_its_records() -> None:
    assert sum(1 for _ in sample_lines()) == 74_427
