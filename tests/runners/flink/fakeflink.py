"""An HTTP server that answers as Flink does."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

OVERVIEW = {"flink-version": "1.16.0", "slots-total": 4, "slots-available": 4, "taskmanagers": 1}


class FakeFlink:
    """``answers``: by path (without what is asked for behind ``?``) a document, a status, or a list of these
    that are given one after another; ``asked``: method, path and body of what was asked.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "/overview": dict(OVERVIEW),
            "/jobmanager/environment": {"jvm": {"version": "OpenJDK 64-Bit Server VM - 17/17.0.15+6"}},
            "/jobs/overview": {"jobs": []},
        }
        self.asked: list[tuple[str, str, Any]] = []
        self.url = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and text."""
        self.asked.append((method, path, json.loads(body) if body else None))
        found = self.answers.get(path.partition("?")[0], 404)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, int):
            return found, b'{"errors": ["said no"]}'
        return 200, found if isinstance(found, bytes) else json.dumps(found).encode()


@contextlib.contextmanager
def fake_flink() -> Iterator[FakeFlink]:
    """A server, as long as the body runs."""
    fake = FakeFlink()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, text = fake.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
