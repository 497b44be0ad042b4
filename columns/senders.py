"""The tags of an event → who sent it, and what it measures. Each distinct text is parsed once."""

from functools import lru_cache
from typing import Final

import msgspec

_CACHED_TEXTS: Final = 65_536


class Sender(msgspec.Struct, frozen=True):
    """What the tags say; ``metric`` falls back to the part of the metric_id after the colon."""

    pod: str | None
    service: str | None
    metric: str | None

    @property
    def home(self) -> str:
        """The pod if it is known, else the service: what has one home is looked at in one shard."""
        return self.pod or self.service or ""


_TAGS: Final = msgspec.json.Decoder(dict[str, str | float | bool | None])


@lru_cache(_CACHED_TEXTS)
def sender_of(tags: str, entity_tag: str = "pod") -> Sender:
    """Who is named in ``tags``, a JSON object; nobody where it names none."""
    try:
        named = _TAGS.decode(tags)
    except msgspec.DecodeError:
        named = {}
    return Sender(*(_text(named.get(name)) for name in (entity_tag, "service", "metric")))


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def metric_name(metric_id: str, sender: Sender) -> str:
    """What the series measures."""
    return sender.metric or metric_id.rpartition(":")[2]
