"""One call sets logging up, and one puts everything back; levels by file, warnings, standard error."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from telemetry import logs


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    root = logging.getLogger()
    before = (set(root.handlers), root.level, sys.excepthook, threading.excepthook, warnings.showwarning)
    yield
    logs.shutdown()
    after = (set(root.handlers), root.level, sys.excepthook, threading.excepthook, warnings.showwarning)
    assert after == before


def documents(stream: io.StringIO) -> list[dict[str, Any]]:
    assert logs.flush()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_what_any_logger_says_and_warnings_are_written() -> None:
    stream = io.StringIO()
    logs.configure("orders", stream=stream)
    logging.getLogger("any.one").info("hello")
    logging.getLogger("any.one").debug("not this")
    with warnings.catch_warnings():  # pytest's own capture stands before logging's
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    hello, warned = documents(stream)
    assert (hello["scope"], hello["body"]) == ("any.one", "hello")
    assert warned["scope"] == "py.warnings"
    assert "DeprecationWarning: old" in warned["body"]
    assert logs.stats().written == {"INFO": 1, "WARN": 1}


def test_the_last_call_counts() -> None:
    first, second = io.StringIO(), io.StringIO()
    logs.configure("a", stream=first)
    logging.getLogger("x").info("one")
    logs.configure("b", stream=second, level="ERROR", form="text")
    logging.getLogger("x").info("two")
    logging.getLogger("x").error("three")
    logs.shutdown()
    assert json.loads(first.getvalue())["body"] == "one"
    assert second.getvalue().endswith("ERROR x: three\n")
    assert second.getvalue().count("\n") == 1
    assert logs.stats() == logs.Stats()
    assert logs.flush()


def test_what_is_wrong_is_said_and_changes_nothing() -> None:
    stream = io.StringIO()
    logs.configure("a", stream=stream)
    with pytest.raises(logs.LevelError):
        logs.configure("b", level="loud")
    with pytest.raises(ValueError, match="xml"):
        logs.configure("b", form="xml")
    logging.getLogger("x").info("still here")
    assert documents(stream)[0]["resource"] == {"service.name": "a"}


def test_a_file_of_levels_holds_from_the_begin_and_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "levels"
    path.write_text("tests.setup = DEBUG\nroot = ERROR\n")
    stream = io.StringIO()
    logs.configure("a", stream=stream, level_file=path)
    logging.getLogger("tests.setup").debug("fine")
    logging.getLogger("x").info("not this")
    assert [line["body"] for line in documents(stream)][-1] == "fine"
    assert "not this" not in stream.getvalue()
    logs.shutdown()
    assert logging.getLogger("tests.setup").level == logging.NOTSET


def test_what_printed_before_prints_no_more_until_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    root, printing, other = logging.getLogger(), logging.StreamHandler(), logging.StreamHandler(io.StringIO())
    root.handlers += [printing, other]
    try:
        logs.configure("a", redact=lambda text: text.replace("hunter2", "***"))
        assert printing not in root.handlers
        assert other in root.handlers
        logging.getLogger("x").error("hunter2")
        logs.shutdown()
        assert printing in root.handlers
        assert "hunter2" not in capsys.readouterr().err
    finally:
        root.removeHandler(printing)
        root.removeHandler(other)


def test_standard_error_is_the_one_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("a", form=logs.Form.TEXT)
    logging.getLogger("x").error("to whoever captures")
    assert logs.flush()
    assert capsys.readouterr().err.endswith("ERROR x: to whoever captures\n")
