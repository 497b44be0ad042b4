"""Whole processes: their end, forks, pipes that nobody reads, and what nobody catches."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

BEGIN = """
import logging, os, sys, threading
from telemetry import logs
log = logging.getLogger("p")
def mask(text): return text.replace("hunter2", "***")
"""


def run(code: str, *arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BEGIN + code, *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, text=True, timeout=60, check=False, **{"capture_output": True} | more
    )


def bodies(text: str) -> list[str]:
    return [json.loads(line)["body"] for line in text.splitlines()]


def test_a_process_that_ends_has_written_everything() -> None:
    done = run("logs.configure('s')\nfor n in range(3000): log.info('n %s', n)")
    assert done.returncode == 0
    assert bodies(done.stderr) == [f"n {n}" for n in range(3000)]


def test_after_a_fork_each_process_writes_its_own_lines_once(tmp_path: Path) -> None:
    code = """
stream = open(sys.argv[1], "a")
logs.configure("s", stream=stream)
for n in range(2000): log.info("before %s", n)
child = os.fork()
for n in range(2000): log.info("%s %s", "parent" if child else "child", n)
flushed = logs.flush(30)
print(flushed, sum(logs.stats().written.values()), flush=True)
if child == 0: os._exit(0)
os.waitpid(child, 0)
"""
    done = run(code, tmp_path / "log")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["True 2000", "True 4000"]
    found = bodies((tmp_path / "log").read_text())
    assert sorted(found) == sorted(f"{who} {n}" for who in ("before", "parent", "child") for n in range(2000))


def test_forks_while_other_threads_log_do_not_hang(tmp_path: Path) -> None:
    code = """
stream = open(sys.argv[1], "a")
logs.configure("s", stream=stream)
ended = threading.Event()
def work():
    while not ended.is_set(): log.info("thread")
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for n in range(20):
    child = os.fork()
    if child == 0:
        log.info("child %s", n)
        os._exit(0 if logs.flush(20) else 1)
    assert os.waitpid(child, 0)[1] == 0
ended.set()
"""
    done = run(code, tmp_path / "log")
    assert (done.returncode, done.stderr) == (0, "")
    found = bodies((tmp_path / "log").read_text())
    assert sorted(f for f in found if f != "thread" and "dropped" not in f) == sorted(
        f"child {n}" for n in range(20)
    )


def test_threads_that_fork_at_once_do_not_hang(tmp_path: Path) -> None:
    code = """
logs.configure("s", stream=open(sys.argv[1], "a"))
def work(name):
    for n in range(10):
        log.info("parent")
        child = os.fork()
        if child == 0:
            log.info("%s %s", name, n)
            os._exit(0 if logs.flush(20) else 1)
        assert os.waitpid(child, 0)[1] == 0
threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    done = run(code, tmp_path / "log")
    assert (done.returncode, done.stderr) == (0, "")
    found = bodies((tmp_path / "log").read_text())
    assert sorted(found) == sorted([*["parent"] * 30, *(f"{name} {n}" for name in "abc" for n in range(10))])


def test_a_process_of_multiprocessing_writes_its_lines_before_it_ends(tmp_path: Path) -> None:
    code = """
import multiprocessing
def work(name):
    for n in range(500): log.info("%s %s", name, n)
logs.configure("s", stream=open(sys.argv[1], "a"))
log.info("parent")
context = multiprocessing.get_context("fork")
children = [context.Process(target=work, args=(name,)) for name in "ab"]
for child in children: child.start()
for child in children: child.join()
"""
    done = run(code, tmp_path / "log")
    assert (done.returncode, done.stderr) == (0, "")
    found = bodies((tmp_path / "log").read_text())
    assert sorted(found) == sorted(["parent", *(f"{name} {n}" for name in "ab" for n in range(500))])


def test_a_pipe_that_nobody_reads_holds_up_neither_the_work_nor_the_end() -> None:
    code = """
logs.configure("s", limits=logs.Limits(close_seconds=0.05, waiting=2000))
for n in range(5000): log.info("x" * 200)
print(logs.stats().dropped["INFO"] > 0)
"""
    command = [sys.executable, "-c", BEGIN + code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.wait(60) == 0
        assert process.stdout.read() == "True\n"


def test_a_pipe_that_is_broken_reaches_nobody() -> None:
    code = """
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 2)
logs.configure("s")
for _ in range(10): log.info("x")
print(logs.flush(), logs.stats().lost)
"""
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True {'INFO': 10}\n", "")


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_nobody_catches_is_logged_redacted_and_not_printed(form: str) -> None:
    code = """
logs.configure("s", redact=mask, hooks=True, form=sys.argv[1])
def fail(): raise ValueError("no hunter2")
thread = threading.Thread(target=fail, name="hunter2")
thread.start()
thread.join()
fail()
"""
    done = run(code, form)
    assert done.returncode == 1
    assert "hunter2" not in done.stderr
    assert done.stderr.count("ValueError: no ***") == 2
    if form == "json":
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert [line["severity_text"] for line in lines] == ["CRITICAL", "CRITICAL"]
        assert lines[0]["attributes"]["thread.name"] == "***"


def test_hooks_leave_an_interrupt_and_hooks_of_others_what_they_were() -> None:
    code = """
sys.excepthook = lambda kind, error, where: print("other", kind.__name__)
logs.configure("s", hooks=True)
threading.Thread(target=sys.exit).start()
raise {"i": KeyboardInterrupt, "v": ValueError}[sys.argv[1]]
"""
    assert (run(code, "i").stdout, run(code, "i").stderr) == ("other KeyboardInterrupt\n", "")
    done = run(code, "v")
    assert done.stdout == "other ValueError\n"
    assert bodies(done.stderr) == ["nobody caught it"]


def test_an_encoding_that_lacks_characters_loses_no_line() -> None:
    code = "logs.configure('s')\nlog.info('gr\\u00fc\\u00df \\U0001f600', extra={'n': '\\u20ac'})"
    done = run(code, env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)})
    assert done.stderr.isascii()
    line = json.loads(done.stderr)
    assert (line["body"], line["attributes"]["n"]) == ("grüß 😀", "€")
