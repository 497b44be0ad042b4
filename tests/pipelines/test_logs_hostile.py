"""Hostile input through the logs job and the filter: time and memory are bounded, and the rest goes on."""

import io
import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow.parquet as pq
import pytest
from confluent_kafka import Producer
from hypothesis import given
from hypothesis import strategies as st

from columns.redact import redact_batch
from logs.cuts import kept_end
from logs.decode import Reading, decode_documents
from logs.drain import Miner
from logs.securityevents.events import Pseudonyms, events_of
from logs.templates import mine
from pipelines import logs as job
from pipelines.ownlogs import redacted
from pipelines.redactfilter import Filter
from pipelines.settings import Settings
from runners import direct
from schemas.batches import Origin
from schemas.logs import LOGS, LogRefusal, LogsOutput
from security.detectors.scan import Finding, Scanner
from security.loaded import load_redactor
from tests.conftest import ROOT
from tests.connectors.kafka.mockcluster import mock_cluster
from tests.integration import logsplants
from tests.security.hostiletexts import TEXTS

pytestmark = pytest.mark.slow

SMALL: Final = 30_000
#: How much longer the other text is. What is linear takes as many times as long, what is quadratic 256 times;
#: the bound is as far from one as from the other, for the clock of a busy machine is no exact one.
LONGER: Final = 16
MOST_TIMES: Final = 64.0
ROUNDS: Final = 5
LEAST_SECONDS: Final = 0.02  # what took less says nothing
MB: Final = 1 << 20
PLANTS: Final = [
    kind(random.Random(number))  # noqa: S311  invents, and keeps no secret
    for number, kind in enumerate(logsplants.KINDS)
]
KINDS: Final = pytest.mark.parametrize("plant", PLANTS, ids=[plant.kind for plant in PLANTS])


def whole_path(document: bytes) -> None:
    """What the job does with one document, without its runner."""
    decoded = decode_documents([document], [0])
    assert len(decoded.batch) + len(decoded.refused) == 1
    batch = decoded.batch.replace_schema_metadata(Origin("t", 0, "").stamp(LOGS).metadata)
    if len(batch):
        events_of(batch, Pseudonyms())
        mine(Miner(), redact_batch(batch, load_redactor("all")).batch)


def seconds(document: bytes) -> float:
    began = time.process_time()
    whole_path(document)
    return time.process_time() - began


@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_a_text_and_no_faster(name: str) -> None:
    small, large = (TEXTS[name](size).encode() for size in (SMALL, LONGER * SMALL))
    whole_path(TEXTS[name](SMALL // 10).encode())  # what is made once is no part of it
    best = [math.inf, math.inf]  # of each text; whatever else the machine does makes it slower, never faster
    for _ in range(ROUNDS):
        best = [min(known, seconds(text)) for known, text in zip(best, (small, large), strict=True)]
        if best[1] < MOST_TIMES * max(best[0], LEAST_SECONDS):
            return
    pytest.fail(f"{best[1]:.2f} s for a text {LONGER} times as long as what takes {best[0]:.2f} s")


@pytest.mark.parametrize("name", TEXTS)
def test_redacting_hostile_texts_twice_changes_nothing_more(name: str) -> None:
    redactor = load_redactor("all")
    once = redactor.redact(TEXTS[name](2_000)).text
    assert once is not None
    assert redactor.redact(once).text == once
    assert "jane.doe" not in once


def test_a_text_is_read_a_few_times_however_much_hides_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    scan = Scanner.scan

    def counted(self: Scanner, text: str, *most: int) -> list[Finding]:
        read.append(len(text))
        return scan(self, text, *most)

    monkeypatch.setattr(Scanner, "scan", counted)
    text = f"%2525252525252540 {chr(92) * 64}u0040 \n" + "word u@example.com\n" * 500
    load_redactor("all").redact(text)
    assert sum(read) < 40 * len(text)


def hostile() -> dict[str, bytes]:
    """Values as they may come; how each has to be told apart from what came of it is its name."""
    return {
        "first": b"first",
        "long text": b"x" * (10 * MB),
        "long JSON": b'{"msg":"' + b"y" * (10 * MB) + b'"}',
        "a million names": b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}",
        "names enough": b"{" + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}",
        "open lists": b"[" * 100_000,
        "open objects": b'{"a":' * 100_000,
        "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "no UTF-8": b"\xff\xfe\x00text\xc3",
        "no UTF-8 in JSON": b'{"msg":"\xff"}',
        "overlong": b"\xc0\xaf\xe0\x80\xaf \xed\xa0\x80 \xf5\x80\x80\x80",
        "NUL": b"\0" * 1000,
        "NUL inside": b"a\0b",
        "lone surrogate": b'{"msg":"\\ud800 u@example.com"}',
        "last": b"last",
    }


