"""Fields that every record has which is logged inside a ``with`` block: of a request, an order, a tenant."""

import contextlib
from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final, Self

from telemetry.logs.values import Copier, Limits

_FIELDS: Final[ContextVar[Mapping[str, Any]]] = ContextVar("traceo_log_fields", default={})  # noqa: B039  never written to


class log_context:  # noqa: N801  it reads as a function, as contextlib's own do
    """Adds fields to what is logged in the block, by this thread or asyncio task and those that it starts.

    ``with log_context(order="1"):``, or with names that are no identifiers
    ``with log_context({"http.route": "/pay"}):``. Blocks nest; the inner value of a name holds, and the
    ``extra`` of a record goes before both. Values are copied when the block begins. A new thread begins
    without fields; hand it ``contextvars.copy_context().run``.
    """

    def __init__(self, fields: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        self._fields: dict[str, Any] = Copier(Limits()).fields({**(fields or {}), **more})
        self._tokens: list[Token[Mapping[str, Any]]] = []

    def __enter__(self) -> Self:
        self._tokens.append(_FIELDS.set({**_FIELDS.get(), **self._fields}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        token = self._tokens.pop()
        with contextlib.suppress(ValueError):  # an async generator may be closed in another context
            _FIELDS.reset(token)


def context_fields() -> Mapping[str, Any]:
    """The fields of the blocks around the caller; not to be changed."""
    return _FIELDS.get()
