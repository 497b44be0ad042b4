"""Where logs are stored: an endpoint of Loki's push API or of Elasticsearch's bulk API, as one value."""

import ssl
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from urllib3.util import make_headers

from connectors.errors import InputError, OutputError
from connectors.textfiles import read_text_file

Compression = Literal["gzip", "zstd", "none"]

#: Of the fields of a record those that make its stream: few values each, and what everybody asks for first.
STREAM_FIELDS: Final = ("service", "severity")


class StoreKind(StrEnum):
    """The interface that a store takes logs by."""

    LOKI = "loki"
    ELASTICSEARCH = "elasticsearch"


class StoreError(OutputError):
    """A store that cannot be used as it is set up: one line, with its address and the fix."""


class StoreUnavailable(StoreError):
    """A store that did not take what it was sent, as often as it was tried: later it may."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """An endpoint, and how to prove who we are; secrets stay in files, so that nothing printed has one.

    ``url``: what stands before ``/loki/api/v1/push`` or ``/_bulk``. ``index``: of Elasticsearch, the index or
    data stream. ``params`` and ``headers`` are added to each request. ``password_file`` holds the password of
    ``username`` alone, ``token_file`` a bearer token alone. ``ca_file``, ``certificate_file``, ``key_file``:
    PEM, for TLS. ``compression``: Elasticsearch and Loki take gzip alone. ``request_bytes``: of the
    records of a request before they are compressed, at most, a longer record apart.
    ``record_bytes``: of a record; its texts are cut beyond that and marked (VictoriaLogs
    and Loki pass over lines of more than 256 KiB). ``tries``: of a request,
    the wait before the second is ``first_wait_seconds`` and doubles.
    """

    kind: StoreKind
    url: str
    index: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    username: str | None = None
    password_file: str | None = field(default=None, repr=False)
    token_file: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    compression: Compression = "gzip"
    request_bytes: int = 4_000_000
    record_bytes: int = 240_000
    timeout_seconds: float = 30.0
    tries: int = 8
    first_wait_seconds: float = 0.2

    def __post_init__(self) -> None:
        """Raises InputError."""
        parts = urlsplit(self.url)
        if parts.username is not None or parts.password is not None:
            raise InputError(f"{parts.hostname}: user and password of a store are settings of their own")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InputError(
                f"{self.url}: no address of a store; write http://host:port or https://host:port"
            )
        if self.token_file is not None and self.username is not None:
            raise InputError(f"{self.url}: a store takes a token or a password, not both")
        if self.username is not None and self.password_file is None:
            raise InputError(f"{self.url}: a user of the store is named, but no file of the password")
        if min(self.request_bytes, self.record_bytes, self.tries) < 1:
            raise InputError(f"{self.url}: bounds of a store are at least 1")

    def authorization(self) -> str | None:
        """The header that proves who we are; read now, so that a file that is replaced counts."""
        if self.token_file is not None:
            return f"Bearer {self._secret(self.token_file)}"
        if self.username is None or self.password_file is None:
            return None
        proof = f"{self.username}:{self._secret(self.password_file)}"
        return str(make_headers(basic_auth=proof)["authorization"])

    def tls(self) -> ssl.SSLContext | None:
        """What its certificate is held against, and ours. Raises InputError."""
        if not self.url.startswith("https:"):
            return None
        for name in (self.ca_file, self.certificate_file, self.key_file):
            if name is not None:
                read_text_file(name, "PEM file of the store")
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.certificate_file is not None:
                context.load_cert_chain(self.certificate_file, self.key_file)
        except ssl.SSLError as error:
            raise InputError(f"{self.url}: a file of TLS holds something else: {error.reason}") from None
        return context

    def _secret(self, file: str) -> str:
        secret = read_text_file(file, "file of the store's secret")
        if not secret or not secret.isprintable():
            raise InputError(f"{file}: no secret alone on one line")
        return secret


def victorialogs(url: str, kind: StoreKind, **more: object) -> Store:
    """VictoriaLogs at ``url`` by either interface, with the streams and fields that searches rely on.

    Through Loki's interface a body in JSON would be taken apart, and the record have no message.
    """
    params: tuple[tuple[str, str], ...] = (("_stream_fields", ",".join(STREAM_FIELDS)),)
    if kind is StoreKind.ELASTICSEARCH:
        params += (("_msg_field", "message"), ("_time_field", "@timestamp"))
    else:
        params += (("disable_message_parsing", "1"),)
    more.setdefault("compression", "zstd")  # a third of the time that gzip takes
    path = "/insert" if kind is StoreKind.LOKI else "/insert/elasticsearch"
    return Store(kind=kind, url=url.rstrip("/") + path, params=params, **more)  # type: ignore[arg-type]


def parse_store(address: str, **more: object) -> Store:
    """The store that a setting names; ``more`` are fields of :class:`Store`. Raises InputError.

    ``loki+http://host:3100``, ``elasticsearch+https://host:9200/index``,
    ``victorialogs+http://host:9428``; what stands behind ``?`` is sent as parameters.
    """
    name, plus, rest = address.partition("+")
    parts = urlsplit(rest)
    if not plus or name not in (*StoreKind, "victorialogs"):
        raise InputError(
            f"{address.rsplit('@', maxsplit=1)[-1]}: no store; write loki+http://host:port, "
            "elasticsearch+http://host:port/index or victorialogs+http://host:port"
        )
    given = tuple(parse_qsl(parts.query))
    if name == "victorialogs":
        store = victorialogs(
            urlunsplit(parts._replace(query="", fragment="")), StoreKind.ELASTICSEARCH, **more
        )
        return store if not given else _with_params(store, given)
    if name == StoreKind.LOKI:
        bare = urlunsplit(parts._replace(query="", fragment=""))
        return Store(kind=StoreKind.LOKI, url=bare.rstrip("/"), params=given, **more)  # type: ignore[arg-type]
    before, _, index = parts.path.rpartition("/")
    if not index:
        raise InputError(f"{parts.hostname}: no index is named; write elasticsearch+http://host:port/index")
    bare = urlunsplit(parts._replace(path=before, query="", fragment=""))
    return Store(kind=StoreKind.ELASTICSEARCH, url=bare, index=index, params=given, **more)  # type: ignore[arg-type]


def _with_params(store: Store, given: tuple[tuple[str, str], ...]) -> Store:
    return replace(store, params=tuple({**dict(store.params), **dict(given)}.items()))
