"""What a line says: OpenTelemetry's fields, the caller's, exceptions, the span; the logs job reads it."""

import json
import logging
import re
import time
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from logs.decodejson import from_json
from telemetry.logs import JsonFormatter, TextFormatter
from telemetry.logs.line import severity_number, severity_range
from tests.telemetry.logs.loglines import Lines, formatted


class OutOfStockError(ValueError):
    pass


def test_a_line_has_the_fields_of_the_data_model() -> None:
    lines = Lines(resource={"service.version": "1.2"})
    with lines.logger() as log:
        log.warning("order %s is late", 7, extra={"minutes": 12, "event_name": "order.late"})
    line = lines.one()
    assert list(line) == [
        *("timestamp", "observed_timestamp", "severity_number", "severity_text", "body", "event_name"),
        *("scope", "attributes", "resource"),
    ]
    assert (line["severity_number"], line["severity_text"]) == (13, "WARNING")
    assert (line["body"], line["scope"], line["event_name"]) == ("order 7 is late", log.name, "order.late")
    assert line["resource"] == {"service.name": "orders", "service.version": "1.2"}
    assert line["attributes"].pop("code.file.path") == __file__
    assert line["attributes"].pop("code.line.number") > 1
    assert line["attributes"] == {
        "minutes": 12,
        "code.function.name": "test_a_line_has_the_fields_of_the_data_model",
        "thread.name": "MainThread",
    }
    for field in ("timestamp", "observed_timestamp"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", line[field])
        assert datetime.fromisoformat(line[field]).timestamp() == pytest.approx(time.time(), abs=60)
    assert line["timestamp"][:26] <= line["observed_timestamp"][:26]


def test_a_resource_of_any_values_is_written() -> None:
    formatter = JsonFormatter("s", resource={"path": PurePosixPath("/a"), "at": object})
    assert json.loads(formatted(formatter, "x"))["resource"] == {
        "service.name": "s",
        "path": "/a",
        "at": "<class 'object'>",
    }


def test_the_logs_job_reads_every_field() -> None:
    lines = Lines()
    provider = TracerProvider()
    with lines.logger() as log, provider.get_tracer("t").start_as_current_span("pay") as span:
        log.error("order %s failed", 7, extra={"cart": {"items": [1, 2]}, "event_name": "order.failed"})
    lines.handler.flush()
    (record,) = from_json(lines.stream.getvalue().encode())
    context = span.get_span_context()
    assert (record.severity, record.severity_text) == (17, "ERROR")
    assert record.body == "order 7 failed"
    assert record.scope == log.name
    assert record.event_name == "order.failed"
    assert (record.trace_id, record.span_id) == (f"{context.trace_id:032x}", f"{context.span_id:016x}")
    assert record.flags == context.trace_flags
    assert record.resource == {"service.name": "orders"}
    assert record.attributes["cart"] == {"items": [1, 2]}
    assert record.timestamp_ns is not None
    assert record.observed_ns is not None
    assert record.timestamp_ns <= record.observed_ns + 1000


def test_without_a_span_there_are_no_ids() -> None:
    lines = Lines()
    with lines.logger() as log:
        log.info("alone")
        with trace.use_span(trace.INVALID_SPAN):
            log.info("with one that is not valid")
    assert not any({"trace_id", "span_id", "trace_flags"} & line.keys() for line in lines.all())


def test_an_exception_is_three_attributes() -> None:
    lines = Lines()
    with lines.logger() as log:
        try:
            try:
                {}["x"]  # noqa: B018
            except KeyError as error:
                raise OutOfStockError("none left") from error
        except OutOfStockError:
            log.exception("order failed")
        log.error("not here", exc_info=True)
    failed, none = lines.all()
    attributes = failed["attributes"]
    assert attributes["exception.type"] == f"{__name__}.OutOfStockError"
    assert attributes["exception.message"] == "none left"
    assert "KeyError: 'x'" in attributes["exception.stacktrace"]
    assert attributes["exception.stacktrace"].endswith("OutOfStockError: none left\n")
    assert failed["body"] == "order failed"
    assert not any(name.startswith("exception") for name in none["attributes"])


def test_the_stack_on_request() -> None:
    lines = Lines()
    with lines.logger() as log:
        log.info("how did I get here", stack_info=True)
    assert "test_the_stack_on_request" in lines.one()["attributes"]["code.stacktrace"]


class Unreadable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def test_an_exception_that_cannot_be_read_is_logged_all_the_same() -> None:
    lines = Lines()
    with lines.logger() as log:
        try:
            raise Unreadable
        except Unreadable:
            log.exception("bad")
    attributes = lines.one()["attributes"]
    assert attributes["exception.type"].endswith("Unreadable")
    assert attributes["exception.message"] == "<RuntimeError when it was read>"
    assert "raise Unreadable" in attributes["exception.stacktrace"]


@pytest.mark.parametrize("message, args", [("%d left", ("none",)), ("%s and %s", ("one",)), ("%", ("x",))])
def test_a_message_that_does_not_fit_its_arguments_is_logged_with_them(message: str, args: Any) -> None:
    lines = Lines()
    with lines.logger() as log:
        log.info(message, *args)
    line = lines.one()
    assert line["body"] == message
    assert line["attributes"]["log.arguments"] == list(args)
    assert lines.handler.stats().failures == {"format": 1}


def test_severity_numbers_go_up_with_the_levels_and_stay_in_their_ranges() -> None:
    named = {logging.DEBUG: 5, logging.INFO: 9, logging.WARNING: 13, logging.ERROR: 17, logging.CRITICAL: 21}
    assert {level: severity_number(level) for level in named} == named
    numbers = [severity_number(level) for level in range(1, 100)]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (1, 24)
    assert [severity_range(severity_number(n)) for n in (5, 19, 21, 55)] == [
        "TRACE",
        "DEBUG",
        "INFO",
        "FATAL",
    ]


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    line = json.loads(formatted(JsonFormatter("s"), "a\ud83dz", key="\udc00", **{"\ud800": 1}))
    assert line["body"] == "a\ufffdz"
    assert line["attributes"]["key"] == "\ufffd"
    assert line["attributes"]["\ufffd"] == 1


def test_json_for_a_stream_of_another_encoding_is_ascii() -> None:
    formatter = JsonFormatter("s")
    formatter.ascii_only = True
    text = formatted(formatter, "grüß 😀 \x7f", naïve="é")
    assert text.isascii()
    assert json.loads(text) == json.loads(text.encode())
    assert json.loads(text)["body"] == "grüß 😀 \x7f"
    assert json.loads(text)["attributes"]["naïve"] == "é"


def test_text_for_a_person() -> None:
    text = formatted(TextFormatter("s"), "order %s is late", 7, minutes=12, reason="no car", cart=[1])
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z INFO  a\.b: "
        r'order 7 is late minutes=12 reason="no car" cart=\[1\]',
        text,
    )
    coloured = TextFormatter("s")
    coloured.colour = True
    assert "\x1b[32mINFO \x1b[0m a.b: hello" in formatted(coloured, "hello")


def test_text_shows_an_exception_as_python_does_below_the_line() -> None:
    try:
        raise OutOfStockError("none left")
    except OutOfStockError as error:
        exception = (type(error), error, error.__traceback__)
    first, *stack = formatted(TextFormatter("s"), "failed", exc_info=exception, order=7).splitlines()
    assert first.endswith("a.b: failed order=7")
    assert stack[0] == "    Traceback (most recent call last):"
    assert stack[-1].endswith("OutOfStockError: none left")


def test_what_is_logged_begins_no_line_of_its_own_and_tells_a_terminal_nothing() -> None:
    forged = "hello\n2026-01-01T00:00:00.000000Z ERROR a.b: forged\r\x1b[2J\u2028x"
    text = formatted(TextFormatter("s"), forged, field=forged)
    assert all(line.startswith("    ") for line in text.split("\n")[1:])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u2028]", text)
    assert formatted(JsonFormatter("s"), forged, field=forged).count("\n") == 0
