"""Log records: the batches that flow, by the log data model of OpenTelemetry (v1)."""

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

import pyarrow as pa

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())

#: Log records of one source. Ids are lower-case hex digits: 32 of a trace, 16 of a span. What is unknown is
#: null. (topic, partition, offset, place), with the batch's Origin, is a record's identity.
LOGS: Final = pa.schema(
    [
        pa.field("offset", pa.int64()),  # of the document in its partition; of a file its line
        pa.field("place", pa.int32()),  # of the record in its document, from 0
        pa.field("timestamp_ns", pa.int64()),  # when it happened, epoch nanoseconds
        pa.field("observed_ns", pa.int64()),  # when it was first seen, epoch nanoseconds
        pa.field("severity", pa.uint8()),  # Severity's numbers 1 to 24; 0: unspecified
        pa.field("severity_text", _TEXT),  # as the source names it
        pa.field("body", pa.string()),  # the text; of a body that is no text its JSON
        pa.field("structured", pa.bool_()),  # the body was no text
        pa.field("attributes", pa.string()),  # JSON object
        pa.field("resource", _TEXT),  # JSON object
        pa.field("scope", _TEXT),  # name of the instrumentation scope, or of the logger
        pa.field("service", _TEXT),  # resource attribute service.name
        pa.field("pod", _TEXT),  # resource attribute k8s.pod.name
        pa.field("trace_id", _TEXT),
        pa.field("span_id", pa.string()),
        pa.field("flags", pa.uint32()),  # W3C trace flags
        pa.field("event_name", _TEXT),
        pa.field("duration_ns", pa.int64()),  # how long something took, where text or attributes tell it
    ]
)


class Severity(IntEnum):
    """The first number of each range of the data model (SeverityNumber)."""

    UNSPECIFIED = 0
    TRACE = 1
    DEBUG = 5
    INFO = 9
    WARN = 13
    ERROR = 17
    FATAL = 21


class LogForm(StrEnum):
    """What a document of logs is written as. ``AUTO``: told by its first bytes, one by one."""

    AUTO = "auto"
    OTLP = "otlp"
    JSON = "json"
    TEXT = "text"


class LogRefusal(StrEnum):
    """Why a document of logs is refused."""

    NO_DOCUMENT = "no_log_document"
    INVALID_UTF8 = "invalid_utf8"
    OVERSIZED = "oversized"
    TOO_DEEP = "too_deep"


class LogsOutput(StrEnum):
    """The outputs of the logs job: one folder each, below the output folder."""

    LOGS = "logs"
    TEMPLATES = "templates"
    NOVELTIES = "novelties"
    RED = "red"
    FINDINGS = "findings"
    SECURITY = "security"
    INCIDENTS = "incidents"
    CONTEXTS = "contexts"
    DEAD = "dead"


class LogsStep(StrEnum):
    """The steps of the logs job before the first that all jobs have, in order."""

    #: Lines that belong together become one document.
    JOIN = "join_lines"
    DOCUMENTS = "documents"


#: The topic of logs that come from files.
LOGS_TOPIC: Final = "logs"

#: Reason of lines that were added to the document of a line before them.
CONTINUATION: Final = "continuation"

#: Attribute: how many bytes of the body were cut off, because it was longer than is taken.
TRUNCATED_BYTES: Final = "log.truncated_bytes"

#: Attribute: that bytes of the text were no UTF-8 and were replaced (U+FFFD).
REPLACED_BYTES: Final = "log.replaced_bytes"

#: Attributes: ids of the source that are none by W3C's rules, as they came.
ODD_TRACE_ID: Final = "log.odd_trace_id"
ODD_SPAN_ID: Final = "log.odd_span_id"

#: Header of a raw record whose value the source has cut: SHA-256 of the whole.
WHOLE_SHA256: Final = "log.sha256"

#: Bytes of a line of text, of a body, and of the attributes of one record, at most.
MAX_LINE_BYTES: Final = 1024 * 1024

#: Bytes of a document in JSON or Protocol Buffers, at most; it may hold any number of records.
MAX_DOCUMENT_BYTES: Final = 8 * 1024 * 1024


class Line(NamedTuple):
    """A line as a source gives it, or a whole message: its place, and how many bytes the source has cut off.

    ``sha256``: of the whole, if it was cut. ``at_ms``: when it was appended, -1 if unknown. ``whole``: it is
    a document by itself, whatever is before and behind it.
    """

    offset: int
    value: bytes
    cut: int = 0
    sha256: str = ""
    at_ms: int = -1
    whole: bool = False
