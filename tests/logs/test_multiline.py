"""Lines that belong together: traces of many languages, containers' streams, bounds, and what may be lost."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.multiline import Document, Joiner
from schemas.logs import Line

JAVA = """\
2024-01-01 12:00:00,123 ERROR [main] c.Foo - gone
java.lang.IllegalStateException: outer
\tat a.b.C.d(C.java:10)
\tSuppressed: java.lang.Exception: s
\t\tat x.Y.z(Y.java:1)
Caused by: java.io.IOException: inner
\tat a.b.D.f(D.java:1)
\t... 2 more"""
JAVA_UNCAUGHT = """\
Exception in thread "main" java.lang.RuntimeException: x
\tat a.B.c(B.java:1)"""
PYTHON = """\
2024-01-01 12:00:02,000 - root - ERROR - failed
Traceback (most recent call last):
  File "a.py", line 1, in f
    1/0
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in h
    raise ValueError("x")
ValueError: x"""
PYTHON_ALONE = """\
Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError"""
GO = """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*T).f(0x1, {0x2, 0x3})
\t/tmp/x.go:8 +0x1d
created by main.main
\t/tmp/x.go:2 +0x1

goroutine 2 [select]:
net/http.(*Server).Serve(...)
\t/usr/x.go:8
exit status 2"""
GO_HTTP = """\
2024/01/01 12:00:00 http: panic serving 10.0.0.1:5: boom
goroutine 7 [running]:
main.f(0x1)
\t/tmp/x.go:4 +0x1d"""
NODE = """\
/app/x.js:3
throw new Error('x');
^

Error: x
    at Object.<anonymous> (/app/x.js:3:9) {
  code: 'E'
}

