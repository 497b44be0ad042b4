"""seed → choices: vocabularies of which a part is kept for the held-out seed."""

import functools
import random
import string
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

#: The seed of which figures are published. Who writes detectors does not look at its cases.
HELD_OUT: Final = 7
_SHARES: Final = 5
_RESERVED: Final = 0
_DEVELOPMENT: Final = 1
#: Of the held-out seed's words, how many at least are of those that nobody could have seen.
_WEIGHT: Final = 1 / 3
#: Fewer than this many words are not worth to be parted.
_FEW: Final = 5
ALNUM: Final = string.ascii_letters + string.digits
BASE64URL: Final = ALNUM + "-_"
HEX: Final = "0123456789abcdef"

T = TypeVar("T")


class Draw(random.Random):
    """Random choices of one seed.

    Of every vocabulary one fifth is drawn for the held-out seed alone, one fifth for all others alone, by the
    word and not by its place, so that vocabularies can grow without mixing the two.
    """

    def __init__(self, seed: int, *names: object) -> None:
        super().__init__(":".join(map(str, (seed, *names))))
        self.held_out = seed == HELD_OUT

    def some(self, words: Sequence[T], key: Callable[[T], object] = repr) -> T:
        """One of the words that are for this seed; of a short vocabulary, of all."""
        if len(words) < _FEW:
            return self.choice(words)
        wanted, reserved = _parted(tuple(words), key, self.held_out)
        if reserved and self.chance(_WEIGHT):
            wanted = reserved
        found: T = self.choice(wanted)
        return found

    def chars(self, length: int, alphabet: str = ALNUM) -> str:
        """So many characters of an alphabet."""
        return "".join(self.choices(alphabet, k=length))

    def mixed(self, length: int, alphabet: str = ALNUM) -> str:
        """The same, with at least one digit, a small and a capital letter."""
        while True:
            text = self.chars(length, alphabet)
            if any(map(str.isdigit, text)) and any(map(str.islower, text)) and any(map(str.isupper, text)):
                return text

    def hex(self, length: int) -> str:
        """So many hexadecimal digits, small."""
        return self.chars(length, HEX)

    def digits(self, length: int) -> str:
        """So many digits, the first of them not zero."""
        return str(self.randint(1, 9)) + self.chars(length - 1, string.digits)

    def chance(self, share: float) -> bool:
        """True in this share of calls."""
        return self.random() < share

    def uuid(self) -> str:
        """A version 4 UUID."""
        return f"{self.hex(8)}-{self.hex(4)}-4{self.hex(3)}-{self.choice('89ab')}{self.hex(3)}-{self.hex(12)}"


@functools.lru_cache(4096)
def _parted(
    words: tuple[Any, ...], key: Callable[[Any], object], held_out: bool
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The words for a seed, and those of them that are for no other."""
    shares = [zlib.crc32(str(key(word)).encode()) % _SHARES for word in words]
    unwanted = _DEVELOPMENT if held_out else _RESERVED
    wanted = tuple(word for word, share in zip(words, shares, strict=True) if share != unwanted)
    reserved = tuple(word for word, share in zip(words, shares, strict=True) if share == _RESERVED)
    return wanted or words, reserved if held_out else ()
