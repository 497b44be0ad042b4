"""Text → names and addresses in fields that say by their own name what they hold.

``first_name=``, ``<ns:surname>``, ``'plz' => ``, the columns of a table: the name of a field is surer than
what a network sees in words. One RE2 automaton finds the fields; what a value may be is asked of the value.
"""

import re
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

import re2

from security.model import fieldnames
from security.model.plausible import bits, is_caseless
from security.model.tokens import MARKS, lists_of


class Role(IntEnum):
    """What a field holds, by its name."""

    PART = 1
    WHOLE = 2
    ROLE = 3
    STREET = 4
    CODE = 5
    TOWN = 6
    LINE = 7


class Field(NamedTuple):
    """A value: characters ``start`` up to, and without, ``end``."""

    start: int
    end: int
    role: Role


#: Says whether a run of words is like the name of a person.
Like = Callable[[list[str]], bool]

_ROLES: Final[dict[str, Role]] = {
    re.sub(r"[_. -]", "", name.lower()): role
    for role, names in (
        (Role.TOWN, fieldnames.TOWN),
        (Role.CODE, fieldnames.CODE),
        (Role.STREET, fieldnames.STREET),
        (Role.ROLE, fieldnames.ROLE),
        (Role.PART, fieldnames.PART),
        (Role.WHOLE, fieldnames.WHOLE),
    )
    for name in names
}
_NAMES: Final = sorted(
    {
        *fieldnames.PART,
        *fieldnames.WHOLE,
        *fieldnames.STREET,
        *fieldnames.CODE,
        *fieldnames.TOWN,
        *fieldnames.ROLE,
    },
    key=lambda name: (-len(name), name),
)


def _any_of(names: list[str]) -> str:
    """RE2 of ``names``, in whatever case, after what is no letter; and as the end of a camelCase name."""
    plain = "|".join(name.replace("_", "[_. -]?") for name in names)
    camel = "|".join(
        "".join(part.capitalize() for part in name.split("_")) for name in names if name.isascii()
    )
    return rf"(?:(?:\b|\P{{L}})(?i:{plain})|[a-z](?:{camel}))\d?"


LETTER: Final = rf"(?:[^\W\d_]|[{MARKS}])"
_Q: Final = r"(?:\\*[\"'`]|&quot;)"
_BETWEEN: Final = "|".join((
    rf"{_Q}?\]?\s{{0,2}}(?:=>|->|:=|=|:|：)\s{{0,4}}(?:{_Q}|[\[(«“‹])?",
    rf"{_Q},\s?{_Q}(?i:value|val|v|text|content){_Q}\s?:\s?{_Q}",
    rf"{_Q}(?:,\s?|\s){_Q}",
    r">(?:<!\[CDATA\[)?",
    r"\s\|\s",
    r"(?:\[\d\]|\s(?:is|was|ist|est|es|è|to))\s\\*[\"']?",
    r"[ \t](?:\\*[\"'`]|[\[(«“]|[-–—] )|[「『【]",
    rf"{_Q}:?\s(?:rejected )?value:?\s\[?{_Q}?",
))  # fmt: skip
_HEAD: Final = r"[\p{L}\d№#]"
#: Names of fields behind which, in a sentence, a name follows without a mark.
_SAID: Final = r"(?:\b|\P{L})(?i:(?:last|first|full|family|given)[_ ]?name|surname|nachname|apellidos?) "
_SURE: Final = [*fieldnames.PART, *fieldnames.WHOLE, *fieldnames.STREET, *fieldnames.CODE]
_PLAIN_COLUMNS: Final = [
    one for one in (*fieldnames.PART, *fieldnames.WHOLE, *fieldnames.STREET) if one.isascii()
]
#: RE2: a field with its value; one that is set by a flag; the head of a column.
FIELD: Final = rf"{_any_of(_NAMES)}(?:{_BETWEEN})"
FLAG: Final = rf"--(?:[\w]+-){{0,3}}(?i:{'|'.join(n.replace('_', '-') for n in _SURE if n.isascii())}) "
COLUMN: Final = rf"{_any_of(_PLAIN_COLUMNS)}(?:[;)\t\n|]|, ?[\w]+[,)\n]|\\[nt])"

