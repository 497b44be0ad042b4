r"""Text → the values in it that a layout keeps away from their names, each behind its name.

A table has names in its first line, a statement of SQL in another list, a form's error in a sentence:
``INSERT INTO t (phone) VALUES ('…')``. Detectors look directly before a value, so that each is shown to
them as ``phone: …``; all of it takes time that is linear in the text.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: RE2 of names with a mark of a layout behind them, which nothing but a view tells to be names.
RECORD_HINTS: Final = (
    r"(?i:(?:passw(?:or[dt])?|passwd|passphrase|pwd|_pass|secret|api_?key|contrase\w+a|senha|kennwort|wachtwoord"
    r"|heslo|has\x{142}o|salasana)\d?)\\*[\"'`]?\s?(?:[,;|)>]|\\[tnr]|\t|\n)",
    r"(?i:(?:insert|replace) into )",
    r": rejected value \[",
)
_NAME: Final = re.compile(r"[^\W\d][\w.@-]{0,62}(?: [\w.-]{1,30}){0,3}")
_LAST_NAME: Final = re.compile(r"(?<![\w.\-/(])[^\W\d][\w.-]{0,62}\Z")
_LONGEST_NAME: Final = 64
_QUOTES: Final = "\"'` "
_FRAME: Final = "+-=| \t\r"  # of which nothing but a line of a table consists
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
_TUPLE: Final = re.compile(r"\s*+\(((?:'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.)*+\"|[^()'\"])*+)\)")
_COMMA: Final = re.compile(r"\s*+,")
_ITEM: Final = re.compile(
    r"\s*+(?:[NEBX](?='))?(?:'(?P<single>(?:[^'\\]|\\.|'')*+)'|\"(?P<double>(?:[^\"\\]|\\.)*+)\"|(?P<bare>[^,'\"]*+))"
    r"\s*+(?:,|$)"
)
#: What must be in a text, and where a name and then a value is in it.
_PAIRED: Final = (
    (  # two fields of an object, two attributes of an element
        "al",
        re.compile(
            r"(?i)\b(?:name|key|id|field|property|parameter|header|var)[\"']?\s?[:=]\s?[\"']"
            r"(?P<name>[\w.:@ -]{1,60}+)[\"'][\s,;]{0,3}[\"']?(?:value|val|default)[\"']?\s?[:=]\s?"
            r"(?:\"(?P<value1>[^\"\n]*+)\"|'(?P<value2>[^'\n]*+)')"
        ),
    ),
    (  # two items
        ",",
        re.compile(
            r"[(\[{]\s?[\"'](?P<name>[^\W\d][\w.@-]{0,60}+)[\"']\s?,\s?"
            r"(?:\"(?P<value1>[^\"\n]*+)\"|'(?P<value2>[^'\n]*+)')\s?[)\]}]"
        ),
    ),
    (  # what a form refused, as Spring logs it
        "rejected",
        re.compile(r"field '(?P<name>[\w.\[\]-]{1,80}+)': rejected value \[(?P<value>[^\]\n]*+)\]"),
    ),
    (
        "</",
        re.compile(r"<(?:[\w-]{1,30}+:)?(?P<name>[\w.-]{1,60}+)(?:\s[^<>]{0,200})?>(?P<value>[^<>\n]++)</"),
    ),
    ("] =>", re.compile(r"(?m)^[ \t]*+\[[\"']?(?P<name>[\w.-]{1,60}+)[\"']?\][ ]=>[ ](?P<value>[^\n]++)")),
)
#: Anchors of those that need a quote.
_QUOTED: Final = ("al", ",", "rejected")
_REDIS: Final = re.compile(r"(?i)\"(?:hm?set|hsetnx|xadd|mset)\"(?P<rest>(?:[ ]\"(?:[^\"\\]|\\.)*+\")++)")
_WORD: Final = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"")
#: Stands between values, so that the name of one is not near the next; a blank for every pattern.
_BETWEEN: Final = "\f" * 50


class Value(NamedTuple):
    """A value, from ``start`` up to, and without, ``end``; and what it is called."""

    start: int
    end: int
    name: str


def records(text: str) -> list[Value]:
    """All values in ``text`` that are apart from their names, in order, none twice; at most 20,000."""
    if text.startswith(_BETWEEN[0]):  # is one of these views itself
        return []
    found = [*_rows(text), *_inserted(text), *_redis(text)]
    quoted = '"' in text or "'" in text
    for anchor, pattern in _PAIRED:
        if anchor in text and (quoted or anchor not in _QUOTED):
            found += (
                Value(*match.span(match.lastgroup or 0), match["name"]) for match in pattern.finditer(text)
            )
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
    for start, end, name in values:
        value = text[start:end]
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
    lines = text.split("\n")
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
        names = [line[a:b].strip(_QUOTES) for a, b in _cells(cut, line, 0)]
        first = _first_name(names[0]) if names else ""
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
