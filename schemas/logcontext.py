"""A log record with what else is known of its moment: its span, and the samples of its pod."""

import msgspec


class LogContext(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a log. ``record``: topic, partition, offset and place; its text is not here.

    ``trace_found``: spans of its trace were seen around it; ``span_found``: its own span was, and the four
    fields of it are known: of which service, what it did, whether it failed, and for how long it ran.
    ``minute``: its begin, ISO 8601, UTC. ``samples``: of the pod (of the service where no pod is known) in
    that minute, the last value by metric.
    """

    record: str
    time_ns: int
    service: str
    pod: str
    template: str
    severity: int
    trace_id: str
    span_id: str
    trace_found: bool = False
    span_found: bool = False
    span_service: str | None = None
    operation: str | None = None
    span_error: bool | None = None
    span_ns: int | None = None
    minute: str = ""
    samples: dict[str, float] = {}
