"""Nothing is written that the redactor has not seen: every place of a record, and closed when it fails."""

import json
import logging
import re
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ownlogs import redacted
from telemetry.logs import (
    FAILED,
    HIDDEN,
    JsonFormatter,
    Redaction,
    StructuredFormatter,
    TextFormatter,
    is_secret_name,
    log_context,
    redact_records,
)
from tests.telemetry.logs.loglines import Lines, formatted, logger_to

PLANTED = "hunter2"


def mask(text: str) -> str:
    return text.replace(PLANTED, "***")


def everywhere() -> dict[str, Any]:
    """Extras and exception with the planted value at every place that a record has."""
    try:
        raise ValueError(f"no {PLANTED}") from KeyError(PLANTED)
    except ValueError as error:
        error.add_note(f"see {PLANTED}")
        exception = (type(error), error, error.__traceback__)
    return {
        "exc_info": exception,
        "stack_info": f"Stack: {PLANTED}",
        "threadName": PLANTED,
        "funcName": f"f_{PLANTED}",
        "pathname": f"/{PLANTED}/x.py",
        "name": f"a.{PLANTED}",
        "event_name": f"e.{PLANTED}",
        f"key {PLANTED}": 1,
        "nested": {"list": [{f"deep {PLANTED}": [PLANTED]}], PLANTED: PLANTED},
        "bytes": PLANTED.encode(),
        "object": Exception(PLANTED),
    }


@pytest.mark.parametrize("formatter", [JsonFormatter("s", redact=mask), TextFormatter("s", redact=mask)])
def test_no_place_of_a_record_shows_it(formatter: StructuredFormatter) -> None:
    with log_context(context=PLANTED):
        text = formatted(formatter, f"{PLANTED} %s", PLANTED, **everywhere())
        assert PLANTED in formatted(JsonFormatter("s"), "x", **everywhere())
    assert PLANTED not in text
    assert text.count("***") > 10


