"""Logs by Loki's push API (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs)."""

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa

from connectors.logstores import render
from connectors.logstores.fates import Fates, Rows
from connectors.logstores.render import Block
from connectors.logstores.sinks import GOOD, Sink
from connectors.logstores.store import StoreError

_NOTHING: Final = frozenset({400, 422})  # what Loki says to a request without records
_PUSH: Final = "/loki/api/v1/push"
_JSON: Final = "application/json"


class LokiSink(Sink):
    """It answers for a request as a whole: one that is refused is sent again in halves."""

    def check(self) -> None:
        answer = self._client.post(_PUSH, b'{"streams":[]}', _JSON)
        if answer.status not in (*GOOD, *_NOTHING):
            raise StoreError(f"{self._store.url}: the store answers {answer.status}; see its address")

    def _render(self, batch: pa.RecordBatch, now_ns: int) -> Iterator[Block]:
        return render.loki(batch, most=self._store.record_bytes, now_ns=now_ns)

    def _send(self, rows: Sequence[Rows], fates: Fates) -> None:
        answer = self._client.post(_PUSH, _streams(rows), _JSON)
        if answer.status not in GOOD:
            self._halve(rows, fates, answer)
            return
        for some in rows:
            fates.note(some)


def _streams(rows: Sequence[Rows]) -> bytes:
    """The body of a push: rows of one stream of a block lie side by side."""
    parts: list[bytes | memoryview] = []
    for block, begin, end in rows:
        assert block.streams is not None  # noqa: S101  for the type checker
        at = begin
        while at < end:
            stream = block.streams[at]
            until = min(end, int(block.streams.searchsorted(stream, side="right")))
            parts += [b"," if parts else b"", block.heads[stream], block.part(at, until)[:-1], b"]}"]
            at = until
    return b"".join([b'{"streams":[', *parts, b"]}"])
