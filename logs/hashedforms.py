"""Forms as sums of hashes, from which any place can be taken out.

A form's total is the sum of a number a token and place (64 bits, modulo 2^64), so that of two forms that
differ in one place the totals without it are the same. Among n forms two have one total by accident with a
probability of about n² / 2^65.
"""

import hashlib
from typing import Final

import numpy as np

from columns.hashing import mix
from logs.forms import MOST_TOKENS, with_values
from logs.shapes import VALUE

#: How a value's place is shown.
SHOWN: Final = "<*>"
_GOLDEN: Final = 0x9E3779B97F4A7C15
_PLACES: Final = np.arange(1, MOST_TOKENS + 1, dtype=np.uint64) * np.uint64(_GOLDEN)


class Template:
    """One template. ``into``: the one that took it in; ``gone``: it was forgotten."""

    __slots__ = ("form", "gone", "id", "into", "terms", "tokens", "total", "values")

    def __init__(self, form: str, tokens: tuple[str, ...], terms: np.ndarray) -> None:
        self.form = form
        self.tokens = tokens
        self.terms = terms
        self.total = total_of(terms)
        self.values = np.array([token == VALUE for token in tokens], bool)
        self.into: Template | None = None
        self.gone = False
        text = " ".join(tokens)
        self.id = hashlib.blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()

    @property
    def words(self) -> int:
        """How many of its tokens are no values."""
        return len(self.tokens) - int(np.count_nonzero(self.values))

    @property
    def shown(self) -> str:
        """Its text, with ``SHOWN`` at the places of values."""
        return with_values(self.form, self.tokens, SHOWN)


class Places:
    """Which sets of places templates of one length have values at: a row each."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._uses: dict[bytes, int] = {}
        self._rows: np.ndarray | None = None

    def add(self, values: np.ndarray) -> None:
        """One template more has values at these places."""
        key = values.tobytes()
        self._uses[key] = self._uses.get(key, 0) + 1
        self._rows = None

    def remove(self, values: np.ndarray) -> None:
        """One template less."""
        key = values.tobytes()
        self._uses[key] -= 1
        if not self._uses[key]:
            del self._uses[key]
        self._rows = None

    def totals(self, total: int, terms: np.ndarray) -> list[int]:
        """The total of a form with these terms if it had values at each of the sets of places."""
        if not self._uses:
            return []
        if self._rows is None:
            rows = np.frombuffer(b"".join(self._uses), np.bool_).reshape(len(self._uses), self._length)
            self._rows = rows.astype(np.uint64)
        with np.errstate(over="ignore"):
            others = self._rows @ (_VALUE_TERMS[: self._length] - terms) + np.uint64(total)
        found: list[int] = others.tolist()
        return found


def hash_of(token: str) -> int:
    """64 bits of a token, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(token.encode(errors="replace"), digest_size=8).digest(), "little")


def terms_of(hashes: np.ndarray) -> np.ndarray:
    """The number of each token at its place; ``hashes`` has at most MOST_TOKENS."""
    return mix(hashes + _PLACES[: len(hashes)])


def total_of(terms: np.ndarray) -> int:
    """The total of a form with these terms."""
    return (int(terms.sum(dtype=np.uint64)) + len(terms) * _GOLDEN) % 2**64


_VALUE_TERMS: Final = terms_of(np.full(MOST_TOKENS, hash_of(VALUE), np.uint64))


def without(template: Template, place: int) -> int:
    """What the total of ``template`` shares with all that differ from it at ``place`` alone."""
    return (template.total - int(template.terms[place]) + (place + 1) * _GOLDEN) % 2**64