_W: Final = r"\p{Lu}[\p{L}\p{M}'’.-]*"
#: ``Last, First`` behind a word that says that somebody follows.
TURNED: Final = (
    r"(?i:by|for|from|to|of|with|user|customer|patient|passenger|guest|dear|holder|student|employee|client|cliente"
    rf"|kunde|recipient|contact|member|driver|hello|mr|mrs|ms|dr)\.?,? {_W}(?:[ -]{_W})?, {_W}"
)
_TOWN_LIKE: Final = (
    rf"{_W}(?:[ -](?:(?:de|la|le|du|des|sur|am|an|der|im|in|na|nad|y|da|do|dos|di|del|of|upon) )?{_W}){{0,3}}"
)
_CODE_LIKE: Final = (
    r"(?:[A-Z]{1,3}-)?\d{4,8}(?:-\d{3,4}| [A-Z]{2}\b)?"
    r"|\d{2,3}[ -]\d{2,3}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
)
_NUMBER: Final = r"\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?)?"
_STREET_LIKE: Final = rf"(?:{_NUMBER} {_TOWN_LIKE}|{_W}(?: [\p{{L}}\p{{M}}.'’-]+){{0,4}},? {_NUMBER}\.?)"
#: A street with its number, then a code and a town in either order.
LINE: Final = (
    rf"{_STREET_LIKE}(?: (?:{_CODE_LIKE}) {_TOWN_LIKE}"
    rf"|(?:, ?| / |\n)(?:(?:{_CODE_LIKE}) {_TOWN_LIKE}|{_TOWN_LIKE},? (?:{_CODE_LIKE})\b))"
)

CUES: Final = "|".join((
    rf"{_any_of([*_SURE])}(?:{_BETWEEN}){_HEAD}",
    rf"{FLAG}{_HEAD}",
    rf"{_SAID}\p{{Lu}}\p{{Ll}}",
    rf"{_any_of(['nom', 'nombre', 'nome', 'ime', 'meno'])}(?:{_BETWEEN})\p{{Lu}}\p{{Ll}}",
    TURNED,
    LINE,
    rf"{_any_of(fieldnames.ROLE)}(?:{_BETWEEN})(?:\p{{Ll}}[\p{{L}}'’.-]{{1,20}} \p{{Ll}}|\p{{Lu}}\. ?\p{{Lu}}"
    r"|\p{Lu}[\p{L}'’-]+, \p{Lu}\p{Ll}|\p{Lu}{2,},? \p{Lu}{2}|\p{L}+(?:%[0-9A-F]|\+\p{L}))",
    COLUMN,
))  # fmt: skip

_END: Final = re.compile(
    r"[\"<>|\n\t;&\])}\[{(»”›]|\\+[nt\"]"
    r"|(?:, [\w.-]+ )?,? (?:and |AND |OR )?[\w.-]*[^\W\d][\w.-]*[\"']? ?(?:=|:|->)(?=\S| )"
    r"|,[\w.-]{2,30}[=:]|,? (?:and|AND|OR|WHERE|from|in|at|has|was|for|on) |' |'$|\s+(?:took|-F|-e|--\w)|$"
)
_CLOSING: Final = {
    '"': '"',
    "'": "'",
    "`": "`",
    "[": "]",
    "(": ")",
    ">": "<",
    "«": "»",
    "“": "”",
    "‹": "›",
    "「": "」",
    "『": "』",
    "【": "】",
    ";": "&",
}
_LONGEST: Final = 200
_WORD: Final = rf"(?:{LETTER}|['’ʼ`´·-])+\.?"
_NAME: Final = re.compile(rf"{_WORD}(?:(?:,? |  |[\u3000\u00a0・+]){_WORD}){{0,6}}")
_PARTICLES: Final = frozenset(
    "de da do dos das del della di van von der den ten ter zu zur la le el al bin binti ibn y e i du des af"
    " av".split()
)
_NOTHING: Final = frozenset(
    """null none nil undefined unknown true false required missing empty invalid string varchar text value
    values
    anonymous admin root system guest default is must not field the and or n a na test redacted masked hidden
    optional varying integer int bool boolean char object array list map function yes no error ok blank cannot
    should may can was has contains too column key name names any all other changed updated deleted unchanged
    nan todo char byte bytes number numeric long str""".split()
)
_NO_NAME: Final = bits("software", "level", "organisation", "calendar", "thing", "street")
_SOFTWARE: Final = bits("software", "level")
_OF_PERSON: Final = bits("street")
_INNER: Final = re.compile(r"[^\W\d_]{4,}(?<=[a-zß-ÿ])[A-Z]")
_NO_ADDRESS: Final = re.compile(
    r"://|@|\\\\|\d\.\d+\.\d|\b(?:0x|[0-9a-f]{12,}|WHERE|SELECT|null|true|false)\b|[={}<>$]"
)
_CODE: Final = re.compile(
    r"\d{4,9}(?:-\d{3,4})?(?: ?[A-Z]{2})?(?![A-Z\d])"
    r"|(?:[A-Z]{1,3}-? ?)?[A-Z\d](?=[^\n]*\d)[A-Z\d]{1,5}(?:[ -][A-Z\d]{2,5})?",
    re.IGNORECASE,
)
_TOWN: Final = re.compile(rf"{_WORD}(?:[ /(-]{{1,2}}{_WORD}){{0,5}}\)?")


