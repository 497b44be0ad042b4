"""What a stateful step remembers of a shard in memory, valid only while the state says so.

Reading a large state back for every bundle would cost more than the work. So each step keeps, beside its
state, a ready-made form of it in memory, and a nonce in both. Whoever changes the state writes a new nonce to
state and memory. When the two differ, as after a bundle was rolled back, a restart or a move to another
worker, the memory is thrown away and rebuilt from the state. So no change is seen that was not committed.
"""

import secrets
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

M = TypeVar("M")


class ShardMemories(Generic[M]):
    """The memories of the shards of one step in this process; the DoFn's copies share them by ``step_id``."""

    _memories: dict[tuple[str, int | str], tuple[bytes, Any]] = {}
    _lock = Lock()

    def __init__(self, step_id: str) -> None:
        self._step_id = step_id

    def open(self, shard: int | str, nonce: Any, rebuild: Callable[[], M]) -> M:
        """The memory of ``shard``, the key of the state, for one change; ``nonce`` is a ReadModifyWrite cell.

        ``rebuild`` makes the memory from the state. The caller changes state and memory alike.
        """
        key = (self._step_id, shard)
        committed = nonce.read()
        with self._lock:
            known, memory = self._memories.get(key, (None, None))
        if memory is None or known != committed:
            memory = rebuild()
        fresh = secrets.token_bytes(8)
        nonce.write(fresh)
        with self._lock:
            self._memories[key] = (fresh, memory)
        return memory

    def forget(self) -> None:
        """Drop the memories of all shards of this step."""
        with self._lock:
            for key in [k for k in self._memories if k[0] == self._step_id]:
                del self._memories[key]
