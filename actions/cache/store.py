"""A cache of answers in this process, bounded in number and age, that takes invalidations of every scope.

Stale answers do not come back. Whoever computes an answer reads the data, and then puts the answer; a change
in between is invalidated before the answer is there. So an answer says as of which commit time it was
computed, and one that is older than an invalidation that reaches it is refused (the leases of Nishtala et
al., Scaling Memcache at Facebook, NSDI 2013, with commit times as tokens).
"""

import time
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Any

import msgspec
from cachebox import LRUCache

from actions.cache.dependencies import names_of, reachable
from schemas.actions import Invalidation, Target


class _Entry(msgspec.Struct, frozen=True, gc=False):
    value: Any
    version_us: int
    expires_at: float
    names: frozenset[Target]


class AnswerCache:
    """Answers by key. Take keys and tags from :mod:`actions.cache.dependencies`.

    ``max_entries``: beyond, the least recently used is dropped. ``ttl_seconds``: how old an answer may get.
    ``max_invalidations``: how many are remembered; answers as of a time before one that was forgotten are all
    refused. ``clock``: seconds that go on steadily.
    """

    def __init__(
        self,
        *,
        max_entries: int = 10_000,
        ttl_seconds: float = 60.0,
        max_invalidations: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._entries: LRUCache[str, _Entry] = LRUCache(max_entries)
        self._keys: dict[Target, set[str]] = {}
        self._changed_us: LRUCache[Target, int] = LRUCache(max_invalidations)
        self._floor_us = -1
        self._ttl_seconds = ttl_seconds
        self._clock = clock
        self._lock = RLock()

    def get(self, key: str, default: Any = None) -> Any:
        """The answer, or ``default`` where there is none or it is too old."""
        entry = self._entries.get(key, None)
        if entry is None:
            return default
        if entry.expires_at <= self._clock():
            with self._lock:
                if self._entries.get(key, None) is entry:
                    self._drop(key)
            return default
        return entry.value

    def put(self, key: str, value: Any, *, version_us: int, tags: Iterable[str] = ()) -> bool:
        """Keep an answer that holds all commits up to ``version_us`` (epoch microseconds).

        False: it was refused, being older than a change that reaches it, or than the answer that is there.
        """
        names = names_of(key, tags)
        with self._lock:
            known = self._entries.get(key, None)
            if known is not None and known.version_us > version_us:
                return False
            newest_us = max(self._changed_us.get(name, -1) for name in names)
            if version_us < max(newest_us, self._floor_us):
                return False
            if known is not None:
                self._drop(key)
            elif self._entries.is_full():
                self._forget(*self._entries.popitem())
            self._entries.insert(key, _Entry(value, version_us, self._clock() + self._ttl_seconds, names))
            for name in names:
                self._keys.setdefault(name, set()).add(key)
        return True

    def apply(self, invalidation: Invalidation) -> int:
        """Remove the answers that the invalidation reaches and that do not hold its changes; how many."""
        target = reachable(Target(invalidation.scope, invalidation.key))
        changed_us = invalidation.last_committed_us
        with self._lock:
            self._remember(target, changed_us)
            keys = self._keys.get(target, set())
            stale = [key for key in keys if self._entries.peek(key).version_us < changed_us]
            for key in stale:
                self._drop(key)
        return len(stale)

    def __len__(self) -> int:
        return len(self._entries)

    def _remember(self, target: Target, changed_us: int) -> None:
        known = self._changed_us.get(target, None)
        if known is None and self._changed_us.is_full():
            _, forgotten_us = self._changed_us.popitem()
            self._floor_us = max(self._floor_us, forgotten_us)
        self._changed_us.insert(target, max(changed_us, known if known is not None else -1))

    def _drop(self, key: str) -> None:
        self._forget(key, self._entries.pop(key))

    def _forget(self, key: str, entry: _Entry) -> None:
        for name in entry.names:
            keys = self._keys[name]
            keys.discard(key)
            if not keys:
                del self._keys[name]
