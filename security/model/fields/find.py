"""Text → names and addresses in fields that say by their own name what they hold.

``first_name=``, ``<ns:surname>``, ``'plz' => ``, the columns of a table: the name of a field is surer than
what a network sees in words. One RE2 automaton finds the fields; what a value may be is asked of the value.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import re2

from security.model.fields.extents import cells, extent
from security.model.fields.patterns import COLUMN, FIELD, FLAG, HUMAN, LINE, MET, SAID, TURNED
from security.model.fields.roles import ROLES, Role, folded, key_of
from security.model.fields.values import Field, Like, Values
from security.model.plausible import bits
from security.model.tokens import lists_of

_MEMORY: Final = 256 * 1024 * 1024


class Fields:
    """Finds fields by their names.

    ``like``: whether words are like the name of a person; ``turned``: whether two are its last and first.
    """

    def __init__(self, like: Like, turned: Like) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        self._keys = re2.compile(f"{FIELD}|{FLAG}|{SAID}", options)
        self._column = re2.compile(COLUMN, options)
        self._turns = re2.compile(TURNED, options)
        self._met = [re2.compile(f"{before}({name}){behind}", options) for before, name, behind in MET]
        self._human = re2.compile(HUMAN, options)
        self._line = re2.compile(LINE, options)
        self._values, self._turned = Values(like), turned

    def find(self, text: str) -> list[Field]:
        """In ``text``, in order and apart. Codes and towns only beside a street, or as all there is."""
        found: list[Field] = []
        if self._column.search(text):
            for head, start, end in cells(text):
                found += self._values.of(text, head, start, end, closed=True)
        for match in self._keys.finditer(text):
            at = match.end()
            key = key_of(text, match.start(), at) if text[at : at + 1] not in {"", " ", "\n"} else None
            said = key is not None and text[at - 1] == " " and folded(match.group().strip()) == key
            if key is not None and ROLES[key] is Role.ROLE and _OF_CLASS.search(match.group()):
                continue
            if key == _FILE_IN_CEF and _CEF.search(text):
                continue
            if said and not (text[at].isupper() and text[at + 1 : at + 2].islower()):
                continue
            if key is not None and not any(one.start <= at < one.end for one in found):
                start, end, closed = extent(text, at)
                found += self._values.of(text, key, start, end, closed)
        met = [*self._met_in(text), *self._humans(text)]
        found = [one for one in found if not _meets(one, met)] + met
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

    def _met_in(self, text: str) -> Iterator[Field]:
        """Names of who a message is from or for, whole, unless they are of what software is called."""
        for pattern in self._met:
            for match in pattern.finditer(text):
                words = re.findall(r"[^\W\d_]+", match.group(1))
                if not any(lists_of(word) & _NOBODY or word.lower() in _SENDERS for word in words):
                    yield Field(match.start(1), match.end(1), Role.MET)

    def _humans(self, text: str) -> Iterator[Field]:
        """The parts of a name in FHIR."""
        for match in self._human.finditer(text):
            for value in _HUMAN_PART.finditer(match.group()):
                if value.group(1).strip():
                    yield Field(match.start() + value.start(1), match.start() + value.end(1), Role.PART)


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


def _meets(one: Field, others: list[Field]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


_CEF: Final = re.compile(r"\b(?:CEF|LEEF):\d")
_FILE_IN_CEF: Final = "fname"  # ArcSight Common Event Format: the name of a file
_STREETS: Final = frozenset((Role.STREET, Role.LINE))
_PERSONAL: Final = frozenset((Role.PART, Role.WHOLE, Role.ROLE, Role.MET, *_STREETS))
_ALONE: Final = re.compile(r"[\w.-]{2,40}: [\w -]+$")
_OF_CLASS: Final = re.compile(r"^[a-z][A-Z].* [-:–]")  # ``NetworkClient - ``, which is what speaks
_TURN: Final = re.compile(r"(?<=[ ])([^\W\d_a-z][^\s,]*(?:[ ][^\s,]+)?), (\S+)$")
_HUMAN_PART: Final = re.compile(
    r"(?:\[|,|:)\s?(?:\\*[\"'`]|&quot;)([^\"'`\\\n:\[\]]+)(?=(?:\\*[\"'`]|&quot;)(?!\s?:)|$)"
)
_NOBODY: Final = bits("software", "level", "organisation", "calendar", "thing")
_SENDERS: Final = frozenset(
    """support team admin administrator service services notification notifications alert alerts reply noreply
    mail mailer delivery subsystem system postmaster root news newsletter billing sales info security help
    desk customer customers user users account accounts bot daemon cron monitoring status updates world there
    all everyone friend sir madam valued dev ops build ci release center centre office hr it legal marketing
    apple samsung google huawei xiaomi new old my test corporate office shared spare refurbished today
    hello dear hi hey welcome back mr mrs ms dr herr frau sr sra""".split()
)
_YEAR: Final = 4
_NO_LINE: Final = bits("software", "level", "calendar")
_UPPER: Final = frozenset(("ID", "AND", "WHERE", "OK", "HTTP", "GET"))
