"""seed → events: values planted in log shapes, look-alikes in the same shapes, lines with nothing in them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from security.evaluation.carriers import carried, carrier_of
from security.evaluation.case import Event, Topic, Value
from security.evaluation.draw import Draw
from security.evaluation.marked import Marked, joined, planted
from security.evaluation.names import styled
from security.evaluation.negatives import negative
from security.evaluation.noise import fill
from security.evaluation.records import COLUMNS, PAYLOADS, payload
from security.evaluation.topics import TOPICS

CASES: Final = 300
NEGATIVES: Final = 20_000
_LABELLED: Final = (
    "«label»: «v»", "«label» «v»", "«label»=«v»", "«label» = «v»", "«label»:«v»", "«label» is «v»",
    "«label» [«v»]", "«label» '«v»'", '«label»: "«v»"', "«label» («v»)", "bad «label» «v», skipped",
    "got «label»: «v» from form", "«label» «v» for order «int»", "updated «label» to «v»", "«label» - «v»",
    "«label»「«v»」", "«label»：«v»",
)  # fmt: skip

_SEPARATED: Final = tuple(
    template
    for template in _LABELLED
    if not re.search("«label»:? «v»", template) or "«label»: «v»" in template
)


def positives(seed: int, cases: int = CASES, topics: Sequence[Topic] = TOPICS) -> Iterator[Event]:
    """``cases`` distinct events of each topic, each with a value of it planted."""
    for topic in topics:
        yield from _distinct(Draw(seed, topic.name), topic, cases)


def lookalikes(seed: int, cases: int = CASES, topics: Sequence[Topic] = TOPICS) -> Iterator[Event]:
    """A third as many events with what looks like a value and is none, without a word that calls it one."""
    for topic in topics:
        if topic.lookalike is not None:
            draw = Draw(seed, topic.name, "lookalike")
            for _ in range(-(-cases // 3)):
                yield _lookalike(draw, topic)


def negatives(seed: int, count: int = NEGATIVES) -> Iterator[Event]:
    """``count`` distinct lines with nothing sensitive in them."""
    draw = Draw(seed, "negatives")
    seen: set[str] = set()
    while len(seen) < count:
        name, line = negative(draw)
        if line not in seen:
            seen.add(line)
            yield Event(line, f"negative {name}")


def _distinct(draw: Draw, topic: Topic, cases: int) -> Iterator[Event]:
    seen: set[str] = set()
    while len(seen) < cases:
        value = topic.make(draw)
        event = planted_event(draw, topic, value)
        if event is not None and event.text not in seen:
            seen.add(event.text)
            yield event


_RECORDS: Final = 0.6  # of the cases: the others are prose
_TWO: Final = 0.1  # of them: with a second value in the line
_RARELY: Final = 0.8
_PURE: Final = 0.3  # of the records: with nothing around


def planted_event(draw: Draw, topic: Topic, value: Value) -> Event | None:
    """The value in a shape that is drawn; None where it cannot be written so."""
    keys = value.keys or topic.keys
    if value.fields or (keys and draw.chance(_RECORDS)):
        name = draw.some(PAYLOADS)
        if name in COLUMNS and not value.bare and draw.chance(_RARELY):
            return None  # what only a word can tell is seldom parted from it
        found = payload(draw, _fields(draw, topic, value), name)
        if found is None:
            return None
    else:
        found, name = _prose(draw, topic, value)
    if draw.chance(_PURE):
        return Event(found.text, name, found.truth)
    carrier = carrier_of(draw, found)
    event = carried(draw, carrier, found)
    return Event(event.text, f"{name} in {carrier.name}", event.truth)


def _fields(draw: Draw, topic: Topic, value: Value) -> list[tuple[str, Marked]]:
    if value.fields:
        return [
            (key, planted(Value(text=text, origin=value.origin), topic.name, must=must))
            for key, text, must in value.fields
        ]
    fields = [(draw.some(value.keys or topic.keys), planted(value, topic.name))]
    if draw.chance(_TWO):
        other = topic.make(draw)
        if not other.fields and "\n" not in other.text:
            fields.append((draw.some(other.keys or topic.keys) + "2", planted(other, topic.name)))
    return fields


def _prose(draw: Draw, topic: Topic, value: Value) -> tuple[Marked, str]:
    sentences = value.sentences or topic.sentences
    labels = value.labels or topic.labels
    if sentences and value.bare and (not labels or draw.chance(0.6)):
        template = draw.some(sentences)
    else:
        label = draw.some(labels) if labels else styled(draw, draw.some(value.keys or topic.keys), ("title",))
        labelled = _SEPARATED if topic.separated else _LABELLED
        template = draw.some(labelled).replace("«label»", label)
    parts: list[Marked | str] = []
    for index, part in enumerate(fill(template, draw)):
        parts.append(part if index % 2 == 0 else planted(value, topic.name))
    return joined(parts), "prose"


_NEUTRAL: Final = (
    "value", "data", "ref", "item", "arg", "x", "detail", "input", "field",
)  # fmt: skip
_NEUTRAL_SENTENCES: Final = (
    "processed «v»", "«v»", "skipping «v»", "done: «v» in «ms»ms", "unexpected token «v» at «int»",
)  # fmt: skip


def _lookalike(draw: Draw, topic: Topic) -> Event:
    assert topic.lookalike is not None  # noqa: S101  whoever calls has looked
    value = topic.lookalike(draw)
    neutral = Topic(
        name=topic.name,
        category=topic.category,
        aim=topic.aim,
        make=topic.lookalike,
        keys=value.keys or _NEUTRAL,
        labels=value.labels or _NEUTRAL,
        sentences=value.sentences or _NEUTRAL_SENTENCES,
    )
    event = None
    while event is None:
        event = planted_event(draw, neutral, value)
    return Event(event.text, event.shape, (), topic.name)
