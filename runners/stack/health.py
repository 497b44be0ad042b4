"""Questions that show whether a server serves. Each raises :class:`NotReady` with what came instead."""

import json
import socket
import urllib.error
import urllib.request
from typing import Any, Final

from runners.stack.errors import NotReady

_ANSWER_SECONDS: Final = 3.0
_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS: Final = 4  # the type of a frame of HTTP/2, at its fourth byte
# the stack is on this machine: whatever proxy the environment names has no part in it
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def http(url: str, *, method: str = "GET", body: Any = None, seconds: float = _ANSWER_SECONDS) -> Any:
    """The answer of a server: JSON as values, else its text; None for an empty one."""
    request = urllib.request.Request(  # noqa: S310 - of this machine, always http
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json, text/plain"},
    )
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        raise NotReady(
            f"{url} answers {error.code}: {error.read().decode(errors='replace')[:300]}"
        ) from error
    except OSError as error:
        raise NotReady(f"{url}: {error}") from error
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def ask(host: str, port: int, question: bytes) -> bytes:
    """The first bytes that a server answers."""
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_SECONDS) as connection:
            connection.sendall(question)
            return connection.recv(64)
    except OSError as error:
        raise NotReady(f"{host}:{port}: {error}") from error


def grpc(host: str, port: int) -> None:
    """Return if a gRPC server answers there: it greets with the settings of HTTP/2."""
    greeting = ask(host, port, _PREFACE + bytes(3) + bytes([_SETTINGS]) + bytes(5))
    if greeting[3:4] != bytes([_SETTINGS]):
        raise NotReady(f"{host}:{port} does not speak HTTP/2")


def trouble(host: str, port: int) -> str | None:
    """Why a server could not listen there; None if it could."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is no listener
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None
