"""Through which steps records go, by where they come from, and what must add up there."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.names import NOTES, SPANS_TOPIC, Result, Step

#: For the records of the events' table, for those of all others, and for spans: the steps in order.
EVENT_STEPS: Final = (
    Step.DECODE,
    Step.REPLAYS,
    Step.REDACT,
    Step.CHANGES,
    Step.CONTRACT,
    Step.REFERENCES,
    Step.DUPLICATES,
    Step.SCORE,
)
TABLE_STEPS: Final = (Step.DECODE, Step.REPLAYS, Step.REDACT)
SPAN_STEPS: Final = (Step.DECODE, Step.REDACT, Step.JOIN)
#: Stand beside the path: they account for what comes in, and let nothing pass.
BESIDE: Final = frozenset({Step.SCORE})


def is_events_topic(topic: str, events_table: str) -> bool:
    """Whether ``topic`` carries the changes of the events' table."""
    return topic == events_table or topic.endswith("." + events_table)


def steps_of(topic: str, events_table: str, *, with_spans: bool) -> tuple[Step, ...]:
    """The steps of the records of ``topic``, in order."""
    if topic == SPANS_TOPIC:
        return SPAN_STEPS
    if not is_events_topic(topic, events_table):
        return TABLE_STEPS
    return (*EVENT_STEPS, Step.JOIN) if with_spans else EVENT_STEPS


class Flow(NamedTuple):
    """Records that the step before let pass, and records that this step accounted for."""

    records_in: int
    records_out: int


def flows(
    counts: Iterable[tuple[tuple[str, str, int, str, str], int]], events_table: str, *, with_spans: bool
) -> dict[Step, Flow]:
    """What went into and out of each step after the first, all topics together.

    ``counts``: sums by (step, topic, partition, result, reason).
    """
    accounted: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    for (step, topic, _, result, _), records in counts:
        if result not in NOTES:
            accounted[topic, step] += records
        if result == Result.PASSED:
            passed[topic, step] += records
    found: dict[Step, Flow] = {}
    for topic in {topic for topic, _ in accounted}:
        arriving: int | None = None
        for step in steps_of(topic, events_table, with_spans=with_spans):
            if arriving is not None:
                before = found.get(step, Flow(0, 0))
                found[step] = Flow(before.records_in + arriving, before.records_out + accounted[topic, step])
            if step not in BESIDE:
                arriving = passed[topic, step]
    return found
