"""What log lines look like around names, addresses, and things that are neither.

The texts are in templates.toml, and those of other worlds, each in a file of its own, in carriers/.
``{person}``, ``{first}``, ``{last}``, ``{given}`` (a first name alone), ``{person_lower}`` and
``{person_upper}``, ``{address}`` and ``{street}`` are what is to be found; every other slot, named in
`fillers`, is not. ``{m}`` in a frame is the message, ``{j}``
one that must have no quotes.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
_TEXTS: Final[dict[str, Any]] = tomllib.loads((_FOLDER / "templates.toml").read_text("utf-8"))
_CARRIERS: Final = tuple(
    tomllib.loads(file.read_text("utf-8")) for file in sorted((_FOLDER / "carriers").glob("*.toml"))
)


def _of(*kinds: str) -> tuple[str, ...]:
    return tuple(text for texts in (_TEXTS, *_CARRIERS) for kind in kinds for text in texts.get(kind, ()))


#: What a line is of, by framework.
FRAMES: Final = tuple(_TEXTS["frames"])
#: Messages with a person, and with an address: English for the greater part.
PEOPLE: Final = _of("people", "small")
PLACES: Final = _of("places")
#: Messages in other languages, by the language that a locale begins with.
ELSEWHERE: Final = {language: tuple(texts) for language, texts in _TEXTS["elsewhere"].items()}
#: Messages that name nobody, with the words that names stand beside.
HARMLESS: Final = _of("harmless")
