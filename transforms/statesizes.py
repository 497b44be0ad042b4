"""How the worker's state cache weighs what it holds.

Beam 2.77 weighs every value that goes through the cache with objsize, which looks at all globals of all
loaded modules each time: 2 ms, while the value is often a few bytes. In this project's steps a state cell
holds bytes, and so this takes their lengths instead. See apache_beam.runners.worker.statecache.
"""

from collections.abc import Iterable
from typing import Any, Final

from apache_beam.runners.worker import statecache

_OVERHEAD: Final = 64  # of an object
_ITEM: Final = 16  # of a place in a list, and what else it takes to keep it


def weigh(*values: Any) -> int:
    """About how many bytes ``values`` take: bytes and lists of bytes exactly, anything else as an object."""
    return sum(map(_weight, values))


def _weight(value: Any) -> int:
    if isinstance(value, bytes | str):
        return len(value) + _OVERHEAD
    if isinstance(value, list | tuple):
        return _OVERHEAD + sum(_weight(item) + _ITEM for item in value)
    if isinstance(value, statecache.CacheAware):
        return _OVERHEAD + _sum(value.get_referents_for_cache())
    return _OVERHEAD


def _sum(values: Iterable[Any]) -> int:
    return sum(_weight(value) + _ITEM for value in values)


def weigh_cheaply() -> None:
    """Let the caches of this process weigh so."""
    statecache.get_deep_size = weigh
