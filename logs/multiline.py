"""Lines → documents: lines that belong together, as those of a stack trace, become one text of bounded size.

What continues a line: indentation; what traces of Java, Python, Go, Node, .NET, Ruby, PHP and Rust go on
with; and pieces that a container's runtime has cut (CRI's ``P``, Docker's at 16 KiB). Lines of containers are
joined by what is inside them, each of their streams for itself. Documents in JSON stand for themselves.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from logs.decode import told
from schemas.logs import MAX_LINE_BYTES, Line, LogForm

_VERSION: Final = 1
_HEAD: Final = 256  # bytes of a line in which its level stands
#: Lines of one document, at most; what comes behind is cut off.
MAX_LINES: Final = 10_000
_DOCKER_PIECE: Final = 16_000
_CRI: Final = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::[\w:]*)? "
)
#: A line that begins a record by itself: with a time, a priority, or a level.
_HEADED: Final = re.compile(
    rb"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d|\d\d?[ /-][A-Z][a-z]{2}[ /-]\d{4}|\d{10}|"
    rb"[A-Z][a-z]{2} [ \d]\d \d\d:|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d |[IWEF]\d{4} |[DIWEF], \[|"
    rb"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b)|<\d{1,3}>"
)
#: What goes on a record, whatever record it is.
_CONTINUES: Final = re.compile(
    rb"(?:Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|at [\w$.<>/]+\(|Wrapped by: |"
    rb"--- End of |---> |Stack trace:|#\d{1,4} |thrown in |PHP Stack trace:|PHP {1,3}\d{1,4}\. |"
    rb"stack backtrace:|note: (?:run with|Some details)|Node\.js v\d|[\w./-]{1,255}\.rb:\d+:in |"
    rb"During handling of the above exception, |The above exception was the direct cause |"
    rb"[)\]}]{1,8}[,;]?$)"
)
_TRACEBACK: Final = b"Traceback (most recent call last):"
_CHAINED: Final = (b"During handling of the above", b"The above exception was")
_EXCEPTION: Final = re.compile(rb"(?:[\w$]+\.){1,32}[\w$]*(?:Exception|Error|Throwable|Fault)\b")
_GO_BEGINS: Final = re.compile(rb"(?:panic: |fatal error: |goroutine \d+ \[|SIG[A-Z]+: )")
_GO_GOES_ON: Final = re.compile(
    rb"(?:goroutine \d+ \[|\[signal |created by |panic\(|runtime: |exit status \d|\[recovered\]|"
    rb"\.\.\.additional frames|r[a-z0-9]{1,6} +0x)"
)
#: The begin of a call in a trace of Go; its end is a bracket.
_GO_CALL: Final = re.compile(rb"[\w./*\xc2\xb7{}\[\]-]{1,512}\(")
_RUST_BEGINS: Final = re.compile(rb"thread '[^']{0,255}'(?: \(\d+\))? panicked at ")
_NODE_BEGINS: Final = re.compile(rb"(?:file://)?[/\w][^\s:]{0,512}\.[cm]?[jt]sx?:\d+$")
_NODE_ERROR: Final = re.compile(rb"(?:Uncaught )?[A-Z]\w{0,64}(?: \[\w{1,64}\])?(?:: |$)")
#: The error of Node below a line that tells of one; without a package before it, unlike Java's.
_BARE_ERROR: Final = re.compile(rb"(?:Uncaught )?(?:[A-Z]\w{0,64})?Error(?: \[\w{1,64}\])?(?:: |$)")
_TELLS_OF_ERROR: Final = re.compile(rb"(?i)\b(?:err(?:or)?|fatal|crit(?:ical)?|severe|warn(?:ing)?)\b")


class _Docker(msgspec.Struct, gc=False):
    log: str
    stream: str = ""


_DOCKER: Final = msgspec.json.Decoder(_Docker)


class Document(NamedTuple):
    """One or more lines in one; ``lines``: how many, without those that are blank."""

    offset: int
    value: bytes
    cut: int
    lines: int
    sha256: str
    at_ms: int


class _Open(msgspec.Struct, array_like=True):
    """A document that may go on. ``trace``: which kind of trace it is in, see :func:`_goes_on`."""

    offset: int
    at_ms: int
    parts: list[bytes]
    size: int
    headed: bool
    trace: str
    first: bytes = b""  # of Docker's the whole line
    cut: int = 0
    sha256: str = ""
    lines: int = 1
    blanks: int = 0
    partial: bool = False


class _State(msgspec.Struct, array_like=True):
    version: int
    streams: dict[str, _Open]


class Joiner:
    """Joins the lines of one source, in their order. ``max_bytes``: of a document that was joined."""

    def __init__(self, max_bytes: int = MAX_LINE_BYTES, state: bytes = b"") -> None:
        self._max_bytes = max_bytes
        self._open = msgspec.msgpack.decode(state, type=_State).streams if state else {}

    def state(self) -> bytes:
        """What :class:`Joiner` goes on from; empty if no document is open."""
        return msgspec.msgpack.encode(_State(_VERSION, self._open)) if self._open else b""

    def feed(self, lines: Iterable[Line]) -> Iterator[Document]:
        """The documents that are whole now."""
        for line in lines:
            yield from self._feed(line)

    def flush(self) -> Iterator[Document]:
        """The documents that nothing follows any more."""
        opened, self._open = list(self._open.values()), {}
        yield from map(_closed, sorted(opened, key=lambda document: document.offset))

    def _feed(self, line: Line) -> Iterator[Document]:
        value = line.value
        stream, inner, partial, docker = "", value, False, False
        first = value[:1]
        if line.whole:
            yield from self._close("")
            yield Document(line.offset, value, line.cut, 1, line.sha256, line.at_ms)
            return
        if first in (b"{", b"[", b"\n") and told(value) is not LogForm.TEXT:
            unwrapped = _docker(value)
            if unwrapped is None:
                yield from self._close("")
                yield Document(line.offset, value, line.cut, 1, line.sha256, line.at_ms)
                return
            stream, inner, partial = unwrapped
            docker = True
        elif first.isdigit():
            match = _CRI.match(value)
            if match is not None:
                stream, inner, partial = match[1].decode(), value[match.end() :], match[2] == b"P"
        document = self._open.get(stream)
        if document is not None and self._goes_on(document, inner, partial, stream):
            document.lines += bool(value.strip())
            if line.cut:
                document.cut += line.cut
            return
        if not inner.strip() and not stream:
            return  # a blank line of a file is nothing
        yield from self._close(stream)
        trace = _begins(inner)
        self._open[stream] = _Open(
            line.offset,
            line.at_ms,
            [inner if docker else value],
            len(value),
            _HEADED.match(inner) is not None,
            trace,
            value if docker else b"",
            line.cut,
            line.sha256,
            partial=partial,
        )

    def _close(self, stream: str) -> Iterator[Document]:
        document = self._open.pop(stream, None)
        if document is not None:
            yield _closed(document)

    def _goes_on(self, document: _Open, inner: bytes, partial: bool, stream: str) -> bool:
        """Whether ``inner`` belongs to ``document``; then it is added there."""
        if document.partial:
            self._add(document, inner, b"")
            document.partial = partial
            return True
        if not inner.strip():
            document.blanks += 1
            return True
        if not _goes_on(document, inner):
            return False
        self._add(document, inner, b"\n" * (1 + document.blanks))
        document.blanks = 0
        document.partial = partial
        return True

    def _add(self, document: _Open, inner: bytes, before: bytes) -> None:
        room = self._max_bytes - document.size - len(before)
        if room < len(inner) or document.lines >= MAX_LINES or document.cut:
            document.cut += len(before) + len(inner)
            return
        document.parts.append(before + inner)
        document.size += len(before) + len(inner)


def _docker(value: bytes) -> tuple[str, bytes, bool] | None:
    """(stream, text, whether its rest follows) of a line of Docker's json-file."""
    if not value.startswith(b'{"log":"'):
        return None
    try:
        found = _DOCKER.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    inner = found.log.encode()
    if inner[:1] == b"{" or found.stream not in ("stdout", "stderr"):  # the application writes JSON
        return None
    return (
        f"docker {found.stream}",
        inner.removesuffix(b"\n"),
        not inner.endswith(b"\n") and len(inner) >= _DOCKER_PIECE,
    )


