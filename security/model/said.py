"""Word → what it says of a secret beside it, in the languages that people write logs and messages in.

The words are in said.toml. A word is of a class if it begins with one of its stems, or has one of five
letters and more in it.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
#: A password, a token, a code, who signs in, that it is so.
_CLASSES: Final = ("P", "T", "C", "L", "V")
_WHOLE: Final = {word[1:]: name for name in _CLASSES for word in _WORDS[name] if word.startswith("=")}
_STEMS: Final = tuple((word, name) for name in _CLASSES for word in _WORDS[name] if not word.startswith("="))
#: The classes of what is a secret.
SECRETS: Final = frozenset("PTC")
#: A word, also of a name in camel case; numbers are none.
WORD: Final = re.compile(r"[A-Z]*[^\W\d_A-Z]+|[A-Z]+")
_LONG: Final = 5  # letters of a stem that may be anywhere in a word

#: RE2 of what speaks of secrets: without one of these in a text nothing in it is looked at.
CUES: Final = "|".join((f"(?i:{'|'.join(_WORDS['cues'])})", *_WORDS["cased_cues"]))


@lru_cache(maxsize=16384)
def class_of(word: str) -> str:
    """The class of a word in lower case, or nothing."""
    if (whole := _WHOLE.get(word)) is not None:
        return whole
    for stem, name in _STEMS:
        anywhere = len(stem) >= _LONG or not stem.isascii()
        if stem in word if anywhere else word.startswith(stem):
            return name
    return ""
