"""A small store that speaks Elasticsearch's bulk API and Loki's push API, and misbehaves when told."""

import contextlib
import gzip
import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass
class LogServer:
    """What it has by id, and what it was asked.

    ``answers``: statuses of the next requests, before any is served. ``refuses``: whether it refuses a
    document or a line, and how.
    """

    url: str = ""
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    refuses: Callable[[str], int] = lambda text: 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)

    def bulk(self, body: bytes) -> tuple[int, Any]:
        lines = body.decode().splitlines()
        items = [
            {"create": {"status": self._create(json.loads(action)["create"]["_id"], text)}}
            for action, text in zip(lines[::2], lines[1::2], strict=True)
        ]
        return 200, {"errors": True, "items": items}

    def _create(self, identity: str, text: str) -> int:
        if status := self.refuses(text):
            return status
        if identity in self.stored:
            return 409
        self.stored[identity] = json.loads(text)
        return 201

    def push(self, body: bytes) -> tuple[int, Any]:
        """As a whole or not at all."""
        values = [
            (stream["stream"], value) for stream in json.loads(body)["streams"] for value in stream["values"]
        ]
        for _, (_, line, _) in values:
            if status := self.refuses(line):
                return status, f"refused: {line}"
        for labels, (time, line, metadata) in values:
            self.stored[metadata["log_record_uid"]] = {**labels, **metadata, "time": time, "line": line}
        return 204, None


@contextlib.contextmanager
def log_server(tls: ssl.SSLContext | None = None) -> Iterator[LogServer]:
    """A server on loopback, while the body runs."""
    store = LogServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            elif self.headers["Content-Encoding"] == "zstd":
                body = pa.input_stream(pa.BufferReader(body), compression="zstd").read()
            store.requests.append({"path": self.path, "headers": dict(self.headers), "size": len(body)})
            store.connections.add(self.client_address[1])
            if store.answers and (status := store.answers.pop(0)):
                self.reply(status, "no: " + body.decode())
            else:
                self.reply(*(store.bulk if "_bulk" in self.path else store.push)(body))

        def do_GET(self) -> None:
            self.reply(store.answers.pop(0) if store.answers else 200, {})

        def reply(self, status: int, value: Any) -> None:
            data = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "7")
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    store.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}"
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
