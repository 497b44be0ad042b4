"""Questions to VictoriaLogs in its own language (LogsQL): what tests and benchmarks look a store up by."""

import json
from typing import Any
from urllib.parse import urlencode

import urllib3


class Query:
    """A client of one VictoriaLogs at ``url``, over a connection that stays open."""

    def __init__(self, url: str, timeout_seconds: float = 60.0) -> None:
        self._url = f"{url.rstrip('/')}/select/logsql/query"
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, timeout=timeout_seconds)

    def rows(self, query: str, limit: int | None = None) -> list[dict[str, Any]]:
        """The records that ``query`` finds, or what its pipes make of them. Raises ValueError."""
        fields = {"query": query} if limit is None else {"query": query, "limit": str(limit)}
        answer = self._pool.request(
            "POST",
            self._url,
            body=urlencode(fields),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        if answer.status != 200:  # noqa: PLR2004
            raise ValueError(f"{self._url} answers {answer.status} to {query}")
        return [json.loads(line) for line in answer.data.splitlines() if line]

    def count(self, query: str) -> int:
        """How many records ``query`` finds."""
        return int(self.rows(f"{query} | count() as n")[0]["n"])

    def distinct(self, query: str, field: str) -> int:
        """How many values ``field`` has in them."""
        return int(self.rows(f"{query} | count_uniq({quoted(field)}) as n")[0]["n"])


def quoted(text: str) -> str:
    """A name or a phrase as LogsQL takes it."""
    return json.dumps(text, ensure_ascii=False)


def by_trace(trace_id: str) -> str:
    """Records of one trace."""
    return f"trace_id:={quoted(trace_id)}"


def errors_of(service: str) -> str:
    """Errors of one service: its streams alone are read."""
    return f'{{service={quoted(service)},severity=~"ERROR|FATAL"}}'


def by_word(word: str) -> str:
    """Records whose text has a word."""
    return quoted(word)
