"""Templates of log records: the statements that they come from, and what is new or bursting of these."""

from enum import StrEnum
from typing import Final

import msgspec
import pyarrow as pa

#: What is added to the columns of LOGS. ``parameters``: the texts at the places of values, in their order;
#: null where a record does not fit.
TEMPLATE: Final = pa.field("template", pa.dictionary(pa.int32(), pa.string()))
PARAMETERS: Final = pa.field("parameters", pa.list_(pa.string()))


#: The step that finds templates, as the tally names it.
MINE: Final = "templates"


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template as it is found. ``id`` is the hash of its text: the same in every shard and run.

    ``text`` has ``<*>`` at the places of values. ``service``, ``severity`` and ``seen_ns`` (epoch
    nanoseconds) are those of the first record. ``replaces``: ids of narrower templates that it stands for
    from now on.
    """

    id: str
    text: str
    service: str | None
    severity: int
    seen_ns: int
    replaces: tuple[str, ...] = ()


class Novelty(StrEnum):
    """What is unusual of a template of errors."""

    #: It was not seen of this service within the horizon.
    NEW = "new"
    #: It comes far more often than it used to.
    BURST = "burst"


class TemplateEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A template of warnings or errors that is new or bursts, in one window of event time.

    ``id`` follows from kind, service, template and window. ``expected``: records that were to be expected in
    the window, 0 of a new one; ``probability``: of as many or more by chance. Times are epoch nanoseconds.
    ``example``: topic, partition, offset and place of the first record; its text is not here.
    """

    id: str
    kind: Novelty
    service: str
    template: str
    severity: int
    window_start: str
    window_seconds: float
    records: int
    expected: float
    probability: float
    first_ns: int
    last_ns: int
    example: str
    trace_id: str | None


class LogRed(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one service, template and range of severity in a window; rows of the same four add up.

    ``severity``: the range's name, as schemas.logs.Severity has it. ``rate``: records a second. ``errors``:
    the records, if the range is ERROR or above. ``timed``: records that say how long something took;
    durations are theirs, in nanoseconds, ``buckets`` as traces.histogram numbers them.
    """

    window_start: str
    window_seconds: float
    service: str
    template: str
    severity: str
    records: int
    rate: float
    errors: int
    timed: int
    duration_ns: int
    p50_ns: int
    p95_ns: int
    p99_ns: int
    buckets: dict[int, int]
