"""template → text: ``ghp_[A36]`` is ``ghp_`` and 36 random letters and digits."""

import re
import string
from collections.abc import Callable
from typing import Final

from security.evaluation.draw import ALNUM, BASE64URL, HEX, Draw

_ALPHABETS: Final = {
    "A": ALNUM,
    "B": ALNUM + "+/",
    "b": BASE64URL,
    "d": string.digits,
    "h": HEX,
    "H": "0123456789ABCDEF",
    "U": string.ascii_uppercase,
    "u": string.ascii_uppercase + "234567",
    "V": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "c": string.ascii_lowercase,
    "z": "023456789acdefghjklmnpqrstuvwxyz",
    "Z": "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
}
_LOOKS_RANDOM: Final = 16
_PLACE: Final = re.compile(r"\[(\w)(\d*)(?:-(\d+))?\]")
_WORDS: Final = {"v": Draw.uuid}


def spell(draw: Draw, template: str) -> str:
    """The template with every ``[class length]`` or ``[class least-most]`` drawn; ``[v]`` is a UUID.

    Classes: ``A`` letters and digits, ``b`` base64 for URLs, ``B`` base64, ``d`` digits, ``h``/``H``
    hexadecimal, ``U`` capitals, ``u`` base32, ``V`` capitals and digits, ``l`` small letters and digits,
    ``c`` small letters, ``z``/``Z`` as Bech32.
    """

    def place(found: "re.Match[str]") -> str:
        name, least, most = found.groups()
        if name in _WORDS:
            return _WORDS[name](draw)
        length = draw.randint(int(least), int(most or least))
        make: Callable[[int, str], str] = draw.chars
        if name in "AbB" and length >= _LOOKS_RANDOM:
            make = draw.mixed
        return make(length, _ALPHABETS[name])

    return _PLACE.sub(place, template)
