"""Runs of words that the network takes for a name or an address → whether they can be one.

What is known for certain is not left to weights: no name is a number, no address is without one, and what
stands behind ``stationName=`` is a station.
"""

import re
from collections.abc import Sequence
from typing import Final

from security.model.tokens import lists_of, tokens_of
from security.model.words import CATEGORIES


def bits(*names: str) -> int:
    """The bits of lists of `words`."""
    return sum(1 << CATEGORIES.index(name) for name in names)


def can_be_person(words: Sequence[str], text: str, start: int, end: int) -> bool:
    """Whether a run of words may be a name, by what the network sees no reason for.

    One word alone, or words without a capital, are a name only by what is said before them.
    """
    if any(word.isdigit() for word in words) or all(len(word) == 1 and word.isascii() for word in words):
        return False
    if start and (text[start - 1].isalnum() or text[start - 1] in "-_.@/\\$%#&"):
        return False
    before = text[max(0, start - _ANNOUNCED) : start]
    keyed = _key_lists(before)
    if keyed & _OF_THINGS and not keyed & _OF_PERSONS:
        return False
    between = set(text[start:end]) - set("".join(words))
    if len(words) > 1 and (not between <= _WITHIN_WORD or is_caseless(words[0])):
        if any(not word.islower() and not word.isupper() for word in words) or is_caseless(words[0]):
            return True
    elif words[0].islower() and not is_caseless(words[0]):
        return bool(keyed & _OF_PERSONS)
    return any(lists_of(token.word) & _ANNOUNCING for token in tokens_of(before))


def _key_lists(before: str) -> int:
    """The lists of the words in the key that a value stands behind."""
    match = _KEY.search(before)
    bits = 0
    for token in tokens_of(match.group(1))[-_WORDS_OF_KEY:] if match else ():
        bits |= lists_of(token.word)
    return bits


def is_caseless(word: str) -> bool:
    """Whether it is of a script without capitals (those of Georgian are not written in names)."""
    return word.upper() == word.lower() or "\u10a0" <= word[0] <= "\u10ff"


def can_be_address(words: Sequence[str], text: str, start: int) -> bool:
    """Whether a run of words may be an address: it has a number, and a word that is no name of a variable."""
    if len(words) < _FEWEST_OF_ADDRESS or not any(map(str.isnumeric, "".join(words))):
        return False
    if start and (text[start - 1].isalnum() or text[start - 1] in "_.@/$%&"):
        return False
    if any(is_caseless(word) and not word.isdigit() for word in words):
        return True
    lists = inside = 0
    for token in tokens_of(text[max(0, start - _ANNOUNCED) : start]):
        lists |= lists_of(token.word)
    for word in words:
        inside |= lists_of(word)
    streets = bool(inside & _IN_ADDRESS) or any(map(_STREET_END.search, words))
    if lists & _OF_ADDRESS and (streets or len(words) > _FEWEST_OF_ADDRESS + 1):
        return True
    named = any(len(word) > 1 and not word.islower() and not word[0].isdigit() for word in words)
    coded = any(word.isdigit() and len(word) >= _POSTCODE for word in words)
    return (named or not "".join(words).isascii()) and (
        streets or len(words) >= _MANY_WORDS or (coded and len(words) >= _MANY_WORDS - 1)
    )


_KEY: Final = re.compile(r"((?:\w{1,20} (?=\w*[nN]ame))?[\w.-]{1,28})\\*[\"']?\s?[:=]\s?\\*[\"'\[(]{0,2}$")
_WITHIN_WORD: Final = frozenset("-_.")  # what joins parts of one word
_WORDS_OF_KEY: Final = 2
_POSTCODE: Final = 4
_FEWEST_OF_ADDRESS: Final = 2
_STREET_END: Final = re.compile(
    r"(?i).(?:stra(?:ß|ss)e|str|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|kade|dreef|gracht|singel"
    r"|steenweg|gatan|vägen|gränd|vej|vejen|gade|gata|veien|katu|tie|kuja|polku|bulevardi|hof|steeg|ring|plads)$"
)
_ANNOUNCED: Final = 28  # characters before a name in which it is announced
_ANNOUNCING: Final = bits("person", "name", "namepart", "title", "before")
_OF_ADDRESS: Final = bits("address")
_OF_THINGS: Final = bits("thing", "software", "organisation")
_OF_PERSONS: Final = bits("person", "namepart", "title")
_IN_ADDRESS: Final = bits("street", "unit", "country")
_MANY_WORDS: Final = 5
