"""Clients that the copies of one step in a process share: a runner may hand each bundle to another copy."""

from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar


class Closable(Protocol):
    """What lets go of something."""

    def close(self) -> None:
        """Let go."""


C = TypeVar("C", bound=Closable)


class SharedClients(Generic[C]):
    """Clients of one step by shard, each with a token that says which state it goes with.

    Each copy of the step enters (``setup``) and leaves (``teardown``); with the last one all are closed.
    """

    _clients: dict[str, dict[int, tuple[Any, Any]]] = {}
    _copies: dict[str, int] = {}
    _lock = Lock()

    def __init__(self, step: str) -> None:
        self._step = step

    def enter(self) -> None:
        """One more copy of the step."""
        with self._lock:
            self._copies[self._step] = self._copies.get(self._step, 0) + 1

    def leave(self) -> None:
        """One copy less."""
        with self._lock:
            self._copies[self._step] -= 1
            over = {} if self._copies[self._step] else self._clients.pop(self._step, {})
        for _, client in over.values():
            client.close()

    def get(self, shard: int, token: Any, make: Callable[[], C]) -> C:
        """The client of ``shard`` that goes with ``token``; any other is closed, and a new one made."""
        with self._lock:
            known, client = self._clients.setdefault(self._step, {}).pop(shard, (None, None))
        if client is not None and known == token:
            return client  # type: ignore[no-any-return]
        if client is not None:
            client.close()
        return make()

    def put(self, shard: int, token: Any, client: C) -> None:
        """From now on ``client`` goes with ``token``."""
        with self._lock:
            self._clients.setdefault(self._step, {})[shard] = token, client
