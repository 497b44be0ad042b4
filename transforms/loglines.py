"""RawRecords of lines from a topic → RawRecords of documents, lines that belong together in one | tally."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import apache_beam as beam
import msgspec
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp

from logs.decode import told
from logs.multiline import Document, Joiner
from schemas.batches import Origin
from schemas.logs import (
    CONTINUATION,
    MAX_LINE_BYTES,
    TRUNCATED_BYTES,
    WHOLE_SHA256,
    Line,
    LogForm,
    LogsStep,
)
from schemas.names import Result
from schemas.records import RawRecords
from transforms.ending import LAST_CALL, SECOND
from transforms.outcome import TALLY, Count, Counted, count

ALONE: Final = "alone"
_VERSION: Final = 1
_DOCKER: Final = b'{"log":"'


@dataclass(kw_only=True)
class JoinLines(beam.PTransform):
    """Join lines of text that belong together (:mod:`logs.multiline`), partition by partition.

    A document that may go on waits for the next line of its partition: in batch to the end of the input, in a
    stream for ``wait_seconds`` of processing time, or until the stream is drained. Records of which none is
    text pass as they are. The state of a partition is what is open there: of each stream of a container at
    most ``max_line_bytes``.
    """

    max_line_bytes: int = MAX_LINE_BYTES
    wait_seconds: float = 2.0
    streaming: bool = False

    def expand(self, records: beam.PCollection) -> Counted:
        split = records | "Split" >> beam.FlatMap(_split).with_output_types(
            tuple[str, RawRecords], alone=RawRecords, tally=Count
        ).with_outputs(ALONE, TALLY, main="lines")
        step = _JoinInStream if self.streaming else _JoinInBatch
        joined = split["lines"] | "Join" >> beam.ParDo(
            step(self.max_line_bytes, self.wait_seconds)
        ).with_output_types(RawRecords, tally=Count).with_outputs(TALLY, main="ok")
        return Counted(
            (split[ALONE], joined["ok"]) | "Documents" >> beam.Flatten(),
            (split[TALLY], joined[TALLY]) | "Counts" >> beam.Flatten(),
        )


def _split(records: RawRecords) -> Iterable[Any]:
    if any(_is_line(value) for value in records.values):
        yield f"{records.topic}/{records.partition}", records
        return
    origin = Origin(records.topic, records.partition, "")
    yield beam.pvalue.TaggedOutput(ALONE, records)
    yield count(LogsStep.JOIN, origin, Result.READ, len(records))
    yield count(LogsStep.JOIN, origin, Result.PASSED, len(records))


def _is_line(value: bytes | None) -> bool:
    return value is not None and (told(value) is LogForm.TEXT or value.startswith(_DOCKER))


class _JoinInBatch(beam.DoFn):
    OPEN = ReadModifyWriteStateSpec("open", beam.coders.BytesCoder())
    END = TimerSpec("log_lines_end", TimeDomain.WATERMARK)

    def __init__(self, max_bytes: int, wait_seconds: float) -> None:
        self._max_bytes, self._wait_seconds = max_bytes, wait_seconds

    def process(
        self,
        element: tuple[str, RawRecords],
        state: Any = beam.DoFn.StateParam(OPEN),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterable[Any]:
        end.set(GlobalWindow().max_timestamp())
        yield from self._joined(element[1], state)

    @on_timer(END)
    def flush(self, state: Any = beam.DoFn.StateParam(OPEN)) -> Iterable[Any]:
        """Give what is open: nothing follows any more."""
        yield from self._flushed(state)

    def _joined(self, records: RawRecords, state: Any) -> Iterable[Any]:
        origin = Origin(records.topic, records.partition, "")
        joiner = Joiner(self._max_bytes, _unpacked(state.read())[1])
        lines = list(_lines(records))
        documents = list(joiner.feed(lines))
        state.write(_packed(origin, joiner.state()))
        yield count(LogsStep.JOIN, origin, Result.READ, sum(map(is_counted, lines)))
        yield from given(origin, documents)

    def _flushed(self, state: Any) -> Iterable[Any]:
        origin, opened = _unpacked(state.read())
        state.clear()
        if origin is not None and opened:
            yield from given(origin, list(Joiner(self._max_bytes, opened).flush()))


class _JoinInStream(_JoinInBatch):
    FLUSH = TimerSpec("log_lines_flush", TimeDomain.REAL_TIME)

    def process(
        self,
        element: tuple[str, RawRecords],
        state: Any = beam.DoFn.StateParam(_JoinInBatch.OPEN),
        end: Any = beam.DoFn.TimerParam(_JoinInBatch.END),
        due: Any = beam.DoFn.TimerParam(FLUSH),
    ) -> Iterable[Any]:
        end.set(LAST_CALL, SECOND)
        due.set(Timestamp.now() + self._wait_seconds)
        yield from self._joined(element[1], state)

    @on_timer(FLUSH)
    def give_up(self, state: Any = beam.DoFn.StateParam(_JoinInBatch.OPEN)) -> Iterable[Any]:
        """Give what is open: nothing followed for long enough."""
        yield from self._flushed(state)


def _lines(records: RawRecords) -> Iterable[Line]:
    """A record without a value is no line, and will be refused."""
    for offset, value, at_ms in zip(records.offsets, records.values, records.timestamps, strict=True):
        if value is None:
            yield Line(offset, b"", at_ms=at_ms, whole=True)
        else:
            yield Line(offset, value.removesuffix(b"\n"), at_ms=at_ms)


def _packed(origin: Origin, opened: bytes) -> bytes:
    return msgspec.msgpack.encode((_VERSION, origin.topic, origin.partition, opened))


def _unpacked(stored: bytes | None) -> tuple[Origin | None, bytes]:
    if not stored:
        return None, b""
    _, topic, partition, opened = msgspec.msgpack.decode(stored)
    return Origin(topic, partition, ""), opened


def is_counted(line: Line) -> bool:
    """Whether ``line`` is one: blank ones are not."""
    return line.whole or (bool(line.value) and not line.value.isspace())


def given(origin: Origin, documents: Sequence[Document]) -> Iterable[Any]:
    """``documents`` as they travel, and what became of their lines: each begins one, or was added to one."""
    if not documents:
        return
    yield raw_records(origin.topic, origin.partition, documents)
    added = sum(document.lines for document in documents) - len(documents)
    yield count(LogsStep.JOIN, origin, Result.PASSED, len(documents))
    if added:
        yield count(LogsStep.JOIN, origin, Result.PASSED, added, CONTINUATION)


def raw_records(topic: str, partition: int, documents: Sequence[Document]) -> RawRecords:
    """``documents`` as they travel; headers say what the source has cut off."""
    cut = any(document.cut for document in documents)
    return RawRecords(
        topic,
        partition,
        [document.offset for document in documents],
        [document.at_ms for document in documents],
        [None] * len(documents),
        [document.value for document in documents],
        [_headers(document) for document in documents] if cut else [],
    )


def _headers(document: Document) -> list[tuple[str, bytes | None]]:
    if not document.cut:
        return []
    return [(TRUNCATED_BYTES, str(document.cut).encode()), (WHOLE_SHA256, document.sha256.encode())]
