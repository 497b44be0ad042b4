"""The queue: nobody waits, nothing raises, and every record is written, or counted as dropped or lost."""

import contextlib
import io
import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest

from telemetry.logs import JsonFormatter, Limits, LogsCollector, QueuedHandler, TextFormatter
from tests.telemetry.logs.loglines import Lines, logger_to


class Gate(io.StringIO):
    """A stream that takes nothing until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.opened = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.opened.wait(30)
        return super().write(text)


class Faulty(io.StringIO):
    """A stream that takes a part of what it is given and raises, as long as it is told to."""

    broken: Exception | None = None

    def write(self, text: str) -> int:
        if self.broken is not None:
            super().write(text[:10])
            raise self.broken
        return super().write(text)


def gated(**limits: Any) -> tuple[Gate, QueuedHandler]:
    stream = Gate()
    return stream, QueuedHandler(JsonFormatter("s", limits=Limits(**limits)), stream)


def test_records_beyond_the_bound_are_dropped_counted_and_told() -> None:
    stream, handler = gated(waiting=10)
    with logger_to(handler) as log:
        log.info("first")
        assert stream.reached.wait(30)
        for n in range(20):
            log.log(logging.ERROR if n % 2 else logging.INFO, "n %s", n)
        stats = handler.stats()
        assert (stats.waiting, stats.dropped, stats.written) == (10, {"INFO": 5, "ERROR": 6}, {})
        stream.opened.set()
        assert handler.wait(30)
        log.info("last")
        assert handler.wait(30)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (told,) = [line for line in lines if line["scope"] == "telemetry.logs"]
    lines.remove(told)
    assert [line["body"] for line in lines] == ["first", *(f"n {n}" for n in range(9)), "last"]
    assert told["body"] == "11 log records were dropped: too many were waiting to be written"
    assert told["severity_text"] == "WARNING"
    assert {k: v for k, v in told["attributes"].items() if k.startswith("dropped")} == {
        "dropped.INFO": 5,
        "dropped.ERROR": 6,
    }
    assert handler.stats().written == {"INFO": 7, "ERROR": 4}


def test_text_that_waits_is_bounded_too() -> None:
    stream, handler = gated(waiting_text=100_000)
    with logger_to(handler) as log:
        log.info("first")
        assert stream.reached.wait(30)
        for _ in range(20):
            log.info("x" * 15_000)
        assert handler.stats().dropped == {"INFO": 14}
        stream.opened.set()
        assert handler.wait(30)
        for _ in range(3):
            log.info("x" * 15_000)
        assert handler.wait(30)
    assert handler.stats().dropped == {"INFO": 14}


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), OSError(28, "full"), ValueError("closed"), RuntimeError()]
)
def test_a_stream_that_fails_loses_lines_which_are_counted_and_goes_on_with_a_whole_line(
    error: Exception,
) -> None:
    stream = Faulty()
    handler = QueuedHandler(JsonFormatter("s"), stream)
    with logger_to(handler) as log:
        log.info("before")
        assert handler.wait(30)
        stream.broken = error
        for _ in range(3):
            log.error("lost")
            assert handler.wait(30)
        stream.broken = None
        log.info("after")
        assert handler.wait(30)
    lines = stream.getvalue().splitlines()
    assert json.loads(lines[0])["body"] == "before"
    assert json.loads(lines[-1])["body"] == "after"
    stats = handler.stats()
    assert (stats.written, stats.lost, stats.failures) == ({"INFO": 2}, {"ERROR": 3}, {"sink": 3})


def test_a_full_disk_does_not_reach_the_caller() -> None:
    with contextlib.suppress(OSError), Path("/dev/full").open("w") as full:
        handler = QueuedHandler(TextFormatter("s"), full)
        with logger_to(handler) as log:
            log.info("x" * 10_000)
            assert handler.wait(30)
        assert handler.stats().lost == {"INFO": 1}


def test_many_threads_lose_and_mix_nothing() -> None:
    lines = Lines()
    with lines.logger() as log:
        threads = [
            threading.Thread(
                target=lambda t=t: [log.info("line", extra={"t": t, "n": n}) for n in range(300)]
            )
            for t in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = [(line["attributes"]["t"], line["attributes"]["n"]) for line in lines.all()]
    assert sorted(found) == [(t, n) for t in range(8) for n in range(300)]
    for t in range(8):
        assert [n for thread, n in found if thread == t] == list(range(300))


def test_a_value_that_logs_while_it_is_read_and_a_stream_that_logs_do_not_hang() -> None:
    stream = io.StringIO()

    class Logging(io.StringIO):
        def write(self, text: str) -> int:
            log.info("from the stream")
            return stream.write(text)

    class Chatty:
        def __str__(self) -> str:
            log.info("from the value")
            return "chatty"

    handler = QueuedHandler(JsonFormatter("s"), Logging())
    with logger_to(handler) as log:
        log.info("%s", Chatty())
        assert handler.wait(30)
    assert [json.loads(line)["body"] for line in stream.getvalue().splitlines()] == [
        "from the value",
        "chatty",
    ]
    assert handler.stats().lost["INFO"] >= 1


def test_closing_writes_what_waits_and_later_records_are_counted() -> None:
    stream = io.StringIO()
    handler = QueuedHandler(JsonFormatter("s"), stream)
    with logger_to(handler) as log:
        for n in range(1000):
            log.info("n %s", n)
        handler.close()
        log.info("late")
        handler.flush()
    assert stream.getvalue().count("\n") == 1000
    assert handler.stats().lost == {"INFO": 1}
    assert handler.stats().written == {"INFO": 1000}


def test_flush_and_close_give_up_in_time() -> None:
    stream, handler = gated(close_seconds=0.01)
    with logger_to(handler) as log:
        log.info("stuck")
        assert not handler.wait(0.01)
    stream.opened.set()


def test_another_formatter_is_refused() -> None:
    handler = QueuedHandler(JsonFormatter("s"), io.StringIO())
    with pytest.raises(TypeError, match="redacts"):
        handler.setFormatter(logging.Formatter())
    handler.close()


def test_filters_and_levels_of_the_handler_hold() -> None:
    lines = Lines()
    lines.handler.setLevel(logging.ERROR)
    lines.handler.addFilter(lambda record: "no" not in record.getMessage())
    with lines.logger() as log:
        log.info("info")
        log.error("no")
        log.error("yes")
    assert [line["body"] for line in lines.all()] == ["yes"]


def test_a_watch_is_called_now_and_then_and_what_it_says_is_written() -> None:
    called = threading.Event()
    stream = io.StringIO()

    def watch() -> list[tuple[int, str]]:
        if called.is_set():
            raise OSError
        called.set()
        return [(logging.WARNING, "seen")]

    handler = QueuedHandler(JsonFormatter("s"), stream, watch=watch, watch_seconds=0.001)
    assert called.wait(30)
    handler.close()
    assert json.loads(stream.getvalue().splitlines()[0])["body"] == "seen"


def test_the_counts_as_prometheus_sees_them() -> None:
    lines = Lines(redact=lambda text: text if text != "bad" else 1 / 0)
    registry = CollectorRegistry()
    registry.register(LogsCollector(lines.handler.stats))
    with lines.logger() as log:
        log.warning("bad")
        log.info("good")
        lines.handler.flush()
    lines.handler.emit(logging.makeLogRecord({"levelno": 40}))
    text = generate_latest(registry).decode()  # type: ignore[no-untyped-call]
    assert 'traceo_log_records_total{result="written",severity="WARN"} 1' in text
    assert 'traceo_log_records_total{result="written",severity="INFO"} 1' in text
    assert 'traceo_log_records_total{result="lost",severity="ERROR"} 1' in text
    assert 'traceo_log_failures_total{kind="redaction"} 1' in text
    assert "traceo_log_waiting 0" in text