class Fields:
    """Finds fields by their names."""

    def __init__(self, like: Like, turned: Like) -> None:
        options = re2.Options()
        options.max_mem = 256 * 1024 * 1024
        self._keys = re2.compile(f"{FIELD}|{FLAG}|{_SAID}", options)
        self._column = re2.compile(COLUMN, options)
        self._turns = re2.compile(TURNED, options)
        self._line = re2.compile(LINE, options)
        self._like, self._turned = like, turned

    def find(self, text: str) -> list[Field]:
        """In ``text``, in order and apart. Codes and towns only beside a street, or as all there is."""
        found: list[Field] = []
        if self._column.search(text):
            for head, start, end in _cells(text):
                found += self._value(text, head, start, end, closed=True)
        for match in self._keys.finditer(text):
            at = match.end()
            key = _key_of(text, match.start(), at) if text[at : at + 1] not in {"", " ", "\n"} else None
            said = key is not None and text[at - 1] == " " and _folded(match.group().strip()) == key
            if key is not None and _ROLES[key] is Role.ROLE and _OF_CLASS.search(match.group()):
                continue
            if said and not (text[at].isupper() and text[at + 1 : at + 2].islower()):
                continue
            if key is not None and not any(one.start <= at < one.end for one in found):
                start, end, closed = _extent(text, at, key)
                found += self._value(text, key, start, end, closed)
        found += [one for one in (*self._turns_of(text), *_lines(self._line, text)) if not _meets(one, found)]
        found.sort()
        apart = [one for place, one in enumerate(found) if not place or found[place - 1].end <= one.start]
        streets = any(one.role in _STREETS for one in apart)
        alone = len(apart) == 1 and _ALONE.match(text) is not None
        if streets or (any(one.role in _PERSONAL for one in apart)):
            return apart
        return [one for one in apart if one.role in _PERSONAL or (alone and one.role is Role.CODE)]

    def _turns_of(self, text: str) -> Iterator[Field]:
        """Names behind words that announce them, the last one first."""
        for match in self._turns.finditer(text):
            parts = _TURN.search(match.group())
            if parts is not None and self._turned([parts.group(1), parts.group(2)]):
                yield Field(match.start() + parts.start(1), match.end(), Role.ROLE)

    def _value(self, text: str, key: str, start: int, end: int, closed: bool) -> Iterator[Field]:
        role, value = _ROLES[_folded(key)], text[start:end]
        if _ENCODED.search(value):
            value = value.partition(" ")[0]
            decoded = unquote_plus(value)
            whole = [
                one
                for one in self._value(decoded, key, 0, len(decoded), closed=True)
                if one.end == len(decoded)
            ]
            yield from (Field(start, start + len(value), role) for _ in whole if not _ENCODED.search(decoded))
            return
        if role is Role.STREET:
            if (length := _address(value, closed, _folded(key))) > 0:
                yield Field(start, start + length, role)
        elif role is Role.CODE:
            match = _CODE.match(value)
            if match and (match.end() == len(value) or (not closed and not value[match.end()].isalnum())):
                yield Field(start, start + match.end(), role)
        elif role is Role.TOWN:
            match = _TOWN.match(value)
            if (
                match
                and match.end() == len(value)
                and value[:1] != value[:1].lower()
                or is_caseless(value[:1])
            ):
                yield Field(start, end, role)
        elif (length := self._name(value, role, closed, _folded(key))) > 0:
            yield Field(start, start + length, role)

    def _name(self, value: str, role: Role, closed: bool, key: str) -> int:
        """How many characters of ``value`` are a name."""
        match = _NAME.match(value)
        if match is None or (closed and match.end() < len(value)):
            return 0
        spans = [(m.start(), m.end()) for m in re.finditer(r"[^\s,]+", match.group())]
        words = [value[a:b] for a, b in spans]
        if not words[0].islower() or is_caseless(words[0]):
            keep = next(
                (
                    n
                    for n, w in enumerate(words)
                    if n and w.islower() and not is_caseless(w) and w not in _PARTICLES
                ),
                len(words),
            )
            if keep < len(words) and closed:
                return 0
            while keep > 1 and words[keep - 1] in _PARTICLES and words[keep - 1] == words[keep - 1].lower():
                keep -= 1
            spans, words = spans[:keep], words[:keep]
        elif not closed and len(words) > _MOST_SMALL:
            return 0
        if any(word.lower().strip(".'-") in _NOTHING for word in words) or _INNER.match(value):
            return 0
        if not _may_be(words, role) or (role is not Role.PART and not self._is_whole(words, role, key)):
            return 0
        end = spans[-1][1]
        if value[end - 1] == "." and len(words[-1]) > _INITIAL:
            end -= 1
        return end

    def _is_whole(self, words: list[str], role: Role, key: str) -> bool:
        bare = [word.strip(".'-") for word in words if not _TITLE.fullmatch(word)]
        if not bare:
            return False
        if any(
            lists_of(word) & (_NO_NAME if role is Role.ROLE else _SOFTWARE) for word in bare[-1:]
        ) and not (len(bare) > 1 and role is Role.WHOLE and self._like(bare[:1]) and self._like(bare[-1:])):
            return False
        if (
            role is Role.ROLE
            and len(words) == 1
            and not is_caseless(bare[0])
            and key not in _OF_PERSONS_ALONE
        ):
            return False
        if len(bare) == 1 and is_caseless(bare[0]):
            return role is Role.WHOLE or (key not in _VAGUE and len(bare[0]) <= _LONGEST_CASELESS)
        return self._like(bare) or (role is Role.WHOLE and len(bare) > 1)


