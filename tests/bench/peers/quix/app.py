"""The job on Quix Streams: ``python app.py --brokers … --events … --series … --clean … --dead …``.

events → read → refusals → dead letters
                events → by series ─┐
series → declared → by series ──────┴→ first sight → clean events

Both inputs need the same number of partitions: that is how Quix Streams joins topics.
"""

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from quixstreams import Application, State

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rules import HORIZON_MS, WAIT_MS, Item, encode, read_event, read_series  # noqa: E402

_HORIZON = timedelta(milliseconds=HORIZON_MS)
_CONSUMER = {"queued.max.messages.kbytes": 65_536, "fetch.message.max.bytes": 4_194_304}
_PRODUCER = {
    "compression.type": "lz4",
    "linger.ms": 20,
    "batch.num.messages": 10_000,
    "queue.buffering.max.messages": 1_000_000,
}

_COMMIT_SECONDS = 1.0  # what is keyed anew can be read only once it is committed
_POLL_SECONDS = 0.2
_BUFFER = 100_000  # of each partition, while the others of its number catch up


def read(value: bytes | None) -> Item | None:
    """One change as an event or a refusal."""
    return read_event(value)


def declared(value: bytes | None) -> Item | None:
    """The declaration of a series."""
    metric_id = read_series(value)
    return None if metric_id is None else {"metric_id": metric_id, "declared": True}


def first_sight(item: Item, state: State) -> list[Item]:
    """What may pass of one series: events not seen within the hour, once the series is declared.

    Events that come before that wait. Quix Streams has no timers by key: those that have waited for ten
    minutes are refused when the next event of their series comes.
    """
    if "declared" in item:
        waiting = state.get("waiting", [])
        state.set("known", True)
        state.delete("waiting")
        return [event for event in waiting if _is_new(event, state)]
    if state.get("known"):
        return [item] if _is_new(item, state) else []
    waiting = state.get("waiting", [])
    oldest_ms = item["committed_ms"] - WAIT_MS
    state.set("waiting", [event for event in waiting if event["committed_ms"] >= oldest_ms] + [item])
    return [
        {"reason": "unknown_series", "seq": event["seq"]}
        for event in waiting
        if event["committed_ms"] < oldest_ms
    ]


def _is_new(event: Item, state: State) -> bool:
    if state.exists(event["timestamp"]):
        return False
    state.set(event["timestamp"], 1, ttl=_HORIZON)
    return True


def _is_refused(item: Item) -> bool:
    return "reason" in item


def _is_event(item: Item) -> bool:
    return "reason" not in item


def _bytes(item: Item) -> bytes:
    return encode(item)


def make(options: argparse.Namespace) -> Application:
    """The application from the topics of changes to the topics of clean events and of dead letters."""
    app = Application(
        broker_address=options.brokers,
        consumer_group=options.group,
        auto_offset_reset="earliest",
        processing_guarantee=options.guarantee,
        commit_interval=_COMMIT_SECONDS,
        state_dir=options.state,
        consumer_extra_config=_CONSUMER,
        producer_extra_config=_PRODUCER,
        consumer_poll_timeout=_POLL_SECONDS,
        max_partition_buffer_size=_BUFFER,
        loglevel="WARNING",
    )
    raw: dict[str, Any] = {"value_deserializer": "bytes"}
    made: dict[str, Any] = {"value_serializer": "bytes", "key_serializer": "str"}
    clean, dead = app.topic(options.clean, **made), app.topic(options.dead, **made)

    items = app.dataframe(app.topic(options.events, **raw)).apply(read).filter(lambda item: item is not None)
    items.filter(_is_refused).apply(_bytes).to_topic(dead, key=lambda _: None)
    events = items.filter(_is_event).group_by("metric_id")
    series = (
        app.dataframe(app.topic(options.series, **raw)).apply(declared).filter(lambda item: item is not None)
    )
    both = series.group_by("metric_id").concat(events)
    judged = both.apply(first_sight, stateful=True, expand=True)
    judged.filter(_is_refused).apply(_bytes).to_topic(dead, key=lambda _: None)
    judged.filter(_is_event).apply(_bytes).to_topic(clean)
    return app


def main() -> None:
    """Run until a signal comes."""
    parser = argparse.ArgumentParser()
    for name in ("brokers", "events", "series", "clean", "dead", "group", "state"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--guarantee", default="exactly-once", choices=("exactly-once", "at-least-once"))
    make(parser.parse_args()).run()


if __name__ == "__main__":
    main()
