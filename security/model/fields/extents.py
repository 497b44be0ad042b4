"""Where the value of a field ends, and where the values of the columns of a table are."""

import re
from collections.abc import Iterator
from typing import Final

from security.model.fields.roles import listed


def extent(text: str, at: int) -> tuple[int, int, bool]:
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


_LONGEST: Final = 200
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
_END: Final = re.compile(
    r"[\"<>|\n\t;&\])}\[{(»”›]|\\+[nt\"]"
    r"|(?:, [\w.-]+ )?,? (?:and |AND |OR )?[\w.-]*[^\W\d][\w.-]*[\"']? ?(?:=|:|->)(?=\S| )"
    r"|,[\w.-]{2,30}[=:]|,? (?:and|AND|OR|WHERE|from|in|at|has|was|for|on) |' |'$|\s+(?:took|-F|-e|--\w)|$"
)
_ALONE_VALUE: Final = re.compile(r"[\w.-]{2,40}: [^=:{}\"<>|\t]+$")


def cells(text: str) -> Iterator[tuple[str, int, int]]:
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
        key = next((found for start in parts if (found := listed(name[start:]))), None)
        group = match.lastgroup
        if key is not None and group is not None and match.group(group).strip():
            value = match.group(group)
            start = match.start(group) + len(value) - len(value.lstrip())
            yield key, start, start + len(value.strip())
        at = match.end()
        if text[at : at + 1] != mark:
            return
        at += 1


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