_STREETS: Final = frozenset((Role.STREET, Role.LINE))
_PERSONAL: Final = frozenset((Role.PART, Role.WHOLE, Role.ROLE, *_STREETS))
_ALONE: Final = re.compile(r"[\w.-]{2,40}: [\w -]+$")
#: Names of fields of which a single word is a name, if it is like one.
_OF_PERSONS_ALONE: Final = frozenset(("nom", "nombre", "nome", "ime", "meno"))
_MOST_SMALL: Final = 3
_LONGEST_CASELESS: Final = 5  # characters of a name
_INITIAL: Final = 4
#: Titles, which are part of what is said of somebody.
_TITLE: Final = re.compile(
    r"(?i)(?:dr|mr|mrs|ms|miss|mx|prof|herr|frau|fräulein|mme|mlle|m|madame|monsieur|mag|ing|dipl|sr|sra|srta|señora?|don"
    r"|doña|dña|sig|signora?|dott|dottssa|pan|pani|sir|lady|lord|rev|hon|dhr|mevr|mevrouw|meneer|senhora?|dra|dna|fru|hr|sri|smt|shri"
    r"|г-н|г-жа|господин|госпожа|пан|пані|κ|κα|mgr|judr|mudr|phdr|sayın|bapak|ibu|tuan|puan|h\.e|eng)\.?"
)
#: One that stands right before a name.
TITLES: Final = re.compile(rf"(?<![^\W_])(?:{_TITLE.pattern.removeprefix('(?i)')}\s)+$", re.IGNORECASE)


_TURN: Final = re.compile(r"(?<=[ ])([^\W\d_a-z][^\s,]*(?:[ ][^\s,]+)?), (\S+)$")


