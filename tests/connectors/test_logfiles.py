"""Files of logs: which are found, how they are read, and what is held of a line that is too long."""

import gzip
import hashlib
import json
import struct
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import InputError
from connectors.logfiles import Bounds, FileReader, find_log_files
from schemas.logs import Line, LogForm
from tests.conftest import SAMPLE

LENGTH = struct.Struct(">I")


def read(file: Path, **bounds: object) -> list[Line]:
    return [line for batch in FileReader(file, Bounds(**bounds)).batches() for line in batch]  # type: ignore[arg-type]


def written(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def test_of_a_folder_files_are_read_whose_name_says_that_they_are_logs(tmp_path: Path) -> None:
    logs = [
        "app.log",
        "app.log.1.gz",
        "access_log",
        "syslog",
        "logs.otlp.jsonl.zst",
        "x.out",
        "error.log.2024-01-01",
    ]
    others = ["catalogue.jsonl", "spans.jsonl", "log.py", "logs.parquet", ".log", "blog.txt", "login.html"]
    for name in (*logs, *others):
        written(tmp_path, name, b"x")
    assert {path.name for path in find_log_files([str(tmp_path)])} == set(logs)
    assert find_log_files([str(tmp_path / "blog.txt")]) == [tmp_path / "blog.txt"]
    assert [path.name for path in find_log_files([str(SAMPLE)])] == ["logs.otlp.jsonl.zst"]


def test_results_of_a_job_are_no_input(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(tmp_path / "out", ".traceo", b"x")
    written(tmp_path / "out", "a.log", b"x")
    with pytest.raises(InputError, match="no file of logs"):
        find_log_files([str(tmp_path)])


@given(st.lists(st.binary(max_size=50).filter(lambda line: b"\n" not in line), min_size=1, max_size=20))
def test_lines_are_given_as_they_are(values: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        data = b"x\n" + b"\n".join(values)
        found = read(written(Path(folder), "a.log", data))
    expected = [b"x", *(value.removesuffix(b"\r") for value in values)]
    if not values[-1]:
        expected.pop()
    assert [line.value for line in found] == expected
    assert [line.offset for line in found] == list(range(1, len(expected) + 1))


@pytest.mark.parametrize("name", ["a.log", "a.json", "a.pb", "a.log.gz", "a.log.zst"])
def test_an_empty_file_is_no_lines(name: str, tmp_path: Path) -> None:
    file = written(tmp_path, name, b"")
    assert find_log_files([str(file)]) == [file]
    assert read(file) == []


@pytest.mark.parametrize("name", ["a.log.gz", "a.log.zst"])
def test_compressed_files_are_read(name: str, tmp_path: Path) -> None:
    data = b"one\ntwo\n"
    packed = gzip.compress(b"one\n") + gzip.compress(b"two\n")
    if name.endswith("zst"):
        packed = pa.Codec("zstd").compress(data, asbytes=True)
    assert [line.value for line in read(written(tmp_path, name, packed))] == [b"one", b"two"]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_utf16_with_its_mark_is_read_as_text(order: str, packed: bool, tmp_path: Path) -> None:
    text = "\ufeffERROR für jane.doe@example.com 😀\r\n" + "two\r\n" * 300_000
    data = text.encode(order) + b"x"  # a byte that is half a letter
    found = read(written(tmp_path, "a.log", gzip.compress(data, 1) if packed else data))
    assert found[0].value.decode() == "ERROR für jane.doe@example.com 😀"
    assert [line.value for line in found[1:]] == [b"two"] * 300_000 + ["\ufffd".encode()]


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_compressed_file_is_known_whatever_it_is_called(how: str, tmp_path: Path) -> None:
    packed = gzip.compress(b"one\n") if how == "gzip" else pa.Codec("zstd").compress(b"one\n", asbytes=True)
    assert [line.value for line in read(written(tmp_path, "a.log", packed))] == [b"one"]


def test_a_line_that_is_too_long_is_held_up_to_its_bound(tmp_path: Path) -> None:
    text, document = b"x" * 5_000_000, b'{"m":"' + b"y" * 9_000_000 + b'"}'
    file = written(tmp_path, "a.log", b"\n".join([b"first", text, document, b"last"]))
    found = read(file)
    assert [line.offset for line in found] == [1, 2, 3, 4]
    assert [len(line.value) for line in found] == [5, 1 << 20, 8 << 20, 4]
    assert [len(line.value) + line.cut for line in found] == [5, len(text), len(document), 4]
    assert [line.sha256 for line in found[1:3]] == [
        hashlib.sha256(value).hexdigest() for value in (text, document)
    ]


def test_a_file_without_ends_of_lines_is_one_line(tmp_path: Path) -> None:
    (line,) = read(written(tmp_path, "a.log", b"z" * 20_000_000))
    assert (len(line.value), line.cut) == (1 << 20, 20_000_000 - (1 << 20))


def test_messages_behind_their_lengths(tmp_path: Path) -> None:
    messages = [b"\n\x05hello", b"", pa.Codec("zstd").compress(b'{"resourceLogs":[]}', asbytes=True)]
    file = written(tmp_path, "logs.pb", b"".join(LENGTH.pack(len(m)) + m for m in messages))
    found = read(file)
    assert [line.value for line in found] == [messages[0], b"", b'{"resourceLogs":[]}']
    assert all(line.whole for line in found)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match="message 3 ends 1 bytes after the file"):
        read(file)


def test_a_message_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    messages = [b"a" * 5000, b"b"]
    file = written(tmp_path, "logs.pb", b"".join(LENGTH.pack(len(m)) + m for m in messages))
    first, second = read(file, max_document_bytes=1000)
    assert (len(first.value), first.cut, second.value) == (1000, 4000, b"b")


def test_one_message_is_told_from_a_text_that_begins_with_a_line_feed(tmp_path: Path) -> None:
    (message,) = read(written(tmp_path, "logs", b"\n\x06\n\x00\x12\x02\n\x00"))
    assert message.whole
    assert [line.value for line in read(written(tmp_path, "b.log", b"\ntext"))] == [b"", b"text"]


def test_a_document_over_many_lines_is_one(tmp_path: Path) -> None:
    document = json.dumps({"resourceLogs": [{"scopeLogs": []}]}, indent=2).encode()
    (line,) = read(written(tmp_path, "logs.json", document))
    assert line.value == document
    assert len(read(written(tmp_path, "lines.json", b'{"a":1}\n{"a":2}\n'))) == 2
    assert len(read(written(tmp_path, "pretty.log", document))) == document.count(b"\n") + 1
    assert len(read(tmp_path / "logs.json", form=LogForm.TEXT)) == document.count(b"\n") + 1


def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.log", b"\xef\xbb\xbf{}"))[0].value == b"{}"


def test_a_file_that_ends_too_early_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(b"line\n" * 100_000)
    with pytest.raises(InputError, match=r"a.log.gz: damaged or cut off"):
        read(written(tmp_path, "a.log.gz", whole[:-20]))
