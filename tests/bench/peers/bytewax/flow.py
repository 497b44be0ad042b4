"""The job on Bytewax: ``python -m bytewax.run flow:ingest("BROKERS","EVENTS","SERIES","CLEAN","DEAD")``.

events → read → refusals → dead letters
                events ─┐
series → declared ──────┴→ first sight, by series → clean events
"""

import sys
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rules import HORIZON_MS, WAIT_MS, Item, encode, read_event, read_series  # noqa: E402

Snapshot = tuple[bool, dict[str, int], tuple[Item, ...]]

_CONSUMER = {"queued.max.messages.kbytes": "65536", "fetch.message.max.bytes": "4194304"}
_PRODUCER = {"compression.type": "lz4", "linger.ms": "5", "batch.num.messages": "10000"}
_BATCH = 10_000


class FirstSight(StatefulBatchLogic[Item | None, Item, Snapshot]):
    """One series: lets an event pass that was not seen within the hour, once the series is declared.

    ``None`` declares it. Events that come before that wait, up to ten minutes.
    """

    def __init__(self, state: Snapshot | None) -> None:
        known, seen, waiting = state or (False, {}, ())
        self._known = known
        self._seen = OrderedDict(seen)
        self._waiting = list(waiting)
        self._give_up: datetime | None = None

    def on_batch(self, values: list[Item | None]) -> tuple[Iterable[Item], bool]:
        passed: list[Item] = []
        for event in values:
            if event is None:
                self._known, self._give_up = True, None
                passed += filter(self._is_new, self._waiting)
                self._waiting = []
            elif self._known:
                if self._is_new(event):
                    passed.append(event)
            else:
                self._waiting.append(event)
                self._give_up = self._give_up or datetime.now(UTC) + timedelta(milliseconds=WAIT_MS)
        return passed, StatefulBatchLogic.RETAIN

    def on_notify(self) -> tuple[Iterable[Item], bool]:
        refused = [{"reason": "unknown_series", "seq": event["seq"]} for event in self._waiting]
        self._waiting, self._give_up = [], None
        return refused, StatefulBatchLogic.RETAIN

    def notify_at(self) -> datetime | None:
        return self._give_up

    def snapshot(self) -> Snapshot:
        return self._known, dict(self._seen), tuple(self._waiting)

    def _is_new(self, event: Item) -> bool:
        seen, now_ms = self._seen, event["committed_ms"]
        while seen and now_ms - next(iter(seen.values())) > HORIZON_MS:
            seen.popitem(last=False)
        if event["timestamp"] in seen:
            return False
        seen[event["timestamp"]] = now_ms
        return True


def _event(message: KafkaSourceMessage) -> Item | None:
    return read_event(message.value)


def _declared(message: KafkaSourceMessage) -> tuple[str, None] | None:
    metric_id = read_series(message.value)
    return None if metric_id is None else (metric_id, None)


def _is_refused(item: Item) -> bool:
    return "reason" in item


def _message(item: Item) -> KafkaSinkMessage:
    metric_id = item.get("metric_id")
    return KafkaSinkMessage(metric_id and metric_id.encode(), encode(item))


def ingest(brokers: str, events: str, series: str, clean: str, dead: str) -> Dataflow:
    """The dataflow from the topics of changes to the topics of clean events and of dead letters."""
    flow = Dataflow("ingest")
    addresses = brokers.split(",")
    source = {"add_config": _CONSUMER, "batch_size": _BATCH}
    changes = op.input("events", flow, KafkaSource(addresses, [events], **source))
    declarations = op.input("series", flow, KafkaSource(addresses, [series], **source))

    read = op.branch("refused", op.filter_map("read", changes, _event), _is_refused)
    by_series = op.key_on("by series", read.falses, lambda event: event["metric_id"])
    declared = op.filter_map("declared", declarations, _declared)
    first = op.stateful_batch("first sight", op.merge("both", declared, by_series), FirstSight)
    judged = op.branch("known", op.key_rm("events alone", first), _is_refused)

    letters = op.merge("dead letters", read.trues, judged.trues)
    for name, items, topic in (("clean", judged.falses, clean), ("dead", letters, dead)):
        messages = op.map(f"{name} messages", items, _message)
        op.output(name, messages, KafkaSink(addresses, topic, _PRODUCER))
    return flow
