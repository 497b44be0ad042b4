"""Topics, or ranges of their offsets, as what a backfill reads."""

import contextlib
import re
from dataclasses import dataclass
from typing import Final

import apache_beam as beam

from connectors.errors import InputError
from connectors.kafka.cluster import parse_address
from connectors.kafka.preflight import append_times, check_inputs, current_ranges
from connectors.kafka.source import Ranges, ReadKafka
from pipelines.backfill.plan import Cut, Piece, What
from pipelines.backfill.sources import time_ms
from pipelines.setting import SettingError
from pipelines.settings import Settings
from schemas.steps import is_events_topic

_POLL_SECONDS: Final = 0.1
_MOST_ROWS: Final = 16_384  # of one read
_OFFSETS: Final = re.compile(r"(?P<topic>[\w.-]+)/(?P<partition>\d+)=(?P<first>\d*):(?P<end>\d*)")


@dataclass(frozen=True, kw_only=True)
class Topics:
    """Topics of a cluster: the catalogue whole, of the others what lies in the span, or between offsets."""

    settings: Settings
    brokers: str
    topics: tuple[str, ...]

    @property
    def knows_commits(self) -> bool:
        return True

    def cut(self) -> Cut:
        cluster, catalogue_table = self.settings.cluster(self.brokers), self.settings.catalogue_table
        since_ms, until_ms = time_ms(self.settings.since), time_ms(self.settings.until)
        catalogue_topics = [topic for topic in self.topics if is_events_topic(topic, catalogue_table)]
        others = [topic for topic in self.topics if topic not in catalogue_topics]
        catalogue = current_ranges(cluster, catalogue_topics)
        ranges = self._limited(current_ranges(cluster, others, since_ms=since_ms, until_ms=until_ms))
        known = [
            at for at in append_times(cluster, [(t, p, first) for t, p, first, end in ranges if first < end])
        ]
        first_ms = min(known, default=-1)
        rows, most = _rows(ranges), self.settings.piece_rows
        if rows + _rows(catalogue) <= most:
            everything = (*catalogue, *ranges)
            piece = Piece(what=What.EVERYTHING, rows=_rows(everything), ranges=everything)
            return Cut(pieces=(piece,), first_ms=first_ms)
        topic, partition, first, end = max(ranges, key=lambda found: found[3] - found[2])
        count = -(-rows // most)
        places = [(topic, partition, first + (end - first) * part // count) for part in range(1, count)]
        cuts = [ranges]
        for at_ms in sorted(set(append_times(cluster, places))):
            cuts[-1:] = _cut_at(cuts[-1], current_ranges(cluster, others, since_ms=at_ms))
        pieces = [Piece(what=What.EVENTS, rows=_rows(part), ranges=part) for part in cuts if _rows(part)]
        first_piece = Piece(what=What.CATALOGUE, rows=_rows(catalogue), ranges=catalogue)
        return Cut(pieces=(first_piece, *pieces), first_ms=first_ms)

    def _limited(self, ranges: Ranges) -> Ranges:
        """What ``--offsets`` leaves of them; partitions that it does not name are left as they are."""
        found = {place[:2]: place for place in ranges}
        for text in self.settings.offsets:
            named = _OFFSETS.fullmatch(text)
            if named is None:
                raise SettingError(
                    f"--offsets: {text!r}: write topic/partition=first:end, as db.metrics.events/0=0:5000"
                )
            place = named["topic"], int(named["partition"])
            if place not in found:
                raise SettingError(f"--offsets: {text}: no such partition of the topics in --input")
            _, _, first, end = found[place]
            low, high = int(named["first"] or first), int(named["end"] or end)
            found[place] = (*place, max(first, low), max(first, low, min(end, high)))
        return tuple(found.values())

    def held_to(self, cut: Cut) -> "Topics":
        return self  # pieces name their offsets

    def open(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def read(self, piece: Piece) -> beam.PTransform:
        self._check_kept(piece)
        return ReadKafka(
            cluster=self.settings.cluster(self.brokers),
            topics=self.topics,
            group=f"{self.settings.job_name}-backfill",
            batch_rows=min(self.settings.batch_rows, _MOST_ROWS),
            poll_seconds=_POLL_SECONDS,
            until=piece.ranges,
        )

    def _check_kept(self, piece: Piece) -> None:
        """Raise InputError if the cluster has deleted what is to be read, as it does with time."""
        topics = sorted({topic for topic, *_ in piece.ranges})
        found = current_ranges(self.settings.cluster(self.brokers), topics)
        kept = {(topic, partition): first for topic, partition, first, _ in found}
        for topic, partition, first, end in piece.ranges:
            if first < min(end, kept[topic, partition]):
                raise InputError(
                    f"{topic}/{partition}: offsets {first} to {kept[topic, partition] - 1} are deleted since "
                    "this backfill began; name --restart"
                )


def _rows(ranges: Ranges) -> int:
    return sum(end - first for _, _, first, end in ranges)


def _cut_at(ranges: Ranges, later: Ranges) -> tuple[Ranges, Ranges]:
    """``ranges`` before those that begin later, and from these on."""
    begins = {place[:2]: place[2] for place in later}
    at = {(t, p): min(max(first, begins[t, p]), end) for t, p, first, end in ranges}
    before = tuple((t, p, first, at[t, p]) for t, p, first, _ in ranges)
    return before, tuple((t, p, at[t, p], end) for t, p, _, end in ranges)


def topics_of(settings: Settings) -> Topics:
    """The topics that the settings name. Raises SettingError, InputError."""
    brokers, topics = parse_address(settings.input[0])
    if not topics:
        raise SettingError(f"{settings.input[0]}: no topic named; write kafka://host:port/topic,topic")
    check_inputs(settings.cluster(brokers), topics)
    return Topics(settings=settings, brokers=brokers, topics=topics)
