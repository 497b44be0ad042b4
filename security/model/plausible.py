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


def can_be_person(words: Sequence[str], text: str, start: int, end: int, *, certain: bool = False) -> bool:
    """Whether a run of words may be a name, by what the network sees no reason for.

    One word alone, or words without a capital, are a name only by what is said before them. ``certain``: the
    network has no doubt: then it is no matter that the key before is a word of software (``host``, ``key``).
    """
    glued = start and (text[start - 1].isalnum() or text[start - 1] in "-_.@/\\$%#&")
    of_bytes = _NO_TEXT.search(text, max(0, start - _BESIDE), end + _BESIDE)
    if glued or of_bytes or _GOES_ON.match(text, end) or _is_of_line(words, text[start:end]):
        return False
    before = text[max(0, start - _ANNOUNCED) : start]
    keyed = _key_lists(before)
    things = _CERTAINLY_OF_THINGS if certain and len(words) > 1 else _OF_THINGS
    if keyed & things and not keyed & _OF_PERSONS or _is_of_thing(before, things) or _is_in_list(text, start):
        return False
    behind = text[end : end + _ANNOUNCED]
    if (len(words) == 1 and _is_key(words[0], before, behind)) or _is_label(text[start:end], behind):
        return False
    between = set(text[start:end]) - set("".join(words))
    if len(words) > 1 and (not between <= _WITHIN_WORD or is_caseless(words[0])):
        if any(not word.islower() and not word.isupper() for word in words) or is_caseless(words[0]):
            return True
    elif words[0].islower() and not is_caseless(words[0]):
        return bool(keyed & _OF_PERSONS)
    several = len(words) > 1 or is_caseless(words[0])
    announcing, said = (
        (_ANNOUNCING, tokens_of(before)) if several else (_NAMING, tokens_of(before)[-_NEAREST:])
    )
    return (certain and several and len(words[0]) > 1 and is_caseless(words[0])) or any(
        _says(t.word) & announcing or t.word.lower() in GREETINGS for t in said
    )


#: In what is no text: bytes that were read as one.
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_BESIDE: Final = 4  # characters beside a name
#: Behind the first part of the name of a host, a file, an account: ``Jos-MacBook``, ``jo.doe``.
_GOES_ON: Final = re.compile(r"_\w|-[A-Za-z0-9]|\.[a-z0-9]")
#: How names of fields end in Chinese and Japanese, and what stands behind them.
_LABEL: Final = re.compile("[日号號番話话码碼址期件証证別别齢龄籍]$|[护護]$")
#: And how nobody's name ends.
_NO_NAME: Final = re.compile("(?:[钥鑰]|[邮郵]箱|번호|토큰)$")
_TO_LABELLED: Final = re.compile(r"[照号號]?\\?[\"']?\s?(?:[:=：>]|は|为|為|是)")


def _is_label(run: str, behind: str) -> bool:
    """Whether it is what a field is called in Chinese, Japanese or Korean."""
    if _NO_NAME.search(run):
        return True
    return _LABEL.search(run) is not None and _TO_LABELLED.match(behind) is not None


def _is_of_line(words: Sequence[str], run: str) -> bool:
    """Whether words belong to the line itself: numbers, letters, words of a query, of fields, of headers."""
    if any(word.isdigit() for word in words) or all(len(word) == 1 and word.isascii() for word in words):
        return True
    if any(word in _OF_QUERIES for word in words) or run.startswith("X-") or ("_" in run and run.isupper()):
        return True
    if words[-1].lower() in _OF_NUMBERS or any(word in _NUMBER_OF for word in words):
        return True
    if any(_CAMEL.search(word) and not _OF_CLANS.match(word) for word in words):
        return True
    if len(words) > 1 and any(lists_of(word.rstrip("0123456789")) & _OF_FIELDS for word in words):
        return True
    return "," in run and words[-1].islower() and not is_caseless(words[-1])


