"""Where the outputs of the jobs go in Kafka: topics, keys, and how a message is known again.

The identity of a message is the same whenever the message is made again, after a crash or by a backfill; what
differs between two makings (which of two copies came first, a nonce of a seal) is not part of it.
"""

from typing import Final, NamedTuple

from schemas.logs import LogsOutput
from schemas.names import Output


class OutputTopic(NamedTuple):
    """A topic, the field that is the messages' key (``None``: no key), and the fields of their identity.

    Several messages may have one identity: made again, as many as are there already are left out. Without
    such fields a message may be there twice after a failure.
    """

    name: str
    key: str | None
    identity: tuple[str, ...]


_PLACE: Final = ("topic", "partition", "offset")

TOPICS: Final = {
    Output.CLEAN: OutputTopic("metrics.processed", "metric_id", ("metric_id", "timestamp")),
    Output.CHANGES: OutputTopic("metrics.changes", "metric_id", _PLACE),
    Output.TABLES: OutputTopic("metrics.tables", "topic", _PLACE),
    Output.DUPLICATES: OutputTopic("metrics.duplicates", "metric_id", _PLACE),
    Output.CONFLICTS: OutputTopic("metrics.conflicts", "metric_id", _PLACE),
    Output.DEAD: OutputTopic("metrics.dead", "id", ("id", "step")),
    Output.AUDIT: OutputTopic("metrics.audit", "id", ("id", "step")),
    Output.GAPS: OutputTopic("metrics.gaps", None, ("kind", "entity", "start", "metric_id")),
    Output.VERDICTS: OutputTopic("metrics.verdicts", "metric_id", ("id",)),
    Output.LATE_SPANS: OutputTopic("metrics.late-spans", None, ("trace_id", "span_id")),
    Output.INVALIDATIONS: OutputTopic("metrics.invalidations", "id", ("id",)),
    Output.INCIDENTS: OutputTopic("metrics.incidents", "id", ("id", "state")),
    Output.LOSSES: OutputTopic("metrics.losses", "id", ("id", "status")),
    Output.NOTICES: OutputTopic("metrics.notices", "topic", ("kind", *_PLACE)),
}

#: What became of every record so far: sums that grow, the newest message counts. No message is made again.
RECONCILIATION: Final = OutputTopic("metrics.reconciliation", None, ())

#: Of the logs job.
LOGS_TOPICS: Final = {
    LogsOutput.LOGS: OutputTopic("logs.processed", None, (*_PLACE, "place")),
    LogsOutput.TEMPLATES: OutputTopic("logs.templates", "id", ("id", "replaces")),
    LogsOutput.NOVELTIES: OutputTopic("logs.novelties", "id", ("id",)),
    # rows of late records have the four of their window's row too: each counts as often as it is there
    LogsOutput.RED: OutputTopic("logs.red", "template", ("window_start", "service", "template", "severity")),
    LogsOutput.FINDINGS: OutputTopic("logs.findings", None, (*_PLACE, "place", "field", "kind")),
    LogsOutput.SECURITY: OutputTopic("logs.security", None, ("metadata",)),  # its uid; the rest is constant
    LogsOutput.INCIDENTS: OutputTopic("logs.incidents", "id", ("id", "state")),
    LogsOutput.DEAD: OutputTopic("logs.dead", "id", ("id", "step")),
}
