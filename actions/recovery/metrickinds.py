"""Name of a metric, and in which way it is out of the ordinary → what that tells of its service.

The kinds are the four golden signals of Beyer et al., Site Reliability Engineering (2016), chapter 6. A
metric that is off to the harmless side (less load, faster answers) is no sign of its kind: it only says that
there is less to do.
"""

from collections.abc import Iterable
from typing import Final

from schemas.actions import MetricKind
from schemas.verdicts import Reason

#: Parts of names, in the order in which they are tried; and the side to which the metric does harm.
_NAMES: Final[tuple[tuple[tuple[str, ...], MetricKind, Reason], ...]] = (
    (("success", "availability"), MetricKind.ERRORS, Reason.BELOW),
    (("error", "fail", "exception", "5xx", "dropped"), MetricKind.ERRORS, Reason.ABOVE),
    (("latency", "duration", "response_time"), MetricKind.LATENCY, Reason.ABOVE),
    (
        ("cpu", "memory", "heap", "disk", "queue", "saturation", "throttl"),
        MetricKind.SATURATION,
        Reason.ABOVE,
    ),
    (("ops", "request", "rps", "qps", "network", "syscall", "bytes"), MetricKind.TRAFFIC, Reason.ABOVE),
)


def kind_of(metric: str, reason: Reason) -> MetricKind:
    """The kind of anomaly that ``metric`` shows; OTHER where the name says nothing or it does no harm."""
    name = metric.lower()
    for parts, kind, harmful in _NAMES:
        if any(part in name for part in parts):
            return kind if reason is harmful else MetricKind.OTHER
    return MetricKind.OTHER


def kinds_of(kinds: Iterable[MetricKind]) -> frozenset[MetricKind]:
    """Which kinds occur; OTHER tells nothing."""
    return frozenset(kinds) - {MetricKind.OTHER}
