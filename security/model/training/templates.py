"""What log lines look like around names, addresses, and things that are neither.

The texts are in templates.toml.
``{person}``, ``{first}``, ``{last}``, ``{given}`` (a first name alone), ``{address}`` and ``{street}`` are
what is to be found; every other slot, named in `fillers`, is not. ``{m}`` in a frame is the message, ``{j}``
one that must have no quotes.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

_TEXTS: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("templates.toml").read_text("utf-8"))

#: What a line is of, by framework.
FRAMES: Final = tuple(_TEXTS["frames"])
#: English messages with a person, and with an address.
PEOPLE: Final = tuple(_TEXTS["people"])
PLACES: Final = tuple(_TEXTS["places"])
#: Messages in other languages, by the language that a locale begins with.
ELSEWHERE: Final = {language: tuple(texts) for language, texts in _TEXTS["elsewhere"].items()}
#: Messages that name nobody, with the words that names stand beside.
HARMLESS: Final = tuple(_TEXTS["harmless"])
