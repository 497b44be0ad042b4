"""What ScoreAnomalies says of a sample, and the trace that explains it."""

from enum import StrEnum

import msgspec


class Label(StrEnum):
    """What a sample was found to be."""

    NORMAL = "normal"
    ANOMALY = "anomaly"
    #: Too little is known of the series for a score.
    WARM_UP = "warm_up"


class Reason(StrEnum):
    """In which way an anomaly differs from what was expected."""

    ABOVE = "above_expected"
    BELOW = "below_expected"


class Exemplar(msgspec.Struct, frozen=True):
    """The span that explains a sample (OpenMetrics 1.0): ``timestamp`` is ISO 8601, UTC."""

    trace_id: str
    span_id: str
    timestamp: str
    value: float


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that is an anomaly. ``id`` is the same whenever the same sample gets the same verdict.

    ``score``: how far ``value`` lies from ``expected``, in the unit of the ``model`` (robust standard
    deviations by default); above ``threshold`` it is an anomaly.
    """

    id: str
    metric_id: str
    service: str
    pod: str
    metric: str
    timestamp: str
    value: float
    expected: float
    score: float
    threshold: float
    model: str
    reason: Reason
    label: Label = Label.ANOMALY
    exemplar: Exemplar | None = None
