r"""Text → the values in it that a layout keeps away from their names, each behind its name.

A table has names in its first line, a statement of SQL in another list, a form's error in a sentence:
``INSERT INTO t (phone) VALUES ('…')``. Detectors look directly before a value, so that each is shown to
them as ``phone: …``; all of it takes time that is linear in the text.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from security.detectors.matching import Matcher
from security.messages import MESSAGE_HINTS, MESSAGE_MARKS, fields
from security.pairs import PAIR_HINTS, PAIR_MARKS, pairs

#: RE2 of names with a mark of a layout behind them, which nothing but a view tells to be names.
RECORD_HINTS: Final = (
    r"(?i:(?:passw(?:or[dt])?|passwd|passphrase|pwd|_pass|secret|api_?key|contrase\w+a|senha|kennwort|wachtwoord"
    r"|heslo|has\x{142}o|salasana)\d?)\\*[\"'`]?\s?(?:[,;|)>]|\\[tnr]|\t|\n)",
    r"(?i:(?:insert|replace) into )",
    r"(?i:header|columns|fields)\W{1,3}[\[({]",
    r"=[^&=\s]{0,40}\d\+[A-Za-z0-9]{1,8}\+",
    *PAIR_HINTS,
    *MESSAGE_HINTS,
)
_NAME: Final = re.compile(r"[^\W\d][\w.@/°º'’()#&:-]{0,62}(?: [\w.@/°º'’()#&:-]{1,30}){0,5}")
_LAST_NAME: Final = re.compile(r"(?<![\w.\-/(])[^\W\d][\w.-]{0,62}\Z")
_LONGEST_NAME: Final = 64
_QUOTES: Final = "\"'` "
_LINE_END: Final = re.compile("\n")
#: Between rows of a table, in a message of one line.
_ROW_END: Final = re.compile(r"(?<=\|) (?=\|)")
_RULE: Final = re.compile(r"\| ?:?-{2,}")
_FRAME: Final = "+-=|: \t\r"  # of which nothing but a line of a table consists
_LONGEST_LINE: Final = 20_000  # characters; longer ones are no rows
_MOST: Final = 20_000  # values of a text


class _Cut(NamedTuple):
    """A mark between cells, and what a cell is with the mark behind it."""

    mark: str
    cell: "re.Pattern[str]"


_CUTS: Final = tuple(
    _Cut(
        mark,
        re.compile(
            rf'[ ]*+(?:"(?P<quoted>(?:[^"]|"")*+)"|(?P<bare>[^{mark}"\n]*+))[ ]*+(?P<mark>[{mark}]|$)'
        ),
    )
    for mark in ("\t", ";", ",", "|")
)
_INSERT: Final = re.compile(
    r"(?i)\b(?:insert|replace)[ ]+(?:\w+[ ]+){0,2}?into[ ]+[\w.\"'`\[\]]++[ ]*+\((?P<names>[^()]*+)\)"
    r"\s*+values?\s*+(?=\()"
)
_INSIDE: Final = r"'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.)*+\"|[^()'\"]"
#: A row, in which a function stands for a value.
_TUPLE: Final = re.compile(rf"\s*+\(((?:{_INSIDE}|\((?:{_INSIDE}|\(\))*+\))*+)\)")
_COMMA: Final = re.compile(r"\s*+,")
_ITEM: Final = re.compile(
    r"\s*+(?:[NEBX](?='))?(?:'(?P<single>(?:[^'\\]|\\.|'')*+)'|\"(?P<double>(?:[^\"\\]|\\.)*+)\"|(?P<bare>[^,'\"]*+))"
    r"\s*+(?:,|$)"
)
_REDIS: Final = re.compile(r"(?i)\"(?:hm?set|hsetnx|xadd|mset)\"(?P<rest>(?:[ ]\"(?:[^\"\\]|\\.)*+\")++)")
_WORD: Final = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"")
#: What each of the layouts has somewhere; most texts are none.
_LIST_MARK: Final = (
    r"(?i:headers?|columns?|cols|fields?|names|keys|attributes)[\"']?\s?[:=]?\s?[\[({\"'][\w\s,;|\"'`.-]+[\])}\"']"
    r"[^\n]*(?i:rows?|values?|data|records?|params|args|line|cells)[\"']?\s?[:=]?\s?[\[({\"']"
)
_MARKS: Final = Matcher(
    rf"\n|\||(?i:values?)\s*\(|\" \"|Key \(|{_LIST_MARK}|=[^&=\s]*\+|{PAIR_MARKS}|{MESSAGE_MARKS}",
    captures=False,
)
_LISTS: Final = Matcher(_LIST_MARK, captures=False)
#: Stands between values, so that the name of one is not near the next; a blank for every pattern.
_BETWEEN: Final = "\f" * 50


class Value(NamedTuple):
    """A value, from ``start`` up to, and without, ``end``; and what it is called."""

    start: int
    end: int
    name: str
    form: bool = False  # a plus is a blank


def records(text: str) -> list[Value]:
    """All values in ``text`` that are apart from their names, in order, none twice; at most 20,000."""
    if text.startswith(_BETWEEN[0]):  # is one of these views itself
        return []
    data = text.encode("utf-8", "surrogatepass")
    if _MARKS.find(data) is None:
        return []
    found = [
        *_rows(text),
        *_inserted(text),
        *_redis(text),
        *_keys(text),
        *(_listed(text) if _LISTS.find(data) else ()),
    ]
    found += (Value(*one) for one in (*fields(text, data), *pairs(text, data)))
    found += _form(text)
    kept: list[Value] = []
    done = 0
    for one in sorted(found, key=lambda one: one.start):
        if one.start >= done and one.start < one.end:
            kept.append(one)
            done = one.end
    return kept[:_MOST]


def shown(text: str, values: list[Value]) -> tuple[str, list[int], list[int]]:
    """``values``, each in quotes behind its name; and where its characters begin and end in ``text``.

    What is not of a value begins behind ``text`` and ends before it: nothing that reaches there stands.
    """
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, name, form in values:
        value = text[start:end].replace("+", " ") if form else text[start:end]
        quote = '"' if '"' not in value else "'" if "'" not in value else ""
        before = f"{_BETWEEN}{name}: {quote}"
        parts += before, value, quote
        starts += [*[len(text)] * len(before), *range(start, end), *[len(text)] * len(quote)]
        ends += [*[0] * len(before), *range(start + 1, end + 1), *[0] * len(quote)]
    return "".join(parts), starts, ends


def _rows(text: str) -> Iterator[Value]:
    """Of lines of cells under a line of names, or of names and values by turns."""
    if "|" not in text and "\n" not in text:
        return
    apart = _ROW_END if _RULE.search(text) and "\n" not in text else _LINE_END
    lines = apart.split(text)
    names: list[str] = []
    cut: _Cut | None = None
    start = 0
    for number, line in enumerate(lines):
        if len(line) <= _LONGEST_LINE and line.strip(_FRAME):
            cells = _cells(cut, line, start) if cut is not None else []
            if cells and len(cells) == len(names) and (len(cells) > 1 or " " not in line.strip()):
                yield from (Value(a, b, name) for (a, b), name in zip(cells, names, strict=True) if name)
            else:
                following = (one for one in lines[number + 1 : number + 3] if one.strip(_FRAME))
                cut, names = _header(line, next(following, "")[:_LONGEST_LINE])
                if cut is None and "|" in line:
                    yield from _by_turns(line, start)
        start += len(line) + 1


def _header(line: str, following: str) -> tuple[_Cut | None, list[str]]:
    """How ``line`` is cut into names, if it is, and ``following`` into as many values."""
    if not following:
        return None, []
    for cut in _CUTS:
        if not 1 <= line.count(cut.mark) <= following.count(cut.mark):
            continue
        framed = cut.mark == "|" and line.rstrip().endswith("|")
        bars = line[line.find("|") :] if framed else line  # without what the log wrote before
        names = [bars[a:b].strip(_QUOTES) for a, b in _cells(cut, bars, 0)]
        first = (names[0] if framed else _first_name(names[0])) if names else ""
        if not first or not all(map(_NAME.fullmatch, names[1:])):
            continue
        if f"{cut.mark} " in line and cut.mark in ",;":  # a sentence
            continue
        if len(_cells(cut, following, 0)) == len(names):
            return cut, [first, *names[1:]]
    if " " not in following.strip() and (alone := _first_name(line.rstrip(_QUOTES + "\r"))):
        return _CUTS[0], [alone]
    return None, []


def _first_name(cell: str) -> str:
    """The name that ``cell`` ends with, behind what a log writes before a message; or nothing."""
    name = _LAST_NAME.search(cell[-_LONGEST_NAME:])
    if name is None:
        return ""
    before = cell[: -len(name.group())].rstrip(" ")
    return name.group() if not before or before[-1] in ":>]\t\"'-|" else ""


def _cells(cut: _Cut, line: str, offset: int) -> list[tuple[int, int]]:
    """Where the cells of ``line`` stand, which begins at ``offset``; none if it is not made of cells."""
    at, last = 0, len(line.rstrip("\r"))
    if cut.mark == "|":  # a frame's own bars
        at, last = len(line) - len(line.lstrip(" |")), len(line.rstrip("\r |"))
    found = []
    while (match := cut.cell.match(line, at, last)) is not None:
        a, b = match.span("quoted" if match["quoted"] is not None else "bare")
        found.append((offset + a, offset + a + len(line[a:b].rstrip())))
        at = match.end()
        if not match["mark"]:
            return found
    return []


def _by_turns(line: str, offset: int) -> Iterator[Value]:
    """Of a line of names and values by turns, between bars."""
    before = line.find("|")  # of the log's own
    line, offset = line[before:], offset + before
    cells = _cells(_CUTS[-1], line, 0)
    if len(cells) % 2 or not all(_NAME.fullmatch(line[a:b]) for a, b in cells[::2]):
        return
    for (a, b), (c, d) in zip(cells[::2], cells[1::2], strict=True):
        yield Value(offset + c, offset + d, line[a:b])


def _inserted(text: str) -> Iterator[Value]:
    """Of statements of SQL."""
    if "VALUE" not in text and "value" not in text:
        return
    for statement in _INSERT.finditer(text):
        names = [name.strip(_QUOTES + "[]\n\t") for name in statement["names"].split(",")]
        at = statement.end()
        while (row := _TUPLE.match(text, at)) is not None:
            yield from _items(text, row.start(1), row.end(1), names)
            comma = _COMMA.match(text, row.end())
            if comma is None:
                break
            at = comma.end()


def _items(text: str, at: int, last: int, names: list[str]) -> Iterator[Value]:
    for name in names:
        match = _ITEM.match(text, at, last) if at < last else None
        if match is None:
            return
        group = next(group for group in ("single", "double", "bare") if match[group] is not None)
        a, b = match.span(group)
        yield Value(a, a + len(text[a:b].rstrip()), name)
        at = match.end()


def _redis(text: str) -> Iterator[Value]:
    """Of commands that set fields, as Redis shows them."""
    if '" "' not in text:
        return
    for command in _REDIS.finditer(text):
        words = list(_WORD.finditer(text, command.start("rest"), command.end("rest")))
        for name, value in zip(words[1::2], words[2::2], strict=False):
            yield Value(*value.span(1), name[1])


#: What PostgreSQL says of a row: ``Key (name, …)=(value, …) already exists.``
_KEY: Final = re.compile(
    r"Key \((?P<names>[^\n]{1,300}?)\)=\((?P<values>[^\n]{1,1000}?)\)(?=\.|\\|[\"']|,? (?:already|is "
    r"|conf|was)|\s*$)"
)
_WORD_OF_NAME: Final = re.compile(r"[^\W\d]\w*+")
_PLACE: Final = re.compile(r"-?\d{1,3}\.\d+, -?\d{1,3}\.\d+(?=, |$)")


def _keys(text: str) -> Iterator[Value]:
    if "Key (" not in text:
        return
    for match in _KEY.finditer(text):
        names = [_column(name) for name in match["names"].split(", ")]
        at, last = match.span("values")
        commas = [comma.start() for comma in re.finditer(", ", text[at:last])]
        if len(commas) + 1 > len(names):  # two numbers may be one value: a place
            within = {comma for one in _PLACE.finditer(text[at:last]) for comma in range(*one.span())}
            commas = [comma for comma in commas if comma not in within]
        if len(commas) + 1 != len(names):
            continue
        bounds = [at - 2, *(at + comma for comma in commas), last]
        yield from (Value(a + 2, b, name) for a, b, name in zip(bounds, bounds[1:], names, strict=False))


def _column(name: str) -> str:
    """The column in an expression such as ``lower(email::text)``."""
    words = [word for word in _WORD_OF_NAME.findall(name) if word not in ("lower", "upper", "btrim", "trim")]
    return words[0] if words else name


_NAMES_LIST: Final = re.compile(
    r"(?i)\b(?:headers?|columns?|cols|fields?|field_?names|keys|attributes|names)[\"']?\s?[:=]?\s?"
    r"[\[({\"'](?P<names>[\w\s,;|\"'`.-]{3,2000}?)[\])}\"'](?=[\s,;:.)]|$)"
)
_VALUES_LIST: Final = re.compile(
    r"(?i)\b(?:rows?|values?|data|records?|params|args|line|cells)[\"']?\s?[:=]?\s?(?P<open>[\[({\"'])"
)
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}
_NEAR: Final = 200  # characters between a list of names and a list of values


def _listed(text: str) -> Iterator[Value]:
    """Of ``header=[name,…] row=[value,…]``."""
    for names in _NAMES_LIST.finditer(text):
        values = _VALUES_LIST.search(text, names.end(), names.end() + _NEAR)
        if values is None:
            continue
        last = _closed(text, values.end("open"), values["open"])
        for cut in _CUTS:
            called = [name.strip(_QUOTES + "\t\n") for name in names["names"].split(cut.mark)]
            cells = list(_spans(text, values.end("open"), last, cut.mark)) if len(called) > 1 else []
            if len(cells) == len(called):
                yield from (Value(a, b, name) for (a, b), name in zip(cells, called, strict=True) if name)
                break


def _closed(text: str, at: int, opening: str) -> int:
    """Where a list that begins at ``at`` ends; brackets in it are in pairs."""
    closing = _CLOSING.get(opening, opening)
    depth, last = 1, min(len(text), at + _LONGEST_LINE)
    for place in range(at, last):
        depth += (text[place] == opening != closing) - (text[place] == closing)
        if not depth:
            return place
    return last


def _spans(text: str, at: int, last: int, mark: str) -> Iterator[tuple[int, int]]:
    """Of items with ``mark`` between them, without their quotes."""
    item = re.compile(rf"\s*+(?:\"([^\"\n]*+)\"|'([^'\n]*+)'|([^{mark}\n]*+))\s*+({re.escape(mark)}|$)")
    while (match := item.match(text, at, last)) is not None:
        yield next(match.span(group) for group in (1, 2, 3) if match[group] is not None)
        at = match.end()
        if not match[4]:
            break


_FIELD_OF_FORM: Final = re.compile(
    r"(?<![\w.\[\]-])(?P<name>[A-Za-z][\w.\[\]-]{1,60}+)=(?P<value>[^&\s\"'<>=+]{1,60}+\+[^&\s\"'<>]{0,100}+)"
)


def _form(text: str) -> Iterator[Value]:
    """Of fields of a form in which a plus is a blank."""
    if "+" in text and "=" in text:
        for match in _FIELD_OF_FORM.finditer(text):
            yield Value(*match.span("value"), match["name"], form=True)