def _meets(one: Field, others: list[Field]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _lines(pattern: Any, text: str) -> Iterator[Field]:
    """Streets with numbers, codes and towns."""
    for match in pattern.finditer(text):
        words = re.findall(r"[^\W\d_]+", match.group())
        numbers = re.findall(r"\d+", match.group())
        years = (
            any(len(one) == _YEAR and one[:2] in {"19", "20"} for one in numbers[:2]) and len(words) < _YEAR
        )
        if years or text[max(0, match.start() - 1) : match.start()].strip(" \t\n\"'([{>|:=,;/“«"):
            continue
        if not any(lists_of(word) & _NO_LINE or word in _UPPER for word in words):
            yield Field(match.start(), match.end(), Role.LINE)


_OF_CLASS: Final = re.compile(r"^[a-z][A-Z].* [-:–]")  # ``NetworkClient - ``, which is what speaks
_YEAR: Final = 4
_NO_LINE: Final = bits("software", "level", "calendar")
_UPPER: Final = frozenset(("ID", "AND", "WHERE", "OK", "HTTP", "GET"))


def _folded(key: str) -> str:
    return re.sub(r"[_. -]", "", key.lower())


def _key_of(text: str, start: int, at: int) -> str | None:
    """The name that a match of `FIELD` begins with, as it is listed; None if it is one of other things."""
    camel = text[start].islower() and text[start + 1 : start + 2].isupper()
    begin = start + (camel or not text[start].isalnum())
    match = _AT.match(text, begin)
    if match is None:
        return None
    best = _longest(match.group())
    if text.startswith("--", start):
        best = _longest(match.group().split("-")[-1]) or best
        best = next(
            (k for n in (3, 2, 1) if (k := _listed("_".join(text[start:at].strip().split("-")[-n:])))), best
        )
    if best is None:
        return None
    if begin == start and start and text[start - 1].isalpha() and text[start].islower():
        return None
    before = _BEFORE.search(text, max(0, begin - 24), begin)
    role = _ROLES[_folded(best)]
    if before and role in (Role.STREET, Role.ROLE, Role.TOWN) and _folded(best) in _VAGUE:
        word = re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", before.group())
        if word and (word[-1].lower() in fieldnames.OTHERS or lists_of(word[-1]) & _NO_NAME & ~_OF_PERSON):
            return None
    return best


_AT: Final = re.compile(r"[^\W\d_][\w. -]*")
_BEFORE: Final = re.compile(r"[^\W\d][\w]*[_. -]?$")
_VAGUE: Final = frozenset(
    (
        "address",
        "addr",
        "adresse",
        "adresa",
        "adress",
        "adres",
        "name",
        "owner",
        "author",
        "contact",
        "nom",
        "nome",
        "line1",
        "客户",
        "via",
        "адрес",
        "地址",
        "주소",
    )
)


def _listed(text: str) -> str | None:
    folded = _folded(text).rstrip("0123456789") if _folded(text) not in _ROLES else _folded(text)
    return folded if folded in _ROLES else None


def _longest(text: str) -> str | None:
    """The longest listed name that ``text`` begins with."""
    ends = [m.end() for m in re.finditer(r"[^\W_]+", text)]
    parts = [m.end() for m in re.finditer(r"[A-Z]?[^\W\d_A-Z]+\d?|[A-Z]+(?![a-z])\d?|[^\W\d_]+", text)]
    for end in sorted({*ends, *parts}, reverse=True):
        if len(text[:end]) <= _LONGEST_NAME and (found := _listed(text[:end])):
            return found
    return None


_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}|^[^\s+]+\+[^\s+]")
_LONGEST_NAME: Final = 32


def _extent(text: str, at: int, key: str) -> tuple[int, int, bool]:
    """Where a value that starts at ``at`` ends, and whether a mark closes it."""
    mark, limit = text[at - 1], min(len(text), at + _LONGEST)
    closing = _CLOSING.get(mark)
    if closing == "&" and text[max(0, at - 6) : at] != "&quot;":
        closing = None
    if closing is not None and (end := _closed(text, at, limit, closing)) > at:
        return at, end, True
    if _ALONE_VALUE.match(text) and text.find(": ") + 2 == at:
        return at, limit, False
    match = _END.search(text, at, limit)
    end = match.start() if match else limit
    value = text[at:end].rstrip(" ,.!")
    return at, at + len(value), False