def _is_key(word: str, before: str, behind: str) -> bool:
    """Whether one word is a code, the name of a field, a particle, or the rest of two words with capitals."""
    if (len(word) <= _CODE and word.isupper()) or _NAME_OF_FIELD.fullmatch(word):
        return True
    if len(word) == 1 and before[-1:] in _CLOSING:
        return True
    return _TO_VALUE.match(behind) is not None or _ends_with_word(before)


def _has_no_digit(word: str) -> bool:
    return not any(map(str.isdigit, word))


def _ends_with_word(before: str) -> bool:
    """Whether what is before ends with a word with a capital that announces nobody."""
    match = _ENDS_WITH_WORD.search(before)
    word = match.group().strip() if match else ""
    return (
        bool(word)
        and not is_caseless(word)
        and not (lists_of(word) & _ANNOUNCING or word.lower() in GREETINGS)
    )


def _says(word: str) -> int:
    """The lists of a word of a sentence: a camelCase name of a class says nothing, one of a field does."""
    if word.endswith("By"):  # createdBy
        return _NAMING
    lists = lists_of(word)
    return lists if not _CAMEL.search(word) or lists & _OF_FIELDS else 0


def is_announced(text: str, start: int, end: int) -> bool:
    """Whether words around a run say that it is somebody."""
    before, behind = (
        tokens_of(text[max(0, start - _ANNOUNCED) : start]),
        tokens_of(text[end : end + _ANNOUNCED]),
    )
    if any(_says(token.word) & _NAMING or token.word.lower() in GREETINGS for token in before):
        return True
    said = [lists_of(token.word) for token in before[-2:]]
    if len(said) > 1 and said[0] & _BEHIND and said[1] & _FOLLOWED:
        return True
    return bool(behind and behind[0].word.islower() and lists_of(behind[0].word) & _BEHIND)


def _is_in_list(text: str, start: int) -> bool:
    """Whether it is one of several things, as the word before their bracket says: ``route [Paris Nord, ``."""
    listed = _LISTED.search(text, max(0, start - _LONGEST_LIST), start)
    return listed is not None and bool(lists_of(listed.group(1)) & _CERTAINLY_OF_THINGS)


def _is_of_thing(before: str, things: int) -> bool:
    """Whether the last word of the key that a value stands behind is one of things: ``contactCity``."""
    match = _KEY.search(before)
    parts = _PARTS.findall(match.group(1)) if match else ()
    lists = lists_of(parts[-1]) if parts else 0
    return bool(lists & things and not lists & (_OF_PERSONS | _NAMING))


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


#: Numbers of orders and of other things, in scripts without capitals.
_OF_ORDERS: Final = re.compile("番号|編號|编号|單號|单号|订单|번호|הזמנה|حجز|طلب")


