"""Bodies → their shapes: what can only be a value is gone, so that few distinct texts are left to look at.

A token is a run of bytes between white space and the punctuation ``,;:()[]{}"'=|<>!?&``. It can only be a
value, and becomes one ``VALUE`` byte, if it has digits, stands behind ``=``, is a path or an address (``/``
or ``@``), or was masked (``***``). Words with one or two digits among letters (``node-12``) stay words, with
a ``NUMBER`` in them. Places in code (``Cart.java#115``) are left: the miner finds out whether they vary.

All is done at once over the bytes of thousands of records, a few nanoseconds each.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
#: What a byte can be, a bit each, so that one look at a token tells what is in it.
_MEMBERS: Final = (
    (_WORD := 1, set(range(256)) - set(_DELIMITERS)),
    (_DIGIT := 2, b"0123456789"),
    (_BEYOND_HEX := 4, [letter for letter in _LETTERS if chr(letter).lower() > "f"]),
    (_MARK := 8, b"@*"),  # of an address, or of a mask
    (_SLASH := 16, b"/\\"),
    (_HASH := 32, b"#"),
    (_BEYOND_ASCII := 64, range(128, 256)),
    (_LETTER := 128, _LETTERS),
)


def _kinds() -> np.ndarray:
    table = np.zeros(256, np.uint8)
    for kind, members in _MEMBERS:
        table[list(members)] |= kind
    return table


_KIND: Final = _kinds().tobytes()
_ROWS: Final = 4096  # at once: what is made of them stays in the processor's cache


def shapes_of(lines: pa.Array) -> pa.Array:
    """The shape of each of ``lines`` (strings without nulls, each at most ``LONGEST`` bytes long)."""
    if len(lines) <= _ROWS:
        return _shapes_of(lines)
    return pa.concat_arrays([_shapes_of(lines.slice(row, _ROWS)) for row in range(0, len(lines), _ROWS)])


def _shapes_of(lines: pa.Array) -> pa.Array:
    rows = len(lines)
    if rows == 0:
        return lines
    every = pa.ListArray.from_arrays(pa.array([0, rows], pa.int32()), lines)
    text = pc.binary_join(every, "\n").buffers()[2]  # a token ends with its line
    joined = text.to_pybytes() if text is not None else b""
    data, kinds = (np.frombuffer(part, np.uint8) for part in (joined, joined.translate(_KIND)))
    word = np.zeros(len(data) + 2, np.bool_)
    word[1:-1] = kinds & _WORD
    edges = np.flatnonzero(word[1:] != word[:-1])
    begins, ends = edges[::2], edges[1::2]
    if len(begins) == 0:
        return lines
    value, numbered = _told(data, kinds, begins, ends)
    shaped = data.copy()
    inside = _inside(begins[numbered], ends[numbered])
    shaped[inside[kinds[inside] & _DIGIT > 0]] = ord(NUMBER)
    begins, ends = begins[value], ends[value]
    shaped[begins] = ord(VALUE)
    bounds = np.frombuffer(lines.buffers()[1], np.int32, rows + 1, lines.offset * 4)
    bounds = bounds - bounds[0]
    begin_of = bounds + np.arange(rows + 1)  # in the joined text; of the last, where one more would begin
    kept = _outside(begins + 1, ends, len(data))  # the first byte of a value stays, as its mark
    kept[begin_of[1:-1] - 1] = False
    gone = np.concatenate([[0], np.cumsum(ends - begins - 1)])
    places = (bounds - gone[np.searchsorted(begins, begin_of)]).astype(np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(places), pa.py_buffer(shaped[kept]))


def _told(
    data: np.ndarray, kinds: np.ndarray, begins: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which tokens are values, and which are words with numbers in them. Few need to be counted in."""
    within = np.bitwise_or.reduceat(kinds, begins)
    behind = (data[begins - 1] == ord("=")) & (begins > 0)
    value, numbered = behind.copy(), np.zeros(len(begins), np.bool_)
    telling = np.flatnonzero(~behind & (within & (_DIGIT | _MARK | _SLASH) > 0))
    value[telling], numbered[telling] = _told_by_bytes(kinds, begins[telling], ends[telling], within[telling])
    return value, numbered


def _told_by_bytes(
    kinds: np.ndarray, begins: np.ndarray, ends: np.ndarray, within: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same of tokens that hold something telling."""
    first = kinds[begins]
    value: np.ndarray = ((within & _MARK | first & _SLASH) > 0) & (ends - begins > 1)
    slashed = np.flatnonzero(~value & (within & _SLASH > 0))
    value[slashed] = _counts(kinds, begins[slashed], ends[slashed], _SLASH) > 1
    digits = ~value & (within & _DIGIT > 0)
    lettered = (first & _LETTER > 0) & (within & (_BEYOND_HEX | _BEYOND_ASCII) == _BEYOND_HEX)
    value |= digits & ~lettered
    unsure = np.flatnonzero(digits & lettered)
    of = kinds, begins[unsure], ends[unsure]
    wordy = _counts(*of, _BEYOND_HEX) >= _WORDY
    value[unsure] = ~wordy | (_counts(*of, _DIGIT) > _FEW_DIGITS) & (_counts(*of, _HASH) != 1)
    return value, digits & ~value & (within & _HASH == 0)


def _counts(kinds: np.ndarray, begins: np.ndarray, ends: np.ndarray, kind: int) -> np.ndarray:
    """How many bytes of a kind are in each token."""
    found = np.concatenate([[0], np.cumsum(kinds[_inside(begins, ends)] & kind > 0)])
    last = np.cumsum(ends - begins)
    counts: np.ndarray = found[last] - found[last - (ends - begins)]
    return counts


def _inside(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The places of all bytes of tokens."""
    lengths = ends - begins
    last = np.cumsum(lengths)
    places: np.ndarray = np.repeat(ends - last, lengths) + np.arange(last[-1] if len(last) else 0)
    return places


def _outside(begins: np.ndarray, ends: np.ndarray, size: int) -> np.ndarray:
    """Which of ``size`` bytes are in none of the stretches, which are in their order."""
    bounds = np.stack([begins, ends], axis=1).ravel()
    runs = np.diff(bounds, prepend=0, append=size)
    return np.repeat(np.arange(len(runs)) % 2 == 0, runs)