@given(
    st.recursive(
        st.sampled_from([PLANTED, f"a {PLANTED} b", 1, None]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([PLANTED, f"k{PLANTED}", "a", "***"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_however_it_is_nested(value: Any) -> None:
    line = json.loads(formatted(JsonFormatter("s", redact=mask), "x", value=value))
    assert PLANTED not in json.dumps(line)
    assert leaves(line["attributes"]["value"]) == leaves(value)  # and no field is lost


def leaves(value: Any) -> int:
    match value:
        case dict():
            return sum(map(leaves, value.values()))
        case list():
            return sum(map(leaves, value))
        case _:
            return 1


def test_a_number_is_shown_as_a_number_unless_it_is_masked() -> None:
    formatter = JsonFormatter("s", redact=lambda text: text.replace("4111111111111111", "[CARD]"))
    line = json.loads(formatted(formatter, "x", card=4111111111111111, amount=12.5, count=3, ok=True))
    assert {name: line["attributes"][name] for name in ("card", "amount", "count", "ok")} == {
        "card": "[CARD]",
        "amount": 12.5,
        "count": 3,
        "ok": True,
    }


def test_a_name_can_tell_what_its_value_does_not() -> None:
    formatter = JsonFormatter("s", redact=lambda text: re.sub(r"\bpin=\d+", "pin=[PIN]", text))
    line = json.loads(formatted(formatter, "x", pin=1234, pins=1234, inner={"pin": "99"}))
    assert line["attributes"]["pin"] == "[PIN]"
    assert line["attributes"]["pins"] == 1234
    assert line["attributes"]["inner"] == {"pin": "[PIN]"}


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_password",
        "userPasswd",
        "API-Key",
        "apikey",
        "accessToken",
        "Authorization",
        "client_secret",
    ],
)
def test_a_field_named_as_a_secret_is_never_shown(name: str) -> None:
    for value in ("open sesame", 17, ["open", "sesame"], {"a": "sesame"}):
        line = json.loads(formatted(JsonFormatter("s"), "x", **{name: value}))
        assert line["attributes"][name] == HIDDEN
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["token_count", "passenger", "keyboard", "secretary", "primary_key", "cookies_seen"]
)
def test_other_names_are_shown(name: str) -> None:
    assert json.loads(formatted(JsonFormatter("s"), "x", **{name: 17}))["attributes"][name] == 17


def test_who_knows_better_says_which_names_are_secret() -> None:
    redaction = Redaction(mask, secret_name=lambda name: name == "diagnosis")
    fields = {"diagnosis": "flu", "token": "t"}
    line = json.loads(formatted(JsonFormatter("s", redact=redaction), PLANTED, **fields))
    assert line["body"] == "***"
    assert (line["attributes"]["diagnosis"], line["attributes"]["token"]) == (HIDDEN, "t")


def fails(text: str) -> str:
    if PLANTED in text:
        raise RuntimeError(f"cannot redact {text}")
    return text


@pytest.mark.parametrize("redact", [fails, lambda text: None, lambda text: text.encode()])
def test_a_line_whose_redaction_fails_has_no_text_of_the_callers(redact: Any) -> None:
    lines = Lines(redact=redact)
    with lines.logger() as log:
        log.error("for %s", "Ann", extra={"shop": "Berlin", "inner": [{"x": PLANTED}]})
        log.error("for %s", "Ann", extra={PLANTED: "Berlin"}, exc_info=ValueError("Berlin"))
    for line in lines.all():
        assert (line["body"], line["scope"], line["severity_text"]) == (FAILED, FAILED, "ERROR")
        assert line["attributes"].keys() == {"log.redaction.error", "code.line.number"}
        assert line["timestamp"]
    shown = lines.stream.getvalue()
    assert not any(word in shown for word in (PLANTED, "Ann", "Berlin", "cannot"))
    assert lines.handler.stats().failures == {"redaction": 2}
    assert lines.handler.stats().written == {"ERROR": 2}


def test_a_line_after_one_that_failed_is_shown() -> None:
    lines = Lines(redact=fails)
    with lines.logger() as log:
        log.info(PLANTED)
        log.info("fine")
    assert [line["body"] for line in lines.all()] == [FAILED, "fine"]


def test_the_caller_does_not_wait_for_it() -> None:
    threads = set()

    def redact(text: str) -> str:
        threads.add(threading.current_thread().name)
        return text

    lines = Lines(redact=redact)
    with lines.logger() as log:
        log.info("x", extra={"a": 1})
    assert len(lines.all()) == 1
    assert threads == {"log writer"}


def test_our_own_logs_are_redacted_as_streams_are() -> None:
    lines = Lines(redact=redacted)
    with lines.logger() as log:
        log.info(
            "mail to jane.roe@example.com bounced",
            extra={"card": 4111111111111111, "to": "jane.roe@example.com"},
        )
    assert "jane" not in lines.all()[0]["body"]
    assert "jane" not in lines.stream.getvalue()
    assert "4111111111111111" not in lines.stream.getvalue()


def test_handlers_of_others_see_only_what_is_redacted() -> None:
    seen: list[logging.LogRecord] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    known = logging.getLogRecordFactory()
    redact_records(fails)
    redact_records(mask)
    try:
        with logger_to(Keeping()) as log:
            log.info("for %s", PLANTED)
            logging.setLogRecordFactory(known)
            redact_records(mask)
            log.info("for %s", PLANTED, stack_info=True)
            try:
                raise ValueError(PLANTED)
            except ValueError:
                log.exception("failed")
            log.info("%d", "no number")
    finally:
        logging.setLogRecordFactory(known)
    assert [record.getMessage().split("\n")[0] for record in seen] == [FAILED, "for ***", "failed", FAILED]
    assert seen[2].getMessage().endswith("ValueError: ***")
    assert not any(record.exc_info or record.exc_text or record.args for record in seen)
    assert PLANTED not in repr([record.__dict__ for record in seen])
