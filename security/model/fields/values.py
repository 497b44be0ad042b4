"""The value of a field → how much of it is what the field's name says: a name, an address, a code, a town."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from security.model.fields.roles import ROLES, VAGUE, Role
from security.model.plausible import bits, is_caseless
from security.model.tokens import MARKS, lists_of


class Field(NamedTuple):
    """A value: characters ``start`` up to, and without, ``end``."""

    start: int
    end: int
    role: Role


#: Says whether a run of words is like the name of a person.
Like = Callable[[list[str]], bool]


class Values:
    """Reads values. ``like``: whether words are like the name of a person."""

    def __init__(self, like: Like) -> None:
        self._like = like

    def of(self, text: str, key: str, start: int, end: int, closed: bool) -> Iterator[Field]:
        """What characters ``start`` to ``end`` of ``text`` hold, behind the folded name ``key``.

        ``closed``: they are all that the field holds; else, what follows a name may be of the sentence.
        """
        role, value = ROLES[key], text[start:end]
        if _ENCODED.search(value):
            value = value.partition(" ")[0]
            decoded = unquote_plus(value)
            whole = [
                one for one in self.of(decoded, key, 0, len(decoded), closed=True) if one.end == len(decoded)
            ]
            yield from (Field(start, start + len(value), role) for _ in whole if not _ENCODED.search(decoded))
            return
        if role is Role.STREET:
            if (length := _address(value, closed, key)) > 0:
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
        elif (length := self._name(value, role, closed, key)) > 0:
            yield Field(start, start + length, role)

    def _name(self, value: str, role: Role, closed: bool, key: str) -> int:
        """How many characters of ``value`` are a name."""
        match = _NAME.match(value) if value[:1].isalpha() else None
        if match is None or _GOES_ON.match(value, match.end()) or (closed and match.end() < len(value)):
            return 0
        spans = [(m.start(), m.end()) for m in re.finditer(r"[^\s,^]+", match.group())]
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
        if value[end - 1] == "." and len(words[-1]) > _INITIAL and not _BESIDE.fullmatch(words[-1]):
            end -= 1
        return end

    def _is_whole(self, words: list[str], role: Role, key: str) -> bool:
        bare = [word.strip(".'-") for word in words if not _BESIDE.fullmatch(word)]
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
            return role is Role.WHOLE or (key not in VAGUE and len(bare[0]) <= _LONGEST_CASELESS)
        return self._like(bare) or (role is Role.WHOLE and len(bare) > 1)


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
    if _NO_ADDRESS.search(text) or not re.search(rf"{_LETTER}{{2}}", text):
        return 0
    if not any(is_caseless(char) for char in text if char.isalpha()) and (
        " " not in text.strip() or text == text.lower() and not closed and key not in _CERTAIN
    ):
        return 0
    return len(text)


_LETTER: Final = rf"(?:[^\W\d_]|[{MARKS}])"
_WORD: Final = rf"(?:{_LETTER}|['’ʼ`´·-])+\.?"
#: Marks between the words of a name; HL7 writes ``DOE^JANE^^^DR``, airlines ``DOE/JANE``.
_JOINT: Final = r"(?:,? |  |[\u3000\u00a0・+]|\^{1,4}|/(?=[^\W\d_a-z]{2}))"
#: Behind the first part of the name of a file, an account: ``jo.doe``, ``sys.log``.
_GOES_ON: Final = re.compile(r"(?<=\.)[^\W_A-Z]|[_@/\d]")
_INNER: Final = re.compile(r"[^\W\d_]{4,}(?<=[a-zß-ÿ])[A-Z]")
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
#: Names of fields of which a single word is a name, if it is like one.
_OF_PERSONS_ALONE: Final = frozenset(("nom", "nombre", "nome", "ime", "meno"))
_MOST_SMALL: Final = 3
_LONGEST_CASELESS: Final = 5  # characters of a name
_INITIAL: Final = 4
#: Titles, which are part of what is said of somebody.
_ONE_TITLE: Final = (
    r"(?:dr|mr|mrs|ms|miss|mx|prof|herr|frau|fräulein|mme|mlle|m|madame|monsieur|mag|ing|dipl|univ|sr|sra|srta"
    r"|señora?|don|doña|dña|sig\.ra|sig\.na|sig|signora?|dott\.ssa|dott|dottssa|avv|pan|pani|sir|lady|lord|rev|hon"
    r"|dhr|mevr|mevrouw|meneer|senhora?|dra|dna|fru|hr|sri|smt|shri|г-н|г-жа|господин|госпожа|пан|пані|κ|κα|mgr"
    r"|judr|mudr|phdr|sayın|bapak|ibu|tuan|puan|h\.e|eng)"
)
_TITLE: Final = re.compile(rf"(?i){_ONE_TITLE}(?:\.?[-.]{_ONE_TITLE})*\.?")
#: One that stands right before a name.
TITLES: Final = re.compile(rf"(?<![^\W_])(?:{_TITLE.pattern.removeprefix('(?i)')}\s)+$", re.IGNORECASE)
_DEGREE: Final = (
    r"(?:[BM]\.?(?:Sc|Eng|Ed|Phil)|[BM]\.A|MBA|Ph\.?D|M\.?D|D\.?D\.?S|DVM|LL\.?[BMD]|CPA|Esq|Jr|Sr"
    r"|I{2,3}|IV)\.?"
)
#: A title or a degree.
_BESIDE: Final = re.compile(rf"{_TITLE.pattern}|(?-i:{_DEGREE})")
#: Degrees, which stand right behind one.
DEGREES: Final = re.compile(rf"(?:,? {_DEGREE}(?![\w@/]))+")
_NAME: Final = re.compile(
    rf"(?:{_TITLE.pattern.replace('(?i)', '(?i:')}) )*{_WORD}(?:{_JOINT}(?:{_DEGREE}(?!\w)|{_WORD})){{0,6}}"
)
_CODE: Final = re.compile(
    r"\d{4,9}(?:-\d{3,4})?(?: ?[A-Z]{2})?(?![A-Z\d])"
    r"|(?:[A-Z]{1,3}-? ?)?[A-Z\d](?=[^\n]*\d)[A-Z\d]{1,5}(?:[ -][A-Z\d]{2,5})?",
    re.IGNORECASE,
)
_TOWN: Final = re.compile(rf"{_WORD}(?:[ /(-]{{1,2}}{_WORD}){{0,5}}\)?")
_TAIL: Final = re.compile(
    r"(?:, [a-z]+|\s+(?:ok|failed|invalid|rejected|not found|could not.*|is .*|was .*))$"
)
_NO_ADDRESS: Final = re.compile(
    r"://|@|\\\\|\d\.\d+\.\d|\b(?:0x|[0-9a-f]{12,}|WHERE|SELECT|null|true|false)\b|[={}<>$]"
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
_ENCODED: Final = re.compile(r"%[0-9A-Fa-f]{2}|^[^\s+]+\+[^\s+]")
