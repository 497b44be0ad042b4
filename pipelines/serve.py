"""The OpenMetrics exposition of a result over HTTP, for a Prometheus to scrape, until it is interrupted."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from connectors.errors import InputError
from connectors.openmetrics import CONTENT_TYPE, exposition
from pipelines.setting import SettingError

_MOST_PORT = 65_535


def serve_openmetrics(result: Path, listen: str) -> None:
    """Serve ``result`` at /metrics of ``listen``: [HOST:]PORT, of this machine alone if no host is named."""
    server = openmetrics_server(result, listen)
    host, port = server.server_address[:2]
    print(f"serving {result} on http://{host!s}:{port}/metrics; end it with Ctrl-C", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("ended")
    finally:
        server.server_close()


def openmetrics_server(result: Path, listen: str) -> ThreadingHTTPServer:
    """The server, bound and not yet serving. The result is read anew for each scrape."""
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or int(port) > _MOST_PORT:
        raise SettingError(f"--listen: {listen!r} names no port; write PORT or HOST:PORT")
    exposition(result)  # an error now is better than one for each scrape

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802  the name is http.server's
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            try:
                text = exposition(result)
            except InputError as error:  # a result that is being replaced is whole again at the next scrape
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, explain=str(error))
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are not worth a line."""

    try:
        return ThreadingHTTPServer((host or "127.0.0.1", int(port)), Handler)
    except OSError as error:
        raise SettingError(f"--listen: {listen}: {error.strerror}") from error