_ALONE_VALUE: Final = re.compile(r"[\w.-]{2,40}: [^=:{}\"<>|\t]+$")


def _closed(text: str, at: int, limit: int, closing: str) -> int:
    place = at
    while (place := text.find(closing, place, limit)) >= 0:
        if closing == "'" and text[place + 1 : place + 2].isalpha() and text[place - 1].isalpha():
            place += 1
            continue
        if closing == "'" and text[place + 1 : place + 2] == "'":
            place += 2
            continue
        end = place
        while end > at and text[end - 1] == "\\":
            end -= 1
        return end
    return -1


def _may_be(words: list[str], role: Role) -> bool:
    lists = [lists_of(word.strip(".'-")) for word in words]
    if role is Role.PART:
        return not all(one & _SOFTWARE and word.islower() for one, word in zip(lists, words, strict=True))
    return not all(one & _NO_NAME for one in lists)


def _address(value: str, closed: bool, key: str) -> int:
    """How many characters of ``value`` are an address."""
    text = value
    if not closed:
        text = _TAIL.sub("", text)
        if (bracket := text.find("  ")) > 0 and not any(map(str.isdigit, text[bracket:])):
            text = text[:bracket]
    if not any(map(str.isnumeric, text)) and not (key in _CERTAIN and _TITLED.match(text)):
        return 0
    if _NO_ADDRESS.search(text) or not re.search(rf"{LETTER}{{2}}", text):
        return 0
    if not any(is_caseless(char) for char in text if char.isalpha()) and (
        " " not in text.strip() or text == text.lower() and not closed and key not in _CERTAIN
    ):
        return 0
    return len(text)


_TAIL: Final = re.compile(
    r"(?:, [a-z]+|\s+(?:ok|failed|invalid|rejected|not found|could not.*|is .*|was .*))$"
)
_CERTAIN: Final = frozenset(
    (
        "street",
        "streetaddress",
        "addressline1",
        "strasse",
        "straße",
        "shippingstreet",
        "rue",
        "calle",
        "address1",
        "addressline",
    )
)
_TITLED: Final = re.compile(r"[^\W\d_a-z][\w'’.-]+(?:,? [\w'’./-]+)+$")


_INSERT: Final = re.compile(r"\(([^()\n]{3,600})\)\s*(?i:VALUES\s*|=)\(")
_HEADS: Final = re.compile(
    r"(?:^|(?<=[\s\"'`(:]))([\"']?[^\W\d]\w*[\"']?(?:([,;\t|]) ?[\"']?[^\W\d]\w*[\"']?){1,30})(?:\r?\n|\\n)"
)
_CELL: Final = {
    mark: re.compile(
        rf"\s?(?:\\*\"(?P<a>(?:[^\"\\]|\"\"|\\[^\"])*)\\*\"|'(?P<b>(?:[^']|'')*)'|(?P<c>[^{re.escape(mark)}\n)]*))\s?(?={re.escape(mark)}|\)|\n|\\n|[\"']|$|\t)"
    )
    for mark in ",;\t|"
}


def _cells(text: str) -> Iterator[tuple[str, int, int]]:
    """Listed heads of columns, each with where a value of it is."""
    for match in _INSERT.finditer(text):
        yield from _row(text, match.group(1), ",", match.end())
    for match in _HEADS.finditer(text):
        mark = match.group(2) or ","
        yield from _row(text, match.group(1), mark, match.end())


def _row(text: str, heads: str, mark: str, at: int) -> Iterator[tuple[str, int, int]]:
    for head in heads.split(mark):
        match = _CELL[mark].match(text, at)
        if match is None:
            return
        name = head.strip(" \"'`")
        parts = [m.start() for m in re.finditer(r"(?<=[_. -])\w|(?<=[a-z])[A-Z]|^\w", name)]
        key = next((found for start in parts if (found := _listed(name[start:]))), None)
        group = match.lastgroup
        if key is not None and group is not None and match.group(group).strip():
            value = match.group(group)
            start = match.start(group) + len(value) - len(value.lstrip())
            yield key, start, start + len(value.strip())
        at = match.end()
        if text[at : at + 1] != mark:
            return
        at += 1
