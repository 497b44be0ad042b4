"""Records in JSON, as collectors and loggers of many languages write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.decode import Reading, decode_documents
from schemas.logs import LogForm, LogRefusal
from tests.logs.logdocuments import SPAN, TRACE, decoded, row

NOON = 1704110400_000_000_000  # 2024-01-01T12:00:00Z

#: What writes it → a record of it, and what must come out.
WRITERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "fluent bit": (
        {"date": 1704110400.5, "stream": "stderr", "log": "boom\n",
         "kubernetes": {"pod_name": "cart-1", "namespace_name": "shop", "container_name": "main",
                        "host": "node-1", "docker_id": "abc", "labels": {"app.kubernetes.io/name": "cart"}}},
        {"timestamp_ns": NOON + 500_000_000, "body": "boom", "attributes": {"log.iostream": "stderr"},
         "service": "cart", "pod": "cart-1",
         "resource": {"k8s.pod.name": "cart-1", "k8s.namespace.name": "shop", "k8s.container.name": "main",
                      "k8s.node.name": "node-1", "container.id": "abc", "service.name": "cart",
                      "k8s.pod.label.app.kubernetes.io/name": "cart"}},
    ),
    "fluent bit, forward": (
        [[1704110400.25, {"tag": "t"}], {"msg": "hi", "level": "WARN"}],
        {"timestamp_ns": NOON + 250_000_000, "body": "hi", "severity": 13, "severity_text": "WARN",
         "attributes": {"fluent.metadata": {"tag": "t"}}},
    ),
    "vector": (
        {"timestamp": "2024-01-01T12:00:00Z", "message": "hi", "host": "h", "source_type": "file",
         "file": "/var/log/a.log",
         "kubernetes": {"pod_name": "p", "pod_namespace": "n", "pod_node_name": "k",
                        "pod_labels": {"a": "b"}}},
        {"timestamp_ns": NOON, "body": "hi", "pod": "p",
         "attributes": {"source_type": "file", "log.file.path": "/var/log/a.log"},
         "resource": {"k8s.pod.name": "p", "k8s.namespace.name": "n", "k8s.node.name": "k",
                      "k8s.pod.label.a": "b", "host.name": "h"}},
    ),
    "docker": (
        {"log": "12:00 INFO hello\n", "stream": "stdout", "time": "2024-01-01T12:00:00.000000001Z"},
        {"timestamp_ns": NOON + 1, "body": "12:00 INFO hello", "severity": 9, "severity_text": "INFO",
         "attributes": {"log.iostream": "stdout"}},
    ),
    "json inside of docker": (
        {"log": '{"level":"error","msg":"inner","ts":1704110400.0}\n', "stream": "stdout",
         "time": "2024-01-01T12:00:01Z"},
        {"timestamp_ns": NOON, "observed_ns": NOON + 10**9, "body": "inner", "severity": 17,
         "severity_text": "error", "attributes": {"log.iostream": "stdout"}},
    ),
    "ecs": (
        {"@timestamp": "2024-01-01T12:00:00.000Z", "log": {"level": "WARN", "logger": "a.B", "x": 1},
         "message": "hi", "service": {"name": "cart", "version": "2"}, "trace": {"id": TRACE},
         "span": {"id": SPAN}, "ecs": {"version": "8"}},
        {"timestamp_ns": NOON, "body": "hi", "severity": 13, "severity_text": "WARN", "scope": "a.B",
         "service": "cart", "trace_id": TRACE, "span_id": SPAN,
         "attributes": {"log": {"x": 1}, "ecs": {"version": "8"}},
         "resource": {"service.name": "cart", "service.version": "2"}},
    ),
    "ecs, dotted": (
        {"@timestamp": "2024-01-01T12:00:00.000Z", "log.level": "ERROR", "message": "m", "trace.id": TRACE},
        {"timestamp_ns": NOON, "body": "m", "severity": 17, "severity_text": "ERROR", "trace_id": TRACE},
    ),
    "logstash": (
        {"@timestamp": "2024-01-01T12:00:00Z", "@version": "1", "message": "m", "logger_name": "a.B",
         "level": "INFO", "level_value": 20000},
        {"timestamp_ns": NOON, "body": "m", "severity": 9, "severity_text": "INFO", "scope": "a.B",
         "attributes": {"@version": "1", "level_value": 20000}},
    ),
    "python": (
        {"asctime": "2024-01-01 12:00:00,250", "levelname": "CRITICAL", "levelno": 50, "message": "m"},
        {"timestamp_ns": NOON + 250_000_000, "body": "m", "severity": 21, "severity_text": "CRITICAL"},
    ),
    "structlog": (
        {"event": "login", "level": "warning", "timestamp": "2024-01-01T12:00:00Z", "user": {"id": 5}},
        {"timestamp_ns": NOON, "body": "login", "severity": 13, "severity_text": "warning",
         "attributes": {"user": {"id": 5}}},
    ),
    "zap": (
        {"level": "info", "ts": 1704110400.000001, "caller": "a.go:1", "msg": "m"},
        {"timestamp_ns": NOON + 1000, "body": "m", "severity": 9, "severity_text": "info",
         "attributes": {"caller": "a.go:1"}},
    ),
    "slog": (
        {"time": "2024-01-01T12:00:00Z", "level": "ERROR+2", "msg": "m", "n": 1.5},
        {"timestamp_ns": NOON, "body": "m", "severity": 19, "severity_text": "ERROR+2",
         "attributes": {"n": 1.5}},
    ),
    "bunyan": (
        {"name": "app", "hostname": "h", "pid": 1, "level": 50, "msg": "m", "time": "2024-01-01T12:00:00Z",
         "v": 0},
        {"timestamp_ns": NOON, "body": "m", "severity": 17, "attributes": {"name": "app", "pid": 1, "v": 0},
         "resource": {"host.name": "h"}},
    ),
    "pino": (
        {"level": 30, "time": 1704110400000, "pid": 1, "msg": "m"},
        {"timestamp_ns": NOON, "body": "m", "severity": 9, "attributes": {"pid": 1}},
    ),
    "datadog": (
        {"message": "m", "dd.trace_id": "255", "dd.span_id": "16", "dd.service": "cart"},
        {"body": "m", "trace_id": f"{255:032x}", "span_id": f"{16:016x}", "service": "cart",
         "resource": {"service.name": "cart"}},
    ),
    "google": (
        {"severity": "NOTICE", "message": "m", "logging.googleapis.com/trace": f"projects/p/traces/{TRACE}"},
        {"body": "m", "severity": 10, "severity_text": "NOTICE", "trace_id": TRACE},
    ),
    "our own": (
        {"timestamp": "2024-01-01T12:00:00.000001Z", "observed_timestamp": "2024-01-01T12:00:01Z",
         "severity_number": 17, "severity_text": "ERROR", "body": "m", "attributes": {"a": [1, {"b": None}]},
         "resource": {"service.name": "cart", "k8s.pod.name": "p"}, "trace_id": TRACE, "span_id": SPAN,
         "trace_flags": 1, "scope": {"name": "lib", "version": "1"}, "event_name": "e"},
        {"timestamp_ns": NOON + 1000, "observed_ns": NOON + 10**9, "severity": 17, "severity_text": "ERROR",
         "body": "m", "attributes": {"a": [1, {"b": None}], "otel.scope.version": "1"}, "scope": "lib",
         "service": "cart", "pod": "p", "resource": {"service.name": "cart", "k8s.pod.name": "p"},
         "trace_id": TRACE, "span_id": SPAN, "flags": 1, "event_name": "e"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
def test_records_of_all_writers_become_one_form(writer: str) -> None:
    value, expected = WRITERS[writer]
    found = row(value)
    defaults = {"offset": 0, "place": 0, "severity": 0, "structured": False}
    assert found == defaults | expected


names = st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8)
documents = st.dictionaries(
    st.sampled_from(["time", "level", "msg", "trace_id", "service", "log", "kubernetes", "host", "span"])
    | names,
    st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2)
    ),
    min_size=1,
    max_size=5,
)


@given(documents)
def test_no_record_is_refused_and_texts_are_found_again(document: dict[str, Any]) -> None:
    (found,) = decoded(document, form=LogForm.JSON).to_pylist()
    said = " ".join(str(value) for value in found.values())
    for name, value in document.items():
        if (
            isinstance(value, str)
            and value.isalnum()
            and value.isascii()
            and name not in ("trace_id", "span_id")
        ):
            assert value in said or value.strip("0") == "", (name, value)


def test_an_array_is_many_records() -> None:
    assert decoded([{"msg": "a"}, [5.0, {"msg": "b"}]]).column("body").to_pylist() == ["a", "b"]


def test_what_is_no_time_or_level_stays_an_attribute() -> None:
    found = row({"time": "noon", "level": "purple", "msg": "m", "trace_id": "short"})
    assert found["attributes"] == {"time": "noon", "level": "purple", "trace_id": "short"}
    assert found["severity"] == 0


def test_the_second_of_two_bodies_is_not_lost() -> None:
    found = row({"message": "first", "msg": "second", "log": {"deep": {"er": 1}}})
    assert found["body"] == "first"
    assert found["attributes"] == {"msg": "second", "log": {"deep": {"er": 1}}}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b'{"msg": "a', LogRefusal.NO_DOCUMENT),
        (b'{"msg": "\xff"}', LogRefusal.INVALID_UTF8),
        (b'{"a":' * 100_000, LogRefusal.TOO_DEEP),
        (b"{" + b",".join(b'"key%d":1' % n for n in range(1_000_000)) + b"}", LogRefusal.OVERSIZED),
        (b"[" + b"1," * 10 + b"1]", LogRefusal.NO_DOCUMENT),
        (b"{}", LogRefusal.NO_DOCUMENT),
        (b'{"resourceSpans":[]}', LogRefusal.NO_DOCUMENT),
    ],
    ids=["broken", "no utf-8", "deep", "wide", "numbers", "empty", "spans"],
)
def test_hostile_json_is_refused(value: bytes, kind: LogRefusal) -> None:
    found = decode_documents([value, b'{"msg":"ok"}'], [0, 1], Reading(LogForm.JSON))
    assert [(refused.document, refused.kind) for refused in found.refused] == [(0, kind)]
    assert found.batch.column("body").to_pylist() == ["ok"]


def test_a_body_of_many_megabytes_is_cut() -> None:
    found = row({"msg": "x" * (7 << 20)})
    assert len(found["body"]) == 1 << 20
    assert found["attributes"] == {"log.truncated_bytes": 6 << 20}


@pytest.mark.parametrize(
    "number", ["1" * 6000, '"' + "1" * 6000 + '"', "1e400", "-1", "true", "[]", "{}", "1.5"]
)
@pytest.mark.parametrize(
    "name",
    [
        "level",
        "severity_number",
        "levelno",
        "ts",
        "trace_flags",
        "dd.trace_id",
        "span_id",
        "msg",
        "kubernetes",
    ],
)
def test_no_number_is_too_odd(name: str, number: str) -> None:
    """It is read, or the document is refused: nothing is raised."""
    value = f'{{"{name}":{number},"message":"m"}}'.encode()
    found = decode_documents([value, b'{"msg":"ok"}'], [0, 1])
    assert len(found.batch) + len(found.refused) == 2
