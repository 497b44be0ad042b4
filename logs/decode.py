"""Documents of logs → LOGS batch | refused documents and records.

A document is an OTLP ExportLogsServiceRequest (or LogsData) in JSON or in Protocol Buffers, a record or an
array of records in JSON, or a text of one or more lines. What it is, the caller says, or its bytes tell.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
from google.protobuf.message import DecodeError

from logs.cuts import kept_end
from logs.decodejson import from_json
from logs.decodeotlp import NoLogsError, from_otlp_json, from_otlp_protobuf
from logs.decodetext import complete, from_text
from logs.header import Clock
from logs.otlpcolumns import usual_columns
from logs.records import LogRecord, Refused, batch_of, finished
from logs.told import with_told
from schemas.logs import MAX_DOCUMENT_BYTES, MAX_LINE_BYTES, TRUNCATED_BYTES, LogForm, LogRefusal

_OTLP_JSON: Final = re.compile(rb'\s*\{\s*"resourceLogs"')
_JSON: Final = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{])|\[[\d."-]+,\s*\{')
_MESSAGE: Final = b"\n"  # the first byte of a LogsData message: its only field
_HEAD: Final = 64


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read. ``zone``: of times that name none. Bounds are in bytes."""

    form: LogForm = LogForm.AUTO
    zone: tzinfo = UTC
    max_line_bytes: int = MAX_LINE_BYTES
    max_document_bytes: int = MAX_DOCUMENT_BYTES


class Decoded(NamedTuple):
    """The records of some documents."""

    batch: pa.RecordBatch
    refused: list[Refused]


def decode_documents(
    values: Sequence[bytes | None],
    offsets: Sequence[int],
    reading: Reading = Reading(),  # noqa: B008  it is frozen
    *,
    appended_ms: Sequence[int] = (),
    truncated: Sequence[int] = (),
) -> Decoded:
    """The records of ``values``. ``appended_ms``: when each was appended, -1 if unknown.

    ``truncated``: how many bytes the source has cut off from each.
    """
    documents = [value or b"" for value in values]
    usual = _usual(documents, offsets, reading, truncated)
    if usual is not None:
        return Decoded(with_told(usual), [])
    rows: list[tuple[Any, ...]] = []
    refused: list[Refused] = []
    for index, value in enumerate(documents):
        clock = Clock(reading.zone, appended_ms[index] if appended_ms else -1)
        cut = truncated[index] if truncated else 0
        problem = _decode(rows, index, value, offsets[index], reading, clock, cut)
        refused += problem
    return Decoded(with_told(batch_of(rows)), refused)


def _usual(
    documents: list[bytes], offsets: Sequence[int], reading: Reading, truncated: Sequence[int]
) -> pa.RecordBatch | None:
    if reading.form not in (LogForm.AUTO, LogForm.OTLP) or not documents or any(truncated):
        return None
    if (
        _OTLP_JSON.match(documents[0][:_HEAD]) is None
        or max(map(len, documents)) > reading.max_document_bytes
    ):
        return None
    usual = usual_columns(documents, list(offsets), reading.max_line_bytes)
    # A record without a time or a severity may have them in its text.
    return None if usual is None or _is_incomplete(usual) else usual


def _is_incomplete(batch: pa.RecordBatch) -> bool:
    return batch.column("timestamp_ns").null_count > 0 or not batch.column("severity").to_numpy().all()


def _decode(  # noqa: PLR0917
    rows: list[tuple[Any, ...]],
    index: int,
    value: bytes,
    offset: int,
    reading: Reading,
    clock: Clock,
    cut: int,
) -> Iterable[Refused]:
    """Add the records of one document to ``rows``; all of them, or none if it is no document."""
    if not value:
        return [Refused(index, LogRefusal.NO_DOCUMENT)]
    begin = len(rows)
    refused: list[Refused] = []
    try:
        for place, record in enumerate(_records(value, reading, clock, cut)):
            complete(record, clock)
            columns = finished(record, reading.max_line_bytes)
            if columns is None:
                refused.append(Refused(index, LogRefusal.OVERSIZED, place))
            else:
                rows.append((offset, place, *columns))
    except _TooLongError:
        kind = LogRefusal.OVERSIZED
    except UnicodeDecodeError:
        kind = LogRefusal.INVALID_UTF8
    except RecursionError:
        kind = LogRefusal.TOO_DEEP
    except (msgspec.MsgspecError, DecodeError, NoLogsError, UnicodeEncodeError):
        kind = LogRefusal.NO_DOCUMENT
    else:
        return refused
    del rows[begin:]
    return [Refused(index, kind)]


class _TooLongError(ValueError):
    """A document that cannot be cut is longer than is taken."""


def _records(value: bytes, reading: Reading, clock: Clock, cut: int) -> Iterator[LogRecord]:
    form, read = _way(value, reading.form)
    if form is LogForm.TEXT:
        yield _text(value, reading, clock, cut)
        return
    if cut or len(value) > reading.max_document_bytes:
        raise _TooLongError
    if read is None:
        yield from from_json(value, clock.zone)
        return
    yield from read(value)


def _text(value: bytes, reading: Reading, clock: Clock, cut: int) -> LogRecord:
    if cut or len(value) > reading.max_line_bytes:
        end = kept_end(value, reading.max_line_bytes)
        cut += len(value) - end
        value = value[:end]
    found = from_text(value, clock)
    if cut:
        found.attributes[TRUNCATED_BYTES] = cut
    return found


def _way(value: bytes, form: LogForm) -> tuple[LogForm, Callable[[bytes], Iterator[LogRecord]] | None]:
    """The form of one document, and what reads it if it is OTLP."""
    if form is LogForm.TEXT:
        return form, None
    head = value[:_HEAD]
    if _OTLP_JSON.match(head):
        return LogForm.OTLP, from_otlp_json
    if form is LogForm.OTLP:
        is_json = head.lstrip()[:1] == b"{" and _JSON.match(head) is not None
        return form, from_otlp_json if is_json else from_otlp_protobuf
    if form is LogForm.JSON:
        return form, None
    return told(value), from_otlp_protobuf if value[:1] == _MESSAGE else None


def told(value: bytes) -> LogForm:
    """The form of a document, by its first bytes; what begins as JSON is JSON, even if it is broken."""
    head = value[:_HEAD]
    if head[:1] == _MESSAGE:
        return LogForm.OTLP
    if _OTLP_JSON.match(head):
        return LogForm.OTLP
    return LogForm.JSON if _JSON.match(head) else LogForm.TEXT
