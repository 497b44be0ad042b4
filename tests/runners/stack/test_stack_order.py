"""Starting and stopping, with small servers in place of the real ones."""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from pipelines.cli import main
from runners.stack import health
from runners.stack import stack as stack_module
from runners.stack.component import Component
from runners.stack.errors import NotReady, StackError
from runners.stack.process import Launch
from runners.stack.settings import HOST, PORTS, StackSettings, load
from runners.stack.stack import Stack

SERVER = """
import http.server, sys, time
print("at com.example.Main", "\\nhere", flush=True)
handler = http.server.SimpleHTTPRequestHandler
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
"""


class Small(Component):
    """A web server."""

    name = "small"
    ports = ("redis",)
    packages = ()
    program: ClassVar[str] = SERVER
    start_seconds = 10.0
    order: ClassVar[list[str]] = []
    settled: ClassVar[int] = 0

    def launch(self) -> Launch:
        self.order.append(self.name)
        argv = [sys.executable, "-c", self.program, str(self.settings.ports[self.ports[0]])]
        return Launch(argv=argv, environment=dict(os.environ), folder=self.folder)

    def serving(self) -> None:
        health.http(f"http://{self.where}/")


class Needy(Small):
    """It needs the other."""

    name = "needy"
    needs = ("small",)
    ports = ("kafka",)


class Extra(Small):
    """Not everybody wants it."""

    name = "extra"
    ports = ("prometheus",)
    default = False


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    return load({"state": tmp_path, **{f"{name}_port": port for name, port in free_ports().items()}}, {})


def free_ports() -> Mapping[str, int]:
    sockets = {name: socket.create_server((HOST, 0)) for name in PORTS}
    ports = {name: one.getsockname()[1] for name, one in sockets.items()}
    for one in sockets.values():
        one.close()
    return ports


@pytest.fixture
def stack(settings: StackSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr(stack_module, "COMPONENTS", (Needy, Small))
    monkeypatch.setattr(Small, "order", [])
    one = Stack(settings=settings)
    yield one
    one.down()


def test_what_is_needed_is_added_and_started_first_and_what_is_up_stays(stack: Stack) -> None:
    assert [row.state for row in stack.status()] == ["down", "down"]
    assert set(stack.up(["needy"])) == {"needy", "small"}
    assert Small.order == ["small", "needy"]
    before = {row.component: row.pid for row in stack.status()}
    assert [row.state for row in stack.status()] == ["up", "up"]
    assert stack.up() == {}
    stack.kill("small")
    assert [row.state for row in stack.status()] == ["up", "failed"]
    assert set(stack.up()) == {"small"}
    after = {row.component: row.pid for row in stack.status()}
    assert before["needy"] == after["needy"]
    assert before["small"] != after["small"]
    assert stack.down() == []
    assert stack.down(purge=True) == []
    assert not (stack.settings.state / "small").exists()


def test_one_that_has_to_be_named_starts_then_alone(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_module, "COMPONENTS", (Small, Extra))
    monkeypatch.setattr(Small, "order", [])
    one = Stack(settings=settings)
    try:
        assert set(one.up()) == {"small"}
        assert [row.state for row in one.status()] == ["up", "down"]
        assert set(one.up(["extra"])) == {"extra"}
    finally:
        assert one.down() == []


def test_a_port_that_is_taken_is_named_before_anything_starts(stack: Stack) -> None:
    number = stack.settings.ports["kafka"]
    with socket.create_server((HOST, number)), pytest.raises(StackError) as error:
        stack.up()
    assert f"port {number} of needy" in str(error.value)
    assert "--kafka-port" in str(error.value)
    assert "--port-offset" in str(error.value)
    assert Small.order == []


def test_a_server_that_ends_is_shown_with_its_last_lines(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "print('\\tat org.Place', 'Caused by: no room', sep='\\n'); raise SystemExit(1)"
    monkeypatch.setattr(Needy, "program", program)
    with pytest.raises(StackError, match=r"needy has ended while starting; the end of .*/needy.log:\n"):
        stack.up()
    monkeypatch.setattr(Needy, "program", SERVER)
    with pytest.raises(StackError) as error:
        stack.start("nobody")
    assert str(error.value) == "unknown component 'nobody'; known: needy, small"
    assert stack.start("needy") > 0
    assert stack.start("needy") == 0


def test_a_server_that_does_not_answer_has_a_bound(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Needy, "program", "import time; print('I wait', flush=True); time.sleep(60)")
    monkeypatch.setattr(Needy, "start_seconds", 1.0)
    with pytest.raises(StackError, match=r"needy is not ready after 1 s: .*Connection refused.*\n  I wait"):
        stack.up()
    assert {row.component: row.state for row in stack.status()} == {"needy": "unhealthy", "small": "up"}


def test_what_cannot_be_settled_is_said_and_a_stopped_wait_ends(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Component) -> None:
        raise NotReady("no such role")

    monkeypatch.setattr(Needy, "settle", refuse)
    monkeypatch.setattr(Needy, "start_seconds", 1.0)
    with pytest.raises(StackError, match="needy is not ready after 1 s: no such role; the end of "):
        stack.up()
    monkeypatch.setattr(Needy, "start_seconds", Small.start_seconds)
    monkeypatch.setattr(Needy, "healthy", refuse)
    threading.Timer(0.5, stack._cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(StackError, match="no longer waited for"):
        stack.up()
    assert time.monotonic() - begun < Needy.start_seconds


def test_a_stack_that_runs_keeps_its_settings(stack: Stack) -> None:
    stack.up(["small"])
    other = load({"state": stack.settings.state, "slots": 7}, {})
    with pytest.raises(
        StackError, match=r"a stack runs there with slots 4; stop it first: traceo stack down"
    ):
        Stack(settings=other).up()


def test_nothing_that_does_not_run_is_killed_and_commands_do_not_meet(stack: Stack) -> None:
    with pytest.raises(StackError, match="small does not run"):
        stack.kill("small")
    with stack._alone(), pytest.raises(StackError, match="another command is at work"):
        stack.up()


def test_the_command_line(
    stack: Stack, settings: StackSettings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    flags = ["--state", str(settings.state)]
    ports = [f"--{name.replace('_', '-')}-port={port}" for name, port in settings.ports.items()]
    assert main(["stack", "up", *flags, *ports, "--only", "small"]) == 0
    assert "small: up in" in capsys.readouterr().out
    assert main(["stack", "up", *flags, "--only", "small"]) == 0
    assert capsys.readouterr().out == "the stack is already up\n"
    assert main(["stack", "status", *flags]) == 0
    assert "MiB" in capsys.readouterr().out
    assert main(["stack", "status", "--json", *flags]) == 0
    needy, small = json.loads(capsys.readouterr().out)
    assert (needy["state"], small["state"]) == ("down", "up")
    assert small["memory_bytes"] > 0
    assert main(["stack", "logs", "small", "-n", "1", *flags]) == 0
    assert "GET / HTTP" in capsys.readouterr().out
    assert main(["stack", "logs", "nobody", *flags]) == 1
    assert "unknown component" in capsys.readouterr().err
    stack.kill("small")
    assert main(["stack", "status", *flags]) == 1
    assert main(["stack", "down", "--purge", *flags]) == 0
    assert capsys.readouterr().out.endswith("the stack is down\n")
    assert main(["stack", "down", "--state", str(tmp_path / "nowhere")]) == 0
    assert not (tmp_path / "nowhere").exists()
    assert main(["stack"]) == 2
    assert main(["stack", "up", "--no-such"]) == 2
    assert "unknown option '--no-such'" in capsys.readouterr().err
