"""ToIncidents: the same incidents in batch and in a stream, in any order, and from retried bundles."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from actions.times import micros_of
from schemas.actions import Incident
from schemas.verdicts import Verdict
from tests.actions.batches import BEGIN_US, verdict
from tests.streams import streaming
from transforms import incidents
from transforms.coders import StructCoder
from transforms.ending import LAST_CALL
from transforms.incidents import ToIncidents

EDGES = (("web", "cart"), ("cart", "db"))
Facts = tuple[str, str, str, int, int, str, str]


def outage() -> list[Verdict]:
    """Of db and, half a minute later, of cart, which calls it; then of cart alone; and single anomalies."""
    found = [verdict(m, at, service="db") for at in (0, 60) for m in ("memory", "latency")]
    found += [verdict(m, 30 + at) for at in (0, 60, 120) for m in ("success_error", "latency", "cpu")]
    found += [verdict(m, 2000 + at) for at in (0, 60) for m in ("cpu", "latency", "ops")]
    return found + [verdict("cpu", at, service=f"other-{at}") for at in range(0, 3000, 300)]


def facts(incident: Incident) -> Facts:
    return (
        incident.service,
        incident.started_at[14:19],
        incident.last_seen_at[14:19],
        incident.verdicts,
        incident.suppressed_verdicts,
        incident.root_cause.service,
        incident.plan.playbook,
    )


OPENED = [
    ("cart", "13:50", "13:50", 3, 0, "db", "failover_dependency"),
    ("cart", "46:40", "46:40", 3, 0, "cart", "scale_out"),
    ("db", "13:20", "14:20", 3, 0, "db", "restart_pod"),
]
CLOSED = [
    ("cart", "13:50", "15:50", 9, 6, "db", "failover_dependency"),
    ("cart", "46:40", "47:40", 6, 3, "cart", "scale_out"),
    ("db", "13:20", "14:20", 4, 1, "db", "restart_pod"),
]


def are(expected: list[Facts]) -> Callable[[Iterable[Any]], None]:
    def check(found: Iterable[Any]) -> None:
        found = list(found)
        assert sorted(map(facts, found)) == expected
        assert len({incident.id for incident in found}) == len(found)

    return check


def is_exactly(*expected: Any) -> Callable[[Iterable[Any]], None]:
    def check(found: Iterable[Any]) -> None:
        assert sorted(found) == sorted(expected)

    return check


def check_both(verdicts: beam.PCollection, **settings: Any) -> None:
    out = verdicts | ToIncidents(call_edges=EDGES, **settings)
    assert_that(out.opened, are(OPENED), label="opened")
    assert_that(out.closed, are(CLOSED), label="closed")
    ids = (out.opened, out.closed) | "Both" >> beam.Flatten() | "Ids" >> beam.Map(lambda i: i.id)
    assert_that(ids, is_each_twice, label="ids")


def is_each_twice(ids: Iterable[str]) -> None:
    assert set(Counter(ids).values()) == {2}


@pytest.mark.parametrize("repeat", [0, 1])
def test_any_order_gives_the_same_incidents(repeat: int) -> None:
    shuffled = random.Random(repeat).sample(outage(), len(outage()))  # noqa: S311
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=repeat)) as p:
        check_both(p | beam.Create(shuffled, reshuffle=False))


def test_a_healthy_hour_makes_none() -> None:
    healthy = [verdict(f"metric-{m % 19}", m * 120, service=f"s{m % 3}") for m in range(30)]
    with beam.Pipeline(runner=FnApiRunner()) as p:
        out = p | beam.Create(healthy) | ToIncidents()
        assert_that((out.opened, out.closed) | beam.Flatten(), are([]))


def test_more_than_can_be_held_is_judged_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "_MOST_HELD", 4)
    with beam.Pipeline(runner=FnApiRunner()) as p:
        check_both(p | beam.Create(sorted(outage(), key=lambda v: v.timestamp), reshuffle=False))


def streamed(verdicts: list[Verdict], *, apart: float, jitter: float) -> Stream:
    """The verdicts in an order that is off by up to ``jitter`` seconds; the watermark follows behind."""
    dice = random.Random(3)  # noqa: S311
    times = [(micros_of(v.timestamp) - BEGIN_US) / 1e6 for v in verdicts]
    order = sorted(range(len(verdicts)), key=lambda i: times[i] + dice.uniform(0, jitter))
    stream, watermark = Stream(coder=StructCoder(Verdict)), -1e6
    for i in order:
        at = Timestamp(micros=BEGIN_US + int(times[i] * 1e6))
        stream = stream.add_elements([TimestampedValue(verdicts[i], at)])
        if times[i] - apart > watermark:
            watermark = times[i] - apart
            stream = stream.advance_watermark_to(Timestamp(micros=BEGIN_US + int(watermark * 1e6)))
    return stream.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)


def test_a_stream_gives_what_the_batch_gives() -> None:
    stream = streamed(outage(), apart=45, jitter=40)
    with streaming() as p:
        check_both(p | stream.with_output_types(Verdict), streaming=True, hold_seconds=45)


def test_an_incident_opens_and_closes_by_the_watermark() -> None:
    """Nothing comes after the outage: the watermark alone goes on, and the state is emptied by it."""
    first = [verdict(name, 0) for name in ("cpu", "latency", "ops")]
    stream = Stream(coder=StructCoder(Verdict))
    for at, found in ((0, first), (700, [verdict(name, 300) for name in ("cpu", "latency", "ops")])):
        stream = stream.advance_watermark_to(Timestamp(micros=BEGIN_US + at * 1_000_000))
        stamp = Timestamp(micros=BEGIN_US + at * 1_000_000)
        stream = stream.add_elements([TimestampedValue(v, stamp) for v in found])
    stream = stream.advance_watermark_to(Timestamp(micros=BEGIN_US + 2_000_000_000))
    stream = stream.advance_watermark_to(LAST_CALL + 1).advance_watermark_to(MAX_TIMESTAMP)
    with streaming() as p:
        out = p | stream.with_output_types(Verdict) | ToIncidents(streaming=True)
        # The second came in time for the samples, but 700 s later in the stream: too late for the first.
        shown = out.closed | "Shown" >> beam.Map(lambda i: (i.started_at[14:19], i.verdicts))
        assert_that(shown, is_exactly(("13:20", 3), ("18:20", 3)))
