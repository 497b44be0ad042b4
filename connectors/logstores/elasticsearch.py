"""Logs by Elasticsearch's bulk API.

https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import pyarrow as pa

from connectors.logstores import render
from connectors.logstores.client import Answer
from connectors.logstores.fates import Fates, Refusal, Rows
from connectors.logstores.render import Block
from connectors.logstores.sinks import GOOD, TOO_LARGE, Sink
from connectors.logstores.store import StoreError, StoreUnavailable

_CONFLICT: Final = 409
_PASSING: Final = frozenset({429, 500, 502, 503, 504})


class _Error(msgspec.Struct):
    type: str = ""


class _Item(msgspec.Struct):
    status: int
    error: _Error | None = None


class _Bulk(msgspec.Struct):
    """What is read of the answer; what a store says of a record may hold the record, and is never shown."""

    items: list[dict[str, _Item]]


_decoder: Final = msgspec.json.Decoder(_Bulk)


class ElasticsearchSink(Sink):
    """It answers for each record: what is there already counts as such."""

    def check(self) -> None:
        answer = self._client.get("/")
        if answer.status not in GOOD:
            raise StoreError(f"{self._store.url}: the store answers {answer.status}; see its address")

    def _render(self, batch: pa.RecordBatch, now_ns: int) -> Iterator[Block]:
        return render.bulk(batch, index=self._store.index, most=self._store.record_bytes, now_ns=now_ns)

    def _send(self, rows: Sequence[Rows], fates: Fates) -> None:
        pending = list(rows)
        for tried in range(self._store.tries):
            body = b"".join(some.lines for some in pending)
            answer = self._client.post("/_bulk", body, "application/x-ndjson")
            if answer.status not in GOOD:
                self._halve(pending, fates, answer)
                return
            pending = list(_again(pending, self._statuses(answer, sum(map(len, pending))), fates))
            if not pending:
                return
            if tried + 1 < self._store.tries:
                self._client.wait(tried)
        raise StoreUnavailable(
            f"{self._store.url}: the store takes {sum(map(len, pending))} records not now, "
            f"{self._store.tries} times"
        )

    def _statuses(self, answer: Answer, records: int) -> list[int]:
        try:
            items = _decoder.decode(answer.body).items
            statuses = [item.status for one in items for item in one.values()]
        except msgspec.DecodeError:
            statuses = []
        if len(statuses) != records:
            raise StoreError(
                f"{self._store.url}: it answers for {len(statuses)} of {records} records; see the address"
            )
        return statuses


def _again(pending: Sequence[Rows], statuses: Sequence[int], fates: Fates) -> Iterator[Rows]:
    """Note the fate of each row; those that are to be sent again."""
    first = 0
    for rows in pending:
        mine = statuses[first : first + len(rows)]
        first += len(rows)
        if all(status in GOOD for status in mine):
            fates.note(rows)
            continue
        for at, status in enumerate(mine, start=rows.begin):
            one = Rows(rows.block, at, at + 1)
            if status in GOOD or status == _CONFLICT:
                fates.note(one, already=status == _CONFLICT)
            elif status in _PASSING:
                yield one
            else:
                fates.refuse(one, Refusal.TOO_LARGE if status == TOO_LARGE else Refusal.REFUSED)
