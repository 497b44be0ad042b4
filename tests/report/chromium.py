"""A browser to click through the report with: Chromium over a pipe, in the words of its DevTools protocol."""

import base64
import contextlib
import fcntl
import json
import os
import selectors
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE = 60.0  # seconds that anything may take
_CLICKS = 5  # at one thing, of which the first ought to do


class Page:
    """A tab. What the page says on its console, and what it asks the network for, is kept."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._selector = selectors.DefaultSelector()
        self._selector.register(answers, selectors.EVENT_READ)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._loaded = False
        self.problems: list[str] = []
        self.requests: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one command."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + _PATIENCE
        while True:
            answer = self._next(end)
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            if not self._selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError("the browser says nothing")
            part = os.read(self._answers, 1 << 16)
            assert part, "the browser has ended"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.problems.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.problems.append(json.dumps(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.problems.append(json.dumps(params["entry"]))
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.loadEventFired":
                self._loaded = True

    def end(self) -> None:
        """Let the browser close, and wait until it has."""
        self._session = None
        with contextlib.suppress(AssertionError):  # it may be gone before it answers
            self.call("Browser.close")
            end = time.monotonic() + _PATIENCE
            while True:
                self._next(end)

    def open(self, file: Path, width: int = 1440, height: int = 900, *, dark: bool = False) -> None:
        """Load ``file`` in a window of this size."""
        self.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self._loaded = False
        self.call("Page.navigate", url=file.resolve().as_uri())
        end = time.monotonic() + _PATIENCE
        while not self._loaded:
            self._note(self._next(end))

    def resize(self, width: int, height: int) -> None:
        """Make the window so large."""
        phone = width < 600
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> Any:
        """The value of ``condition`` as soon as it is true; looked at with every frame that is drawn."""
        script = (
            "new Promise((done, fail) => { const end = performance.now() + 20000; const look = () => {"
            f" const found = ({condition}); if (found) done(found);"
            " else if (performance.now() > end) fail(new Error('never true')); else setTimeout(look, 10); };"
            " look(); })"
        )
        return self.run(script)

    def key(self, name: str, *, code: int = 0, text: str = "") -> None:
        """Press and release a key."""
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, "Home": 36, "End": 35}
        codes |= {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        params: dict[str, Any] = {"key": name, "code": name, "windowsVirtualKeyCode": codes.get(name, code)}
        if name == "Enter":
            text = "\r"
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **params)
        self.call("Input.dispatchKeyEvent", type="keyUp", **params)

    def write(self, words: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", text=words)

    def click(self, selector: str) -> None:
        """Click into the middle of the first element that matches, until the page has seen it.

        A busy machine draws late: a press where the element was may go to nobody.
        """
        for _ in range(_CLICKS):
            box = self.run(
                f"(async () => {{ const e = document.querySelector({json.dumps(selector)});"
                " e.scrollIntoView({block: 'center', behavior: 'instant'});"
                # what is clicked is where the last frame that was drawn shows it
                " for (let n = 0; n < 2; n += 1) await new Promise(requestAnimationFrame);"
                " const b = e.getBoundingClientRect(), x = b.x + b.width / 2, y = b.y + b.height / 2;"
                " const there = document.elementFromPoint(x, y);"  # something else may lie above it
                " window.clicked = new Promise((done) => { setTimeout(() => done(false), 2000);"
                " window.addEventListener('click', (event) => done(event.target === there),"
                " { capture: true, once: true }); }); return [x, y]; })()"
            )
            for kind in ("mousePressed", "mouseReleased"):
                self.call(
                    "Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1
                )
            if self.run("window.clicked"):
                return
        raise AssertionError(f"{selector} got none of {_CLICKS} clicks")

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what is seen to ``path``."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser with a fresh ``profile``, for as long as it is needed."""
    assert CHROMIUM is not None
    commands_read, commands_write = os.pipe()
    answers_read, answers_write = os.pipe()
    # The browser reads commands from descriptor 3 and answers on 4; out of their way first.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (commands_read, answers_write)]
    os.close(commands_read)
    os.close(answers_write)
    pid = os.posix_spawn(
        CHROMIUM,
        [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, ends[0], 3),
            (os.POSIX_SPAWN_DUP2, ends[1], 4),
        ],
    )
    for end in ends:
        os.close(end)
    try:
        page = Page(commands_write, answers_read)
        yield page
        page.end()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(commands_write)
        os.close(answers_read)
