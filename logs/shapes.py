"""Bodies → their shapes: what can only be a value is gone, so that few distinct texts are left to look at.

A token is a run of bytes between white space and the punctuation ``,;:()[]{}"'=|<>!?&``. It can only be a
value, and becomes one ``VALUE`` byte, if it has digits, stands behind ``=``, is a path or an address (``/``
or ``@``), or was masked (``***``). Words with one or two digits among letters (``node-12``) stay words, with
a ``NUMBER`` in them. Places in code (``Cart.java#115``) are left: the miner finds out whether they vary.

All is done at once over the bytes of a whole column, a few nanoseconds each, however many records there are.
"""

from typing import Final

import numpy as np
import pyarrow as pa

#: Stands for a value in shapes; no text has it, since what has is masked first.
VALUE: Final = "\x01"
#: Stands for each digit of a word.
NUMBER: Final = "\x02"
#: What is looked at of a body: bytes of its first line.
LONGEST: Final = 1000  # less than ten bits count

_WORDY: Final = 3  # letters beyond f, which no hexadecimal number has
_FEW_DIGITS: Final = 2
_DELIMITERS: Final = b" \t\r\n\x0b\x0c\x00\x01\x02,;:()[]{}\"'=|<>!?&"
_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: What is counted in a token: ten bits each of one number, so that one sum over the bytes counts it all.
_COUNTED: Final = (
    _DIGITS := 0,
    _BEYOND_HEX := 10,
    _MARKS := 20,  # of an address, or of a mask
    _SLASHES := 30,
    _HASHES := 40,
    _BEYOND_ASCII := 50,
)
_TEN_BITS: Final = 1023


def _weights() -> np.ndarray:
    table = np.zeros(256, np.int64)
    for place, members in (
        (_DIGITS, b"0123456789"),
        (_BEYOND_HEX, [letter for letter in _LETTERS if chr(letter).lower() > "f"]),
        (_MARKS, b"@*"),
        (_SLASHES, b"/\\"),
        (_HASHES, b"#"),
        (_BEYOND_ASCII, range(128, 256)),
    ):
        table[list(members)] += 1 << place
    return table


def _is_in(members: bytes) -> np.ndarray:
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table


_WEIGHT: Final = _weights()
_IS_WORD: Final = ~_is_in(_DELIMITERS)
_IS_LETTER: Final = _is_in(_LETTERS)
_IS_DIGIT: Final = _is_in(b"0123456789")
_IS_SLASH: Final = _is_in(b"/\\")


def shapes_of(lines: pa.Array) -> pa.Array:
    """The shape of each of ``lines`` (strings without nulls, each at most ``LONGEST`` bytes long)."""
    lines = pa.concat_arrays([lines]) if lines.offset else lines
    offsets = np.frombuffer(lines.buffers()[1], np.int32, len(lines) + 1)
    start, end = int(offsets[0]), int(offsets[-1])
    if start == end:
        return lines
    data = np.frombuffer(lines.buffers()[2], np.uint8, end - start, start)
    bounds = offsets - start
    begins, ends = _tokens(_IS_WORD[data], bounds)
    if len(begins) == 0:
        return lines
    value, numbered = _kinds(data, begins, ends, bounds)
    gone = begins[value]
    depth = np.zeros(len(data) + 1, np.int8)  # 1 behind the first byte of a value, which stays as its mark
    depth[gone + 1] += 1
    depth[ends[value]] -= 1
    kept = np.cumsum(depth[:-1], dtype=np.int8) == 0
    shaped = data.copy()
    shaped[gone] = ord(VALUE)
    if numbered.any():
        depth[:] = 0
        depth[begins[numbered]] += 1
        depth[ends[numbered]] -= 1
        shaped[_IS_DIGIT[data] & (np.cumsum(depth[:-1], dtype=np.int8) > 0)] = ord(NUMBER)
    shaped = shaped[kept]
    places = np.zeros(len(data) + 1, np.int32)
    np.cumsum(kept, out=places[1:])
    return pa.StringArray.from_buffers(len(lines), pa.py_buffer(places[bounds]), pa.py_buffer(shaped))


def _tokens(word: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where tokens begin and end; one that goes over the end of a line is two."""
    before = np.empty_like(word)
    before[0], before[1:] = False, word[:-1]
    firsts = bounds[:-1][bounds[:-1] < len(word)]
    begin = word & ~before
    begin[firsts] = word[firsts]
    begins = np.flatnonzero(begin)
    stop = np.flatnonzero(before & (~word | begin))
    if word[-1]:
        stop = np.append(stop, len(word))
    return begins, stop


def _kinds(
    data: np.ndarray, begins: np.ndarray, ends: np.ndarray, bounds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which tokens are values, and which are words with numbers in them."""
    sums = np.zeros(len(data) + 1, np.int64)
    with np.errstate(over="ignore"):
        np.cumsum(_WEIGHT[data], out=sums[1:])
        within = sums[ends] - sums[begins]
    counts = {place: within >> place & _TEN_BITS for place in _COUNTED}
    first = data[begins]
    inside = np.ones(len(data) + 1, np.bool_)
    inside[bounds] = False
    behind = (data[np.maximum(begins - 1, 0)] == ord("=")) & inside[begins]
    wordy = (counts[_BEYOND_HEX] >= _WORDY) & _IS_LETTER[first] & (counts[_BEYOND_ASCII] == 0)
    kept = wordy & ((counts[_DIGITS] <= _FEW_DIGITS) | (counts[_HASHES] == 1))
    digits = counts[_DIGITS] > 0
    long = ends - begins > 1
    path = (counts[_SLASHES] > 1) | (_IS_SLASH[first] & long)
    value: np.ndarray = (digits & ~kept) | path | ((counts[_MARKS] > 0) & long) | behind
    return value, digits & ~value & (counts[_HASHES] == 0)
