"""Texts of many writers: when, how severe, and what else a line says of itself."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.header import Clock, read_header
from logs.severity import NAMES, of_name, of_number, of_otel
from logs.times import of_value
from schemas.logs import LogForm
from tests.logs.logdocuments import row

ABOUT = Clock(about_ms=1_704_110_400_000)  # 2024-01-01T12:00:00Z


def at(text: str, zone: tzinfo = UTC) -> int:
    """Epoch nanoseconds of an ISO time."""
    time = datetime.fromisoformat(text).replace(tzinfo=zone)
    return int(time.timestamp()) * 10**9 + time.microsecond * 1000


#: A line → its time (ISO 8601, in UTC), its severity.
LINES: dict[str, tuple[str | None, int]] = {
    "2024-01-01T12:00:00.123456Z INFO hello": ("2024-01-01T12:00:00.123456", 9),
    "2024-01-01T12:00:00+02:00 hello": ("2024-01-01T10:00:00", 0),
    "2024-01-01 12:00:00,250 - app.db - ERROR - gone": ("2024-01-01T12:00:00.250", 17),
    "2024-01-01 12:00:00.250  WARN 1 --- [main] c.e.App : slow": ("2024-01-01T12:00:00.250", 13),
    "2024-01-01 12:00:00.250 UTC [77] FATAL:  no such role": ("2024-01-01T12:00:00.250", 21),
    "[2024-01-01 12:00:00 +0000] [7] [INFO] Listening": ("2024-01-01T12:00:00", 9),
    "2024/01/01 12:00:00 [error] 7#7: *1 upstream timed out": ("2024-01-01T12:00:00", 17),
    "2024/01/01 12:00:00 listening": ("2024-01-01T12:00:00", 0),
    "01-Jan-2024 12:00:00.250 SEVERE [main] org.apache": ("2024-01-01T12:00:00.250", 17),
    "01 Jan 2024 12:00:00,250 [main] DEBUG a.B": ("2024-01-01T12:00:00.250", 5),
    "7:M 01 Jan 2024 12:00:00.250 * Ready": ("2024-01-01T12:00:00.250", 0),
    "[01-Jan-2024 12:00:00 UTC] PHP Warning:  x": ("2024-01-01T12:00:00", 0),
    "Mon, 01 Jan 2024 12:00:00 GMT notice: x": ("2024-01-01T12:00:00", 10),
    "[Mon Jan 01 12:00:00.250000 2024] [core:error] [pid 7] x": ("2024-01-01T12:00:00.250", 17),
    "[Mon Jan 01 12:00:00 2024] [warn] x": ("2024-01-01T12:00:00", 13),
    "I0101 12:00:00.250000       7 main.go:12] started": ("2024-01-01T12:00:00.250", 9),
    "E, [2024-01-01T12:00:00.250000 #7] ERROR -- : gone": ("2024-01-01T12:00:00.250", 17),
    'time="2024-01-01T12:00:00Z" level=warning msg="x"': ("2024-01-01T12:00:00", 13),
    "ts=1704110400.25 lvl=eror msg=x": ("2024-01-01T12:00:00.250", 17),
    "1704110400 INFO x": ("2024-01-01T12:00:00", 9),
    "1704110400250 [info] x": ("2024-01-01T12:00:00.250", 9),
    "Jan  1 12:00:00 host sshd[7]: Failed password": ("2024-01-01T12:00:00", 0),
    "16:42:09.486 INFO  t.c.Travel2Controller#115 TraceID: x": (None, 9),
    "ERROR:root:gone": (None, 17),
    "fail: Microsoft.Hosting[0]": (None, 17),
    "[WARN ] slow": (None, 13),
    "<Notice> x": (None, 10),
    "E/ActivityManager( 7): gone": (None, 17),
    "error: gone": (None, 17),
    "an ERRORS list, /ERROR/path, no-INFO-here INFO=1": (None, 0),
    "GET /info 200": (None, 0),
    "no errors were found": (None, 0),
    "2024-13-45 12:00:00 x": (None, 0),
    "": (None, 0),
    "äöü 12": (None, 0),
}


@pytest.mark.parametrize("line", LINES)
def test_times_and_severities_are_found(line: str) -> None:
    time, severity = LINES[line]
    found = read_header(line, ABOUT)
    assert found.timestamp_ns == (None if time is None else at(time))
    assert found.severity == severity


def test_a_time_without_its_year_needs_to_know_about_when_it_was() -> None:
    line = "Dec 31 23:59:59 host app: x"
    assert read_header(line, Clock()).timestamp_ns is None
    assert read_header(line, ABOUT).timestamp_ns == at("2023-12-31T23:59:59")


@pytest.mark.parametrize("text", ["2024-07-01 12:00:00", "2024-01-01 12:00:00", "2024-03-31 01:30:00"])
def test_a_time_without_a_zone_is_in_the_zone_that_is_named(text: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert read_header(f"{text} INFO x", Clock(zone)).timestamp_ns == at(text, zone)
    assert read_header(f"{text}Z INFO x", Clock(zone)).timestamp_ns == at(text)


@given(st.datetimes(datetime.fromisoformat("1975-01-01"), datetime.fromisoformat("2250-01-01")))
def test_iso_times_are_read_to_the_microsecond(time: datetime) -> None:
    assert read_header(f"{time.isoformat(' ')}Z x", Clock()).timestamp_ns == at(time.isoformat())
    assert of_value(time.isoformat() + "+00:00") == at(time.isoformat())


@given(st.integers(10**9, 4 * 10**9), st.integers(0, 999_999))
def test_epochs_are_told_by_their_size(seconds: int, micros: int) -> None:
    expected = (seconds * 1_000_000 + micros) * 1000
    assert of_value(f"{seconds}.{micros:06d}") == expected
    assert of_value(seconds * 1_000_000 + micros) == expected
    assert of_value(expected) == expected
    assert of_value(seconds * 1000) == seconds * 10**9


@given(st.text(max_size=600))
def test_no_line_is_too_odd(line: str) -> None:
    found = read_header(line, ABOUT)
    assert 0 <= found.body <= len(line)
    assert 0 <= found.severity <= 24


def test_syslog_tells_who_and_how_severe() -> None:
    line = '<165>1 2024-01-01T12:00:00.25Z host.example app 7 ID47 [x@1 a="b] c"][y@1] \ufeffhello'
    found = row(line.encode())
    assert (found["timestamp_ns"], found["severity"], found["body"]) == (
        at("2024-01-01T12:00:00.25"),
        10,
        "hello",
    )
    assert found["resource"] == {"host.name": "host.example", "service.name": "app"}
    assert found["attributes"] == {
        "syslog.facility.code": 20,
        "syslog.severity.code": 5,
        "process.pid": 7,
        "syslog.msg.id": "ID47",
        "syslog.structured_data": '[x@1 a="b] c"][y@1]',
    }
    old = row(b"<34>Jan  1 12:00:00 host su[9]: failed")
    assert (old["severity"], old["body"], old["service"]) == (18, "failed", "su")
    assert "timestamp_ns" not in old


def test_a_line_of_access_tells_what_came_of_it_and_who_asked_stays_in_the_body() -> None:
    line = '10.1.2.3 - bob [01/Jan/2024:13:00:00 +0100] "GET /a?b HTTP/1.1" 503 17 "-" "curl"'
    found = row(line.encode())
    assert (found["timestamp_ns"], found["body"]) == (at("2024-01-01T12:00:00"), line)
    assert found["attributes"] == {
        "http.request.method": "GET",
        "network.protocol.version": "1.1",
        "http.response.status_code": 503,
        "http.response.body.size": 17,
    }


def test_lines_of_containers_are_opened() -> None:
    text = row(b"2024-01-01T12:00:00.000000001Z stderr F 11:59 ERROR gone")
    assert (text["body"], text["timestamp_ns"], text["severity"]) == (
        "11:59 ERROR gone",
        at("2024-01-01T12:00:00") + 1,
        17,
    )
    assert text["attributes"] == {"log.iostream": "stderr"}
    inner = row(b'2024-01-01T12:00:01Z stdout F {"time":"2024-01-01T12:00:00Z","level":"warn","msg":"m"}')
    assert (inner["body"], inner["severity"]) == ("m", 13)
    assert inner["observed_ns"] - inner["timestamp_ns"] == 10**9


@pytest.mark.parametrize("cut", range(995, 1003))
def test_a_text_is_cut_between_letters(cut: int) -> None:
    text = "aä€😀" * 300
    found = row(text.encode(), form=LogForm.TEXT, max_line_bytes=cut)
    assert text.startswith(found["body"])
    kept = len(found["body"].encode())
    assert cut - 4 < kept <= cut
    assert found["attributes"] == {"log.truncated_bytes": len(text.encode()) - kept}


def test_severities_by_name_and_number() -> None:
    assert {of_name(name) > 0 for name in NAMES} == {True}
    expected: dict[Any, int] = {
        "INFO2": 10,
        "DEBUG-4": 1,
        "ERROR+2": 19,
        "severity_number_fatal": 21,
        "": 0,
        "x": 0,
    }
    assert {name: of_name(name) for name in expected} == expected
    numbers = {
        0: 21,
        3: 17,
        6: 9,
        7: 5,
        10: 1,
        20: 5,
        30: 9,
        40: 13,
        50: 17,
        60: 21,
        35: 9,
        20000: 9,
        50000: 21,
    }
    assert {number: of_number(number) for number in numbers} == numbers
    assert [of_otel(value) for value in (1, 24, 25, -1, "13", "SEVERITY_NUMBER_WARN", None, [])] == [
        1, 24, 0, 0, 13, 13, 0, 0,
    ]  # fmt: skip
