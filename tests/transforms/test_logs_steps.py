"""DecodeLogs and JoinLines: what goes on, what is dead and how much of it may be seen, and the counts."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import apache_beam as beam
import msgspec
import pyarrow as pa
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.util import assert_that
from apache_beam.utils.timestamp import Timestamp

from schemas.batches import Origin
from schemas.letters import DeadLetter
from schemas.logs import CONTINUATION, LOGS, LogRefusal, LogsStep
from schemas.names import Result, Step
from schemas.records import RawRecords
from tests.logs.logdocuments import otlp, otlp_record
from transforms.ending import LAST_CALL
from transforms.loglines import JoinLines, _JoinInStream
from transforms.logs import DecodeLogs

Check = Callable[[Any], None]


def records(*values: bytes | None, first: int = 7, partition: int = 2) -> RawRecords:
    places = list(range(first, first + len(values)))
    return RawRecords("app", partition, places, [5] * len(values), [None] * len(values), list(values))


def checked(items: beam.PCollection, check: Check, label: str) -> None:
    assert_that(items, lambda found: check(list(found)), label=label)


def counted(counts: list[Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (step, topic, partition, result, reason), number in counts:
        assert (topic, partition) == ("app", 2)
        found[step, result, reason] += number
    return found


def test_records_come_out_in_one_batch_and_all_is_counted() -> None:
    wide = otlp_record(attributes=[{"key": "k", "value": {"stringValue": "x" * 2000}}])
    values = (otlp(otlp_record(), wide), b'{"broken', b"text")

    def ok(batches: list[pa.RecordBatch]) -> None:
        (batch,) = batches
        assert batch.schema.equals(LOGS)
        assert Origin.of(batch) == Origin("app", 2, "")
        assert batch.select(["offset", "place", "body"]).to_pylist() == [
            {"offset": 7, "place": 0, "body": "hello"},
            {"offset": 9, "place": 0, "body": "text"},
        ]

    def dead(letters: list[DeadLetter]) -> None:
        found = {letter.id: letter for letter in letters}
        assert {name: letter.reason for name, letter in found.items()} == {
            "app/2/7/1": LogRefusal.OVERSIZED,
            "app/2/8": LogRefusal.NO_DOCUMENT,
        }
        assert found["app/2/8"].sha256 == hashlib.sha256(values[1]).hexdigest()
        assert (found["app/2/8"].size, found["app/2/8"].appended_ms) == (8, 5)
        assert b"broken" not in msgspec.json.encode(letters)

    def tally(counts: list[Any]) -> None:
        assert counted(counts) == {
            (LogsStep.DOCUMENTS, Result.PASSED, ""): 2,
            (LogsStep.DOCUMENTS, Result.DEAD, ""): 1,
            (Step.DECODE, Result.READ, ""): 4,
            (Step.DECODE, Result.PASSED, ""): 2,
            (Step.DECODE, Result.DEAD, LogRefusal.OVERSIZED): 1,
            (Step.DECODE, Result.DEAD, LogRefusal.NO_DOCUMENT): 1,
        }

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = pipeline | beam.Create([records(*values)]) | DecodeLogs(max_line_bytes=1000)
        checked(out.ok, ok, "ok")
        checked(out.dead, dead, "dead")
        checked(out.tally, tally, "tally")


def test_a_time_without_a_year_is_near_its_append_and_without_a_zone_in_the_zone() -> None:
    line = RawRecords("app", 2, [0, 1], [1_704_110_400_000] * 2, [None] * 2, [
        b"Jan  1 13:00:00 host app: x", b"2024-01-01 13:00:00 INFO x"])  # fmt: skip

    def ok(batches: list[pa.RecordBatch]) -> None:
        assert batches[0].column("timestamp_ns").to_pylist() == [1_704_110_400 * 10**9] * 2

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = pipeline | beam.Create([line]) | DecodeLogs(zone="Europe/Berlin")
        checked(out.ok, ok, "ok")


TRACE = [b"2024-01-01 12:00:00 ERROR gone", b"java.lang.Error: x", b"\tat a.b(c.java:1)"]


def test_lines_are_joined_across_batches_and_accounted_for() -> None:
    batches = [records(*TRACE[:2]), records(TRACE[2], b"next", None, first=9)]

    def ok(found: list[RawRecords]) -> None:
        documents = {
            offset: value for one in found for offset, value in zip(one.offsets, one.values, strict=True)
        }
        assert documents == {7: b"\n".join(TRACE), 10: b"next", 11: b""}
        assert {(one.topic, one.partition) for one in found} == {("app", 2)}

    def tally(counts: list[Any]) -> None:
        assert counted(counts) == {
            (LogsStep.JOIN, Result.READ, ""): 5,
            (LogsStep.JOIN, Result.PASSED, ""): 3,
            (LogsStep.JOIN, Result.PASSED, CONTINUATION): 2,
        }

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = pipeline | beam.Create(batches) | JoinLines()
        checked(out.ok, ok, "ok")
        checked(out.tally, tally, "tally")


def test_batches_without_text_pass_as_they_are() -> None:
    batch = records(otlp(otlp_record()), json.dumps({"msg": "x"}).encode())
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = pipeline | beam.Create([batch]) | JoinLines()
        checked(out.ok, lambda found: _same(found, [batch]), "ok")


def _same(found: Any, expected: Any) -> None:
    assert found == expected


class Cell:
    """State of one key, or a timer."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.times: list[Any] = []

    def read(self) -> bytes | None:
        return self.value

    def write(self, value: bytes) -> None:
        self.value = value

    def clear(self) -> None:
        self.value = None

    def set(self, at: Any, tag: str = "") -> None:
        self.times.append(at)


def test_in_a_stream_a_document_waits_for_lines_and_not_for_ever() -> None:
    """Beam's runners in Python have no clock for timers of processing time."""
    step, state, end, due = _JoinInStream(1 << 20, 5.0), Cell(), Cell(), Cell()

    def fed(batch: RawRecords) -> list[tuple[int, Any]]:
        return documents(step.process(("app/2", batch), state, end, due))

    def documents(found: Any) -> list[tuple[int, Any]]:
        given = [one for one in found if isinstance(one, RawRecords)]
        return [pair for one in given for pair in zip(one.offsets, one.values, strict=True)]

    assert fed(records(TRACE[0])) == []
    assert fed(records(*TRACE[1:], first=8)) == []
    assert 0 < due.times[-1] - Timestamp.now() <= 5
    assert documents(step.give_up(state)) == [(7, b"\n".join(TRACE))]
    assert documents(step.give_up(state)) == []
    assert fed(records(b"\tat too.late(x:1)", first=20)) == []
    assert end.times[-1] == LAST_CALL
    assert documents(step.flush(state)) == [(20, b"\tat too.late(x:1)")]