def can_be_address(words: Sequence[str], text: str, start: int) -> bool:
    """Whether a run of words may be an address: it has a number, and a word that is no name of a variable."""
    if len(words) < _FEWEST_OF_ADDRESS or not any(map(str.isnumeric, "".join(words))):
        return False
    glued = start and (text[start - 1].isalnum() or text[start - 1] in "_.@/$%&")
    numbered = len(words) == _FEWEST_OF_ADDRESS and words[0].lower() in _OF_NUMBERS
    if (
        glued
        or numbered
        or not _OF_SYSTEMS.isdisjoint(words)
        or any(word in _OF_QUERIES or word in _OF_FIELDS_OF_CODES for word in words)
    ):
        return False
    if any(is_caseless(word) and not word.isdigit() for word in words):
        return not _OF_ORDERS.search("".join(words))
    lists = inside = 0
    for token in tokens_of(text[max(0, start - _ANNOUNCED) : start]):
        lists |= lists_of(token.word)
    for word in words:
        inside |= lists_of(word)
    streets = bool(inside & _IN_ADDRESS) or any(map(_STREET_END.search, words))
    if not any(_has_no_digit(word) and not (lists_of(word) & _KINDS) for word in words):
        return False
    if lists & _OF_ADDRESS and (streets or len(words) > _FEWEST_OF_ADDRESS + 1):
        return True
    named = any(len(word) > 1 and not word.islower() and _has_no_digit(word) for word in words)
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
_NEAREST: Final = 3  # words before a name of one word, one of which announces it
_ANNOUNCED: Final = 28  # characters before a name in which it is announced
_ANNOUNCING: Final = bits("person", "name", "namepart", "title", "before")
_NAMING: Final = bits("person", "name", "namepart", "title")
_OF_FIELDS: Final = bits("name")
_BEHIND: Final = bits("verb")
_FOLLOWED: Final = bits("before")
GREETINGS: Final = frozenset(
    "dear hi hello hey welcome back hola bonjour cher chère hallo liebe lieber beste ciao gentile estimado"
    " olá hej birthday"
    " prezado prezada caro cara querido querida"
    " kära kære geachte drogi estimada hei thanks regards sincerely".split()
)
_KINDS: Final = bits("street")
_OF_FIELDS_OF_CODES: Final = frozenset(("plz", "zip", "postcode", "zipcode", "psc", "postnummer"))
_OF_QUERIES: Final = frozenset(
    (
        "WHERE AND SELECT FROM SET OR VALUES INSERT UPDATE DELETE JOIN ORDER LIMIT NOT IS CASCADE UNIQUE "
        "PRIMARY FOREIGN KEY REFERENCES DEFAULT INDEX TABLE ON"
    ).split()
)
#: In the versions of operating systems, as browsers say them: ``Intel Mac OS X 10_15_7``.
_OF_SYSTEMS: Final = frozenset(
    "OS iPhone iPad iOS macOS Android Linux SID MITRE Safari Chrome Firefox Gecko Silk".split()
)
#: What the name of a number ends with: ``Kimlik No``.
_OF_NUMBERS: Final = frozenset(("no", "nr", "nummer", "number", "num", "id", "card"))
_LISTED: Final = re.compile(r"([^\W\d_]+) ?[\[(][^\[\](){}=\n]*$")
_LONGEST_LIST: Final = 80
#: Words of what numbers are called in scripts without capitals: ``رقم الجوال``, ``کد ملی``.
_NUMBER_OF: Final = frozenset(
    """رقم الرقم القومي الهوية هوية الوطنية الوطني الإقامة الجوال الهاتف
    البطاقة بطاقة الجواز الحساب الطلب شماره کد ملی تلفن موبایل شناسنامه کارت
    מספר תעודת הזהות זהות טלפון נייד דרכון חשבון הזמנה เลขที่ หมายเลข बैंक खाता""".split()
)
_OF_CLANS: Final = re.compile(r"(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|Al|El|Ben|Abu|San|St)[A-Z]")
_NAME_OF_FIELD: Final = re.compile(r"[a-zß-ÿ]+[A-Z]\w*")
_TO_VALUE: Final = re.compile(r"(?: [^\W\d_a-z][^\W\d_]*\.?){0,2}\s?[:=]")
_CLOSING: Final = frozenset(")）]」』】，、。,")
_CAMEL: Final = re.compile(r"[^\W\d_A-Z][A-Z]")
_ENDS_WITH_WORD: Final = re.compile(r"[^\W\d_a-z][^\W\d_]+ $")
_CODE: Final = 3  # letters of EUR
_PARTS: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_OF_ADDRESS: Final = bits("address")
_OF_THINGS: Final = bits("thing", "software", "organisation")
_CERTAINLY_OF_THINGS: Final = bits("thing", "organisation")
_OF_PERSONS: Final = bits("person", "namepart", "title")
_IN_ADDRESS: Final = bits("street", "unit", "country")
_MANY_WORDS: Final = 5