#: Topic and offset.
Place = tuple[str, int]


def written(folder: Path) -> dict[Place, dict[str, Any]]:
    rows = pq.read_table(folder / LogsOutput.LOGS).to_pylist()
    found = {(row["topic"], row["offset"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def refused(folder: Path) -> dict[Place, str]:
    files = sorted((folder / LogsOutput.DEAD).glob("*.jsonl"))
    letters = [msgspec.json.decode(line) for file in files for line in file.read_bytes().splitlines()]
    return {(letter["topic"], letter["offset"]): letter["reason"] for letter in letters}


def run(folder: Path, address: str, **settings: Any) -> dict[str, Any]:
    told = Settings(input=(address,), **settings)
    direct.run(
        lambda pipeline: job.graph(pipeline, told, folder), streaming=False, spill_folder=folder / "spill"
    )
    return job.summarise(folder, told, 1.0)


@pytest.fixture(params=["file", "topics"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, dict[str, Place]]]:
    """All hostile values: where they are read from, and the place of each."""
    values = hostile()
    if request.param == "file":
        file = tmp_path / "hostile.log"
        file.write_bytes(b"".join(value + b"\n" for value in values.values()))
        yield str(file), {name: ("logs", line) for line, name in enumerate(values, start=1)}
        return
    with mock_cluster() as mock:  # which keeps of a partition the last megabytes
        producer = Producer({"bootstrap.servers": mock.brokers, "message.max.bytes": 20 * MB, "log_level": 0})
        topics = {name: f"t{number}" for number, name in enumerate(values)}
        for name, value in values.items():
            producer.produce(topics[name], value, partition=0)
        assert producer.flush(30) == 0
        yield (
            f"kafka://{mock.brokers}/{','.join(topics.values())}",
            {name: (topic, 0) for name, topic in topics.items()},
        )


def test_what_is_hostile_is_cut_or_refused_and_the_rest_goes_on(
    source: tuple[str, dict[str, Place]], tmp_path: Path
) -> None:
    address, place = source
    summary = run(tmp_path / "out", address)
    assert summary["reconciliation"]["balanced"]
    rows, dead = written(tmp_path / "out"), refused(tmp_path / "out")
    assert rows.keys() | dead.keys() == set(place.values())
    assert not rows.keys() & dead.keys()
    names = {name: dead[at] for name, at in place.items() if at in dead}
    assert names == {
        "long JSON": LogRefusal.OVERSIZED,
        "a million names": LogRefusal.OVERSIZED,
        "open lists": LogRefusal.TOO_DEEP,
        "open objects": LogRefusal.TOO_DEEP,
        "deep": LogRefusal.TOO_DEEP,
        "no UTF-8 in JSON": LogRefusal.INVALID_UTF8,
        "lone surrogate": LogRefusal.NO_DOCUMENT,
    }
    assert [rows[place[name]]["body"] for name in ("first", "last")] == ["first", "last"]
    assert len(rows[place["long text"]]["body"]) == MB
    assert json.loads(rows[place["long text"]]["attributes"]) == {"log.truncated_bytes": 9 * MB}
    for name in ("no UTF-8", "overlong"):
        assert json.loads(rows[place[name]]["attributes"])["log.replaced_bytes"] > 0


def filtered(data: bytes, most: int = MB) -> tuple[bytes, Filter]:
    out = io.BytesIO()
    work = Filter(load_redactor("all"), max_line_bytes=most, listener=lambda *_: None)
    work.run(io.BytesIO(data), out)
    return out.getvalue(), work


def test_the_filter_gives_a_line_for_each_whatever_it_holds() -> None:
    values = {name: value for name, value in hostile().items() if b"\n" not in value}
    out, work = filtered(b"".join(value + b"\n" for value in values.values()))
    lines = dict(zip(values, out.splitlines(), strict=True))
    assert work.lines == len(values)
    assert {name for name, line in lines.items() if b"[CUT]" in line} == {
        name for name, value in values.items() if len(value) > MB
    }
    assert (lines["first"], lines["last"]) == (b"first", b"last")
    assert b"u@example" not in out
    assert max(map(len, lines.values())) < MB + 100
    out.decode()


@KINDS
def test_half_of_a_value_is_not_left_at_a_cut(plant: logsplants.Plant) -> None:
    value = plant.text.replace("\n", r"\n").encode()
    for kept in range(1, len(value)):
        line = b"word " * (4096 // 5) + value + b" more" * 100
        most = 4096 // 5 * 5 + kept
        out, _ = filtered(line + b"\nnext\n", most)
        (row,) = decode_documents([line], [0], Reading(max_line_bytes=most)).batch.column("body").to_pylist()
        shown = load_redactor("all").redact(row).text or ""
        for text in (out.decode(), shown):
            for core in plant.cores:
                assert not any(core[:size] in text for size in range(6, len(core) + 1)), text[-100:]


@given(st.binary(max_size=300), st.integers(1, 300))
def test_a_cut_keeps_whole_letters_and_no_more_than_is_allowed(data: bytes, most: int) -> None:
    assert 0 <= kept_end(data, most) <= min(most, len(data))
    text = data.decode(errors="replace").encode()
    text[: kept_end(text, most)].decode() if len(text) > most else None


REPEAT = """
import sys
begin, text, count = sys.argv[1:]
sys.stdout.write(begin)
for _ in range(int(count)):
    sys.stdout.write(text * (1 << 20))
"""


def peak_kb(command: Sequence[str], begin: str, text: str, count: int) -> int:
    """The most memory that ``command`` had while it read a line of so many megabytes, and what is before."""
    maker = subprocess.Popen([sys.executable, "-c", REPEAT, begin, text, str(count)], stdout=subprocess.PIPE)
    reader = subprocess.Popen(command, cwd=ROOT, stdin=maker.stdout, stdout=subprocess.DEVNULL)
    assert maker.stdout is not None
    maker.stdout.close()
    _, status, usage = os.wait4(reader.pid, 0)
    reader.returncode = os.waitstatus_to_exitcode(status)
    maker.wait()
    assert reader.returncode == 0
    return int(usage.ru_maxrss)


@pytest.mark.parametrize(
    ("begin", "text"), [("", "x"), ("", "{"), ("-----BEGIN PRIVATE KEY-----\n", "A")], ids=repr
)
def test_the_memory_of_the_filter_does_not_grow_with_a_line(begin: str, text: str) -> None:
    command = [sys.executable, "-m", "pipelines", "redact", "--quiet"]
    small, large = (peak_kb(command, begin, text, count) for count in (3, 150))
    assert large - small < 40 * 1024


BUG = """
import sys
from transforms import redact

def broken(batch, redactor):
    raise ValueError(f"no column in {batch.to_pylist()!r}")

redact.redact_batch = broken
from pipelines import cli
sys.exit(cli.main())
"""


def test_a_bug_that_quotes_records_tells_nothing_of_them(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("".join(f"2024-01-01 12:00:00 INFO {p.text}\n" for p in PLANTS[:6]))
    command = ["run", "logs", "--input", str(tmp_path / "app.log"), "--output", str(tmp_path / "out")]
    for flags in ([], ["--verbose", "--log-format", "json"]):
        done = subprocess.run(
            [sys.executable, "-c", BUG, *command, *flags], cwd=ROOT, capture_output=True, check=False
        )
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 1
        assert "no column in" in said
        assert [needle for needle in logsplants.needles(PLANTS) if needle in said] == []
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "app.log"]
    assert not any(needle.encode() in data for needle in logsplants.needles(PLANTS) for data in left)


@KINDS
def test_what_a_failure_quotes_is_not_shown(plant: logsplants.Plant) -> None:
    record = {"body": plant.text, "offset": 1}
    quoted = (
        plant.text,
        repr(record),
        repr(plant.text.encode()),
        json.dumps(record),
        json.dumps([json.dumps(record)]),
    )
    for text in quoted:
        shown = redacted(
            f'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: bad {text}\n'
        )
        assert [needle for needle in logsplants.needles([plant]) if needle in shown] == []
