"""Requests to a store: over connections that stay open, tried again where a later answer may be another.

A proxy that the environment names has no part in it: stores are of the same network.
"""

import gzip
import random
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import pyarrow as pa
import urllib3
from urllib3.exceptions import HTTPError

from connectors.logstores.store import Store, StoreError, StoreUnavailable

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 507})
_LONGEST_WAIT_SECONDS: Final = 30.0
_SHOWN: Final = 200  # characters of what a store says
_REFUSED: Final = frozenset({401, 403})
_REDIRECTS: Final = range(300, 400)
_GONE: Final = frozenset({404, 405, 410})
_FAST: Final = 1  # level of compression

Sleep = Callable[[float], None]


class Answer(NamedTuple):
    """What a store says to a request that it has read."""

    status: int
    body: bytes


class Client:
    """A client of one store, for one thread. ``sleep``: how it waits."""

    def __init__(self, store: Store, *, sleep: Sleep = time.sleep) -> None:
        """Raises InputError for a file of secrets."""
        self._store = store
        self._sleep = sleep
        headers = {"Accept": "application/json", **dict(store.headers)}
        if (proof := store.authorization()) is not None:
            headers["Authorization"] = proof
        more: dict[str, Any] = {} if (context := store.tls()) is None else {"ssl_context": context}
        self._query = "?" + urlencode(store.params) if store.params else ""
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=1,
            headers=headers,
            retries=False,
            timeout=urllib3.Timeout(connect=store.timeout_seconds, read=store.timeout_seconds),
            **more,
        )

    def post(self, path: str, body: bytes, kind: str) -> Answer:
        """The answer to ``body`` of media type ``kind``: one of success, or a refusal of what is in it.

        Raises StoreUnavailable after as many tries as the settings say, and StoreError for what no later try
        would mend.
        """
        headers = {**self._pool.headers, "Content-Type": kind}
        if self._store.compression != "none":
            headers["Content-Encoding"] = self._store.compression
            body = _compressed(body, self._store.compression)
        return self._asked("POST", path, headers, body)

    def get(self, path: str) -> Answer:
        """The answer to a question without a body. Raises as :meth:`post` does."""
        return self._asked("GET", path, self._pool.headers, None)

    def wait(self, tried: int, asked_seconds: float = 0.0) -> None:
        """Wait before the next try, longer each time, and never all at once."""
        wait = min(self._store.first_wait_seconds * 2**tried, _LONGEST_WAIT_SECONDS)
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        self._sleep(max(wait * jitter, min(asked_seconds, _LONGEST_WAIT_SECONDS)))

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _asked(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        trouble = ""
        for tried in range(self._store.tries):
            asked_seconds = 0.0
            try:
                url = self._store.url.rstrip("/") + path + self._query
                answer = self._pool.urlopen(method, url, body=body, headers=headers, redirect=False)
            except HTTPError as error:
                if isinstance(_cause(error), ssl.SSLCertVerificationError):
                    raise StoreError(
                        f"{self._store.url}: the store's certificate is not trusted; see its CA file"
                    ) from None
                trouble = _silence(error)
            else:
                if answer.status not in _PASSING:
                    self._check(answer.status)
                    return Answer(answer.status, answer.data)
                trouble = f"answers {answer.status}"
                asked_seconds = _seconds(answer.headers.get("Retry-After"))
            if tried + 1 < self._store.tries:
                self.wait(tried, asked_seconds)
        raise StoreUnavailable(
            f"{self._store.url}: the store {trouble}, {self._store.tries} times; "
            "see that it runs, and its address"
        )

    def _check(self, status: int) -> None:
        """What is no matter of the records: access, and the address."""
        if status in _REFUSED:
            raise StoreError(
                f"{self._store.url}: the store does not accept us ({status}); "
                "see its user, its password file and its token file"
            )
        if status in _REDIRECTS or status in _GONE:
            raise StoreError(
                f"{self._store.url}: no {self._store.kind} takes logs there ({status}); see the address"
            )


def _compressed(body: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.compress(body, _FAST, mtime=0)
    packed: bytes = pa.Codec("zstd", _FAST).compress(body, asbytes=True)
    return packed


def _silence(error: HTTPError) -> str:
    """Why there is no answer, in one line without the body or a header."""
    reason = _cause(error)
    text = " ".join(str(getattr(reason, "strerror", None) or type(reason).__name__).split())
    return f"does not answer ({text[:_SHOWN]})"


def _cause(error: BaseException) -> BaseException:
    """What is at the bottom of it."""
    while inner := error.__cause__ or next((one for one in error.args if isinstance(one, Exception)), None):
        error = inner
    return error


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after is not None and retry_after.isdigit() else 0.0