Node.js v20.1.0"""
NODE_LOGGED = """\
2024-01-01T12:00:00.000Z [shop] error: order 5 was not placed
TypeError [ERR_INVALID]: Cannot read properties of undefined (reading 'id')
    at place (/app/order.js:7:3)
    at async Promise.all (index 0) {
  [cause]: Error: no item
      at find (/app/item.js:2:9)
}"""
NET = """\
Unhandled exception. System.InvalidOperationException: outer
 ---> System.Exception: inner
   at A.B() in a.cs:line 1
   --- End of inner exception stack trace ---
   at A.C() in a.cs:line 2"""
RUBY = """\
E, [2024-01-01T12:00:00.000000 #123] ERROR -- : gone (RuntimeError)
app/models/x.rb:3:in `foo'
app/models/x.rb:5:in `bar'"""
PHP = """\
PHP Fatal error:  Uncaught Exception: x in /a.php:1
Stack trace:
#0 /a.php(3): f()
#1 {main}
  thrown in /a.php on line 1"""
RUST = """\
thread 'main' panicked at src/main.rs:2:5:
index out of bounds
stack backtrace:
   0: rust_begin_unwind
note: run with `RUST_BACKTRACE=full`"""
RUST_OLD = """\
thread 'main' panicked at 'old', src/main.rs:2:5
note: run with `RUST_BACKTRACE=1` environment variable"""
YAML = """\
dumping configuration
  a: 1
  b: 2"""
TRACES = [
    JAVA, JAVA_UNCAUGHT, PYTHON, PYTHON_ALONE, GO, GO_HTTP, NODE, NODE_LOGGED, NET, RUBY, PHP, RUST, RUST_OLD,
    YAML,
]  # fmt: skip
PLAIN = ["plain line", "2024-01-01 12:00:00 INFO x", "INFO x", "Error handling is on", "a: b", "Total: 5"]


def lines(text: str, first: int = 1) -> list[Line]:
    return [Line(place, line.encode()) for place, line in enumerate(text.split("\n"), start=first)]


def joined(given_lines: Iterable[Line], max_bytes: int = 1 << 20) -> list[Document]:
    joiner = Joiner(max_bytes)
    return [*joiner.feed(given_lines), *joiner.flush()]


def texts(documents: Iterable[Document]) -> list[str]:
    return [document.value.decode() for document in documents]


@pytest.mark.parametrize("trace", TRACES, ids=lambda text: text.split("\n")[0])
def test_a_trace_is_one_record(trace: str) -> None:
    assert texts(joined(lines(trace))) == [trace]


@given(st.lists(st.sampled_from(TRACES + PLAIN), max_size=8))
def test_traces_one_after_the_other_stay_apart(parts: list[str]) -> None:
    marked = [part for text in parts for part in (text, "between")]
    assert texts(joined(lines("\n".join(marked)))) == marked


@pytest.mark.parametrize("trace", TRACES, ids=lambda text: text.split("\n")[0])
def test_what_follows_a_trace_is_a_record_of_its_own(trace: str) -> None:
    assert texts(joined(lines(f"{trace}\nafter all"))) == [trace, "after all"]


def test_an_error_without_a_head_below_a_line_that_tells_of_none_stands_alone() -> None:
    parts = ["2024-01-01 12:00:00 INFO started", "Error: no disk\n    at f (/a.js:1:2)"]
    assert texts(joined(lines("\n".join(parts)))) == parts


@given(st.lists(st.sampled_from(PLAIN), min_size=1))
def test_plain_lines_stay_apart(parts: list[str]) -> None:
    assert texts(joined(lines("\n".join(parts)))) == parts


def container(text: str, stream: str) -> list[str]:
    return [f"2024-01-01T00:00:00.0Z {stream} F {line}" for line in text.split("\n")]


def test_streams_of_a_container_are_joined_each_for_itself() -> None:
    out, err = container(PYTHON, "stdout"), container(JAVA, "stderr")
    mixed = [line for pair in zip(out, err, strict=False) for line in pair] + out[len(err) :]
    found = joined(lines("\n".join(mixed)))
    assert texts(found) == [
        f"2024-01-01T00:00:00.0Z stdout F {PYTHON}",
        f"2024-01-01T00:00:00.0Z stderr F {JAVA}",
    ]
    assert sum(document.lines for document in found) == len(mixed)


def test_pieces_of_a_long_line_are_put_together() -> None:
    found = joined(
        [
            Line(1, b"2024-01-01T00:00:00.0Z stdout P one "),
            Line(2, b"2024-01-01T00:00:00.1Z stderr F other"),
            Line(3, b"2024-01-01T00:00:00.2Z stdout P two "),
            Line(4, b"2024-01-01T00:00:00.3Z stdout F three"),
        ]
    )
    assert texts(found) == [
        "2024-01-01T00:00:00.0Z stdout P one two three",
        "2024-01-01T00:00:00.1Z stderr F other",
    ]


def test_lines_of_docker_are_joined_by_what_is_in_them() -> None:
    values = [
        b'{"log":"java.lang.Error: x\\n","stream":"stderr","time":"2024-01-01T00:00:00Z"}',
        b'{"log":"\\tat a.b(c.java:1)\\n","stream":"stderr","time":"2024-01-01T00:00:01Z"}',
        b'{"log":"next\\n","stream":"stderr","time":"2024-01-01T00:00:02Z"}',
        b'{"log":"{\\"msg\\":\\"json\\"}\\n","stream":"stderr","time":"2024-01-01T00:00:02Z"}',
        b'{"log":"' + b"x" * 16384 + b'","stream":"stdout","time":"2024-01-01T00:00:02Z"}',
        b'{"log":"yz\\n","stream":"stdout","time":"2024-01-01T00:00:02Z"}',
    ]
    found = joined([Line(place, value) for place, value in enumerate(values)])
    assert [(document.offset, document.lines) for document in found] == [(0, 2), (3, 1), (2, 1), (4, 2)]
    assert found[0].value == (
        b'{"log":"java.lang.Error: x\\n\\tat a.b(c.java:1)\\n","stream":"stderr",'
        b'"time":"2024-01-01T00:00:00Z"}'
    )
    assert found[3].value.startswith(b'{"log":"xxxx') and b'xyz\\n"' in found[3].value


def test_documents_in_json_stand_for_themselves() -> None:
    values = [b'{"msg":"a"}', b"text", b'{"resourceLogs":[]}', b'[{"msg":"b"}]', b"  indented"]
    found = joined([Line(place, value) for place, value in enumerate(values)])
    assert [document.value for document in found] == values


def test_a_document_that_never_ends_is_cut() -> None:
    endless = [Line(0, b"begin"), *(Line(n, b"\t" + b"x" * 99) for n in range(1, 200))]
    (found,) = joined(endless, max_bytes=1000)
    assert len(found.value) <= 1000
    assert found.lines == 200
    assert len(found.value) + found.cut == 5 + 199 * 101


@given(
    st.lists(
        st.sampled_from([*"\n".join(TRACES + PLAIN).split("\n"), *container(JAVA, "stdout")]), max_size=40
    ),
    st.integers(0, 40),
)
def test_nothing_is_lost_and_state_may_be_carried_on_anywhere(parts: list[str], at: int) -> None:
    given_lines = lines("\n".join(parts))
    whole = joined(given_lines)
    counted = [line for line in given_lines if line.value.strip()]
    assert sum(document.lines for document in whole) == len(counted)
    first = Joiner()
    found = list(first.feed(given_lines[:at]))
    second = Joiner(state=first.state())
    assert [*found, *second.feed(given_lines[at:]), *second.flush()] == whole


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes_are_lines(values: list[bytes]) -> None:
    found = joined([Line(place, value) for place, value in enumerate(values)])
    assert sum(document.lines for document in found) == sum(bool(value.strip()) for value in values)


@pytest.mark.parametrize(
    "head", ["panic: x", "2024-01-01 12:00:00 ERROR x", "/a.js:1", "Traceback (most recent call last):"]
)
@pytest.mark.parametrize("piece", ["(", ")", "a.", "a", "'", "#1 ", "[", "\t^"])
def test_no_line_makes_a_pattern_look_for_long(head: str, piece: str) -> None:
    """Lines of a megabyte whose every byte could begin what a pattern looks for; a slow one would not end."""
    hostile = [head, *(piece * (1_000_000 // len(piece)) for _ in range(3))]
    found = joined(lines("\n".join(hostile)))
    assert sum(document.lines for document in found) == 4
