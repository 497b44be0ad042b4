"""Servers that answer what a test says: REST by path, on loopback at a free port."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runners.watch.probe import Reading
from telemetry.changestream import Declared


class Answers:
    """``by_path``: what is answered, as JSON or bytes; ``statuses``: if not 200. Both may change."""

    def __init__(self, by_path: dict[str, Any]) -> None:
        self.by_path = by_path
        self.statuses: dict[str, int] = {}
        self.url = ""


@contextlib.contextmanager
def answering(by_path: dict[str, Any]) -> Iterator[Answers]:
    answers = Answers(by_path)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.by_path.get(self.path)
            status = answers.statuses.get(self.path, 404 if found is None else 200)
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def values(reading: Reading, metric: Declared) -> dict[tuple[str, ...], float]:
    """The facts about ``metric`` by labels."""
    return {fact.labels: fact.value for fact in reading.facts if fact.metric is metric}


def the_state(reading: Reading, metric: Declared, *labels: str) -> str:
    """The one state of those that have a series."""
    (state,) = [
        fact.labels[-1]
        for fact in reading.facts
        if fact.metric is metric and fact.labels[:-1] == labels and fact.value == 1
    ]
    return state
