"""A schema registry in the test's process: the requests of Confluent's API that a job makes, as documented.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

import base64
import contextlib
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.kafka.registry import Registry


@dataclass
class FakeRegistry:
    """``schemas`` by id, ``subjects`` with the ids of their versions; ``asked``: requests so far.

    ``refused``: subjects with what is said against any next version. ``failures``: status codes that the next
    requests get instead of an answer. ``login``: who must prove to be who.
    """

    schemas: dict[int, dict[str, Any]] = field(default_factory=dict)
    subjects: dict[str, list[int]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    login: str | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def client(self) -> Registry:
        return Registry(url=self.url)

    def put(self, schema: Any, **more: Any) -> int:
        """The id of a schema that is there from now on."""
        text = schema if isinstance(schema, str) else json.dumps(schema)
        for identity, known in self.schemas.items():
            if known["schema"] == text:
                return identity
        self.schemas[len(self.schemas) + 1] = {"schema": text, **more}
        return len(self.schemas)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:  # noqa: PLR0911  one a request
        """Status and document."""
        match method, path.partition("?")[0].split("/")[1:]:
            case "GET", ["subjects"]:
                return 200, sorted(self.subjects)
            case "GET", ["schemas", "ids", identity] if int(identity) in self.schemas:
                return 200, self.schemas[int(identity)]
            case "GET", ["schemas", "ids", _]:
                return 404, {"error_code": 40403, "message": "Schema not found"}
            case "POST", ["compatibility", "subjects", subject, "versions", "latest"]:
                if subject not in self.subjects:
                    return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
                said = [self.refused[subject]] if subject in self.refused else []
                return 200, {"is_compatible": not said, "messages": said}
            case "POST", ["subjects", subject, "versions"]:
                identity = self.put(body["schema"])
                self.subjects.setdefault(subject, []).append(identity)
                return 200, {"id": identity}
        return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}


@contextlib.contextmanager
def fake_registry(tls: ssl.SSLContext | None = None) -> Iterator[FakeRegistry]:
    """A registry at loopback, as long as the body runs; with ``tls`` it speaks HTTPS."""
    one = FakeRegistry()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            one.asked.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            wanted = one.login and f"Basic {base64.b64encode(one.login.encode()).decode()}"
            if one.failures:
                status, found = one.failures.pop(0), {"error_code": 50001, "message": "not just now"}
            elif wanted and self.headers["Authorization"] != wanted:
                status, found = 401, {"error_code": 401, "message": "Unauthorized"}
            else:
                status, found = one.answer(self.command, self.path, json.loads(body or b"null"))
            answer = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    one.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
