"""Part of a text → where values may stand in it: what is between blanks, quotes, brackets and signs.

Some lie in others: of ``user=jo:secret`` the whole, what is behind the first sign, what is behind the last.
"""

import re
from collections.abc import Iterator
from typing import Final

_SHORTEST, _LONGEST = 3, 400  # characters of a value
_RUN: Final = re.compile(r"[^\s\"'`«»“”„‘’‚‹›「」『』<>()\[\]{},;|]+")
_QUOTED: Final = re.compile(
    r"\"([^\"\n]{3,120})\"|'([^'\n]{3,120})'|`([^`\n]{3,120})`|«\s?([^»\n]{3,80}?)\s?»"
    r"|“([^”\n]{3,80})”|„([^“”\n]{3,80})[“”]|「([^」\n]{3,80})」"
)
_BYTES: Final = re.compile(
    r"(?:\b[0-9a-fA-F]{2}[ :-]){7,}[0-9a-fA-F]{2}\b|\[(?:\d{1,3}, ?){7,}\d{1,3}\]"
    r"|(?:\b[0-9a-fA-F]{8} ){3,}[0-9a-fA-F]{8}\b"
)
#: With signs that mostly stand around values.
_WIDE: Final = re.compile(r"(?<=[=: ])[^\s\"'`]{6,}")
_AROUND: Final = frozenset("<>()[]{},;|")
_CLOSING: Final = ",;.:)]}>"
_ESCAPED_END: Final = re.compile(r"(?:\\+[nrt])+$")
_GRAPHIC: Final = re.compile(r"[!-~]+")  # of ASCII, in writing that has no blanks
_NAMED: Final = re.compile(r"[A-Za-z_][\w.-]{2,}[=:].")  # what is assigned is a value, and not the whole
_FLAG: Final = re.compile(r"-[A-Za-z](?=[^\s=-]{3})")
_TRAILING: Final = ".,:;?…。，、！"
_FIRST_UNSPACED: Final = "\u0e00"  # Thai; behind it mostly scripts that have no blanks between words


def values(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where values may stand in characters ``start`` to ``end`` of ``text``: in order."""
    found: set[tuple[int, int]] = set()
    for match in _QUOTED.finditer(text, start, end):
        found.add(match.span(match.lastindex or 0))
    for match in _BYTES.finditer(text, start, end):
        found.add(match.span())
    for match in _WIDE.finditer(text, start, end):
        value = match.group().rstrip(_CLOSING)
        if not _AROUND.isdisjoint(value):
            found.add((match.start(), match.start() + len(value)))
    for match in _RUN.finditer(text, start, end):
        found.update(_parts(text, *match.span()))
    return sorted((a, b) for a, b in found if _SHORTEST <= b - a <= _LONGEST and _is_worth(text, a, b))


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run of signs without a blank, and what of it may be a value by itself."""
    run = text[start:end]
    if not run.isascii() and any(map(_is_unspaced, run)):
        for match in _GRAPHIC.finditer(run):
            yield from _parts(text, start + match.start(), start + match.end())
        return
    run = _ESCAPED_END.sub("", run).rstrip(_TRAILING)
    end = start + len(run)
    if not _NAMED.match(run):
        yield start, end
    places = {place for sign in "=:" for place in (run.find(sign), run.rfind(sign)) if place >= 0}
    if "&" in run or "?" in run:
        places |= {match.start() for match in re.finditer("=", run)}
    if "/" in run:
        places |= {run.find("/"), run.rfind("/")}
    for place in places:
        behind = run.find("&", place, place + _LONGEST) if run[place] == "=" else -1
        yield start + place + 1, end if behind < 0 else start + behind
    if flag := _FLAG.match(run):
        yield start + flag.end(), end


def _is_unspaced(sign: str) -> bool:
    return sign >= _FIRST_UNSPACED and not sign.isspace()


_ENDINGS: Final = (
    "py|go|js|ts|rb|rs|java|kt|cs|php|c|cpp|h|json|ya?ml|toml|ini|conf|cfg|cnf|xml|html?|sql|sh|log|txt|csv|pem|key|crt"
    "|p12|jks|env|service|lock|so|dll|exe|jar|md|zip|gz|pdf|png|jpg|docx?|xlsx?"
)
_HARMLESS: Final = re.compile(
    r"\d{1,3}|\d{11,}|\d+(?:_\d+)+|[\d.,:/TZ+-]*[.:/,TZ][\d.,:/TZ+-]*|-+[\w-]*|[\W_]+|0[xX][0-9a-fA-F]{1,16}"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}"
    r"|[\w.$]+@[0-9a-f]{5,8}|(?:com|org|net|io|java|javax)\.[\w.$-]+(?:/\d+)?"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:/[\w.+@-]+){2,}/?|[\w.]+\(|\$\{?\w+\}?|%\w+%?"
    r"|[+-]?\d+(?:\.\d+)?(?:[munµ]?s|min|h|d|[kKMGT]i?[bB]?|%|rps|px)|(?:[a-z]\w*\.){2,}[A-Z]\w*"
    rf"|[\w.-]+\.(?:{_ENDINGS})(?::\d+)?"
)
#: What stands before what is filled in later, bytes of a dump, and what a parser did not expect.
_NO_VALUE_BEFORE: Final = re.compile(
    r"(?:\{\{-?\s?|\$\{\s?|<%=?\s?|\b[0-9a-fA-F]{6,8}:?\s{1,2}|(?:[0-9a-fA-F]{2} ){4,8} ?\|"
    r"|(?i:unexpected|unknown) (?i:token|character|key|symbol):? [\"'`]?)$"
)
_NEAR: Final = 32
_STAND_IN: Final = re.compile(r"[a-z0-9_]+[:~][\w-]+")  # of a policy: a hash, a token
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_ASSIGNING: Final = frozenset(":=>-—|/")


def _is_worth(text: str, start: int, end: int) -> bool:
    """Whether a value is more than a number, a time, a sign, a flag, a mask, or a word in a sentence."""
    value = text[start:end]
    if _HARMLESS.fullmatch(value) or "***" in value:
        return False
    if _NO_VALUE_BEFORE.search(text, max(0, start - _NEAR), start):
        return False
    around = text[start - 1 : start] + text[end : end + 1]
    if (around == "[]" and value.isupper()) or (around == "<>" and _STAND_IN.fullmatch(value)):
        return False
    if _LETTERS.fullmatch(value) and (value.islower() or value.istitle()):
        return text[start - 1 : start] not in {" ", "."} or text[start - 2 : start - 1] in _ASSIGNING
    return True
