"""Bodies → the one line of each that its template is made of, a column at a time.

That is the first line; with it the type of the exception that the lines below tell of, so that the template
of an error does not depend on where it was thrown. Of a JSON object it is the message, or else its keys.
"""

from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logs.shapes import LONGEST, VALUE

#: Fields whose text is what a structured record says, the first that is there.
MESSAGES: Final = ("message", "msg", "log", "event", "text", "body", "error")

_MOST_KEYS: Final = 64
_LOOKED_AT: Final = 64 * 1024  # characters of a body
_KINDS: Final = ("Error", "Exception", "Throwable", "Fault", "Panic")
_DECODER: Final = msgspec.json.Decoder()


def headlines(bodies: pa.Array) -> pa.Array:
    """The headline of each body; null counts as empty."""
    bodies = pc.fill_null(bodies, "")
    long = pc.greater(pc.binary_length(bodies), LONGEST).to_numpy(zero_copy_only=False)
    rare = pa.array(long | _has_lines(bodies) | pc.starts_with(bodies, "{").to_numpy(zero_copy_only=False))
    short = [headline(text) for text in bodies.filter(rare).to_pylist()]
    return pc.replace_with_mask(bodies, rare, pa.array(short, pa.string())) if short else bodies


def _has_lines(bodies: pa.Array) -> np.ndarray:
    """In which of ``bodies`` a line ends; all bytes are looked at as one."""
    bounds = np.frombuffer(bodies.buffers()[1], np.int32, len(bodies) + 1, bodies.offset * 4)
    text = bodies.buffers()[2]
    data = np.frombuffer(text, np.uint8) if text is not None else np.empty(0, np.uint8)
    places = np.flatnonzero(data[: bounds[-1]] == ord("\n"))
    has: np.ndarray = np.diff(np.searchsorted(places, bounds)) > 0
    return has


def headline(text: str) -> str:
    """The headline of one body, at most ``LONGEST`` bytes."""
    text = text[:_LOOKED_AT].strip()
    if text.startswith("{") and (said := _said(text)) is not None:
        text = said
    first, _, rest = text.partition("\n")
    kind = exception_type(rest) if rest else None
    if kind is not None and kind not in first:
        first = f"{_cut(first.rstrip(), LONGEST // 2)} {_cut(kind, LONGEST // 4)}"
    return _cut(first.rstrip(), LONGEST)


def exception_type(lines: str) -> str | None:
    """The type that a stack trace names: of Java, .NET and Node the first, of Python the last.

    What is said of a cause, further below, does not count.
    """
    found = None
    for line in lines.splitlines():
        if line.startswith("Caused by"):
            break
        word = line.partition(":")[0]
        if word.endswith(_KINDS) and not any(c.isspace() for c in word):
            found = word
            if not line[:1].isspace() and "." in word:
                break
    return found


def _said(text: str) -> str | None:
    """What a JSON object says; ``None`` if it is none, or not whole."""
    try:
        document: Any = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    for name in MESSAGES:
        said = document.get(name)
        if isinstance(said, str) and said:
            return said.strip()
        if isinstance(said, dict) and isinstance(said.get("message"), str):
            return str(said["message"]).strip()
    return " ".join(f"{name}={VALUE}" for name in sorted(document)[:_MOST_KEYS])


def _cut(text: str, most: int) -> str:
    data = text.encode(errors="replace")
    return text if len(data) <= most else data[:most].decode(errors="ignore")
