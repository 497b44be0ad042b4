"""Every name that others rely on: steps, outcomes, outputs and reason codes, each declared once.

Dashboards, reports, the reconciliation and the documentation take them from here.
"""

from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """The steps of the ingest path, in order."""

    DECODE = "decode"
    REPLAYS = "replays"
    TRANSACTIONS = "transactions"
    NOTICES = "notices"
    REDACT = "redact"
    CHANGES = "changes"
    CONTRACT = "contract"
    REFERENCES = "references"
    DUPLICATES = "duplicates"
    JOIN = "join"
    SCORE = "score"
    WRITE = "write"
    STORE = "store"


class Result(StrEnum):
    """What can become of a record at a step. ``PASSED`` is what the next step receives."""

    PASSED = "passed"
    #: Not a class of records: how many the source gave.
    READ = "read"
    DEAD = "dead"
    TOMBSTONE = "tombstone"
    CONTROL = "control"
    REPLAY = "replay"
    CHANGE = "change"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    #: Not a class of records: how many values were masked.
    MASKED = "masked"
    #: A record that the policy of redaction wants dropped.
    DROPPED = "dropped"
    #: Not a class of records: how many came later than their step waits for the first in commit order.
    LATE = "late"
    #: A span that came when the samples that it could have explained had left.
    LATE_SPAN = "late_span"
    #: Not a class of records: how many samples have an exemplar.
    EXPLAINED = "explained"
    #: What a sample's score says: as expected, or not; too little is known of its series; it came too late.
    NORMAL = "normal"
    ANOMALY = "anomaly"
    WARM_UP = "warm_up"
    LATE_SAMPLE = "late_sample"
    #: Not a class of records: of how many tables the ends of transactions say how many changes there are.
    ENDED = "ended"
    #: What became of these: all changes came; fewer; more; it cannot be said.
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    SURPLUS = "surplus"
    UNJUDGED = "unjudged"
    #: Not a class of records: changes whose transaction's end did not come.
    UNENDED = "unended"
    #: Not classes of records: what is written of losses, by status, and of tables, by kind.
    LOSS = "loss"
    NOTICE = "notice"


#: Results that do not say what became of a record.
NOTES: Final = frozenset(
    {
        Result.READ,
        Result.MASKED,
        Result.LATE,
        Result.EXPLAINED,
        Result.ENDED,
        Result.UNENDED,
        Result.LOSS,
        Result.NOTICE,
    }
)


class Op(StrEnum):
    """Debezium's operations on rows."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    TRUNCATE = "t"


class Undecodable(StrEnum):
    """Why a value is no change: it is sealed and becomes a dead letter."""

    OVERSIZED = "oversized"
    INVALID_UTF8 = "invalid_utf8"
    EMPTY_BYTES = "empty_bytes"
    TRUNCATED_JSON = "truncated_json"
    MALFORMED_JSON = "malformed_json"
    JSON_ARRAY = "json_array"
    JSON_STRING = "json_string"
    JSON_NUMBER = "json_number"
    JSON_BOOLEAN = "json_boolean"
    JSON_NULL = "json_null"
    ENVELOPE_WITHOUT_OP = "envelope_without_op"
    UNKNOWN_OP = "unknown_op"
    MALFORMED_ENVELOPE = "malformed_envelope"
    #: Of values in a schema registry's wire format.
    UNKNOWN_SCHEMA = "unknown_schema"
    UNREADABLE_SCHEMA = "unreadable_schema"
    MALFORMED_AVRO = "malformed_avro"


#: The topic of spans that come from files.
SPANS_TOPIC: Final = "spans"


class SpanRefusal(StrEnum):
    """Why a document of spans, or a span, is refused."""

    NO_DOCUMENT = "no_span_document"
    TRACE_ID = "trace_id_invalid"
    SPAN_ID = "span_id_invalid"
    PARENT_ID = "parent_id_invalid"
    TIMES = "span_times_invalid"


#: Reason of an event whose series did not come to the catalogue within the wait.
UNKNOWN_SERIES: Final = "unknown_series"


class Output(StrEnum):
    """The outputs of the ingest job: one folder each, below the output folder."""

    CLEAN = "clean"
    CHANGES = "changes"
    TABLES = "tables"
    DUPLICATES = "duplicates"
    CONFLICTS = "conflicts"
    DEAD = "dead"
    AUDIT = "audit"
    GAPS = "gaps"
    VERDICTS = "verdicts"
    LATE_SPANS = "late_spans"
    INVALIDATIONS = "invalidations"
    INCIDENTS = "incidents"
    LOSSES = "losses"
    NOTICES = "notices"


#: Files beside the output folders.
SUMMARY_FILE: Final = "summary.json"
REPORT_FILE: Final = "report.html"
COMPLIANCE_PAGE: Final = "compliance.html"
COMPLIANCE_FILE: Final = "compliance.json"
#: Ledgers of the actions that were dealt with, and plans; carried on from result to result.
ACTIONS_FOLDER: Final = "actions"
#: Says that a folder is one of results, and who is writing there.
LOCK_FILE: Final = ".traceo"