def _closed(document: _Open) -> Document:
    value = b"".join(document.parts) if len(document.parts) > 1 else document.parts[0]
    if document.first:
        value = document.first
        if len(document.parts) > 1:
            whole = msgspec.json.decode(document.first)
            whole["log"] = b"".join(document.parts).decode() + "\n"
            value = msgspec.json.encode(whole)
    return Document(document.offset, value, document.cut, document.lines, document.sha256, document.at_ms)


def _begins(inner: bytes) -> str:
    """The kind of trace that a line begins: ``py``, ``go``, ``rust``, ``node``, or none."""
    first = inner[:1]
    if first == b"T" and inner.startswith(_TRACEBACK):
        return "py"
    if first in b"pfgS" and _GO_BEGINS.match(inner):
        return "go"
    if first == b"t" and _RUST_BEGINS.match(inner):
        return "rust" if inner.rstrip().endswith(b":") else ""
    if first in b"/f" and _NODE_BEGINS.match(inner):
        return "node"
    return ""


def _goes_on(document: _Open, inner: bytes) -> bool:  # noqa: PLR0911, PLR0912  one rule a kind of trace
    """Whether ``inner``, which is not blank, belongs to ``document``, whose trace may move on.

    ``py``: the line of the exception is still to come; ``py.``: it came. ``rust``: the message is to come.
    ``node``: lines of code are shown, up to a caret; ``node^``: the error is to come.
    """
    if document.trace == "node" and inner.strip(b" \t^") == b"":
        document.trace = "node^"
        return True
    if inner[:1] in (b" ", b"\t"):
        return document.blanks == 0 or bool(document.trace) or inner.lstrip().startswith((b"at ", b"File "))
    if _CONTINUES.match(inner):
        if inner.startswith(_CHAINED):
            document.trace = "chained"
        return True
    if inner.startswith(_TRACEBACK):
        chained = document.trace == "chained"
        if chained or (document.headed and document.blanks == 0 and not document.trace):
            document.trace = "py"
            return True
        return False
    match document.trace:
        case "py" if document.blanks == 0:
            document.trace = "py."
            return True
        case "go":
            if inner.rstrip().endswith(b")") and _GO_CALL.match(inner):
                return True
            return _GO_GOES_ON.match(inner) is not None
        case "rust" if document.blanks == 0:
            document.trace = ""
            return True
        case "node" if document.lines <= 3 and document.blanks == 0:  # noqa: PLR2004  code without indentation
            return True
        case "node^" if _NODE_ERROR.match(inner):
            document.trace = "node."
            return True
    if document.headed and document.blanks == 0 and not document.trace:
        if inner.startswith(b"goroutine "):
            document.trace = "go"
            return True
        if document.lines == 1 and _BARE_ERROR.match(inner):
            return _TELLS_OF_ERROR.search(document.parts[0], 0, _HEAD) is not None
        return _EXCEPTION.match(inner) is not None
    return False
