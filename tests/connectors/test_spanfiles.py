"""Files of spans: every format and compression gives the same documents, and damage is named."""

import gzip
import json
import struct
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.errors import InputError
from connectors.spanfiles import find_span_files, read_documents, read_span_files
from schemas.names import SPANS_TOPIC
from tests.conftest import SAMPLE
from tests.traces.spandocuments import as_protobuf, jaeger, jaeger_span, otlp, otlp_document, otlp_span
from traces.decode import decode_documents

FIRST, SECOND = otlp(otlp_span()), otlp(otlp_span(spanId="2" * 16))
MESSAGES = [as_protobuf(json.loads(document)) for document in (FIRST, SECOND)]


def documents(path: Path) -> list[bytes]:
    return [value for records in read_span_files([path]) for value in records.values if value is not None]


def spans(path: Path) -> pa.RecordBatch:
    decoded = decode_documents(documents(path))
    assert decoded.refused == []
    return decoded.batch


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


def with_lengths(*messages: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


LINES = FIRST + b"\n\n" + SECOND
PRETTY = json.dumps(
    {"resourceSpans": json.loads(FIRST)["resourceSpans"] + json.loads(SECOND)["resourceSpans"]}, indent=1
).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n")),
        ("a.ndjson", LINES),
        ("a.jsonl.gz", gzip.compress(LINES)),
        ("a.jsonl.zst", zstd(LINES)),
        ("a.json", LINES),
        ("a.json", PRETTY),
        ("a.json", b"\xef\xbb\xbf" + PRETTY),
        ("a.json", b"\n" + PRETTY),
        ("a.json.gz", gzip.compress(PRETTY)),
        ("a", PRETTY),
        ("a", b"\n" + LINES),
        ("a.otlp", LINES),
        ("a.pb", b"".join(MESSAGES)),
        ("a.pb.zst", zstd(b"".join(MESSAGES))),
        ("a.binpb", with_lengths(*MESSAGES)),
        ("a.binpb.gz", gzip.compress(with_lengths(*MESSAGES))),
        ("a", with_lengths(*MESSAGES)),
        ("a.json", with_lengths(*MESSAGES)),
        ("a.json", with_lengths(zstd(FIRST), zstd(SECOND))),
        ("a.jsonl", with_lengths(zstd(FIRST), zstd(SECOND))),
        ("a.binpb.zst", with_lengths(*map(zstd, MESSAGES))),
    ],
)
def test_every_format_gives_the_same_spans(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert spans(tmp_path / name) == decode_documents([FIRST, SECOND]).batch


def test_an_answer_of_jaeger_may_be_pretty(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json.dumps(json.loads(jaeger(jaeger_span())), indent=2).encode())
    assert len(spans(tmp_path / "a.json")) == 1


def test_a_document_is_found_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "b.pb").write_bytes(with_lengths(*MESSAGES))
    lines, messages = read_span_files([tmp_path / "a.jsonl", tmp_path / "b.pb"])
    assert (lines.topic, lines.partition, lines.offsets) == (SPANS_TOPIC, -1, [1, 3])
    assert (messages.partition, messages.offsets, messages.timestamps) == (-2, [1, 2], [-1, -1])


def test_a_broken_line_is_a_document_of_its_own_and_broken_json_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(FIRST + b"\n{broken\n" + SECOND)
    assert documents(tmp_path / "a.jsonl") == [FIRST, b"{broken", SECOND]
    (tmp_path / "a.json").write_bytes(FIRST + b"\n{broken\n" + SECOND)
    assert len(documents(tmp_path / "a.json")) == 3
    (tmp_path / "b.json").write_bytes(PRETTY[:-5])
    assert documents(tmp_path / "b.json") == [PRETTY[:-5]]
    (tmp_path / "c.json").write_bytes(b"[" * 100_000)
    assert len(documents(tmp_path / "c.json")) == 1


def test_a_message_whose_length_reads_as_a_brace_is_no_json(tmp_path: Path) -> None:
    name = "x" * (ord("{") - len(as_protobuf(otlp_document(otlp_span(name="")))))
    message = as_protobuf(otlp_document(otlp_span(name=name)))
    assert message[:2] == b"\n{"
    (tmp_path / "a").write_bytes(message)
    assert len(spans(tmp_path / "a")) == 1


def test_batches_are_bounded_and_none_is_left_out() -> None:
    batches = list(read_span_files([SAMPLE / "spans.otlp.jsonl.zst"]))
    assert len(batches) > 1
    assert max(map(len, batches)) <= 64
    assert sum(map(len, batches)) == sum(1 for _ in read_documents(SAMPLE / "spans.otlp.jsonl.zst"))


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", b"", "the file is empty"),
        ("a.jsonl", b"\n \n", "holds no documents"),
        ("a.json", b" \n", "holds no documents"),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0), "holds no documents"),
        ("a.pb.zst", zstd(b""), "holds no documents"),
        ("a.jsonl.gz", gzip.compress(LINES)[:-9], "damaged or cut off"),
        ("a.pb.zst", zstd(MESSAGES[0])[:-5], "damaged or cut off"),
        ("a.pb.zst", b"no zstd at all", "damaged or cut off"),
        ("a.pb", with_lengths(*MESSAGES)[:-3], "message 2 ends 3 bytes after the file"),
        ("a.pb", with_lengths(*MESSAGES) + b"\0\0", "message 3 ends 2 bytes after the file"),
        ("a.pb", with_lengths(zstd(FIRST)[:-5]), "damaged or cut off"),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as raised:
        list(read_span_files(find_span_files([str(path)])))
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_zst_file_that_is_cut_off_gives_what_it_holds_and_then_says_so(tmp_path: Path) -> None:
    cut = tmp_path / "spans.jsonl.zst"
    cut.write_bytes((SAMPLE / "spans.otlp.jsonl.zst").read_bytes()[:-1000])
    with pytest.raises(InputError, match=r"spans\.jsonl\.zst: damaged or cut off"):
        list(read_span_files([cut]))


def test_of_a_folder_the_files_of_spans_are_read_and_no_results(tmp_path: Path) -> None:
    names = ["spans.jsonl", "Traces.json", "deep/my-trace.pb.zst", "cdc.jsonl", "spans.txt", "spans.md"]
    results = ["out/traces/part-00000.jsonl", "out/.traceo"]
    for name in names + results:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(FIRST)
    (tmp_path / ".traceo/jobs").mkdir(parents=True)  # the folder of the stack and of jobs marks no result
    found = find_span_files([str(tmp_path)])
    assert sorted(str(path.relative_to(tmp_path)) for path in found) == sorted(names[:3])
    assert find_span_files([str(found[0]), str(tmp_path)]) == [found[0], *found[1:]]
    assert find_span_files([str(SAMPLE)]) == [SAMPLE / "spans.otlp.jsonl.zst"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "cdc.jsonl").write_bytes(b"{}")
    for name, problem in (
        (str(tmp_path / "nosuch.jsonl"), r"nosuch\.jsonl: No such file"),
        (str(tmp_path), "no file of spans in this folder"),
        ("", "without a name"),
    ):
        with pytest.raises(InputError, match=problem):
            find_span_files([name])
